/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consoles. The hypervisor keeps what a domain writes (64 KiB per stream) and
 * numbers its bytes; reading does not consume, so any number of readers see the
 * same text and nothing blocks the guest. A reader asks for "everything from
 * byte n on" and is woken by an event channel when there is more.
 *
 * Only the newest reader of a stream is woken; the others notice at the
 * next time-out. The terminal is set to raw mode while connected and restored on
 * every way out, signals included.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "console.h"
#include "dom.h"
#include "err.h"
#include "event.h"
#include "hyp.h"

#define CONSOLE_BUF	16384
#define CONSOLE_ESCAPE	0x1d /* Ctrl-] */
#define CONSOLE_POLL_MS 1000

struct console {
	uint32_t domid;
	uint32_t which;
	struct hyp_reader reader;
	struct event ev;
	char *buf;     /* output, shared with the hypervisor */
	char *in;      /* input, shared with the hypervisor */
	size_t in_len; /* bytes not yet taken */
	bool stdin_open;
	bool ended;
};

static struct termios console_saved;
static volatile sig_atomic_t console_stop;

static void console_signal(int sig)
{
	(void)sig;
	console_stop = 1;
}

static bool console_raw(void)
{
	struct sigaction sa = { .sa_handler = console_signal };
	struct termios t;

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &console_saved)) {
		return false;
	}
	t = console_saved;
	cfmakeraw(&t);
	return tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0;
}

static int console_put(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			return -errno;
		}
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* Copies what is new to @fd. 0 or -errno. */
static int console_drain(struct console *c, int fd)
{
	struct hyp_reader *r = &c->reader;
	char note[64];
	long n;

	do {
		bool fresh = r->offset == 0;

		n = hyp_con_read(r, c->buf, CONSOLE_BUF);
		/* What was lost before the first look is no news. */
		if (n > 0 && r->dropped && !fresh) {
			int len = snprintf(note, sizeof(note), "\r\n[%llu bytes lost]\r\n",
					   (unsigned long long)r->dropped);

			console_put(fd, note, (size_t)len);
		}
		if (n > 0 && console_put(fd, c->buf, (size_t)n)) {
			return -EIO;
		}
	} while (n > 0);
	return (int)n;
}

/* Hands over what was typed; keeps what does not fit. */
static void console_push(struct console *c)
{
	long n = c->in_len ? hyp_con_write(c->domid, c->which, c->in, c->in_len) : 0;

	if (n > 0) {
		c->in_len -= (size_t)n;
		memmove(c->in, c->in + n, c->in_len);
	}
}

/* Reads the keyboard. true = the user wants to leave. */
static bool console_typed(struct console *c)
{
	ssize_t n = read(STDIN_FILENO, c->in + c->in_len, 256);
	char *esc;

	if (n <= 0) {
		c->stdin_open = n < 0 && (errno == EINTR || errno == EAGAIN);
		return false;
	}
	esc = memchr(c->in + c->in_len, CONSOLE_ESCAPE, (size_t)n);
	if (esc && isatty(STDIN_FILENO)) {
		return true;
	}
	c->in_len += (size_t)n;
	console_push(c);
	return false;
}

/* Whether the domain can still say something. */
static bool console_alive(struct console *c)
{
	struct xen_domctl_getdomaininfo info;

	return hyp_dom_info(c->domid, &info) == 0 &&
	       !(info.flags & (XEN_DOMINF_dying | XEN_DOMINF_shutdown));
}

static int console_loop(struct console *c)
{
	while (!console_stop) {
		struct pollfd p[2] = {
			{ .fd = c->ev.fd, .events = POLLIN },
			{ .fd = c->stdin_open && c->in_len < 2048 ? STDIN_FILENO : -1,
			  .events = POLLIN },
		};
		bool alive = console_alive(c);
		int rc = console_drain(c, STDOUT_FILENO);

		if (rc < 0 || !alive) {
			c->ended = true;
			return rc == -EIO ? -EIO : 0;
		}
		console_push(c);
		if (poll(p, 2, CONSOLE_POLL_MS) < 0 && errno != EINTR) {
			return -errno;
		}
		while (event_take(&c->ev) >= 0) {
			;
		}
		if ((p[1].revents & (POLLIN | POLLHUP)) && console_typed(c)) {
			return 0;
		}
	}
	return 0;
}

