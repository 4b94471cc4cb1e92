/* SPDX-License-Identifier: Apache-2.0 */
/*
 * null: one vCPU per CPU, and nothing to decide (hv/sched.h, SCHED_ID_NULL).
 *
 * When a vCPU comes into the pool it is given a CPU of its own, the lowest free one that it may
 * run on, and it stays there until its affinity excludes that CPU, or it leaves. While it can run
 * it runs; while it sleeps the CPU idles. So there is no time slice, no timer and no switch to
 * another vCPU; latency is what the hardware and the path through EL2 make of it, and a vCPU that
 * waits with WFI may do so without a trap (sched_owns_cpu), since nobody else wants the CPU.
 *
 * Admission is counting: a vCPU that finds no free CPU is refused (-ENOSPC), as is the removal of a
 * CPU from the pool that a vCPU has.
 *
 * The pool's table `owners` says who has which CPU; it is protected by the pools' lock. The core's
 * placement does the rest, because the CPU that a vCPU was given is the only one it is allowed on.
 * All hooks are constant time.
 */
#include "../sched/pool.h"

#include <hv/errno.h>
#include <hv/sched.h>
#include <hv/timer.h>

/* The CPU of hard that the unit has already, or those that it could have. */
static u64 choices(const struct sched_pool *pool, const struct sched_unit *unit, cpumask_t hard)
{
	u64 left = 0;

	for (u64 cpus = pool->cpus.bits & hard.bits; cpus; cpus &= cpus - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzl(cpus);

		if (pool->owners[cpu] == unit) {
			return BIT(cpu);
		}
		left |= !pool->owners[cpu] ? BIT(cpu) : 0;
	}
	return left;
}

static void null_unit_leave(struct sched_pool *pool, struct sched_unit *unit)
{
	for (u32 cpu = 0; cpu < ARRAY_SIZE(pool->owners); cpu++) {
		if (pool->owners[cpu] == unit) {
			pool->owners[cpu] = NULL;
		}
	}
}

static int null_unit_fit(struct sched_pool *pool, struct sched_unit *unit, cpumask_t hard,
			 cpumask_t *allowed, struct sched_admission *why)
{
	u64 left = choices(pool, unit, hard);

	if (why) {
		*why = (struct sched_admission){ .cpu = ~0U };
	}
	if (!left) {
		return hard.bits & pool->cpus.bits ? -ENOSPC : -EINVAL;
	}
	null_unit_leave(pool, unit);
	*allowed = cpumask_of((unsigned int)__builtin_ctzl(left));
	pool->owners[cpumask_first(*allowed)] = unit;
	return 0;
}

static bool null_resume(struct runqueue *rq __unused, struct sched_unit *unit __unused)
{
	return true;
}

SCHED_POLICY null_ops = {
	.id = SCHED_ID_NULL,
	.name = "null",
	.owns_cpus = true,
	.cpus_max = 64,
	.unit_fit = null_unit_fit,
	.unit_leave = null_unit_leave,
	.best = runqueue_best,
	.resume = null_resume,
};
