/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console: one serial port shared by the hypervisor's log, its debug keys, and Dom0.
 *
 * Output goes to the port in whole pieces, never interleaved. Input goes to Dom0 or to the debug
 * keys; Ctrl-a pressed three times switches. The log is kept in a ring of
 * 2^CONFIG_CONSOLE_RING_SHIFT bytes that positions (counted from the first byte ever logged, modulo
 * 2^32) address.
 */
#ifndef HV_CONSOLE_H
#define HV_CONSOLE_H

#include <hv/types.h>

struct console_driver {
	const char *name;
	/*
	 * Hand over what the port takes without waiting; returns how many characters that were.
	 * Called with the console's lock held.
	 */
	size_t (*write)(const char *text, size_t len);
	/*
	 * Interrupt for input from now on, and for output while want_room(true). 0 or -errno.
	 * May be NULL.
	 */
	int (*start)(void);
	/* The interrupt's handler calls console_room() when the port takes characters again. */
	void (*want_room)(bool want);
};

/* Boot: the port to use; what has been logged so far is written to it. */
void console_register(const struct console_driver *driver);
/*
 * Boot, once interrupts can be requested: begin to listen, and no longer wait for a slow port. 0 or
 * -errno (then nothing can be typed, and output waits).
 */
int console_start_input(void);

/* Append to the log and write to the port. */
void console_log(const char *text, size_t len);

/* The end of boot: from now on, output is sent in short steps of deferred work. */
void console_defer(bool defer);

/* There is room again (driver's interrupt handler or timer). */
void console_room(void);

/*
 * Output of a guest. tag NULL: as it is (the domain that owns the input). Else each line begins
 * with "tag: ", the lines of two tags do not mix, and control characters are replaced; of tags only
 * the addresses are compared. Never waits for the port: returns how many characters were taken;
 * fewer than len while the port is behind.
 */
size_t console_guest_write(const char *tag, const char *text, size_t len);
/* Boot: called (without locks) when something was logged: raises VIRQ_CON_RING. */
void console_set_log_notify(void (*notify)(void));

/*
 * Copy logged text to dst, oldest first, beginning at *cursor if incremental and not yet lost, else
 * at the oldest byte that is kept. *cursor becomes the position after the last byte copied. clear
 * forgets what lies before that. Returns the number of bytes.
 */
size_t console_ring_read(char *dst, size_t len, u32 *cursor, bool clear, bool incremental);

#ifdef CONFIG_CONSOLE_INPUT
/* Characters have arrived (driver's interrupt handler or timer). */
void console_input(const char *text, size_t len);
/* Input for Dom0: at most len characters that have arrived, 0 when there are none. */
size_t console_guest_read(char *dst, size_t len);
/* Boot: called (without locks) when input for Dom0 has arrived: raises VIRQ_CONSOLE. */
void console_set_input_notify(void (*notify)(void));
#else
static inline void console_input(const char *text, size_t len)
{
	(void)text;
	(void)len;
}

static inline size_t console_guest_read(char *dst, size_t len)
{
	(void)dst;
	(void)len;
	return 0;
}

static inline void console_set_input_notify(void (*notify)(void))
{
	(void)notify;
}
#endif

/*
 * The machine ends, by a panic or because it was asked to: write what is queued and, from now on,
 * wait for the port, but not for the lock. Never undone.
 */
void console_finish(void);

#endif
