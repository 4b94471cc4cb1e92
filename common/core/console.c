/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console: owns the log ring and the port; what is typed is in console_input.c.
 *
 * Output has two queues: the log, which is its own queue (log_sent follows log_end), and a small
 * one for guests' output. During boot, and again at the machine's end, whoever adds to one sends
 * what the port takes at once. In between that is deferred work, SEND_MAX at a time, and what the
 * port does not take goes when its interrupt says that there is room. So EL2 waits for a serial
 * line only before interrupts work and at the machine's end. The queues take turns at ends of
 * lines.
 *
 * One lock (LOCK_RANK_CONSOLE, a leaf) protects everything here; drivers are called under it and
 * take no lock themselves. Callbacks that notify other parts run after it has been released.
 * Positions count bytes since boot in 32 bits and wrap: only their differences mean anything.
 */
#include <hv/arch.h>
#include <hv/console.h>
#include <hv/ctype.h>
#include <hv/defer.h>
#include <hv/errno.h>
#include <hv/spinlock.h>
#include <hv/string.h>

#define LOG_BYTES   (1U << CONFIG_CONSOLE_RING_SHIFT)
#define GUEST_BYTES 4096U
#define TAG_MAX	    72U /* room that the beginning of a tagged line may need */
/*
 * Characters that are sent in one go: a FIFO of common depth, because some ports interrupt only
 * once theirs has been filled. An emulated port would take everything.
 */
#define SEND_MAX    32U
#define BREAK_SPINS 1000000U
#define PORT_SPINS  1000000U /* a port that takes nothing for so long is dead */

static struct spinlock console_lock = SPINLOCK_INIT(LOCK_RANK_CONSOLE);

static char log_ring[LOG_BYTES];
static u32 log_start; /* oldest byte that readers see */
static u32 log_end;
static u32 log_sent; /* handed to the port so far */

static char guest_ring[GUEST_BYTES];
static u32 guest_sent, guest_end;
static bool is_queued_mid_line; /* the last guest's line queued has not ended */
static const char *last_tag;	/* whose line it is; only compared */
static bool is_sent_mid_line;	/* the last guest's line sent has not ended */

static const struct console_driver *port;
static bool is_port_async;  /* the port's interrupt works: nobody waits for it */
static bool is_room_wanted; /* the interrupt sends what is queued */
static bool is_deferred;

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

/* Hand one contiguous piece of a ring to the port; false when the port does not take all of it. */
static bool send_piece(const char *ring, u32 bytes, u32 *sent, u32 len)
{
	u32 at = *sent % bytes;
	u32 n = MIN(MIN(len, bytes - at), SEND_MAX);
	u32 done = (u32)port->write(ring + at, n);

	*sent += done;
	return done == n;
}

static bool send_log(void)
{
	if (log_end - log_sent > LOG_BYTES) {
		log_sent = log_end - LOG_BYTES;
	}
	if (is_sent_mid_line) { /* and no more of that line is queued: end it */
		is_sent_mid_line = port->write("\n", 1) == 0;
		is_queued_mid_line = is_sent_mid_line;
	}
	return !is_sent_mid_line && send_piece(log_ring, LOG_BYTES, &log_sent, log_end - log_sent);
}

/* The queued guests' output up to the end of a line. */
static bool send_guest(void)
{
	u32 before = guest_sent, len = 0;
	bool is_done;

	while (len < SEND_MAX && guest_sent + len != guest_end &&
	       guest_ring[(guest_sent + len++) % GUEST_BYTES] != '\n') {}
	is_done = send_piece(guest_ring, GUEST_BYTES, &guest_sent, len);
	if (guest_sent != before) {
		is_sent_mid_line = guest_ring[(guest_sent - 1) % GUEST_BYTES] != '\n';
	}
	return is_done;
}

/* Send until the port takes no more, or max and more are sent (false), or all is (true). */
static bool send(u32 max)
{
	u32 before = log_sent + guest_sent;

	while (port) {
		bool has_guest = guest_sent != guest_end;
		bool has_log = log_sent != log_end;

		if (!has_guest && !has_log) {
			break;
		}
		if (log_sent + guest_sent - before >= max ||
		    !(has_log && !(has_guest && is_sent_mid_line) ? send_log() : send_guest())) {
			return false;
		}
	}
	return true;
}

