/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own operations (include/public/bulkhead.h), one wrapper each.
 *
 * Buffers that the hypervisor touches come from hyp_buf(). The exception is
 * the source of a load: a mapped file of tens of megabytes is handed over as
 * it is. The kernel may drop its pages meanwhile; the hypervisor then answers
 * -EFAULT with its progress, the page is touched and the call goes on.
 */
#include <errno.h>
#include <string.h>

#include "hyp.h"

#define LOAD_PAGE  4096u
#define LOAD_TRIES 64

static int own_call(struct bulkhead_op *op, uint32_t cmd, uint32_t domid)
{
	op->version = BULKHEAD_INTERFACE_VERSION;
	op->cmd = cmd;
	op->domid = (uint16_t)domid;
	return (int)hyp_call(BULKHEAD_HYPERCALL, -1, op, sizeof(*op));
}

int hyp_own_info(struct bulkhead_info *info)
{
	struct bulkhead_op op = { .cmd = 0 };
	int rc = own_call(&op, BULKHEAD_OP_info, 0);

	*info = op.u.info;
	info->version[sizeof(info->version) - 1] = '\0';
	return rc;
}

int hyp_name_set(uint32_t domid, const char *name)
{
	struct bulkhead_op op = { .cmd = 0 };

	if (strlen(name) >= BULKHEAD_NAME_LEN) {
		return -EINVAL;
	}
	memcpy(op.u.name.name, name, strlen(name) + 1);
	return own_call(&op, BULKHEAD_OP_set_name, domid);
}

int hyp_name_get(uint32_t domid, char name[BULKHEAD_NAME_LEN])
{
	struct bulkhead_op op = { .cmd = 0 };
	int rc = own_call(&op, BULKHEAD_OP_get_name, domid);

	memcpy(name, op.u.name.name, BULKHEAD_NAME_LEN);
	name[BULKHEAD_NAME_LEN - 1] = '\0';
	return rc;
}

int hyp_name_find(const char *name, uint32_t *domid)
{
	struct bulkhead_op op = { .cmd = 0 };
	int rc;

	if (strlen(name) >= BULKHEAD_NAME_LEN) {
		return -ENOENT;
	}
	memcpy(op.u.name.name, name, strlen(name) + 1);
	rc = own_call(&op, BULKHEAD_OP_find_name, 0);
	*domid = op.domid;
	return rc;
}

int hyp_tag_set(uint32_t domid, const void *data, size_t len)
{
	struct bulkhead_op op = { .cmd = 0 };
	void *buf;
	int rc;

	if (len > BULKHEAD_TAG_MAX) {
		return -E2BIG;
	}
	buf = hyp_buf(BULKHEAD_TAG_MAX);
	if (!buf) {
		return -ENOMEM;
	}
	memcpy(buf, data, len);
	op.u.tag.data = GUEST_HANDLE_OF(buf);
	op.u.tag.len = (uint32_t)len;
	rc = own_call(&op, BULKHEAD_OP_set_tag, domid);
	hyp_buf_free(buf);
	return rc;
}

int hyp_tag_get(uint32_t domid, char text[BULKHEAD_TAG_MAX + 1])
{
	struct bulkhead_op op = { .cmd = 0 };
	void *buf = hyp_buf(BULKHEAD_TAG_MAX);
	size_t len;
	int rc;

	text[0] = '\0';
	if (!buf) {
		return -ENOMEM;
	}
	op.u.tag.data = GUEST_HANDLE_OF(buf);
	op.u.tag.len = BULKHEAD_TAG_MAX;
	rc = own_call(&op, BULKHEAD_OP_get_tag, domid);
	len = op.u.tag.len <= BULKHEAD_TAG_MAX ? op.u.tag.len : BULKHEAD_TAG_MAX;
	if (rc == 0) {
		memcpy(text, buf, len);
		text[len] = '\0';
	}
	hyp_buf_free(buf);
	return rc ? rc : (int)len;
}

/* Makes sure that the pages around @p are present. */
static void load_touch(const void *p, uint64_t size)
{
	const volatile uint8_t *b = p;

	for (uint64_t at = 0; at < size && at < 16 * LOAD_PAGE; at += LOAD_PAGE) {
		(void)b[at];
	}
	if (size > 0 && size < 16 * LOAD_PAGE) {
		(void)b[size - 1];
	}
}

int hyp_load(uint32_t domid, const void *src, uint64_t gpa, uint64_t size)
{
	struct bulkhead_op op = { .cmd = 0 };
	uint64_t before = 0;
	int tries = 0;
	int rc;

	op.u.load.src = GUEST_HANDLE_OF(src);
	op.u.load.dst_gpa = gpa;
	op.u.load.size = size;
	do {
		rc = own_call(&op, BULKHEAD_OP_load, domid);
		if (rc != -EFAULT || !src || op.u.load.done >= size) {
			break;
		}
		tries = op.u.load.done > before ? 0 : tries + 1;
		before = op.u.load.done;
		load_touch((const uint8_t *)src + before, size - before);
	} while (tries < LOAD_TRIES);
	return rc;
}

