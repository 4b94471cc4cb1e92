/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall (include/public/bulkhead.h): table of commands with a hook each, and the
 * short ones. Names, loading, consoles and traces are in ext_*.c.
 */
#include <hv/budget.h>
#include <hv/call.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/hypercall.h>
#include <hv/string.h>

#include "ext.h"

_Static_assert(BULKHEAD_TAG_MAX == DOMAIN_TAG_MAX, "one length of tags");
_Static_assert(BULKHEAD_MAX_VCPUS == DOMAIN_VCPUS_MAX, "one limit of vCPUs");

static int get_info(struct domain *caller, void *arg)
{
	struct bulkhead_info *info = arg;

	memset(info, 0, sizeof(*info));
	string_copy(info->version, "Bulkhead " BULKHEAD_VERSION, sizeof(info->version));
	info->nr_cpus = (u32)__builtin_popcountl(cpus_online.bits);
	info->uptime_ns = time_now();
	if (xsm_check(XSM_MACHINE_INFO, caller, NULL) != 0) {
		return 0;
	}
	info->max_domains = CONFIG_MAX_DOMAINS;
	info->total_frames = frame_nr_total();
	info->free_frames = frame_nr_free();
	info->heap_free_pages = heap_nr_free_pages();
	info->nr_domains = domain_count();
	info->cpu_khz = (u32)(time_to_ticks(NSEC_PER_SEC) / 1000);
	return 0;
}

static int set_tag(struct domain *d, void *arg)
{
	const struct bulkhead_tag *in = arg;
	u8 *tag;

	if (in->len > BULKHEAD_TAG_MAX) {
		return -E2BIG;
	}
	tag = in->len != 0 ? heap_alloc(in->len) : NULL;
	if (in->len != 0 && tag == NULL) {
		return -ENOMEM;
	}
	if (guest_copy_from(tag, in->data.va, in->len) != 0) {
		heap_free(tag);
		return -EFAULT;
	}
	heap_free(d->tag);
	d->tag = tag;
	d->tag_bytes = in->len;
	return 0;
}

static int get_tag(struct domain *d, void *arg)
{
	struct bulkhead_tag *tag = arg;
	u32 room = tag->len;

	tag->len = d->tag_bytes;
	return guest_copy_to(tag->data.va, d->tag, MIN(room, d->tag_bytes));
}

static int watch(struct domain *caller, void *arg)
{
	const struct bulkhead_op *op = container_of(arg, struct bulkhead_op, u);
	domid_t target = op->domid == HV_DOMID_SELF ? caller->id : op->domid;
	u32 port = op->u.watch.port;
	struct domain *d;

	if ((op->flags & BULKHEAD_WATCH_remove) != 0) {
		return domain_watch_remove(caller->id, port);
	}
	/* A port that waits for the caller itself: the hypervisor is who raises it. */
	if (!evtchn_is_unbound(caller, port, caller->id)) {
		return -EINVAL;
	}
	d = domain_get(target);
	domain_put(d);
	return d == NULL && target != HV_DOMID_NONE ? -ESRCH
						    : domain_watch_add(caller->id, port, target);
}

u32 ext_vcpu_states(const struct domain *d, struct bulkhead_domain_stat *stat)
{
	struct bulkhead_domain_stat sum = *stat; /* in registers: there may be 64 vCPUs */
	u64 now = time_now();
	u32 states = 0;

	for (u32 i = 0; i < d->nr_vcpus; i++) {
		const struct vcpu *v = d->vcpus[i];
		bool is_running;

		if (v == NULL) {
			continue;
		}
		sum.nr_vcpus += READ_ONCE(v->is_up);
		sum.nr_exits += vcpu_nr_exits(v);
		sum.nr_injected += READ_ONCE(v->nr_injected);
		is_running = READ_ONCE(v->sched.state) == SCHED_STATE_RUNNING;
		sum.cpu_time_ns += is_running ? sched_unit_run_ns(&v->sched, now) : v->sched.run_ns;
		if (is_running) {
			states |= BULKHEAD_STATE_running;
		} else if (READ_ONCE(v->is_up) &&
			   (READ_ONCE(v->sched.blocked) & SCHED_BLOCK_WAIT) == 0) {
			states |= BULKHEAD_STATE_runnable;
		}
	}
	*stat = sum;
	return states;
}

static int domain_stat(struct domain *d, void *arg)
{
	struct bulkhead_domain_stat *stat = arg;
	u32 states;

	memset(stat, 0, sizeof(*stat));
	states = ext_vcpu_states(d, stat);
	stat->state = (states & BULKHEAD_STATE_running) != 0 ? BULKHEAD_STATE_running
		      : states != 0			     ? BULKHEAD_STATE_runnable
							     : BULKHEAD_STATE_blocked;
	spin_lock(&d->lock);
	if (d->is_shut_down || d->is_dying) {
		stat->state = (d->is_shut_down ? BULKHEAD_STATE_shutdown : 0) |
			      (d->is_dying ? BULKHEAD_STATE_dying : 0);
	}
	stat->state |= d->is_control_paused ? BULKHEAD_STATE_paused : 0;
	stat->shutdown_reason = d->shutdown_code;
	spin_unlock(&d->lock);
	stat->created_ns = d->created_ns;
	stat->max_vcpus = d->nr_vcpus;
	stat->nr_pages = domain_nr_pages(d);
	stat->max_pages = d->max_pages;
	stat->s2_pool_used = d->arch.s2.pool.nr_total - d->arch.s2.pool.nr_free;
	stat->s2_pool_total = d->arch.s2.pool.nr_total;
	return 0;
}

/*
 * Plain words that the vCPU's CPU writes and this reads without a lock: figures of the moment. It
 * stays as long as its domain is referenced.
 */
