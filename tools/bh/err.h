/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages and exit codes of bh.
 *
 * Every message says what is wrong and, on the following lines, what to do
 * about it. Callers pass both in one format string: the text up to the first
 * newline is the cause, the rest the remedy (printed indented). All of it goes
 * to standard error, so that standard output stays parsable.
 */
#ifndef BH_ERR_H
#define BH_ERR_H

/* Exit codes, documented in bh(1): scripts may rely on them. */
enum bh_exit {
	BH_OK = 0,	/* done */
	BH_FAILED = 1,	/* the hypervisor or the system refused */
	BH_USAGE = 2,	/* wrong command line */
	BH_CONFIG = 3,	/* unusable configuration file, kernel, ramdisk */
	BH_NODOM = 4,	/* no such domain */
	BH_NOHV = 5,	/* not in Dom0, or no privilege */
	BH_TIMEOUT = 6, /* the domain did not react in time */
};

/* Prints "bh: cause" and the remedy. Returns @code. */
int err_say(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same with "FILE:LINE: " before the cause (no ":LINE" when @line is 0). Returns BH_CONFIG. */
int err_at(const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same with ": TEXT OF ERROR" behind the cause, for @rc = -errno. Returns BH_FAILED. */
int err_sys(int rc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Number of messages printed so far. */
unsigned int err_count(void);

#endif
