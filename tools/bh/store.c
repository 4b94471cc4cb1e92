/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring of a domain's store and the protocol on it.
 *
 * The ring lies in the domain's memory: its indices and messages are hostile.
 * Indices are read once and checked, messages are copied out before they are
 * looked at, and whoever breaks the protocol is not answered any more. Answers
 * wait in a bounded queue when the ring is full.
 *
 * Transactions are accepted and not isolated: the domain is the only writer
 * besides this process, which writes single values.
 */
#define _GNU_SOURCE
#include "hyp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <xen/io/xs_wire.h>
#include <xenforeignmemory.h>

#include "build.h"
#include "store.h"
#include "store_tree.h"

#define QUEUE_MAX 32768u

struct store {
	struct store_tree tree;
	struct event *ev;
	uint32_t domid;
	int port;
	bool broken; /* the domain broke the protocol */
	xenforeignmemory_handle *fm;
	struct xenstore_domain_interface *ring;
	char in[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX + 1];
	size_t in_len;
	char out[QUEUE_MAX];
	size_t out_len;
};

/* ---- bytes on the ring ---- */

/* Takes up to @len bytes of requests. Returns how many. */
static size_t ring_take(struct store *s, char *p, size_t len)
{
	struct xenstore_domain_interface *r = s->ring;
	uint32_t prod = __atomic_load_n(&r->req_prod, __ATOMIC_ACQUIRE);
	uint32_t cons = r->req_cons;
	size_t n = 0;

	if (prod - cons > XENSTORE_RING_SIZE) {
		s->broken = true;
		return 0;
	}
	while (n < len && cons + n != prod) {
		p[n] = r->req[MASK_XENSTORE_IDX(cons + n)];
		n++;
	}
	__atomic_store_n(&r->req_cons, cons + (uint32_t)n, __ATOMIC_RELEASE);
	return n;
}

/* Moves queued answers to the ring. Returns how many bytes. */
static size_t ring_flush(struct store *s)
{
	struct xenstore_domain_interface *r = s->ring;
	uint32_t cons = __atomic_load_n(&r->rsp_cons, __ATOMIC_ACQUIRE);
	uint32_t prod = r->rsp_prod;
	size_t n = 0;

	if (prod - cons > XENSTORE_RING_SIZE) {
		s->broken = true;
		return 0;
	}
	while (n < s->out_len && prod + n - cons < XENSTORE_RING_SIZE) {
		r->rsp[MASK_XENSTORE_IDX(prod + n)] = s->out[n];
		n++;
	}
	__atomic_store_n(&r->rsp_prod, prod + (uint32_t)n, __ATOMIC_RELEASE);
	s->out_len -= n;
	memmove(s->out, s->out + n, s->out_len);
	return n;
}

static void queue(struct store *s, const struct xsd_sockmsg *h, const void *data)
{
	if (s->out_len + sizeof(*h) + h->len > sizeof(s->out)) {
		return;
	}
	memcpy(s->out + s->out_len, h, sizeof(*h));
	memcpy(s->out + s->out_len + sizeof(*h), data, h->len);
	s->out_len += sizeof(*h) + h->len;
}

/* ---- changes ---- */

static void fire_one(struct store *s, const char *path, const char *token)
{
	struct xsd_sockmsg h = { .type = XS_WATCH_EVENT };
	char data[2 * TREE_PATH];
	size_t n = strlen(path) + 1;

	memcpy(data, path, n);
	memcpy(data + n, token, strlen(token) + 1);
	h.len = (uint32_t)(n + strlen(token) + 1);
	queue(s, &h, data);
}

/* Tells the domain that @path has changed. Returns the number of its watches concerned. */
static unsigned int fire(struct store *s, const char *path)
{
	char report[TREE_PATH];
	unsigned int hits = 0;

	for (unsigned int i = 0; i < s->tree.nr_watches; i++) {
		if (tree_watch_hit(&s->tree, &s->tree.watch[i], path, report)) {
			fire_one(s, report, s->tree.watch[i].token);
			hits++;
		}
	}
	return hits;
}

/* ---- requests: @arg is NUL-terminated behind its @len bytes; each returns bytes in @out or -errno
 * ---- */

/* Second part of "first\0second"; NULL when there is none. */
static const char *second(const char *arg, size_t len)
{
	size_t n = strlen(arg);

	return n < len ? arg + n + 1 : NULL;
}

