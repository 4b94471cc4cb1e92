/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scheduling parameters of a domain: domctl's scheduler_op (include/public/domctl.h). The caller
 * names the scheduler that it means, which must be the one of the domain's pool. credit
 * has parameters per domain, rtds per vCPU (op_domctl_rtds.c). Lock: control_lock, held by the
 * caller.
 */
#include <hv/domain.h>
#include <hv/errno.h>

#include "domctl.h"

#define CREDIT_CAP_UNCHANGED 0xffffU

static int credit_op(struct domain *d, struct xen_domctl_scheduler_op *arg)
{
	struct xen_domctl_sched_credit *credit = &arg->u.credit;
	struct sched_params params;

	sched_group_get(&d->sched, &params);
	if (arg->cmd == XEN_DOMCTL_SCHEDOP_getinfo) {
		credit->weight = (u16)params.weight;
		credit->cap = (u16)params.cap;
		return 0;
	}
	if (arg->cmd != XEN_DOMCTL_SCHEDOP_putinfo) {
		return -EINVAL;
	}
	params.weight = credit->weight != 0 ? credit->weight : params.weight;
	params.cap = credit->cap != CREDIT_CAP_UNCHANGED ? credit->cap : params.cap;
	return sched_group_set(&d->sched, &params);
}

int domctl_scheduler_op(struct domain *d, void *arg)
{
	struct xen_domctl_scheduler_op *op = arg;

	/* The others have no parameters of a domain. */
	if (op->sched_id != sched_group_policy(&d->sched)) {
		return -EINVAL;
	}
	if (IS_ENABLED(CONFIG_SCHED_RTDS) && op->sched_id == XEN_SCHEDULER_RTDS) {
		return domctl_rtds(d, op);
	}
	if (IS_ENABLED(CONFIG_SCHED_CREDIT) && op->sched_id == XEN_SCHEDULER_CREDIT) {
		return credit_op(d, op);
	}
	return -EINVAL;
}
