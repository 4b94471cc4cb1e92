/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units and domains as the rest of the hypervisor manages them: they come and go, and get
 * affinities (hv/sched.h); params.c has their parameters.
 *
 * Each change is checked first and then applied under sched_pools_lock, so that of two changes the
 * second sees the first; what the queues need of it is applied under the lock of the unit's queue.
 * group->lock protects weight, cap and, together with the pools' lock, the list of units.
 */
#include "pool.h"

#include <hv/errno.h>
#include <hv/sched.h>
#include <hv/softirq.h>

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

void sched_leave_pool(struct sched_pool *pool, struct sched_unit *unit)
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
	sched_leave_pool(group->pool, unit);
	spin_lock(&group->lock);
	group->throttle.first = NULL; /* it may be this one */
	group->throttle.next = NULL;
	group->wakes = NULL;
	for (at = &group->units; *at && *at != unit; at = &(*at)->group_next) {}
	if (*at) {
		*at = unit->group_next;
	}
	spin_unlock(&group->lock);
	spin_unlock(&sched_pools_lock);
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
