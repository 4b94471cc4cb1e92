/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools that are made and change (hv/sched.h): their policies, CPUs and domains. Boot tree and
 * toolstack do that; each change is checked first, and then nothing can fail.
 *
 * A CPU leaves in two steps: first no unit is placed there any more (cpus), then, when the last one
 * has gone, it is free (owned). Units are told in slices, by who repeats the operation. A CPU
 * without pool keeps picking, in a pool that nobody can be in. Lock: sched_pools_lock.
 */
#include "pool.h"

#include <hv/errno.h>
#include <hv/sched.h>
#include <hv/softirq.h>

#define UNITS_SLICE 4U /* that are told of a change at once */

/* Where CPUs without a pool are. */
static struct sched_pool nowhere;

static struct sched_pool *find_free(u32 id)
{
	for (u32 i = 0; i < SCHED_POOL_MAX; i++) {
		if (!sched_pools[i].ops && (id == SCHED_POOL_ANY || id == i)) {
			sched_pools[i] = (struct sched_pool){ .id = i };
			return &sched_pools[i];
		}
	}
	return NULL;
}

int sched_pool_create(u32 id, enum sched_id policy, u32 *created)
{
	const struct sched_ops *ops = sched_ops_find(policy);
	struct sched_pool *pool;
	int err;

	if (!ops || (id != SCHED_POOL_ANY && id >= SCHED_POOL_MAX)) {
		return -EINVAL;
	}
	spin_lock(&sched_pools_lock);
	pool = find_free(id);
	if (pool) {
		err = sched_pool_set_policy(pool, ops);
		*created = pool->id;
	} else {
		err = id == SCHED_POOL_ANY ? -ENOSPC : -EEXIST;
	}
	spin_unlock(&sched_pools_lock);
	return err;
}

int sched_pool_destroy(u32 id)
{
	struct sched_pool *pool;
	int err = 0;

	spin_lock(&sched_pools_lock);
	pool = sched_pool_find(id);
	if (!pool) {
		err = -ENOENT;
	} else if (id == 0) {
		err = -EPERM;
	} else if (pool->nr_groups || !cpumask_is_empty(pool->owned)) {
		err = -EBUSY;
	} else {
		if (pool->ops->pool_free) {
			pool->ops->pool_free(pool);
		}
		pool->ops = NULL;
	}
	spin_unlock(&sched_pools_lock);
	return err;
}

cpumask_t sched_free_cpus(void)
{
	cpumask_t left = cpus_online;

	for (u32 i = 0; i < SCHED_POOL_MAX; i++) {
		left.bits &= READ_ONCE(sched_pools[i].ops) ? ~READ_ONCE(sched_pools[i].owned.bits)
							   : ~0UL;
	}
	return left;
}

/* Pool lock: the lists do not change. */
#define for_each_unit(pool, unit)                                                                  \
	for (struct sched_group *group_ = (pool)->groups; group_; group_ = group_->pool_next)      \
		for (struct sched_unit *unit = group_->units; unit; unit = unit->group_next)

static bool is_reserved(const struct sched_pool *pool, const struct sched_unit *unit)
{
	return unit->rtds.budget && pool->ops->id == SCHED_ID_RTDS;
}

/* No unit belongs to the CPU's queue. Pool lock. */
static void set_pool(unsigned int cpu, struct sched_pool *pool)
{
	struct runqueue *rq = sched_queue_of(cpu);

	spin_lock(&rq->lock);
	rq->pool = pool;
	spin_unlock(&rq->lock);
}

/*
 * Some units learn which CPUs the pool has, but for those that have CPUs of their own. 0: all know
 * now, none: they knew, -EAGAIN: repeat. Pool lock.
 */
static int tell_units(struct sched_pool *pool, int none)
{
	u32 nr = 0;

	for_each_unit(pool, unit) {
		cpumask_t allowed = cpumask_and(unit->hard, pool->cpus);

		if (allowed.bits == unit->allowed.bits || is_reserved(pool, unit) ||
		    pool->ops->owns_cpus) {
			continue;
		}
		if (nr++ == UNITS_SLICE) {
			return -EAGAIN;
		}
		sched_set_allowed(unit, allowed);
	}
	return nr ? 0 : none;
}

/* The CPU is one of the pool's from now on. Pool lock. */
static int open_cpu(struct sched_pool *pool, unsigned int cpu)
{
	set_pool(cpu, pool);
	pool->cpus.bits |= BIT(cpu);
	pool->owned.bits |= BIT(cpu);
	softirq_raise_on(cpu, SOFTIRQ_SCHED);
	return tell_units(pool, 0);
}