static void send_step(struct defer_work *work)
{
	bool is_left;

	spin_lock(&console_lock);
	is_left = !send(SEND_MAX);
	is_room_wanted = is_left && is_port_async;
	if (is_port_async) {
		port->want_room(is_left);
	} else if (is_left) {
		defer_queue(work);
	}
	spin_unlock(&console_lock);
}

static struct defer_work send_work = { .fn = send_step };

/* After adding to a queue: send, or see to it that it is sent. */
static void flush(void)
{
	if (is_deferred) {
		if (!is_room_wanted) {
			defer_queue(&send_work);
		}
		return;
	}
	if (is_port_async) {
		is_room_wanted = !send(~0U);
		port->want_room(is_room_wanted);
		return;
	}
	for (u32 i = 0; i < PORT_SPINS; i++) {
		u32 before = log_sent + guest_sent;

		if (send(~0U)) {
			return;
		}
		i = log_sent + guest_sent != before ? 0 : i;
		arch_cpu_relax();
	}
	log_sent = log_end;
	guest_sent = guest_end;
}

void console_finish(void)
{
	bool is_taken;

	WRITE_ONCE(is_lock_broken, true);
	is_taken = lock_console();
	is_deferred = false;
	is_port_async = false;
	flush();
	unlock_console(is_taken);
}

void console_room(void)
{
	send_step(&send_work);
}

void console_defer(bool defer)
{
	is_deferred = defer;
}

static void log_append(const char *text, size_t len)
{
	for (size_t n; len != 0; len -= n, text += n) {
		n = MIN(len, LOG_BYTES - log_end % LOG_BYTES);
		memcpy(log_ring + log_end % LOG_BYTES, text, n);
		log_end += (u32)n;
	}
	if (log_end - log_start > LOG_BYTES) {
		log_start = log_end - LOG_BYTES;
	}
}

void console_log(const char *text, size_t len)
{
	bool is_taken = lock_console();

	log_append(text, len);
	flush();
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
	flush();
	spin_unlock(&console_lock);
}

int console_start_input(void)
{
	int rc = port && port->start ? port->start() : -ENODEV;

	is_port_async = rc == 0 && port->want_room;
	is_room_wanted = false;
	return rc;
}

void console_set_log_notify(void (*notify)(void))
{
	notify_log = notify;
}

static void guest_put(char c)
{
	guest_ring[guest_end++ % GUEST_BYTES] = c;
	is_queued_mid_line = c != '\n';
}

/* Queue a character of a tagged line. */
static void guest_put_tagged(const char *tag, char c)
{
	if (is_queued_mid_line && tag != last_tag) {
		guest_put('\n');
	}
	if (!is_queued_mid_line) {
		for (u32 i = 0; i < TAG_MAX - 4 && tag[i]; i++) {
			guest_put(tag[i]);
		}
		guest_put(':');
		guest_put(' ');
	}
	last_tag = tag;
	guest_put(ctype_is_print(c) || ctype_is_space(c) ? c : '.');
}

size_t console_guest_write(const char *tag, const char *text, size_t len)
{
	size_t n = 0;

	spin_lock(&console_lock);
	for (; n < len && GUEST_BYTES - (guest_end - guest_sent) >= TAG_MAX; n++) {
		if (tag) {
			guest_put_tagged(tag, text[n]);
		} else {
			guest_put(text[n]);
		}
	}
	flush();
	spin_unlock(&console_lock);
	return n;
}

size_t console_ring_read(char *dst, size_t len, u32 *cursor, bool clear, bool incremental)
{
	u32 at;
	size_t n = 0;

	spin_lock(&console_lock);
	at = log_start;
	/* A cursor beyond the end is not one of ours: begin at the oldest byte. */
	if (incremental && *cursor - log_start <= log_end - log_start) {
		at = *cursor;
	}
	while (n < len && at != log_end) {
		size_t piece =
			MIN(MIN(len - n, (size_t)(log_end - at)), LOG_BYTES - at % LOG_BYTES);

		memcpy(dst + n, log_ring + at % LOG_BYTES, piece);
		at += (u32)piece;
		n += piece;
	}
	if (clear) {
		log_start = at;
	}
	*cursor = at;
	spin_unlock(&console_lock);
	return n;
}