long hyp_con_read(struct hyp_reader *r, void *buf, size_t size)
{
	struct bulkhead_op op = { .cmd = 0 };
	int rc;

	op.u.console_read.which = r->which;
	op.u.console_read.len = (uint32_t)size;
	op.u.console_read.offset = r->offset;
	op.u.console_read.data = GUEST_HANDLE_OF(buf);
	rc = own_call(&op, BULKHEAD_OP_console_read, r->domid);
	if (rc) {
		return rc;
	}
	r->offset = op.u.console_read.offset;
	r->dropped = op.u.console_read.dropped;
	return (long)op.u.console_read.len;
}

long hyp_con_write(uint32_t domid, uint32_t which, const void *buf, size_t len)
{
	struct bulkhead_op op = { .cmd = 0 };
	int rc;

	op.u.console_write.which = which;
	op.u.console_write.len = (uint32_t)len;
	op.u.console_write.data = GUEST_HANDLE_OF(buf);
	rc = own_call(&op, BULKHEAD_OP_console_write, domid);
	return rc ? rc : (long)op.u.console_write.len;
}

int hyp_con_attach(uint32_t domid, uint32_t which, uint32_t port)
{
	struct bulkhead_op op = { .cmd = 0 };

	op.u.console_attach.which = which;
	op.u.console_attach.port = port;
	return own_call(&op, BULKHEAD_OP_console_attach, domid);
}

int hyp_watch(uint32_t domid, uint32_t port)
{
	struct bulkhead_op op = { .cmd = 0 };

	op.u.watch.port = port;
	return own_call(&op, BULKHEAD_OP_watch, domid);
}

int hyp_dom_stat(uint32_t domid, struct bulkhead_domain_stat *st)
{
	struct bulkhead_op op = { .cmd = 0 };
	int rc = own_call(&op, BULKHEAD_OP_domain_stat, domid);

	*st = op.u.domain_stat;
	return rc;
}

int hyp_refusal(struct bulkhead_refusal *r)
{
	struct bulkhead_op op = { .cmd = 0 };
	int rc = own_call(&op, BULKHEAD_OP_refusal, 0);

	*r = op.u.refusal;
	return rc;
}

int hyp_bounds(uint32_t index, struct bulkhead_bounds *bounds)
{
	struct bulkhead_op op = { .cmd = 0 };
	int rc;

	op.u.bounds.index = index;
	rc = own_call(&op, BULKHEAD_OP_bounds, 0);
	*bounds = op.u.bounds;
	return rc;
}

int hyp_vcpu_stat(uint32_t domid, uint32_t vcpu, struct bulkhead_vcpu_stat *st)
{
	struct bulkhead_op op = { .u.vcpu_stat.vcpu = vcpu };
	int rc = own_call(&op, BULKHEAD_OP_vcpu_stat, domid);

	*st = op.u.vcpu_stat;
	return rc;
}

int hyp_throttle_get(uint32_t domid, struct bulkhead_throttle *t)
{
	struct bulkhead_op op = { .cmd = 0 };
	int rc = own_call(&op, BULKHEAD_OP_get_throttle, domid);

	*t = op.u.throttle;
	return rc;
}

int hyp_throttle_set(uint32_t domid, struct bulkhead_throttle *t)
{
	struct bulkhead_op op = { .u.throttle = *t };
	int rc = own_call(&op, BULKHEAD_OP_set_throttle, domid);

	*t = op.u.throttle;
	return rc;
}

int hyp_health_get(uint32_t domid, struct bulkhead_health *h)
{
	struct bulkhead_op op = { .cmd = 0 };
	int rc = own_call(&op, BULKHEAD_OP_get_health, domid);

	*h = op.u.health;
	return rc;
}

int hyp_health_set(uint32_t domid, const struct bulkhead_health_policy *policy)
{
	struct bulkhead_op op = { .u.health_policy = *policy };

	return own_call(&op, BULKHEAD_OP_set_health, domid);
}

int hyp_keep(uint32_t domid, uint64_t gpa, uint64_t bytes)
{
	struct bulkhead_op op = { .u.keep_image = { .gpa = gpa, .bytes = bytes } };

	return own_call(&op, BULKHEAD_OP_keep_image, domid);
}

int hyp_trace_control(uint32_t on, uint32_t off, struct bulkhead_trace_control *st)
{
	struct bulkhead_op op = { .u.trace_control = { .on = on, .off = off } };
	int rc = own_call(&op, BULKHEAD_OP_trace_control, 0);

	*st = op.u.trace_control;
	return rc;
}

int hyp_trace_read(struct bulkhead_trace_read *r)
{
	struct bulkhead_op op = { .u.trace_read = *r };
	int rc = own_call(&op, BULKHEAD_OP_trace_read, 0);

	*r = op.u.trace_read;
	return rc;
}

int hyp_latency(uint32_t domid, struct bulkhead_latency *l, bool reset)
{
	struct bulkhead_op op = { .flags = reset ? BULKHEAD_LATENCY_reset : 0, .u.latency = *l };
	int rc = own_call(&op, BULKHEAD_OP_latency, domid);

	*l = op.u.latency;
	return rc;
}