int sched_pool_add_cpu(u32 id, unsigned int cpu)
{
	struct sched_pool *pool;
	int err = 0;

	if (cpu >= 64 || !cpumask_has(cpus_online, cpu)) {
		return -ENODEV;
	}
	spin_lock(&sched_pools_lock);
	pool = sched_pool_find(id);
	if (!pool) {
		err = -ENOENT;
	} else if (!cpumask_has(sched_free_cpus(), cpu)) {
		/* Its own: this is a repetition, if units are still to be told. */
		err = cpumask_has(pool->cpus, cpu) ? tell_units(pool, -EBUSY) : -EBUSY;
	} else if ((u32)__builtin_popcountl(pool->owned.bits) >= pool->ops->cpus_max) {
		err = -ENOSPC;
	} else {
		err = open_cpu(pool, cpu);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}

/* No unit is placed on the CPU any more, or -EBUSY. Pool lock. */
static int close_cpu(struct sched_pool *pool, unsigned int cpu)
{
	if (pool->cpus.bits == BIT(cpu) && (pool->id == 0 || pool->nr_groups)) {
		return -EBUSY;
	}
	for_each_unit(pool, unit) {
		if (cpumask_and(unit->allowed, pool->cpus).bits == BIT(cpu) ||
		    (is_reserved(pool, unit) && cpumask_has(unit->allowed, cpu))) {
			return -EBUSY;
		}
	}
	pool->cpus.bits &= ~BIT(cpu);
	return 0;
}

static bool is_empty(struct sched_pool *pool, unsigned int cpu)
{
	for_each_unit(pool, unit) {
		if (READ_ONCE(unit->cpu) == cpu) {
			return false;
		}
	}
	return true;
}

int sched_pool_remove_cpu(u32 id, unsigned int cpu)
{
	struct sched_pool *pool;
	int err = 0;

	spin_lock(&sched_pools_lock);
	pool = sched_pool_find(id);
	if (!pool || cpu >= 64 || !cpumask_has(pool->owned, cpu)) {
		err = pool ? -ENODEV : -ENOENT;
	} else if (cpumask_has(pool->cpus, cpu)) {
		err = close_cpu(pool, cpu);
	}
	err = err ? err : tell_units(pool, 0);
	if (!err && !is_empty(pool, cpu)) {
		err = -EAGAIN;
	}
	if (!err) {
		nowhere.ops = sched_ops_find(SCHED_ID_DEFAULT);
		set_pool(cpu, &nowhere);
		pool->owned.bits &= ~BIT(cpu);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}

/* An affinity that has no CPU in the pool counts as "all". */
static cpumask_t hard_in(const struct sched_pool *pool, const struct sched_unit *unit)
{
	return cpumask_is_empty(cpumask_and(unit->hard, pool->cpus)) ? CPUMASK_ALL : unit->hard;
}

/* Room for all units up to `end` given up in a pool. */
static void leave_until(struct sched_pool *pool, struct sched_group *group,
			const struct sched_unit *end)
{
	for (struct sched_unit *unit = group->units; unit != end; unit = unit->group_next) {
		sched_leave_pool(pool, unit);
	}
}

/* Room in a pool for all units, or for none. */
static int fit_all(struct sched_pool *pool, struct sched_group *group, struct sched_admission *why)
{
	for (struct sched_unit *unit = group->units; unit; unit = unit->group_next) {
		int err = pool->ops->unit_fit(pool, unit, hard_in(pool, unit), &unit->fitting, why);
		struct sched_unit *end = err ? unit : unit->group_next;

		err = !err && softirq_preempt_needed() ? -ERESTART : err;
		if (err) {
			leave_until(pool, group, end);
			return err;
		}
	}
	return 0;
}

static bool is_at_rest(const struct sched_group *group)
{
	for (const struct sched_unit *unit = group->units; unit; unit = unit->group_next) {
		if (unit->state != SCHED_STATE_ASLEEP || sched_is_runnable(unit) ||
		    sched_is_on_cpu(unit)) {
			return false;
		}
	}
	return true;
}

/* May the group be in the pool? Pool lock. */
static int may_be_in(const struct sched_group *group, const struct sched_pool *to)
{
	if (!to) {
		return -ENOENT;
	}
	if (to != group->pool && group->domain == 0) {
		return -EPERM;
	}
	return cpumask_is_empty(to->cpus) ? -EINVAL : 0;
}

int sched_pool_fit(struct sched_group *group, u32 pool, struct sched_admission *why)
{
	struct sched_pool *to;
	int err;

	spin_lock(&sched_pools_lock);
	to = sched_pool_find(pool);
	err = may_be_in(group, to);
	if (!err && to != group->pool) {
		err = fit_all(to, group, why);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}

static void move(struct sched_group *group, struct sched_pool *to)
{
	leave_until(group->pool, group, NULL);
	sched_pool_unlink(group);
	sched_pool_link(to, group);
	for (struct sched_unit *unit = group->units; unit; unit = unit->group_next) {
		unit->hard = hard_in(to, unit);
		unit->vtime = 0;
		unit->urgent = false;
		sched_set_allowed(unit, unit->fitting);
	}
}

int sched_pool_move(struct sched_group *group, u32 pool)
{
	struct sched_pool *to;
	int err;

	spin_lock(&sched_pools_lock);
	to = sched_pool_find(pool);
	err = may_be_in(group, to);
	if (!err && to != group->pool) {
		if (is_at_rest(group)) {
			move(group, to);
		} else {
			leave_until(to, group, NULL);
			err = -EBUSY;
		}
	}
	spin_unlock(&sched_pools_lock);
	for (struct sched_unit *unit = group->units; !err && unit; unit = unit->group_next) {
		sched_unblock(unit, SCHED_BLOCK_CAP);
	}
	return err;
}
