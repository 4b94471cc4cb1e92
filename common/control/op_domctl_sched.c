/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scheduling parameters of a domain: domctl's scheduler_op (include/public/domctl.h). The caller
 * names the scheduler that it means, which must be the one of the domain's pool.
 *
 * credit has parameters per domain, rtds per vCPU: a period and a budget, which are a reservation.
 * A call that sets several vCPUs sets all or none: when one is refused, those before it get back
 * what they had, last one first. Each state on the way back has been admitted on the way there, so
 * the way back cannot be refused. Lock: control_lock, held by the caller; it protects undo, too.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>

#include "../ext/ext.h"
#include "domctl.h"

#define CREDIT_CAP_UNCHANGED 0xffffU

static struct undo {
	struct vcpu *v;
	struct sched_params params;
} undo[DOMAIN_VCPUS_MAX];

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
	int err;

	if ((rtds->flags & ~XEN_DOMCTL_SCHEDRT_extra) != 0) {
		return -EINVAL;
	}
	sched_unit_get(&v->sched, &params);
	*step = (struct undo){ v, params };
	params.period_us = rtds->period;
	params.budget_us = rtds->budget;
	params.extratime = (rtds->flags & XEN_DOMCTL_SCHEDRT_extra) != 0;
	err = sched_unit_set(&v->sched, &params, &why);
	if (err == -ENOSPC) {
		ext_refusal_keep(&why);
	}
	return err;
}

/* The result of a call that has done nr steps: after an error they are undone. */
static int rtds_finish(int err, u32 nr)
{
	while (err != 0 && nr-- > 0) {
		(void)sched_unit_set(&undo[nr].v->sched, &undo[nr].params, NULL);
	}
	return err;
}

static int rtds_put_all(struct domain *d, const struct xen_domctl_sched_rtds *rtds)
{
	u32 nr = 0;
	int err = 0;

	for (u32 i = 0; i < d->nr_vcpus && err == 0; i++) {
		if (d->vcpus[i] != NULL) {
			err = rtds_set(d->vcpus[i], rtds, &undo[nr]);
			nr += err == 0;
		}
	}
	return rtds_finish(err, nr);
}

/* Entry i of the caller's list: about which vCPU, and what. */
static int get_entry(struct domain *d, u64 at, struct xen_domctl_schedparam_vcpu *one)
{
	if (guest_copy_from(one, at, sizeof(*one)) != 0) {
		return -EFAULT;
	}
	return domctl_vcpu(d, one->vcpuid) == NULL ? -EINVAL : 0;
}

static int rtds_put_some(struct domain *d, const struct xen_domctl_scheduler_op *arg)
{
	struct xen_domctl_schedparam_vcpu one;
	u32 nr = 0;
	int err = 0;

	for (u32 i = 0; i < arg->u.v.nr_vcpus && err == 0; i++) {
		err = get_entry(d, arg->u.v.vcpus.va + i * sizeof(one), &one);
		if (err == 0) {
			err = rtds_set(d->vcpus[one.vcpuid], &one.u.rtds, &undo[nr]);
			nr += err == 0;
		}
	}
	return rtds_finish(err, nr);
}

static int rtds_get_some(struct domain *d, const struct xen_domctl_scheduler_op *arg)
{
	struct xen_domctl_schedparam_vcpu one;
	int err = 0;

	for (u32 i = 0; i < arg->u.v.nr_vcpus && err == 0; i++) {
		u64 at = arg->u.v.vcpus.va + i * sizeof(one);

		err = get_entry(d, at, &one);
		if (err == 0) {
			rtds_fill(d->vcpus[one.vcpuid], &one.u.rtds);
			err = guest_copy_to(at, &one, sizeof(one)) != 0 ? -EFAULT : 0;
		}
	}
	return err;
}

static int rtds_op(struct domain *d, struct xen_domctl_scheduler_op *arg)
{
	bool is_all = arg->cmd <= XEN_DOMCTL_SCHEDOP_getinfo;

	if (!is_all && arg->u.v.nr_vcpus > DOMAIN_VCPUS_MAX) {
		return -EINVAL;
	}
	switch (arg->cmd) {
	case XEN_DOMCTL_SCHEDOP_putinfo:
		return rtds_put_all(d, &arg->u.rtds);
	case XEN_DOMCTL_SCHEDOP_getinfo:
		if (d->vcpus[0] == NULL) {
			return -EINVAL;
		}
		rtds_fill(d->vcpus[0], &arg->u.rtds);
		return 0;
	case XEN_DOMCTL_SCHEDOP_putvcpuinfo:
		return rtds_put_some(d, arg);
	case XEN_DOMCTL_SCHEDOP_getvcpuinfo:
		return rtds_get_some(d, arg);
	default:
		return -EINVAL;
	}
}

int domctl_scheduler_op(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_scheduler_op *arg = &op->u.scheduler_op;

	if (arg->sched_id != sched_group_policy(&d->sched)) {
		return -EINVAL;
	}
	switch (arg->sched_id) {
	case XEN_SCHEDULER_CREDIT:
		return credit_op(d, arg);
	case XEN_SCHEDULER_RTDS:
		return rtds_op(d, arg);
	default:
		return -EINVAL; /* no parameters of a domain */
	}
}
