/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console: owns the log ring, the port, and who gets what is typed.
 *
 * One lock (LOCK_RANK_CONSOLE, a leaf) protects everything here; drivers are called under it and
 * take no lock themselves. Callbacks that notify other parts run after it has been released.
 * Positions in the ring count bytes since boot in 32 bits and wrap: only their differences mean
 * anything.
 */
#include <hv/arch.h>
#include <hv/console.h>
#include <hv/ctype.h>
#include <hv/debugkeys.h>
#include <hv/errno.h>
#include <hv/percpu.h>
#include <hv/printk.h>
#include <hv/spinlock.h>

#define RING_BYTES   (1U << CONFIG_CONSOLE_RING_SHIFT)
#define INPUT_BYTES  1024U
#define SWITCH_CHAR  1 /* Ctrl-a */
#define SWITCH_COUNT 3U
#define BREAK_SPINS  1000000U

static struct spinlock console_lock = SPINLOCK_INIT(LOCK_RANK_CONSOLE);

static char ring[RING_BYTES];
static u32 ring_start; /* oldest byte that readers see */
static u32 ring_end;
static u32 ring_written; /* sent to the port so far */

static const struct console_driver *port;
static bool is_mid_line; /* a guest's output stopped within a line */

static char input[INPUT_BYTES];
static u32 input_start, input_end;
static bool is_input_own; /* typed characters are debug keys, not Dom0's */
static u32 nr_switch_chars;

static void (*notify_input)(void) __sealed;
static void (*notify_log)(void) __sealed;
static bool is_lock_broken;
static u32 nr_listeners; /* CPUs inside notify_log: what it logs itself does not call it again */

/* A panicking CPU waits a while for the lock and then goes on without it. */
static bool lock_console(void)
{
	if (likely(!READ_ONCE(is_lock_broken))) {
		spin_lock(&console_lock);
		return true;
	}
	for (u32 i = 0; i < BREAK_SPINS; i++) {
		if (spin_trylock(&console_lock)) {
			return true;
		}
		arch_cpu_relax();
	}
	return false;
}

static void unlock_console(bool is_taken)
{
	if (is_taken) {
		spin_unlock(&console_lock);
	}
}

void console_break_lock(void)
{
	WRITE_ONCE(is_lock_broken, true);
}

static void port_write(const char *text, size_t len)
{
	if (port && len) {
		port->write(text, len);
	}
}

/* Send what the ring has and the port has not got. */
static void flush_ring(void)
{
	if (!port) {
		return;
	}
	if (ring_end - ring_written > RING_BYTES) {
		ring_written = ring_end - RING_BYTES;
	}
	while (ring_written != ring_end) {
		u32 at = ring_written % RING_BYTES;
		u32 n = MIN(ring_end - ring_written, RING_BYTES - at);

		port_write(ring + at, n);
		ring_written += n;
	}
}

static void ring_append(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		ring[ring_end++ % RING_BYTES] = text[i];
	}
	if (ring_end - ring_start > RING_BYTES) {
		ring_start = ring_end - RING_BYTES;
	}
}

void console_log(const char *text, size_t len)
{
	bool is_taken = lock_console();

	if (is_mid_line) {
		port_write("\n", 1);
		is_mid_line = false;
	}
	ring_append(text, len);
	flush_ring();
	unlock_console(is_taken);
	if (notify_log && !READ_ONCE(is_lock_broken)) {
		if (atomic_fetch_add(&nr_listeners, 1) == 0) {
			notify_log();
		}
		atomic_fetch_sub(&nr_listeners, 1);
	}
}

void console_register(const struct console_driver *driver)
{
	spin_lock(&console_lock);
	port = driver;
	flush_ring();
	spin_unlock(&console_lock);
}

int console_start_input(void)
{
	return port && port->start_input ? port->start_input() : -ENODEV;
}

void console_set_input_notify(void (*notify)(void))
{
	notify_input = notify;
}

void console_set_log_notify(void (*notify)(void))
{
	notify_log = notify;
}

static void switch_input(void)
{
	is_input_own = !is_input_own;
	nr_switch_chars = 0;
	printk(is_input_own ? "console: input goes to the hypervisor ('h' for help)"
			    : "console: input goes to Dom0");
}

/* Queue for Dom0; false when its ring is full: the character is lost, as in a UART's FIFO. */
static bool queue_input(char c)
{
	bool is_queued = false;

	spin_lock(&console_lock);
	if (input_end - input_start < INPUT_BYTES) {
		input[input_end++ % INPUT_BYTES] = c;
		is_queued = true;
	}
	spin_unlock(&console_lock);
	return is_queued;
}

void console_input(char c)
{
	nr_switch_chars = c == SWITCH_CHAR ? nr_switch_chars + 1 : 0;
	if (nr_switch_chars == SWITCH_COUNT) {
		switch_input();
		return;
	}
	if (is_input_own) {
		if (c != SWITCH_CHAR) {
			debugkeys_press(c);
		}
		return;
	}
	if (queue_input(c) && notify_input) {
		notify_input();
	}
}

size_t console_guest_read(char *dst, size_t len)
{
	size_t n = 0;

	spin_lock(&console_lock);
	for (; n < len && input_start != input_end; n++) {
		dst[n] = input[input_start++ % INPUT_BYTES];
	}
	spin_unlock(&console_lock);
	return n;
}

/* One line (or its part) of a domain other than Dom0. */
static void write_tagged(const char *tag, const char *text, size_t len)
{
	if (!is_mid_line) {
		port_write("(", 1);
		for (const char *c = tag; *c; c++) {
			port_write(c, 1);
		}
		port_write(") ", 2);
	}
	for (size_t i = 0; i < len; i++) {
		char c = ctype_is_print(text[i]) || ctype_is_space(text[i]) ? text[i] : '.';

		port_write(&c, 1);
		is_mid_line = c != '\n';
	}
}

void console_guest_write(const char *tag, const char *text, size_t len)
{
	spin_lock(&console_lock);
	if (!tag && len) {
		port_write(text, len);
		is_mid_line = text[len - 1] != '\n';
	}
	while (tag && len) {
		size_t n = 0;

		while (n < len && text[n++] != '\n') {}
		write_tagged(tag, text, n);
		text += n;
		len -= n;
	}
	spin_unlock(&console_lock);
}

size_t console_ring_read(char *dst, size_t len, u32 *cursor, bool clear, bool incremental)
{
	u32 at;
	size_t n = 0;

	spin_lock(&console_lock);
	at = ring_start;
	/* A cursor beyond the end is not one of ours: begin at the oldest byte. */
	if (incremental && *cursor - ring_start <= ring_end - ring_start) {
		at = *cursor;
	}
	for (; n < len && at != ring_end; n++) {
		dst[n] = ring[at++ % RING_BYTES];
	}
	if (clear) {
		ring_start = at;
	}
	*cursor = at;
	spin_unlock(&console_lock);
	return n;
}
