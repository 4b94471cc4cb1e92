/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domctl's scheduler_op for rtds, which has parameters per vCPU: a period and a budget, which are a
 * reservation. A call that sets several vCPUs sets all or none: when one is refused, those before
 * it get back what they had, last one first. Each state on the way back has been admitted on the
 * way there, so the way back cannot be refused. Lock: control_lock, held by the caller; it protects
 * undo, too.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>

#include "../ext/ext.h"
#include "domctl.h"

static struct undo {
	struct vcpu *v;
	struct sched_params params;
} undo[DOMAIN_VCPUS_MAX];

static void rtds_fill(const struct vcpu *v, struct xen_domctl_sched_rtds *rtds)
{
	struct sched_params params;

	sched_unit_get(&v->sched, &params);
	rtds->period = params.period_us;
	rtds->budget = params.budget_us;
	rtds->flags = params.extratime ? XEN_DOMCTL_SCHEDRT_extra : 0;
}

/* Set one vCPU and remember in step what it had. */
static int rtds_set(struct vcpu *v, const struct xen_domctl_sched_rtds *rtds, struct undo *step)
{
	struct sched_params params;
	struct sched_admission why;

	if ((rtds->flags & ~XEN_DOMCTL_SCHEDRT_extra) != 0) {
		return -EINVAL;
	}
	sched_unit_get(&v->sched, &params);
	*step = (struct undo){ v, params };
	params.period_us = rtds->period;
	params.budget_us = rtds->budget;
	params.extratime = (rtds->flags & XEN_DOMCTL_SCHEDRT_extra) != 0;
	return ext_refusal_keep(sched_unit_set(&v->sched, &params, &why), &why);
}

/*
 * Step i: what it is about is entry i of the caller's list, or for the whole domain vCPU i and what
 * stands in the operation itself. *nr_set counts the vCPUs that were set.
 */
static int rtds_step(struct domain *d, struct xen_domctl_scheduler_op *op, u32 i, u32 *nr_set)
{
	struct xen_domctl_schedparam_vcpu one = { .vcpuid = i, .u.rtds = op->u.rtds };
	bool is_list = op->cmd >= XEN_DOMCTL_SCHEDOP_putvcpuinfo;
	u64 at = op->u.v.vcpus.va + i * sizeof(one);
	struct vcpu *v;
	int err;

	if (is_list && guest_copy_from(&one, at, sizeof(one)) != 0) {
		return -EFAULT;
	}
	v = domain_vcpu(d, one.vcpuid);
	if (v == NULL) {
		return op->cmd == XEN_DOMCTL_SCHEDOP_putinfo ? 0 : -EINVAL;
	}
	if (op->cmd == XEN_DOMCTL_SCHEDOP_putinfo || op->cmd == XEN_DOMCTL_SCHEDOP_putvcpuinfo) {
		err = rtds_set(v, &one.u.rtds, &undo[*nr_set]);
		*nr_set += err == 0;
		return err;
	}
	rtds_fill(v, is_list ? &one.u.rtds : &op->u.rtds);
	return is_list ? guest_copy_to(at, &one, sizeof(one)) : 0;
}

int domctl_rtds(struct domain *d, struct xen_domctl_scheduler_op *op)
{
	u32 nr = op->cmd == XEN_DOMCTL_SCHEDOP_putinfo	 ? d->nr_vcpus
		 : op->cmd == XEN_DOMCTL_SCHEDOP_getinfo ? 1
							 : op->u.v.nr_vcpus;
	u32 nr_set = 0;
	int err = 0;

	if (op->cmd > XEN_DOMCTL_SCHEDOP_getvcpuinfo || nr > DOMAIN_VCPUS_MAX) {
		return -EINVAL;
	}
	for (u32 i = 0; i < nr && err == 0; i++) {
		err = rtds_step(d, op, i, &nr_set);
	}
	while (err != 0 && nr_set-- > 0) {
		(void)sched_unit_set(&undo[nr_set].v->sched, &undo[nr_set].params, NULL);
	}
	return err;
}
