/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units and domains as the rest of the hypervisor manages them: they come and go, get parameters
 * and affinities, and move between pools (hv/sched.h).
 *
 * Each change is checked first and then applied under sched_pools_lock, so that of two changes the
 * second sees the first; what the queues need of it is applied under the lock of the unit's queue.
 * group->lock protects weight, cap and, together with the pools' lock, the list of units.
 */
#include "pool.h"

#include <hv/errno.h>
#include <hv/sched.h>
#include <hv/softirq.h>

#define WEIGHT_MAX     65535U
#define CAP_MAX	       (100U * 64U)
#define PERIOD_DEFAULT (10 * NSEC_PER_MSEC)

void sched_group_init(struct sched_group *group, u16 domain)
{
	spin_lock_init(&group->lock, LOCK_RANK_SCHED_GROUP);
	group->domain = domain;
	group->params = (struct sched_params){ .weight = WEIGHT_DEFAULT };
	spin_lock(&sched_pools_lock);
	sched_pool_link(sched_pool_find(0), group);
	spin_unlock(&sched_pools_lock);
}

void sched_group_free(struct sched_group *group)
{
	spin_lock(&sched_pools_lock);
	sched_pool_unlink(group);
	spin_unlock(&sched_pools_lock);
}

void sched_group_get(const struct sched_group *group, struct sched_params *params)
{
	*params = group->params;
}

int sched_group_set(struct sched_group *group, const struct sched_params *params)
{
	if (params->weight == 0 || params->weight > WEIGHT_MAX || params->cap > CAP_MAX) {
		return -EINVAL;
	}
	spin_lock(&sched_pools_lock);
	spin_lock(&group->lock);
	group->params.weight = params->weight;
	group->params.cap = params->cap;
	if (group->pool->ops->group_changed) {
		group->pool->ops->group_changed(group);
	}
	spin_unlock(&group->lock);
	spin_unlock(&sched_pools_lock);
	return 0;
}

int sched_fit_mask(struct sched_pool *pool, struct sched_unit *unit __unused, cpumask_t hard,
		   cpumask_t *allowed, struct sched_admission *why __unused)
{
	*allowed = cpumask_and(hard, pool->cpus);
	return cpumask_is_empty(*allowed) ? -EINVAL : 0;
}

