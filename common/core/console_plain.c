/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console of a configuration in which nobody reads the log, types, or keeps what domains print:
 * one queue for the log and for guests' lines, in the order in which they come, and a port that
 * never interrupts. Stands for console.c. A line of the log, or of another guest, ends the one
 * before it.
 *
 * During boot, and again at the machine's end, whoever adds sends what the port takes at once, and
 * waits for it. In between that is deferred work, SEND_MAX at a time. One lock (LOCK_RANK_CONSOLE,
 * a leaf) protects everything here. Positions count bytes since boot in 32 bits and wrap.
 */
#include <hv/arch.h>
#include <hv/console.h>
#include <hv/ctype.h>
#include <hv/defer.h>
#include <hv/errno.h>
#include <hv/spinlock.h>
#include <hv/string.h>

#define RING_BYTES  4096U
#define LOG_ROOM    1024U /* that guests leave free */
#define TAG_MAX	    72U	  /* room that the beginning of a tagged line may need */
#define SEND_MAX    32U
#define BREAK_SPINS 1000000U
#define PORT_SPINS  1000000U /* a port that takes nothing for so long is dead */

static struct spinlock console_lock = SPINLOCK_INIT(LOCK_RANK_CONSOLE);
static char ring[RING_BYTES];
static u32 ring_sent, ring_end;
static const char *line_tag; /* of the line that has not ended, if it is a guest's; only compared */
static bool is_mid_line;

static const struct console_driver *port;
static bool is_deferred;
static bool is_lock_broken;

/* A panicking CPU waits a while for the lock and then goes on without it. */
static bool lock_console(void)
{
	bool is_taken = likely(!READ_ONCE(is_lock_broken));

	if (is_taken) {
		spin_lock(&console_lock);
	}
	for (u32 i = 0; i < BREAK_SPINS && !is_taken; i++) {
		is_taken = spin_trylock(&console_lock);
		arch_cpu_relax();
	}
	return is_taken;
}

static void unlock_console(bool is_taken)
{
	if (is_taken) {
		spin_unlock(&console_lock);
	}
}

/* One contiguous piece to the port; how much it took. What has been overrun is lost. */
static u32 send(void)
{
	u32 at, n, done = 0;

	if (ring_end - ring_sent > RING_BYTES) {
		ring_sent = ring_end - RING_BYTES;
	}
	at = ring_sent % RING_BYTES;
	n = MIN(MIN(ring_end - ring_sent, RING_BYTES - at), SEND_MAX);
	if (port && n) {
		done = (u32)port->write(ring + at, n);
		ring_sent += done;
	}
	return done;
}

static void send_step(struct defer_work *work)
{
	spin_lock(&console_lock);
	(void)send();
	if (port && ring_sent != ring_end) {
		defer_queue(work);
	}
	spin_unlock(&console_lock);
}

static struct defer_work send_work;

/* After adding to the queue: send, or see to it that it is sent. */
static void flush(void)
{
	u32 left = PORT_SPINS;

	if (is_deferred) {
		defer_queue(&send_work);
		return;
	}
	while (port && ring_sent != ring_end) {
		left = send() ? PORT_SPINS : left - 1;
		if (!left) {
			ring_sent = ring_end;
		}
	}
}

void console_finish(void)
{
	bool is_taken;

	WRITE_ONCE(is_lock_broken, true);
	is_taken = lock_console();
	is_deferred = false;
	flush();
	unlock_console(is_taken);
}

void console_defer(bool defer)
{
	send_work.fn = send_step;
	is_deferred = defer;
}

void console_register(const struct console_driver *driver)
{
	spin_lock(&console_lock);
	port = driver;
	flush();
	spin_unlock(&console_lock);
}

int console_start_input(void)
{
	return -ENODEV;
}

static void put(const char *text, size_t len)
{
	for (; len; len--) {
		ring[ring_end++ % RING_BYTES] = *text;
		is_mid_line = *text++ != '\n';
	}
}

/* Whose the next character is, a guest's or (NULL) the log's. */
static void begin(const char *tag)
{
	if (is_mid_line && tag != line_tag) {
		put("\n", 1);
	}
	if (!is_mid_line && tag) {
		put(tag, strnlen(tag, TAG_MAX - 4));
		put(": ", 2);
	}
	line_tag = tag;
}

void console_log(const char *text, size_t len)
{
	bool is_taken = lock_console();

	begin(NULL);
	put(text, len);
	flush();
	unlock_console(is_taken);
}

size_t console_guest_write(const char *tag, const char *text, size_t len)
{
	size_t n = 0;

	spin_lock(&console_lock);
	for (; n < len && ring_end - ring_sent + LOG_ROOM + TAG_MAX <= RING_BYTES; n++) {
		begin(tag);
		put(ctype_is_print(text[n]) || ctype_is_space(text[n]) ? text + n : ".", 1);
	}
	flush();
	spin_unlock(&console_lock);
	return n;
}
