/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shared store: xenstored of Xen's toolstack, when it runs in Dom0. Domains
 * that bh creates then stand in it as xl's do, and bh sees those of xl. Where
 * it does not run, all but paravirtual devices works without (store.h).
 *
 * Paths are formats. Everything returns 0 or -errno unless said otherwise.
 */
#ifndef BH_XSTORE_H
#define BH_XSTORE_H

#include <stdbool.h>
#include <stdint.h>

#define XSTORE_PATH 256

struct xs_handle;

/* Whether xenstored answers; connects at the first call that finds it. */
bool xstore_runs(void);
/* The same; explains how to start it when it does not. @what needs it. Returns enum bh_exit. */
int xstore_need(const char *what);
/* The connection, NULL when there is none. For what is not wrapped here. */
struct xs_handle *xstore_handle(void);
/* Text at a path, allocated; NULL when there is no such node or no store. */
char *xstore_read(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A number at a path; @otherwise when there is none. */
uint64_t xstore_number(uint64_t otherwise, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int xstore_write(const char *value, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int xstore_remove(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Names of the children, allocated in one piece (free() the result); NULL = none. */
char **xstore_list(unsigned int *nr, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/*
 * Makes a node that @owner may write, and @reader read (the same: nobody else). Nodes written
 * below inherit that.
 */
int xstore_make(uint32_t owner, uint32_t reader, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Waits until the text at @path is @value (NULL: until there is no such node). -ETIMEDOUT. */
int xstore_wait(const char *path, const char *value, unsigned int ms);

#endif
