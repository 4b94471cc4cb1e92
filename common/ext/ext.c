/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall (include/public/bulkhead.h): table of commands with a hook each, and the
 * short ones. Names, loading, consoles, vCPUs' statistics and traces are in ext_*.c.
 */
#include <hv/budget.h>
#include <hv/control.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/health.h>
#include <hv/heap.h>
#include <hv/hypercall.h>
#include <hv/string.h>

#include "ext.h"

_Static_assert(BULKHEAD_TAG_MAX == DOMAIN_TAG_MAX, "one length of tags");
_Static_assert(BULKHEAD_MAX_VCPUS == DOMAIN_VCPUS_MAX, "one limit of vCPUs");

static int get_info(struct domain *d, struct bulkhead_op *op)
{
	struct bulkhead_info *info = &op->u.info;

	(void)d;
	memset(info, 0, sizeof(*info));
	string_copy(info->version, "Bulkhead " BULKHEAD_VERSION, sizeof(info->version));
	info->nr_cpus = (u32)__builtin_popcountl(cpus_online.bits);
	info->uptime_ns = time_now();
	if (xsm_check(XSM_MACHINE_INFO, current_domain(), NULL) != 0) {
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

/* Exchange the tag of a domain; returns the old one. */
static u8 *swap_tag(struct domain *d, u8 *tag, u32 len)
{
	u8 *old;

	spin_lock(&control_lock);
	old = d->tag;
	d->tag = tag;
	d->tag_bytes = len;
	spin_unlock(&control_lock);
	return old;
}

static int set_tag(struct domain *d, struct bulkhead_op *op)
{
	const struct bulkhead_tag *arg = &op->u.tag;
	u8 *tag = NULL;

	if (arg->len > BULKHEAD_TAG_MAX) {
		return -E2BIG;
	}
	if (arg->len != 0) {
		tag = heap_alloc(arg->len);
		if (tag == NULL) {
			return -ENOMEM;
		}
		if (guest_copy_from(tag, arg->data.va, arg->len) != 0) {
			heap_free(tag);
			return -EFAULT;
		}
	}
	heap_free(swap_tag(d, tag, arg->len));
	return 0;
}

static int get_tag(struct domain *d, struct bulkhead_op *op)
{
	struct bulkhead_tag *arg = &op->u.tag;
	u32 nr;
	int err = 0;

	spin_lock(&control_lock);
	nr = MIN(arg->len, d->tag_bytes);
	if (nr != 0) {
		err = guest_copy_to(arg->data.va, d->tag, nr);
	}
	arg->len = d->tag_bytes;
	spin_unlock(&control_lock);
	return err;
}

/* A port of the caller that waits for the caller itself: the hypervisor is who raises it. */
static int check_own_port(u32 port)
{
	struct domain *caller = current_domain();

	return evtchn_is_unbound(caller, port, caller->id) ? 0 : -EINVAL;
}

static int watch(struct domain *d, struct bulkhead_op *op)
{
	struct domain *caller = current_domain();
	u32 port = op->u.watch.port;
	domid_t target = op->domid == HV_DOMID_SELF ? caller->id : op->domid;
	int err;

	(void)d;
	if ((op->flags & BULKHEAD_WATCH_remove) != 0) {
		return domain_watch_remove(caller->id, port);
	}
	err = check_own_port(port);
	if (err == 0 && target != HV_DOMID_NONE) {
		d = domain_get(target);
		if (d == NULL) {
			return -ESRCH;
		}
		domain_put(d);
	}
	return err != 0 ? err : domain_watch_add(caller->id, port, target);
}

static u32 vcpu_states(const struct domain *d, struct bulkhead_domain_stat *stat)
{
	u64 now = time_now();
	u32 states = 0;

	for (u32 i = 0; i < d->nr_vcpus; i++) {
		const struct vcpu *v = d->vcpus[i];

		if (v == NULL) {
			continue;
		}
		stat->nr_vcpus += READ_ONCE(v->is_up);
		stat->cpu_time_ns += sched_unit_run_ns(&v->sched, now);
		stat->nr_exits += vcpu_nr_exits(v);
		stat->nr_injected += READ_ONCE(v->nr_injected);
		if (READ_ONCE(v->sched.state) == SCHED_STATE_RUNNING) {
			states |= BULKHEAD_STATE_running;
		} else if (READ_ONCE(v->is_up) &&
			   (READ_ONCE(v->sched.blocked) & SCHED_BLOCK_WAIT) == 0) {
			states |= BULKHEAD_STATE_runnable;
		}
	}
	return states;
}

static int domain_stat(struct domain *d, struct bulkhead_op *op)
{
	struct bulkhead_domain_stat *stat = &op->u.domain_stat;
	u32 states;

	memset(stat, 0, sizeof(*stat));
	states = vcpu_states(d, stat);
	if ((states & BULKHEAD_STATE_running) != 0) {
		stat->state = BULKHEAD_STATE_running;
	} else {
		stat->state = states != 0 ? BULKHEAD_STATE_runnable : BULKHEAD_STATE_blocked;
	}
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

static int next_domain(struct domain *d, struct bulkhead_op *op)
{
	d = domain_get_next(op->domid);
	if (d == NULL) {
		return -ENOENT;
	}
	op->domid = d->id;
	domain_put(d);
	return 0;
}

static int get_bounds(struct domain *d, struct bulkhead_op *op)
{
	struct bulkhead_bounds *bounds = &op->u.bounds;
	const struct budget_row *row;

	(void)d;
	if (!IS_ENABLED(CONFIG_EL2_BUDGET)) {
		return -ENOSYS;
	}
	row = budget_next(&bounds->index);
	if (row == NULL) {
		return -ENOENT;
	}
	bounds->key = row->key;
	bounds->nr = row->nr;
	bounds->longest = row->longest;
	bounds->limit = budget_limit(row->key);
	return 0;
}

struct bulkhead_row {
	int (*handler)(struct domain *d, struct bulkhead_op *op);
	u32 flags; /* that the command defines */
	enum xsm_hook hook;
	bool has_target;
};

static const struct bulkhead_row rows[BULKHEAD_NR_OPS] = {
	[BULKHEAD_OP_info] = { get_info, 0, XSM_ANY, false },
	[BULKHEAD_OP_set_name] = { ext_set_name, 0, XSM_DOMAIN_NAME, true },
	[BULKHEAD_OP_get_name] = { ext_get_name, 0, XSM_DOMAIN_INFO, true },
	[BULKHEAD_OP_find_name] = { ext_find_name, 0, XSM_DOMAIN_INFO, false },
	[BULKHEAD_OP_set_tag] = { set_tag, 0, XSM_DOMAIN_NAME, true },
	[BULKHEAD_OP_get_tag] = { get_tag, 0, XSM_DOMAIN_INFO, true },
	[BULKHEAD_OP_load] = { ext_load, 0, XSM_DOMAIN_LOAD, true },
	[BULKHEAD_OP_console_read] = { IF_ENABLED(CONFIG_CONSOLE_KEEP, ext_console_read), 0,
				       XSM_DOMAIN_CONSOLE, true },
	[BULKHEAD_OP_console_write] = { IF_ENABLED(CONFIG_CONSOLE_KEEP, ext_console_write), 0,
					XSM_DOMAIN_CONSOLE, true },
	[BULKHEAD_OP_console_attach] = { IF_ENABLED(CONFIG_CONSOLE_KEEP, ext_console_attach), 0,
					 XSM_DOMAIN_CONSOLE, true },
	[BULKHEAD_OP_watch] = { watch, BULKHEAD_WATCH_remove, XSM_DOMAIN_WATCH, false },
	[BULKHEAD_OP_domain_stat] = { domain_stat, 0, XSM_DOMAIN_INFO, true },
	[BULKHEAD_OP_bounds] = { get_bounds, 0, XSM_MACHINE_INFO, false },
	[BULKHEAD_OP_next_domain] = { next_domain, 0, XSM_DOMAIN_INFO, false },
	[BULKHEAD_OP_refusal] = { ext_refusal, 0, XSM_DOMAIN_SCHED, false },
	[BULKHEAD_OP_get_throttle] = { IF_ENABLED(CONFIG_THROTTLE, ext_get_throttle), 0,
				       XSM_DOMAIN_INFO, true },
	[BULKHEAD_OP_set_throttle] = { IF_ENABLED(CONFIG_THROTTLE, ext_set_throttle), 0,
				       XSM_DOMAIN_SCHED, true },
	[BULKHEAD_OP_vcpu_stat] = { ext_vcpu_stat, 0, XSM_DOMAIN_INFO, true },
	[BULKHEAD_OP_get_health] = { health_op_get, 0, XSM_DOMAIN_INFO, true },
	[BULKHEAD_OP_set_health] = { health_op_set, 0, XSM_DOMAIN_SCHED, true },
	[BULKHEAD_OP_keep_image] = { health_op_keep, 0, XSM_DOMAIN_LOAD, true },
	[BULKHEAD_OP_trace_control] = { IF_ENABLED(CONFIG_TRACE, ext_trace_control), 0,
					XSM_MACHINE_TRACE, false },
	[BULKHEAD_OP_trace_read] = { IF_ENABLED(CONFIG_TRACE, ext_trace_read), 0, XSM_MACHINE_TRACE,
				     false },
	[BULKHEAD_OP_latency] = { IF_ENABLED(CONFIG_TRACE, ext_latency), BULKHEAD_LATENCY_reset,
				  XSM_DOMAIN_INFO, true },
};

static int run_row(const struct bulkhead_row *row, struct bulkhead_op *op)
{
	struct domain *d = NULL;
	int err;

	if ((op->flags & ~row->flags) != 0 || op->pad != 0) {
		return -EINVAL;
	}
	if (row->has_target) {
		err = xsm_target(op->domid, row->hook, &d);
	} else {
		err = xsm_check(row->hook, current_domain(), NULL);
	}
	if (err != 0) {
		return err;
	}
	err = row->handler != NULL ? row->handler(d, op) : -ENOSYS; /* not in this build */
	if (d != NULL) {
		domain_put(d);
	}
	return err;
}

s64 ext_op(u64 *args)
{
	struct bulkhead_op op;
	bool is_spoken;
	int err;

	if (guest_copy_from(&op, args[0], sizeof(op)) != 0) {
		return -EFAULT;
	}
	is_spoken = op.version == BULKHEAD_INTERFACE_VERSION;
	if (!is_spoken) {
		op.version = BULKHEAD_INTERFACE_VERSION;
		err = -EACCES;
	} else if (op.cmd >= BULKHEAD_NR_OPS) {
		return -ENOSYS;
	} else {
		budget_note_sub(op.cmd);
		err = run_row(&rows[op.cmd], &op);
	}
	/* A load tells how far it came after an error, too. */
	if ((err == 0 || err == -ERESTART || !is_spoken || op.cmd == BULKHEAD_OP_load) &&
	    guest_copy_to(args[0], &op, sizeof(op)) != 0) {
		return -EFAULT;
	}
	return err;
}
