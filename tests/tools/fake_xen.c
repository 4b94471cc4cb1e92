/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hypervisor made of one file: stands in for libxencall (fake_event.c: for
 * libxenevtchn and libxenforeignmemory), so that bh runs unchanged where there
 * is no hypervisor.
 *
 * Its state is a file mapped by every bh that runs ($BH_FAKE_STATE); each call
 * is logged as a line of text ($BH_FAKE_LOG); $BH_FAKE_FAIL = "CALL ERRNO" makes
 * one kind of call fail. It checks what a hypervisor would check about order
 * and arguments as far as the tests need it. "bh debug-keys 'stop DOMID REASON'" lets a
 * domain stop, "say DOMID TEXT" makes it write to its console.
 */
#define _GNU_SOURCE
#include "fake_sched.h"
#include "fake_trace.h"
#include "hyp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/event_channel.h>
#include <xen/hvm/hvm_op.h>
#include <xen/memory.h>
#include <xen/version.h>
#include <xencall.h>

#define NR_DOMS	   FAKE_DOMS
#define FREE_PAGES 65536

struct fake_dom {
	uint32_t used, stopped, reason, paused, ports;
	uint64_t pages, pool;
	uint32_t vcpus, rates[BULKHEAD_NR_RATES];
	struct xen_domctl_sched_credit credit;
	char name[64], tag[2048];
	uint32_t tag_len, console_len;
	char console[1024], input[256];
	uint8_t uuid[16];
};

/* The store pages come first, so that a test finds them at DOMID * 4096. */
struct fake {
	char store[NR_DOMS][4096];
	struct fake_dom dom[NR_DOMS];
	struct fake_sched sched;
	uint32_t tracing;
	uint64_t calls; /* of vcpu_stat: its figures grow with each */
};

static struct fake *fake;

void say(const char *fmt, ...)
{
	const char *path = getenv("BH_FAKE_LOG");
	FILE *f = path ? fopen(path, "a") : NULL;
	va_list ap;

	if (f) {
		va_start(ap, fmt);
		vfprintf(f, fmt, ap);
		va_end(ap);
		fputc('\n', f);
		fclose(f);
	}
}

/* Whether $BH_FAKE_FAIL names this call; sets errno. */
static bool fails(const char *call)
{
	const char *fail = getenv("BH_FAKE_FAIL");
	size_t n = strlen(call);

	if (!fail || strncmp(fail, call, n) || fail[n] != ' ') {
		return false;
	}
	errno = atoi(fail + n);
	say("%s: fails", call);
	return true;
}

static long refuse(int err)
{
	errno = err;
	return -1;
}

static struct fake_dom *dom(uint32_t id)
{
	return id < NR_DOMS && fake->dom[id].used ? &fake->dom[id] : NULL;
}

