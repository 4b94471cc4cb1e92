/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor keeps the text, so nothing is lost when nobody listens: what
 * a terminal does not take stays where it is, and who opens it first sees the
 * kept text. The slave side is held open, or the first client that leaves
 * would end it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "err.h"
#include "hyp.h"
#include "tty.h"
#include "xstore.h"

#define TTY_BUF	   1024
#define TTY_ESCAPE 0x1d /* Ctrl-] */

struct tty {
	int master, slave;
	struct hyp_reader reader;
	char *out; /* shared with the hypervisor */
	size_t out_len, out_at;
	char *in;
	size_t in_len;
};

static bool tty_make(struct tty *t, uint32_t domid)
{
	struct termios mode;
	char name[64];

	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (t->master < 0 || grantpt(t->master) || unlockpt(t->master) ||
	    ptsname_r(t->master, name, sizeof(name))) {
		return false;
	}
	t->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->slave < 0 || tcgetattr(t->slave, &mode)) {
		return false;
	}
	cfmakeraw(&mode);
	return tcsetattr(t->slave, TCSANOW, &mode) == 0 &&
	       xstore_write("xenconsoled", "/local/domain/%u/console/type", domid) == 0 &&
	       xstore_write("pty", "/local/domain/%u/console/output", domid) == 0 &&
	       xstore_write(name, "/local/domain/%u/console/tty", domid) == 0;
}

struct tty *tty_open(uint32_t domid)
{
	struct tty *t = calloc(1, sizeof(*t));

	if (!t) {
		return NULL;
	}
	t->master = t->slave = -1;
	t->reader = (struct hyp_reader){ .domid = domid, .which = BULKHEAD_CONSOLE_pv };
	t->out = hyp_buf(TTY_BUF);
	t->in = hyp_buf(TTY_BUF);
	if (!t->out || !t->in || !tty_make(t, domid)) {
		tty_close(t);
		return NULL;
	}
	return t;
}

struct pollfd tty_poll(const struct tty *t)
{
	struct pollfd p = { .fd = -1 };

	if (t) {
		p.fd = t->master;
		p.events = (short)((t->in_len < TTY_BUF ? POLLIN : 0) |
				   (t->out_at < t->out_len ? POLLOUT : 0));
	}
	return p;
}

/* Kept text to the terminal. */
static void tty_say(struct tty *t)
{
	for (;;) {
		ssize_t n;

		if (t->out_at == t->out_len) {
			long got = hyp_con_read(&t->reader, t->out, TTY_BUF);

			t->out_at = 0;
			t->out_len = got > 0 ? (size_t)got : 0;
		}
		n = t->out_len ? write(t->master, t->out + t->out_at, t->out_len - t->out_at) : 0;
		if (n <= 0) {
			return;
		}
		t->out_at += (size_t)n;
	}
}

/* What was typed to the domain. */
static void tty_hear(struct tty *t)
{
	ssize_t got = t->in_len < TTY_BUF ? read(t->master, t->in + t->in_len, TTY_BUF - t->in_len)
					  : 0;
	long n;

	t->in_len += got > 0 ? (size_t)got : 0;
	n = t->in_len ? hyp_con_write(t->reader.domid, t->reader.which, t->in, t->in_len) : 0;
	if (n > 0) {
		t->in_len -= (size_t)n;
		memmove(t->in, t->in + n, t->in_len);
	}
}

void tty_serve(struct tty *t)
{
	if (t) {
		tty_say(t);
		tty_hear(t);
	}
}

void tty_close(struct tty *t)
{
	if (!t) {
		return;
	}
	if (t->slave >= 0) {
		close(t->slave);
	}
	if (t->master >= 0) {
		close(t->master);
	}
	hyp_buf_free(t->out);
	hyp_buf_free(t->in);
	free(t);
}

/* ---- the other end ---- */

/* Copies once. false = the end of @from, or Ctrl-] typed. */
static bool tty_copy(int from, int to, bool is_typed)
{
	char buf[TTY_BUF];
	ssize_t n = read(from, buf, sizeof(buf));

	if (n <= 0 || (is_typed && memchr(buf, TTY_ESCAPE, (size_t)n))) {
		return false;
	}
	for (ssize_t at = 0; at < n;) {
		ssize_t done = write(to, buf + at, (size_t)(n - at));

		if (done < 0 && errno != EINTR) {
			return false;
		}
		at += done > 0 ? done : 0;
	}
	return true;
}

int tty_attach(uint32_t domid, const char *path)
{
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
			       { .fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC),
				 .events = POLLIN } };
	struct termios before;
	bool is_raw = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	struct termios mode = before;

	if (p[1].fd < 0) {
		return err_say(BH_FAILED,
			       "cannot open the console of domain %u, %s\n"
			       "is xenconsoled running? bh setup",
			       domid, path);
	}
	if (is_raw) {
		cfmakeraw(&mode);
		tcsetattr(STDIN_FILENO, TCSANOW, &mode);
		fprintf(stderr, "[console of domain %u, Ctrl-] leaves]\r\n", domid);
	}
	while (poll(p, 2, -1) > 0) {
		if (((p[0].revents & (POLLIN | POLLHUP)) && !tty_copy(p[0].fd, p[1].fd, is_raw)) ||
		    ((p[1].revents & (POLLIN | POLLHUP)) &&
		     !tty_copy(p[1].fd, STDOUT_FILENO, false))) {
			break;
		}
	}
	if (is_raw) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
		fprintf(stderr, "\n[detached]\n");
	}
	close(p[1].fd);
	return BH_OK;
}