int sched_unit_add(struct sched_unit *unit, struct sched_group *group, u16 id, cpumask_t hard)
{
	struct sched_pool *pool;
	int err;

	unit->group = group;
	unit->id = id;
	unit->hard = hard;
	unit->soft = CPUMASK_ALL;
	unit->state = SCHED_STATE_ASLEEP;
	unit->blocked = SCHED_BLOCK_DOWN;
	unit->since = time_now();
	unit->rtds = (struct sched_rtds){ .period = PERIOD_DEFAULT, .extratime = true };
	for_each_policy(ops) {
		if (ops->unit_init) {
			ops->unit_init(unit);
		}
	}
	spin_lock(&sched_pools_lock);
	pool = group->pool;
	err = pool->ops->unit_fit(pool, unit, hard, &unit->allowed, NULL);
	if (!err) {
		unit->cpu = cpumask_first(unit->allowed);
		spin_lock(&group->lock);
		unit->group_next = group->units;
		group->units = unit;
		spin_unlock(&group->lock);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}

static void leave_pool(struct sched_pool *pool, struct sched_unit *unit)
{
	if (pool->ops->unit_leave) {
		pool->ops->unit_leave(pool, unit);
	}
}

void sched_unit_remove(struct sched_unit *unit)
{
	struct sched_group *group = unit->group;
	struct sched_unit **at;

	sched_block(unit, SCHED_BLOCK_DOWN);
	spin_lock(&sched_pools_lock);
	leave_pool(group->pool, unit);
	spin_lock(&group->lock);
	group->throttle.first = NULL; /* it may be this one */
	group->throttle.next = NULL;
	for (at = &group->units; *at && *at != unit; at = &(*at)->group_next) {}
	if (*at) {
		*at = unit->group_next;
	}
	spin_unlock(&group->lock);
	spin_unlock(&sched_pools_lock);
}

void sched_unit_get(const struct sched_unit *unit, struct sched_params *params)
{
	params->period_us = (u32)(unit->rtds.period / NSEC_PER_USEC);
	params->budget_us = (u32)(unit->rtds.budget / NSEC_PER_USEC);
	params->extratime = unit->rtds.extratime;
}

int sched_unit_set(struct sched_unit *unit, const struct sched_params *params,
		   struct sched_admission *why)
{
	struct sched_pool *pool;
	const struct sched_ops *rtds = sched_ops_find(SCHED_ID_RTDS);
	u32 ppm;
	int err = params->extratime ? 0 : -EINVAL; /* without a budget it could never run */

	if (params->budget_us) {
		err = admission_ppm(params->period_us, params->budget_us, &ppm);
	}
	if (err || !rtds) {
		return err ? err : -EOPNOTSUPP;
	}
	spin_lock(&sched_pools_lock);
	pool = unit->group->pool;
	if (pool->ops->unit_admit) {
		err = pool->ops->unit_admit(pool, unit, params, why);
	}
	if (!err) {
		rtds->unit_apply(unit, params);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}

void sched_set_allowed(struct sched_unit *unit, cpumask_t allowed)
{
	struct runqueue *rq = sched_lock_queue(unit);

	unit->allowed = allowed;
	if (unit->on_cpu) {
		/* It may sleep there with its context loaded. */
		softirq_raise_on(unit->cpu, SOFTIRQ_SCHED);
	} else if (unit->state == SCHED_STATE_ASLEEP && !sched_may_run(unit, unit->cpu)) {
		unit->cpu = cpumask_first(allowed);
	}
	spin_unlock(&rq->lock);
	/* Who waits may find a CPU that it could not use before. */
	sched_requeue(unit);
}

int sched_unit_set_affinity(struct sched_unit *unit, cpumask_t hard, cpumask_t soft,
			    struct sched_admission *why)
{
	struct sched_pool *pool;
	cpumask_t allowed;
	int err;

	spin_lock(&sched_pools_lock);
	pool = unit->group->pool;
	err = pool->ops->unit_fit(pool, unit, hard, &allowed, why);
	if (!err) {
		unit->hard = hard;
		unit->soft = soft;
		sched_set_allowed(unit, allowed);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}

bool sched_owns_cpu(const struct sched_unit *unit)
{
	return unit->group->pool->ops->owns_cpus;
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
		leave_pool(pool, unit);
	}
}

/* Room in a pool for all units, or for none. */
static int fit_all(struct sched_pool *pool, struct sched_group *group, struct sched_admission *why)
{
	cpumask_t allowed;

	for (struct sched_unit *unit = group->units; unit; unit = unit->group_next) {
		int err = pool->ops->unit_fit(pool, unit, hard_in(pool, unit), &allowed, why);

		if (err) {
			leave_until(pool, group, unit);
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

static int move(struct sched_group *group, struct sched_pool *to, struct sched_admission *why)
{
	int err = fit_all(to, group, why);

	if (err) {
		return err;
	}
	leave_until(group->pool, group, NULL);
	sched_pool_unlink(group);
	sched_pool_link(to, group);
	for (struct sched_unit *unit = group->units; unit; unit = unit->group_next) {
		cpumask_t allowed;

		unit->hard = hard_in(to, unit);
		(void)to->ops->unit_fit(to, unit, unit->hard, &allowed, NULL);
		unit->vtime = 0;
		unit->urgent = false;
		sched_set_allowed(unit, allowed);
	}
	return 0;
}

int sched_pool_move(struct sched_group *group, u32 pool, struct sched_admission *why)
{
	struct sched_pool *to;
	int err = 0;

	spin_lock(&sched_pools_lock);
	to = sched_pool_find(pool);
	if (!to || to == group->pool) {
		err = to ? 0 : -ENOENT;
	} else if (group->domain == 0) {
		err = -EPERM;
	} else if (cpumask_is_empty(to->cpus)) {
		err = -EINVAL;
	} else if (!is_at_rest(group)) {
		err = -EBUSY;
	} else {
		err = move(group, to, why);
	}
	spin_unlock(&sched_pools_lock);
	for (struct sched_unit *unit = group->units; !err && unit; unit = unit->group_next) {
		sched_unblock(unit, SCHED_BLOCK_CAP);
	}
	return err;
}

u64 sched_unit_run_ns(const struct sched_unit *unit, u64 now)
{
	u64 since = READ_ONCE(unit->since);
	u64 more = READ_ONCE(unit->state) == SCHED_STATE_RUNNING && now > since ? now - since : 0;

	return READ_ONCE(unit->run_ns) + more;
}