static int vcpu_stat(struct domain *d, void *arg)
{
	struct bulkhead_vcpu_stat *stat = arg;
	const struct vcpu *v = domain_vcpu(d, stat->vcpu);

	if (v == NULL) {
		return -ENOENT;
	}
	memset(stat, 0, sizeof(*stat));
	stat->vcpu = v->id;
	stat->state = READ_ONCE(v->is_up) ? BULKHEAD_VCPU_up : 0;
	stat->state |= READ_ONCE(v->sched.state) == SCHED_STATE_RUNNING ? BULKHEAD_VCPU_running : 0;
	stat->cpu = READ_ONCE(v->sched.cpu);
	stat->cpu_time_ns = sched_unit_run_ns(&v->sched, time_now());
	stat->nr_missed = READ_ONCE(v->sched.rtds.nr_missed);
	stat->nr_injected = READ_ONCE(v->nr_injected);
	for (u32 i = 0; i < BULKHEAD_NR_EXITS; i++) {
		stat->nr_exits[i] = READ_ONCE(v->nr_exits[i]);
	}
	return 0;
}

static int next_domain(struct domain *d, void *arg)
{
	struct bulkhead_op *op = container_of(arg, struct bulkhead_op, u);

	d = domain_get_next(op->domid);
	if (d == NULL) {
		return -ENOENT;
	}
	op->domid = d->id;
	domain_put(d);
	return 0;
}

/* The operation is copied back on success, and with -ERESTART. Some are about a domain. */
#define ANY			    (CALL_OUT | CALL_PROGRESS)
#define OF			    (ANY | CALL_TARGET)
#define ROW(name, run, hook, flags) [BULKHEAD_OP_##name] = { run, XSM_##hook, flags }
#define ROW_IF(option, name, run, hook, flags)                                                     \
	ROW(name, IF_ENABLED(CONFIG_##option, run), hook, flags)

static const struct call_row rows[BULKHEAD_NR_OPS] = {
	ROW(info, get_info, ANY, ANY),
	ROW(set_name, ext_set_name, DOMAIN_NAME, OF | CALL_LOCKED),
	ROW(get_name, ext_get_name, DOMAIN_INFO, OF),
	ROW(find_name, ext_find_name, DOMAIN_INFO, ANY),
	ROW(set_tag, set_tag, DOMAIN_NAME, OF | CALL_LOCKED),
	ROW(get_tag, get_tag, DOMAIN_INFO, OF | CALL_LOCKED),
	ROW(load, ext_load, DOMAIN_LOAD, OF | CALL_FAILED), /* says how far it came */
	ROW_IF(CONSOLE_KEEP, console_read, ext_console_read, DOMAIN_CONSOLE, OF),
	ROW_IF(CONSOLE_KEEP, console_write, ext_console_write, DOMAIN_CONSOLE, OF),
	ROW_IF(CONSOLE_KEEP, console_attach, ext_console_attach, DOMAIN_CONSOLE, OF),
	ROW(watch, watch, DOMAIN_WATCH, ANY),
	ROW(domain_stat, domain_stat, DOMAIN_INFO, OF),
	ROW_IF(EL2_BUDGET, bounds, ext_bounds, MACHINE_INFO, ANY),
	ROW(next_domain, next_domain, DOMAIN_INFO, ANY),
	ROW_IF(SCHED_RTDS, refusal, ext_refusal, DOMAIN_SCHED, ANY | CALL_LOCKED),
	ROW_IF(THROTTLE, get_throttle, ext_get_throttle, DOMAIN_INFO, OF),
	ROW_IF(THROTTLE, set_throttle, ext_set_throttle, DOMAIN_SCHED, OF | CALL_LOCKED),
	ROW(vcpu_stat, vcpu_stat, DOMAIN_INFO, OF),
	ROW_IF(HEALTH, get_health, ext_get_health, DOMAIN_INFO, OF),
	ROW_IF(HEALTH, set_health, ext_set_health, DOMAIN_SCHED, OF),
	ROW_IF(HEALTH, keep_image, ext_keep_image, DOMAIN_LOAD, OF | CALL_LOCKED),
	ROW_IF(TRACE, trace_control, ext_trace_control, MACHINE_TRACE, ANY | CALL_LOCKED),
	ROW_IF(TRACE, trace_read, ext_trace_read, MACHINE_TRACE, ANY),
	ROW_IF(TRACE, latency, ext_latency, DOMAIN_INFO, OF),
};

/* Flags that a command defines. */
static u32 flags_of(u32 cmd)
{
	return cmd == BULKHEAD_OP_watch	    ? BULKHEAD_WATCH_remove
	       : cmd == BULKHEAD_OP_latency ? BULKHEAD_LATENCY_reset
					    : 0;
}

s64 ext_op(u64 *args)
{
	struct bulkhead_op op;
	int err;

	if (guest_copy_from(&op, args[0], sizeof(op)) != 0) {
		return -EFAULT;
	}
	if (op.version != BULKHEAD_INTERFACE_VERSION) {
		op.version = BULKHEAD_INTERFACE_VERSION;
		return guest_copy_to(args[0], &op, sizeof(op)) != 0 ? -EFAULT : -EACCES;
	}
	if (op.cmd >= BULKHEAD_NR_OPS) {
		return -ENOSYS;
	}
	budget_note_sub(op.cmd);
	err = (op.flags & ~flags_of(op.cmd)) != 0 || op.pad != 0
		      ? -EINVAL
		      : call_run(&rows[op.cmd], op.domid, &op.u);
	return call_answer(&rows[op.cmd], err, args[0], &op, sizeof(op));
}