static long reply(char *out, const char *text)
{
	strcpy(out, text);
	return (long)strlen(text) + 1;
}

static long reply_ok(char *out, int rc)
{
	return rc ? rc : reply(out, "OK");
}

static long req_read(struct store *s, const char *arg, size_t len, char *out)
{
	const char *value;
	size_t n;
	int rc = tree_read(&s->tree, arg, &value, &n);

	(void)len;
	if (rc) {
		return rc;
	}
	memcpy(out, value, n);
	return (long)n;
}

static long req_write(struct store *s, const char *arg, size_t len, char *out)
{
	const char *value = second(arg, len);
	int rc = value ? tree_write(&s->tree, arg, value, len - (size_t)(value - arg)) : -EINVAL;

	if (rc == 0) {
		fire(s, arg);
	}
	return reply_ok(out, rc);
}

static long req_mkdir(struct store *s, const char *arg, size_t len, char *out)
{
	const char *value;
	size_t n;

	(void)len;
	if (tree_read(&s->tree, arg, &value, &n) == 0) {
		return reply_ok(out, 0);
	}
	return reply_ok(out, tree_write(&s->tree, arg, "", 0));
}

static long req_rm(struct store *s, const char *arg, size_t len, char *out)
{
	int rc = tree_remove(&s->tree, arg);

	(void)len;
	if (rc == 0) {
		fire(s, arg);
	}
	return reply_ok(out, rc == -ENOENT ? 0 : rc);
}

static long req_directory(struct store *s, const char *arg, size_t len, char *out)
{
	(void)len;
	return tree_list(&s->tree, arg, out, XENSTORE_PAYLOAD_MAX);
}

static long req_get_perms(struct store *s, const char *arg, size_t len, char *out)
{
	char text[16];

	(void)arg, (void)len;
	snprintf(text, sizeof(text), "n%u", s->domid);
	return reply(out, text);
}

static long req_accept(struct store *s, const char *arg, size_t len, char *out)
{
	(void)s, (void)arg, (void)len;
	return reply_ok(out, 0);
}

static long req_transaction(struct store *s, const char *arg, size_t len, char *out)
{
	(void)s, (void)arg, (void)len;
	return reply(out, "1");
}

static long req_home(struct store *s, const char *arg, size_t len, char *out)
{
	(void)arg, (void)len;
	return reply(out, s->tree.home);
}

static long req_introduced(struct store *s, const char *arg, size_t len, char *out)
{
	(void)s, (void)arg, (void)len;
	return reply(out, "T");
}

static long req_watch(struct store *s, const char *arg, size_t len, char *out)
{
	const char *token = second(arg, len);

	return reply_ok(out, token ? tree_watch_add(&s->tree, arg, token) : -EINVAL);
}

static long req_unwatch(struct store *s, const char *arg, size_t len, char *out)
{
	const char *token = second(arg, len);

	return reply_ok(out, token ? tree_watch_remove(&s->tree, arg, token) : -EINVAL);
}

static long req_reset(struct store *s, const char *arg, size_t len, char *out)
{
	(void)arg, (void)len;
	s->tree.nr_watches = 0;
	return reply_ok(out, 0);
}

static long (*const requests[XS_TYPE_COUNT])(struct store *, const char *, size_t, char *) = {
	[XS_READ] = req_read,
	[XS_WRITE] = req_write,
	[XS_MKDIR] = req_mkdir,
	[XS_RM] = req_rm,
	[XS_DIRECTORY] = req_directory,
	[XS_GET_PERMS] = req_get_perms,
	[XS_SET_PERMS] = req_accept,
	[XS_TRANSACTION_START] = req_transaction,
	[XS_TRANSACTION_END] = req_accept,
	[XS_GET_DOMAIN_PATH] = req_home,
	[XS_IS_DOMAIN_INTRODUCED] = req_introduced,
	[XS_WATCH] = req_watch,
	[XS_UNWATCH] = req_unwatch,
	[XS_RESET_WATCHES] = req_reset,
};

static const char *error_name(long err)
{
	for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++) {
		if (xsd_errors[i].errnum == err) {
			return xsd_errors[i].errstring;
		}
	}
	return "EINVAL";
}

