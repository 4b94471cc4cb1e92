/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools, reservations and schedules of the fake hypervisor; see fake_sched.h. Pool 0 has all four
 * CPUs at first.
 */
#include "fake_sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static long refuse(int err)
{
	errno = err;
	return -1;
}

static void prepare(struct fake_sched *f)
{
	if (!f->is_ready) {
		f->is_ready = 1;
		f->pool[0].used = 1;
		f->pool[0].sched = XEN_SCHEDULER_CREDIT;
		f->pool[0].cpus = 0xf;
	}
}

long fake_rtds(struct fake_sched *f, uint32_t domid, struct xen_domctl_scheduler_op *op)
{
	struct xen_domctl_schedparam_vcpu *one = op->u.v.vcpus.p;
	struct xen_domctl_sched_rtds *mine = f->rtds[domid];

	prepare(f);
	if (f->pool[f->pool_of[domid]].sched != XEN_SCHEDULER_RTDS) {
		return refuse(EINVAL);
	}
	if (op->cmd == XEN_DOMCTL_SCHEDOP_putinfo) {
		say("rtds all period %u budget %u flags %u", op->u.rtds.period, op->u.rtds.budget,
		    op->u.rtds.flags);
		for (int i = 0; i < 4; i++) {
			mine[i] = op->u.rtds;
		}
		return 0;
	}
	if (one->vcpuid > 3) {
		return refuse(EINVAL);
	}
	if (op->cmd == XEN_DOMCTL_SCHEDOP_getvcpuinfo) {
		one->u.rtds = mine[one->vcpuid];
		return 0;
	}
	say("rtds vcpu %u period %u budget %u flags %u", one->vcpuid, one->u.rtds.period,
	    one->u.rtds.budget, one->u.rtds.flags);
	mine[one->vcpuid] = one->u.rtds;
	return 0;
}

static uint8_t unused(const struct fake_sched *f)
{
	uint8_t cpus = 0xf;

	for (int i = 0; i < FAKE_POOLS; i++) {
		cpus &= (uint8_t)~f->pool[i].cpus;
	}
	return cpus;
}

static uint32_t doms_in(const struct fake_sched *f, uint32_t pool)
{
	uint32_t nr = pool == 0;

	for (int i = 1; i < FAKE_DOMS; i++) {
		nr += pool && f->pool_of[i] == pool;
	}
	return nr;
}

static long pool_info(struct fake_sched *f, struct xen_sysctl_cpupool_op *op)
{
	for (uint32_t i = op->cpupool_id; i < FAKE_POOLS; i++) {
		if (f->pool[i].used) {
			op->cpupool_id = i;
			op->sched_id = f->pool[i].sched;
			op->n_dom = doms_in(f, i);
			op->cpumap.bitmap.p[0] = f->pool[i].cpus;
			return 0;
		}
	}
	return refuse(ENOENT);
}

static long pool_create(struct fake_sched *f, struct xen_sysctl_cpupool_op *op)
{
	if (op->cpupool_id == XEN_SYSCTL_CPUPOOL_PAR_ANY) {
		for (op->cpupool_id = 0; f->pool[op->cpupool_id].used; op->cpupool_id++) {}
	}
	if (f->pool[op->cpupool_id].used) {
		return refuse(EEXIST);
	}
	f->pool[op->cpupool_id].used = 1;
	f->pool[op->cpupool_id].sched = op->sched_id;
	say("pool %u created sched %u", op->cpupool_id, op->sched_id);
	return 0;
}

/* With BH_FAKE_BUSY=N a CPU is removed at the attempt after the Nth only. */
static int nr_busy;

static long pool_cpu(struct fake_sched *f, struct xen_sysctl_cpupool_op *op)
{
	uint8_t *cpus = &f->pool[op->cpupool_id].cpus;
	bool is_add = op->op == XEN_SYSCTL_CPUPOOL_OP_ADDCPU;
	uint8_t from = is_add ? unused(f) : *cpus;
	uint32_t cpu = op->cpu;

	if (cpu == XEN_SYSCTL_CPUPOOL_PAR_ANY && from) {
		cpu = (uint32_t)__builtin_ctz(from);
	}
	if (cpu > 3 || !(from & 1 << cpu)) {
		return refuse(is_add ? EBUSY : ENODEV);
	}
	if (!is_add && *cpus == 1 << cpu && doms_in(f, op->cpupool_id)) {
		return refuse(EBUSY);
	}
	if (!is_add && getenv("BH_FAKE_BUSY") && nr_busy++ < atoi(getenv("BH_FAKE_BUSY"))) {
		return refuse(EBUSY);
	}
	if (is_add && *cpus && f->pool[op->cpupool_id].sched == XEN_SCHEDULER_ARINC653) {
		return refuse(ENOSPC);
	}
	*cpus ^= (uint8_t)(1 << cpu);
	say("pool %u cpus %x", op->cpupool_id, *cpus);
	return 0;
}

long fake_pool(struct fake_sched *f, struct xen_sysctl_cpupool_op *op)
{
	prepare(f);
	switch (op->op) {
	case XEN_SYSCTL_CPUPOOL_OP_FREEINFO:
		op->cpumap.bitmap.p[0] = unused(f);
		return 0;
	case XEN_SYSCTL_CPUPOOL_OP_INFO:
		return pool_info(f, op);
	case XEN_SYSCTL_CPUPOOL_OP_CREATE:
		return pool_create(f, op);
	case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN:
		say("domain %u moves to pool %u", op->domid, op->cpupool_id);
		f->pool_of[op->domid] = op->cpupool_id;
		return 0;
	case XEN_SYSCTL_CPUPOOL_OP_DESTROY:
		say("pool %u destroyed", op->cpupool_id);
		f->pool[op->cpupool_id].used = 0;
		return f->pool[op->cpupool_id].cpus ? refuse(EBUSY) : 0;
	default:
		return pool_cpu(f, op);
	}
}

long fake_schedule(struct fake_sched *f, struct xen_sysctl_scheduler_op *op)
{
	struct xen_sysctl_arinc653_schedule *s = op->u.sched_arinc653.schedule.p;

	if (op->sched_id != f->pool[op->cpupool_id].sched) {
		return refuse(EINVAL);
	}
	if (op->cmd == XEN_SYSCTL_SCHEDOP_getinfo) {
		*s = f->schedule;
		return 0;
	}
	f->schedule = *s;
	say("schedule of pool %u frame %llu windows %u", op->cpupool_id,
	    (unsigned long long)s->major_frame, s->num_sched_entries);
	return 0;
}
