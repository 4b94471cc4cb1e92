/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl commands that make, change and destroy CPU pools, and move domains between them. The hook
 * has been asked (op_sysctl_pool.c). Run under the control lock.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/xsm.h>
#include <public/sysctl.h>

#include "../ext/ext.h"
#include "sysctl_pool.h"

/* "Any" is the first free CPU to add and the last one of the pool to remove. */
static int change_cpu(struct xen_sysctl_cpupool_op *arg)
{
	bool is_any = arg->cpu == XEN_SYSCTL_CPUPOOL_PAR_ANY;
	bool is_add = arg->op == XEN_SYSCTL_CPUPOOL_OP_ADDCPU;
	struct sched_pool_info info = { 0 };
	int err = sysctl_find_pool(arg->cpupool_id, &info);
	cpumask_t cpus = is_add ? sched_free_cpus() : info.cpus;

	if (err == 0 && is_any && cpumask_is_empty(cpus)) {
		err = is_add ? -EBUSY : -ENODEV;
	}
	if (err != 0) {
		return err;
	}
	/* Written down, so that a repetition means the same CPU. */
	if (is_any) {
		arg->cpu = is_add ? cpumask_first(cpus) : 63U - (u32)__builtin_clzl(cpus.bits);
	}
	err = (is_add ? sched_pool_add_cpu : sched_pool_remove_cpu)(info.id, arg->cpu);
	return err == -EAGAIN ? -ERESTART : err;
}

static int move_domain(const struct xen_sysctl_cpupool_op *arg)
{
	struct sched_admission why = { 0 };
	struct domain *d = NULL;
	int err = arg->domid >= HV_DOMID_FIRST_RESERVED
			  ? -ESRCH
			  : xsm_target((u16)arg->domid, XSM_DOMAIN_SCHED, &d);

	if (err != 0) {
		return err;
	}
	/* The caller itself is not at rest: it can only stay where it is. */
	if (d != current_domain()) {
		domain_pause(d);
	}
	err = sched_pool_move(&d->sched, arg->cpupool_id, &why);
	if (IS_ENABLED(CONFIG_SCHED_RTDS)) {
		(void)ext_refusal_keep(err, &why);
	}
	if (d != current_domain()) {
		domain_unpause(d);
	}
	domain_put(d);
	return err;
}

int sysctl_change_pool(struct xen_sysctl_cpupool_op *op)
{
	switch (op->op) {
	case XEN_SYSCTL_CPUPOOL_OP_CREATE:
		return sched_pool_create(op->cpupool_id, (enum sched_id)op->sched_id,
					 &op->cpupool_id);
	case XEN_SYSCTL_CPUPOOL_OP_DESTROY:
		return sched_pool_destroy(op->cpupool_id);
	case XEN_SYSCTL_CPUPOOL_OP_ADDCPU:
	case XEN_SYSCTL_CPUPOOL_OP_RMCPU:
		return change_cpu(op);
	case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN:
		return move_domain(op);
	default:
		return -EOPNOTSUPP;
	}
}
