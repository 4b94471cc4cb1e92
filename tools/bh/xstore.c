/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Over libxenstore, to xenstored's socket only: the kernel's device would wait
 * for ever in a Dom0 without xenstored. A dead socket is found by trying it
 * before libxenstore does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <xenstore.h>

#include "err.h"
#include "text.h"
#include "xstore.h"

static struct xs_handle *connection;

static bool xstore_answers(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	ok = fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0;
	if (fd >= 0) {
		close(fd);
	}
	return ok;
}

bool xstore_runs(void)
{
	if (!connection && xstore_answers(xs_daemon_socket())) {
		connection = xs_open(0);
	}
	return connection != NULL;
}

int xstore_need(const char *what)
{
	if (xstore_runs()) {
		return BH_OK;
	}
	return err_say(BH_FAILED, "%s needs xenstored, which does not run\nstart it: bh setup",
		       what);
}

struct xs_handle *xstore_handle(void)
{
	return xstore_runs() ? connection : NULL;
}

/* Writes the path that @fmt names. false = too long, or no store. */
static bool xstore_path(char path[XSTORE_PATH], const char *fmt, va_list ap)
{
	int n = vsnprintf(path, XSTORE_PATH, fmt, ap);

	return n > 0 && n < XSTORE_PATH && xstore_runs();
}

char *xstore_read(const char *fmt, ...)
{
	char path[XSTORE_PATH];
	unsigned int len;
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = xstore_path(path, fmt, ap);
	va_end(ap);
	return ok ? xs_read(connection, XBT_NULL, path, &len) : NULL;
}

uint64_t xstore_number(uint64_t otherwise, const char *fmt, ...)
{
	char path[XSTORE_PATH];
	uint64_t value = otherwise;
	va_list ap;
	char *text;
	bool ok;

	va_start(ap, fmt);
	ok = xstore_path(path, fmt, ap);
	va_end(ap);
	text = ok ? xstore_read("%s", path) : NULL;
	if (!text || !text_u64(text, UINT64_MAX, &value)) {
		value = otherwise;
	}
	free(text);
	return value;
}

int xstore_write(const char *value, const char *fmt, ...)
{
	char path[XSTORE_PATH];
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = xstore_path(path, fmt, ap);
	va_end(ap);
	if (!ok) {
		return -ENOTCONN;
	}
	return xs_write(connection, XBT_NULL, path, value, (unsigned int)strlen(value)) ? 0
											: -errno;
}

int xstore_remove(const char *fmt, ...)
{
	char path[XSTORE_PATH];
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = xstore_path(path, fmt, ap);
	va_end(ap);
	if (!ok) {
		return -ENOTCONN;
	}
	return xs_rm(connection, XBT_NULL, path) || errno == ENOENT ? 0 : -errno;
}

char **xstore_list(unsigned int *nr, const char *fmt, ...)
{
	char path[XSTORE_PATH];
	va_list ap;
	bool ok;

	*nr = 0;
	va_start(ap, fmt);
	ok = xstore_path(path, fmt, ap);
	va_end(ap);
	return ok ? xs_directory(connection, XBT_NULL, path, nr) : NULL;
}

int xstore_make(uint32_t owner, uint32_t reader, const char *fmt, ...)
{
	struct xs_permissions perms[2] = {
		{ .id = owner, .perms = XS_PERM_NONE },
		{ .id = reader, .perms = XS_PERM_READ },
	};
	char path[XSTORE_PATH];
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = xstore_path(path, fmt, ap);
	va_end(ap);
	if (!ok) {
		return -ENOTCONN;
	}
	ok = xs_mkdir(connection, XBT_NULL, path) &&
	     xs_set_permissions(connection, XBT_NULL, path, perms, owner == reader ? 1 : 2);
	return ok ? 0 : -errno;
}

int xstore_wait(const char *path, const char *value, unsigned int ms)
{
	struct timespec step = { .tv_nsec = 10000000 };

	for (unsigned int t = 0;; t += 10) {
		char *text = xstore_read("%s", path);
		bool is = value ? text && !strcmp(text, value) : !text;

		free(text);
		if (is || t >= ms) {
			return is ? 0 : -ETIMEDOUT;
		}
		nanosleep(&step, NULL);
	}
}