/* Answers the complete message in s->in. */
static void answer(struct store *s)
{
	char out[XENSTORE_PAYLOAD_MAX];
	struct xsd_sockmsg h;
	char *arg = s->in + sizeof(h);
	long n = -ENOSYS;

	memcpy(&h, s->in, sizeof(h));
	arg[h.len] = '\0';
	if (h.type < XS_TYPE_COUNT && requests[h.type]) {
		n = requests[h.type](s, arg, h.len, out);
	}
	if (n < 0) {
		h.type = XS_ERROR;
		n = reply(out, error_name(-n));
	}
	h.len = (uint32_t)n;
	queue(s, &h, out);
	/* The protocol: a new watch fires once at once, after its own answer. */
	if (h.type == XS_WATCH) {
		fire_one(s, arg, arg + strlen(arg) + 1);
	}
	s->in_len = 0;
}

/* Bytes missing to a complete message; 0 = complete. */
static size_t missing(struct store *s)
{
	struct xsd_sockmsg h;

	if (s->in_len < sizeof(h)) {
		return sizeof(h) - s->in_len;
	}
	memcpy(&h, s->in, sizeof(h));
	if (h.len > XENSTORE_PAYLOAD_MAX) {
		s->broken = true;
		return 0;
	}
	return sizeof(h) + h.len - s->in_len;
}

void store_serve(struct store *s)
{
	size_t moved = 0;
	size_t n;

	do {
		size_t want = missing(s);

		n = ring_flush(s);
		if (want == 0 && !s->broken && s->in_len) {
			answer(s);
			n++;
		} else if (want && s->out_len < QUEUE_MAX / 2) {
			size_t got = ring_take(s, s->in + s->in_len, want);

			s->in_len += got;
			n += got;
		}
		moved += n;
	} while (n && !s->broken);
	if (moved && !s->broken) {
		event_notify(s->ev, s->port);
	}
}

int store_write(struct store *s, const char *path, const char *value)
{
	int rc = tree_write(&s->tree, path, value, strlen(value));

	if (rc) {
		return rc;
	}
	rc = fire(s, path) && !s->broken ? 0 : -ENOTCONN;
	store_serve(s);
	return rc;
}

int store_port(const struct store *s)
{
	return s->port;
}

static void store_fill(struct store *s, const char *name, uint32_t vcpus, uint32_t maxvcpus)
{
	char path[64];
	char value[16];

	snprintf(s->tree.home, sizeof(s->tree.home), "/local/domain/%u", s->domid);
	snprintf(value, sizeof(value), "%u", s->domid);
	tree_write(&s->tree, "domid", value, strlen(value));
	tree_write(&s->tree, "name", name, strlen(name));
	tree_write(&s->tree, "control/shutdown", "", 0);
	for (uint32_t v = 0; v < maxvcpus; v++) {
		const char *state = v < vcpus ? "online" : "offline";

		snprintf(path, sizeof(path), "cpu/%u/availability", v);
		tree_write(&s->tree, path, state, strlen(state));
	}
}

static bool store_connect(struct store *s)
{
	xen_pfn_t gfn = BUILD_STORE_GFN;
	uint64_t port;
	int err = 0;

	if (hyp_hvm_get(s->domid, HVM_PARAM_STORE_EVTCHN, &port) || port == 0) {
		return false;
	}
	s->fm = xenforeignmemory_open(hyp_quiet(), 0);
	s->ring =
		s->fm ? xenforeignmemory_map(s->fm, s->domid, PROT_READ | PROT_WRITE, 1, &gfn, &err)
		      : NULL;
	if (!s->ring || err) {
		return false;
	}
	s->port = event_bind(s->ev, s->domid, (uint32_t)port);
	return s->port >= 0;
}

struct store *store_open(struct event *ev, uint32_t domid, const char *name, uint32_t vcpus,
			 uint32_t maxvcpus)
{
	struct store *s = calloc(1, sizeof(*s));

	if (!s) {
		return NULL;
	}
	s->ev = ev;
	s->domid = domid;
	s->port = -1;
	store_fill(s, name, vcpus, maxvcpus);
	if (!store_connect(s)) {
		store_close(s);
		return NULL;
	}
	store_serve(s);
	return s;
}

void store_close(struct store *s)
{
	if (!s) {
		return;
	}
	if (s->port >= 0) {
		event_unbind(s->ev, s->port);
	}
	if (s->ring) {
		xenforeignmemory_unmap(s->fm, s->ring, 1);
	}
	if (s->fm) {
		xenforeignmemory_close(s->fm);
	}
	tree_free(&s->tree);
	free(s);
}