static void open_state(void)
{
	int fd = open(getenv("BH_FAKE_STATE"), O_RDWR | O_CREAT, 0600);

	if (fd < 0 || ftruncate(fd, sizeof(*fake))) {
		abort();
	}
	fake = mmap(NULL, sizeof(*fake), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (!fake->dom[0].used) {
		fake->dom[0] = (struct fake_dom){ .used = 1, .vcpus = 1, .name = "Domain-0" };
	}
}

/* ---- libxencall ---- */

xencall_handle *xencall_open(struct xentoollog_logger *logger, unsigned int flags)
{
	(void)logger, (void)flags;
	open_state();
	return (xencall_handle *)fake;
}

int xencall_close(xencall_handle *x)
{
	(void)x;
	return 0;
}

void *xencall_alloc_buffer(xencall_handle *x, size_t size)
{
	(void)x;
	return malloc(size);
}

void xencall_free_buffer(xencall_handle *x, void *p)
{
	(void)x;
	free(p);
}

static void fill_info(uint32_t id, struct xen_domctl_getdomaininfo *i)
{
	const struct fake_dom *d = &fake->dom[id];

	memset(i, 0, sizeof(*i));
	i->domain = (domid_t)id;
	i->flags = (d->stopped ? XEN_DOMINF_shutdown | d->reason << XEN_DOMINF_shutdownshift : 0) |
		   (d->paused ? XEN_DOMINF_paused : 0) | XEN_DOMINF_blocked;
	i->tot_pages = d->pages;
	i->nr_online_vcpus = 1;
	i->max_vcpu_id = d->vcpus - 1;
	i->cpupool = fake->sched.pool_of[id];
	i->arch_config.gic_version = getenv("BH_FAKE_GIC") ? 1 : 2; /* GICv2, v3 */
	memcpy(i->handle, d->uuid, 16);
}

static long do_create(struct xen_domctl *op)
{
	for (uint32_t i = 1; i < NR_DOMS; i++) {
		if (!fake->dom[i].used) {
			fake->dom[i] = (struct fake_dom){ .used = 1, .paused = 1, .vcpus = 1 };
			fake->dom[i].credit.weight = 256;
			memset(fake->dom[i].rates, 0xff, sizeof(fake->dom[i].rates));
			memcpy(fake->dom[i].uuid, op->u.createdomain.handle, 16);
			memset(fake->store[i], 0, sizeof(fake->store[i]));
			op->domain = (domid_t)i;
			fake->sched.pool_of[i] = op->u.createdomain.cpupool_id;
			op->u.createdomain.arch.gic_version = getenv("BH_FAKE_GIC") ? 1 : 2;
			say("createdomain flags %#x vcpus %u spis %u grant %#x",
			    op->u.createdomain.flags, op->u.createdomain.max_vcpus,
			    op->u.createdomain.arch.nr_spis, op->u.createdomain.grant_opts);
			return 0;
		}
	}
	return refuse(ENOSPC);
}

static long do_scheduler(struct xen_domctl *op, struct fake_dom *d)
{
	struct xen_domctl_scheduler_op *arg = &op->u.scheduler_op;
	bool is_put = arg->cmd == XEN_DOMCTL_SCHEDOP_putinfo;

	if (arg->sched_id == XEN_SCHEDULER_RTDS) {
		return is_put && fails("putrtds") ? -1 : fake_rtds(&fake->sched, op->domain, arg);
	}
	if (!is_put) {
		arg->u.credit = d->credit;
		return 0;
	}
	d->credit = arg->u.credit;
	say("credit weight %u cap %u", d->credit.weight, d->credit.cap);
	return 0;
}

static long do_domctl_dom(struct xen_domctl *op, struct fake_dom *d)
{
	switch (op->cmd) {
	case XEN_DOMCTL_destroydomain:
		say("destroydomain %u", op->domain);
		d->used = 0;
		fake->sched.pool_of[op->domain] = 0;
		return 0;
	case XEN_DOMCTL_pausedomain:
	case XEN_DOMCTL_unpausedomain:
		say("%spausedomain", op->cmd == XEN_DOMCTL_pausedomain ? "" : "un");
		d->paused = op->cmd == XEN_DOMCTL_pausedomain;
		return 0;
	case XEN_DOMCTL_getdomaininfo:
		fill_info(op->domain, &op->u.getdomaininfo);
		return 0;
	case XEN_DOMCTL_max_vcpus:
		say("max_vcpus %u", op->u.max_vcpus.max);
		d->vcpus = op->u.max_vcpus.max;
		return 0;
	case XEN_DOMCTL_max_mem:
		say("max_mem %llu", (unsigned long long)op->u.max_mem.max_memkb);
		return 0;
	case XEN_DOMCTL_set_paging_mempool_size:
		d->pool = op->u.paging_mempool.size;
		say("pool %llu", (unsigned long long)d->pool);
		return d->pool % 4096 ? refuse(EINVAL) : 0;
	case XEN_DOMCTL_setvcpuaffinity:
		say("affinity vcpu %u flags %u hard %02x", op->u.vcpuaffinity.vcpu,
		    op->u.vcpuaffinity.flags, op->u.vcpuaffinity.cpumap_hard.bitmap.p[0]);
		return 0;
	case XEN_DOMCTL_scheduler_op:
		return do_scheduler(op, d);
	case XEN_DOMCTL_vuart_op:
		say("vuart console %#x", op->u.vuart_op.console_domid);
		return 0;
	case XEN_DOMCTL_setvcpucontext:
		say("context vcpu %u pc %#llx x0 %#llx cpsr %#llx", op->u.vcpucontext.vcpu,
		    (unsigned long long)op->u.vcpucontext.ctxt.p->user_regs.pc64,
		    (unsigned long long)op->u.vcpucontext.ctxt.p->user_regs.x0,
		    (unsigned long long)op->u.vcpucontext.ctxt.p->user_regs.cpsr);
		return 0;
	case XEN_DOMCTL_getvcpuinfo:
		op->u.getvcpuinfo.online = op->u.getvcpuinfo.vcpu == 0;
		return 0;
	case XEN_DOMCTL_getvcpuaffinity:
		memset(op->u.vcpuaffinity.cpumap_hard.bitmap.p, 0xff, 1);
		return 0;
	default:
		return fake_device(op);
	}
}

static long do_domctl(struct xen_domctl *op)
{
	char name[32];
	struct fake_dom *d = dom(op->domain);

	snprintf(name, sizeof(name), "domctl%u", op->cmd);
	if (op->interface_version != XEN_DOMCTL_INTERFACE_VERSION) {
		return refuse(EACCES);
	}
	if (fails(name)) {
		return -1;
	}
	if (op->cmd == XEN_DOMCTL_createdomain) {
		return do_create(op);
	}
	return d ? do_domctl_dom(op, d) : refuse(ESRCH);
}

static long do_list(struct xen_sysctl *op)
{
	uint32_t n = 0;

	for (uint32_t i = op->u.getdomaininfolist.first_domain; i < NR_DOMS; i++) {
		if (fake->dom[i].used && n < op->u.getdomaininfolist.max_domains) {
			fill_info(i, &op->u.getdomaininfolist.buffer.p[n++]);
		}
	}
	op->u.getdomaininfolist.num_domains = n;
	return 0;
}

static long do_keys(const char *keys)
{
	unsigned int id, reason;
	int at = 0;
	struct fake_dom *d;

	say("debug_keys %s", keys);
	if (sscanf(keys, "stop %u %u", &id, &reason) == 2 && dom(id)) {
		fake->dom[id].stopped = 1;
		fake->dom[id].reason = reason;
	}
	if (sscanf(keys, "say %u %n", &id, &at) == 1 && dom(id)) {
		d = &fake->dom[id];
		d->console_len =
			(uint32_t)snprintf(d->console, sizeof(d->console), "%s\n", keys + at);
	}
	return 0;
}

static long do_sysctl(struct xen_sysctl *op)
{
	char *text = "(fake) log\n";

	if (op->interface_version != XEN_SYSCTL_INTERFACE_VERSION) {
		return refuse(EACCES);
	}
	switch (op->cmd) {
	case XEN_SYSCTL_getdomaininfolist:
		return do_list(op);
	case XEN_SYSCTL_debug_keys:
		return do_keys(op->u.debug_keys.keys.p);
	case XEN_SYSCTL_cpupool_op:
		return op->u.cpupool_op.op == XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN && fails("sysctl18")
			       ? -1
			       : fake_pool(&fake->sched, &op->u.cpupool_op);
	case XEN_SYSCTL_scheduler_op:
		return fake_schedule(&fake->sched, &op->u.scheduler_op);
	case XEN_SYSCTL_sched_id:
		op->u.sched_id.sched_id = XEN_SCHEDULER_CREDIT;
		return 0;
	case XEN_SYSCTL_readconsole:
		op->u.readconsole.count = op->u.readconsole.index ? 0 : (uint32_t)strlen(text);
		memcpy(op->u.readconsole.buffer.p, text, op->u.readconsole.count);
		op->u.readconsole.index = (uint32_t)strlen(text);
		return 0;
	default:
		return refuse(ENOSYS);
	}
}

static long do_latency(struct bulkhead_op *op)
{
	if (op->u.latency.vcpu > 0) {
		return refuse(ENOENT);
	}
	say("latency %u flags %u", op->u.latency.which, op->flags);
	fake_latency(&op->u.latency);
	return 0;
}

static long do_own_dom(struct bulkhead_op *op, struct fake_dom *d)
{
	struct bulkhead_console_read *r = &op->u.console_read;
	uint32_t n;

	switch (op->cmd) {
	case BULKHEAD_OP_set_name:
		for (uint32_t i = 0; i < NR_DOMS; i++) {
			if (dom(i) && dom(i) != d && !strcmp(fake->dom[i].name, op->u.name.name)) {
				return refuse(EEXIST);
			}
		}
		say("name %s", op->u.name.name);
		strcpy(d->name, op->u.name.name);
		return 0;
	case BULKHEAD_OP_get_name:
		strcpy(op->u.name.name, d->name);
		return 0;
	case BULKHEAD_OP_set_tag:
		memcpy(d->tag, (void *)op->u.tag.data.va, op->u.tag.len);
		d->tag_len = op->u.tag.len;
		say("tag %u bytes", d->tag_len);
		return 0;
	case BULKHEAD_OP_get_tag:
		memcpy((void *)op->u.tag.data.va, d->tag, d->tag_len);
		op->u.tag.len = d->tag_len;
		return 0;
	case BULKHEAD_OP_load:
		say("load %#llx size %llu", (unsigned long long)op->u.load.dst_gpa,
		    (unsigned long long)op->u.load.size);
		op->u.load.done = op->u.load.size;
		return 0;
	case BULKHEAD_OP_console_read:
		n = r->which || r->offset >= d->console_len ? 0
							    : d->console_len - (uint32_t)r->offset;
		memcpy((void *)r->data.va, d->console + r->offset, n);
		r->len = n;
		r->offset += n;
		r->dropped = 0;
		r->end = d->console_len;
		return 0;
	case BULKHEAD_OP_console_write:
		strncat(d->input, (char *)op->u.console_write.data.va, op->u.console_write.len);
		say("typed %.*s", op->u.console_write.len, (char *)op->u.console_write.data.va);
		return 0;
	case BULKHEAD_OP_domain_stat:
		memset(&op->u.domain_stat, 0, sizeof(op->u.domain_stat));
		return 0;
	case BULKHEAD_OP_latency:
		return do_latency(op);
	case BULKHEAD_OP_vcpu_stat:
		return fake_vcpu_stat(&op->u.vcpu_stat, &fake->calls) ? refuse(ENOENT) : 0;
	case BULKHEAD_OP_console_attach:
	case BULKHEAD_OP_watch:
		return op->u.watch.pad || op->u.watch.port ? 0 : refuse(EINVAL);
	default:
		return fake_health(op) ? 0 : refuse(ENOSYS);
	}
}

static long do_own(struct bulkhead_op *op)
{
	char name[32];

	snprintf(name, sizeof(name), "own%u", op->cmd);
	if (op->version != BULKHEAD_INTERFACE_VERSION) {
		return refuse(EACCES);
	}
	if (fails(name)) {
		return -1;
	}
	if (op->cmd == BULKHEAD_OP_refusal) {
		op->u.refusal = (struct bulkhead_refusal){ 1, 300000, 800000, 950000, 0, 0 };
		return 0;
	}
	if (op->cmd == BULKHEAD_OP_info) {
		op->u.info = (struct bulkhead_info){
			.version = "fake",
			.nr_cpus = 4,
			.max_domains = NR_DOMS,
			.total_frames = 262144,
			.free_frames = FREE_PAGES,
			.nr_domains = 1,
			.cpu_khz = 1000000,
			.uptime_ns = ++fake->calls * 1000000000,
		};
		return 0;
	}
	if (op->cmd == BULKHEAD_OP_trace_control || op->cmd == BULKHEAD_OP_trace_read ||
	    op->cmd == BULKHEAD_OP_bounds) {
		return fake_measured(op, &fake->tracing) ? refuse(ENOENT) : 0;
	}
	if (dom(op->domid) && fake_throttle(op, dom(op->domid)->rates, fake->calls)) {
		return 0;
	}
	if (op->cmd == BULKHEAD_OP_find_name) {
		for (uint16_t i = 0; i < NR_DOMS; i++) {
			if (dom(i) && !strcmp(fake->dom[i].name, op->u.name.name)) {
				op->domid = i;
				return 0;
			}
		}
		return refuse(ENOENT);
	}
	return dom(op->domid) ? do_own_dom(op, dom(op->domid)) : refuse(ESRCH);
}

int xencall1(xencall_handle *x, unsigned int nr, uint64_t arg)
{
	(void)x;
	switch (nr) {
	case __HYPERVISOR_domctl:
		return (int)do_domctl((void *)arg);
	case __HYPERVISOR_sysctl:
		return (int)do_sysctl((void *)arg);
	case BULKHEAD_HYPERCALL:
		return (int)do_own((void *)arg);
	default:
		return (int)refuse(ENOSYS);
	}
}

static long do_populate(struct xen_memory_reservation *r)
{
	struct fake_dom *d = dom(r->domid);

	if (fails("populate") || !d) {
		return -1;
	}
	say("populate gfn %#llx order %u count %llu", (unsigned long long)r->extent_start.p[0],
	    r->extent_order, (unsigned long long)r->nr_extents);
	d->pages += r->nr_extents << r->extent_order;
	return (long)r->nr_extents;
}

long xencall2L(xencall_handle *x, unsigned int nr, uint64_t sub, uint64_t arg)
{
	struct xen_hvm_param *p = (void *)arg;
	struct evtchn_alloc_unbound *e = (void *)arg;

	(void)x;
	switch (nr) {
	case __HYPERVISOR_memory_op:
		return sub == XENMEM_populate_physmap ? do_populate((void *)arg) : refuse(ENOSYS);
	case __HYPERVISOR_hvm_op:
		if (sub == HVMOP_set_param) {
			say("param %u = %#llx", p->index, (unsigned long long)p->value);
			return fails("param") ? -1 : 0;
		}
		p->value = 2;
		return 0;
	case __HYPERVISOR_event_channel_op:
		if (fails("evtchn") || !dom(e->dom)) {
			return -1;
		}
		e->port = ++fake->dom[e->dom].ports;
		say("alloc_unbound dom %u remote %#x", e->dom, e->remote_dom);
		return 0;
	case __HYPERVISOR_xen_version:
		return 4 << 16 | 20;
	default:
		return refuse(ENOSYS);
	}
}
