/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket between bh and the monitor of a domain: a name in the abstract
 * space that contains the domain's number, so that it needs no file system,
 * exists exactly as long as the monitor lives, and keeps a second monitor from
 * starting. Only root is listened to.
 *
 * A request is one packet "path NUL value"; the answer is one int (0 or
 * -errno).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "monitor.h"
#include "record.h"

static socklen_t monitor_address(uint32_t domid, struct sockaddr_un *sa)
{
	int n;

	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	n = snprintf(sa->sun_path + 1, sizeof(sa->sun_path) - 1, "bulkhead-monitor-%u", domid);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

int monitor_listen(uint32_t domid)
{
	struct sockaddr_un sa;
	socklen_t len = monitor_address(domid, &sa);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int err;

	if (fd >= 0 && bind(fd, (struct sockaddr *)&sa, len) == 0 && listen(fd, 8) == 0) {
		return fd;
	}
	err = errno;
	if (fd >= 0) {
		close(fd);
	}
	return -err;
}

int monitor_connect(uint32_t domid)
{
	struct timeval limit = { .tv_sec = 5 };
	struct sockaddr_un sa;
	socklen_t len = monitor_address(domid, &sa);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int err;

	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	}
	if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, len) == 0) {
		return fd;
	}
	err = errno;
	if (fd >= 0) {
		close(fd);
	}
	return -err;
}

int monitor_store_write(uint32_t domid, const char *feature, const char *path, const char *value)
{
	char msg[512];
	size_t n = strlen(path) + 1;
	int answer = record_ask(domid, feature, path, value);
	int fd;

	if (answer != -ENOENT) {
		return answer;
	}
	fd = monitor_connect(domid);
	if (fd < 0) {
		return -ENOENT;
	}
	if (n + strlen(value) + 1 > sizeof(msg)) {
		close(fd);
		return -EINVAL;
	}
	memcpy(msg, path, n);
	memcpy(msg + n, value, strlen(value) + 1);
	if (send(fd, msg, n + strlen(value) + 1, MSG_NOSIGNAL) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) != (ssize_t)sizeof(answer)) {
		answer = -ENOENT;
	}
	close(fd);
	return answer;
}

void monitor_answer(int sock, struct store *store)
{
	struct ucred cred = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(cred);
	struct timeval limit = { .tv_sec = 1 };
	char msg[513];
	int answer = -EINVAL;
	int fd = accept4(sock, NULL, NULL, SOCK_CLOEXEC);
	ssize_t n;

	if (fd < 0) {
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	n = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) || cred.uid != 0
		    ? -1
		    : recv(fd, msg, sizeof(msg) - 1, 0);
	if (n > 0) {
		msg[n] = '\0';
		if (strlen(msg) < (size_t)n) {
			answer = store ? store_write(store, msg, msg + strlen(msg) + 1) : -ENOTCONN;
		}
		send(fd, &answer, sizeof(answer), MSG_NOSIGNAL);
	}
	close(fd);
}