uint32_t console_pick(uint32_t domid, uint32_t which)
{
	struct hyp_reader pv = { .domid = domid, .which = BULKHEAD_CONSOLE_pv };
	char tag[BULKHEAD_TAG_MAX + 1];
	char *buf;
	uint64_t port = 1;
	long n = 0;

	if (which != CONSOLE_AUTO) {
		return which;
	}
	buf = hyp_buf(64);
	if (buf) {
		n = hyp_con_read(&pv, buf, 64);
	}
	hyp_buf_free(buf);
	/* A boot-time domain has no tag, and either a ring or a virtual UART. */
	(void)hyp_hvm_get(domid, HVM_PARAM_CONSOLE_EVTCHN, &port);
	if (n <= 0 && (port == 0 || (hyp_tag_get(domid, tag) > 0 && strstr(tag, "\nvuart=")))) {
		return BULKHEAD_CONSOLE_vuart;
	}
	return BULKHEAD_CONSOLE_pv;
}

static int console_setup(struct console *c)
{
	int rc = event_open(&c->ev);

	if (rc) {
		return rc;
	}
	rc = hyp_con_attach(c->domid, c->which, (uint32_t)c->ev.port);
	if (rc == 0) {
		/* Also woken when the domain stops; without it the time-out still notices. */
		hyp_watch(c->domid, (uint32_t)c->ev.port);
	}
	if (rc) {
		event_close(&c->ev);
		return err_sys(
			rc,
			"cannot attach to the console of domain %u\n\"bh list\" shows the domains",
			c->domid);
	}
	return BH_OK;
}

int console_run(uint32_t domid, uint32_t which)
{
	struct console c = {
		.domid = domid,
		.which = console_pick(domid, which),
		.stdin_open = true,
		.buf = hyp_buf(CONSOLE_BUF),
		.in = hyp_buf(4096),
	};
	bool raw;
	int rc;

	if (!c.buf || !c.in) {
		return err_say(BH_FAILED, "out of memory\nfree memory in Dom0");
	}
	c.reader = (struct hyp_reader){ .domid = domid, .which = c.which };
	rc = console_setup(&c);
	if (rc) {
		return rc;
	}
	raw = console_raw();
	if (raw) {
		fprintf(stderr, "[console of domain %u, Ctrl-] leaves]\r\n", domid);
	}
	rc = console_loop(&c);
	if (raw) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &console_saved);
		fprintf(stderr, "\n[%s]\n", c.ended ? "the domain has ended" : "detached");
	}
	event_close(&c.ev);
	hyp_buf_free(c.buf);
	hyp_buf_free(c.in);
	return rc ? err_sys(rc, "console of domain %u", domid) : BH_OK;
}

int console_dump(uint32_t domid, uint32_t which, int fd)
{
	struct console c = {
		.reader = { .domid = domid, .which = which },
		.buf = hyp_buf(CONSOLE_BUF),
	};
	int rc = c.buf ? console_drain(&c, fd) : -ENOMEM;

	hyp_buf_free(c.buf);
	return rc;
}

int console_type(uint32_t domid, uint32_t which, const char *text)
{
	struct timespec pause = { .tv_nsec = 10000000 };
	size_t len = strlen(text);
	char *buf = hyp_buf(len + 1);
	size_t done = 0;
	long n = 0;

	if (!buf) {
		return -ENOMEM;
	}
	memcpy(buf, text, len);
	for (int tries = 0; done < len && n >= 0 && tries < 200; tries++) {
		n = hyp_con_write(domid, which, buf + done, len - done);
		done += n > 0 ? (size_t)n : 0;
		if (n == 0) {
			nanosleep(&pause, NULL);
		}
	}
	hyp_buf_free(buf);
	return n < 0 ? (int)n : done < len ? -ETIMEDOUT : 0;
}
