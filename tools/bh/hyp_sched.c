/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercalls about schedulers and CPU pools: Xen's domctl and sysctl scheduler_op and cpupool_op,
 * and Bulkhead's own reason of a refused reservation. One wrapper each; see hyp.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hyp.h"

/* INFO and FREEINFO fill a map of CPUs. */
static int pool_map(struct xen_sysctl_cpupool_op *p, struct cpuset *cpus)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_cpupool_op };
	struct cpuset *map = hyp_buf(sizeof(*map));
	int rc;

	if (!map) {
		return -ENOMEM;
	}
	op.u.cpupool_op = *p;
	set_xen_guest_handle(op.u.cpupool_op.cpumap.bitmap, map->bits);
	op.u.cpupool_op.cpumap.nr_bits = CPUSET_MAX;
	rc = hyp_sysctl(&op);
	*p = op.u.cpupool_op;
	*cpus = *map;
	hyp_buf_free(map);
	return rc;
}

int hyp_pool_info(uint32_t from, struct xen_sysctl_cpupool_op *info, struct cpuset *cpus)
{
	*info = (struct xen_sysctl_cpupool_op){
		.op = XEN_SYSCTL_CPUPOOL_OP_INFO,
		.cpupool_id = from,
	};
	return pool_map(info, cpus);
}

int hyp_pool_free_cpus(struct cpuset *cpus)
{
	struct xen_sysctl_cpupool_op p = { .op = XEN_SYSCTL_CPUPOOL_OP_FREEINFO };

	return pool_map(&p, cpus);
}

/* A domain that has just been destroyed keeps its CPUs until the last of it is freed, behind us. */
static bool may_pass(int rc, uint32_t op)
{
	return rc == -EBUSY &&
	       (op == XEN_SYSCTL_CPUPOOL_OP_RMCPU || op == XEN_SYSCTL_CPUPOOL_OP_DESTROY);
}

int hyp_pool_op(struct xen_sysctl_cpupool_op *p)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_cpupool_op };
	int rc;

	for (unsigned int tries = 20;; tries--) {
		op.u.cpupool_op = *p;
		rc = hyp_sysctl(&op);
		if (!may_pass(rc, p->op) || tries == 0) {
			break;
		}
		nanosleep(&pause, NULL);
	}
	*p = op.u.cpupool_op;
	return rc;
}

/* One vCPU's parameters, read or written. */
static int rtds_op(uint32_t domid, uint32_t cmd, uint32_t vcpu, struct xen_domctl_sched_rtds *rtds)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_scheduler_op, .domain = (domid_t)domid };
	struct xen_domctl_schedparam_vcpu *one = hyp_buf(sizeof(*one));
	int rc;

	if (!one) {
		return -ENOMEM;
	}
	one->vcpuid = vcpu;
	one->u.rtds = *rtds;
	op.u.scheduler_op.sched_id = XEN_SCHEDULER_RTDS;
	op.u.scheduler_op.cmd = cmd;
	op.u.scheduler_op.u.v.nr_vcpus = 1;
	set_xen_guest_handle(op.u.scheduler_op.u.v.vcpus, one);
	rc = hyp_domctl(&op);
	*rtds = one->u.rtds;
	hyp_buf_free(one);
	return rc;
}

int hyp_rtds_get(uint32_t domid, uint32_t vcpu, struct xen_domctl_sched_rtds *rtds)
{
	memset(rtds, 0, sizeof(*rtds));
	return rtds_op(domid, XEN_DOMCTL_SCHEDOP_getvcpuinfo, vcpu, rtds);
}

int hyp_rtds_set(uint32_t domid, uint32_t vcpu, const struct xen_domctl_sched_rtds *rtds)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_scheduler_op, .domain = (domid_t)domid };
	struct xen_domctl_sched_rtds in = *rtds;

	if (vcpu != HYP_EVERY_VCPU) {
		return rtds_op(domid, XEN_DOMCTL_SCHEDOP_putvcpuinfo, vcpu, &in);
	}
	op.u.scheduler_op.sched_id = XEN_SCHEDULER_RTDS;
	op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_putinfo;
	op.u.scheduler_op.u.rtds = in;
	return hyp_domctl(&op);
}

static int schedule_op(uint32_t pool, uint32_t cmd, struct xen_sysctl_arinc653_schedule *s)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_scheduler_op };
	struct xen_sysctl_arinc653_schedule *buf = hyp_buf(sizeof(*buf));
	int rc;

	if (!buf) {
		return -ENOMEM;
	}
	*buf = *s;
	op.u.scheduler_op.cpupool_id = pool;
	op.u.scheduler_op.sched_id = XEN_SCHEDULER_ARINC653;
	op.u.scheduler_op.cmd = cmd;
	set_xen_guest_handle(op.u.scheduler_op.u.sched_arinc653.schedule, buf);
	rc = hyp_sysctl(&op);
	*s = *buf;
	hyp_buf_free(buf);
	return rc;
}

int hyp_schedule_get(uint32_t pool, struct xen_sysctl_arinc653_schedule *s)
{
	memset(s, 0, sizeof(*s));
	return schedule_op(pool, XEN_SYSCTL_SCHEDOP_getinfo, s);
}

int hyp_schedule_set(uint32_t pool, const struct xen_sysctl_arinc653_schedule *s)
{
	struct xen_sysctl_arinc653_schedule in = *s;

	return schedule_op(pool, XEN_SYSCTL_SCHEDOP_putinfo, &in);
}
