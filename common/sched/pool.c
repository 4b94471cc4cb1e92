/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools of CPUs (hv/sched.h): which policies there are, and which CPUs and domains a pool has.
 * pool_change.c makes pools and moves both; a configuration without it has pool 0 alone, with all
 * CPUs and the policy of the build.
 *
 * sched_pools_lock (LOCK_RANK_SCHED_POOL) protects the table, the members and the reservations of
 * all pools; it is taken by control operations only, never on the way between guests.
 */
#include "pool.h"

#include <hv/errno.h>
#include <hv/sched.h>

struct spinlock sched_pools_lock = SPINLOCK_INIT(LOCK_RANK_SCHED_POOL);
struct sched_pool sched_pools[SCHED_POOL_MAX];

const struct sched_ops *sched_ops_find(enum sched_id id)
{
	for_each_policy(ops) {
		if (ops->id == id) {
			return ops;
		}
	}
	return NULL;
}

struct sched_pool *sched_pool_find(u32 id)
{
	return id < SCHED_POOL_MAX && sched_pools[id].ops ? &sched_pools[id] : NULL;
}

void sched_cpu_online(unsigned int cpu)
{
	struct runqueue *rq = sched_queue_of(cpu);

	*rq = (struct runqueue){ .running_key = RUNQUEUE_KEY_NONE,
				 .own_key = RUNQUEUE_KEY_NONE,
				 .best_key = RUNQUEUE_KEY_NONE,
				 .pool = &sched_pools[0] };
	spin_lock_init(&rq->lock, LOCK_RANK_SCHED);
	spin_lock(&sched_pools_lock);
	if (!sched_pools[0].ops) {
		sched_pools[0].ops = sched_ops_find(SCHED_ID_DEFAULT);
	}
	sched_pools[0].cpus.bits |= BIT(cpu);
	sched_pools[0].owned.bits |= BIT(cpu);
	spin_unlock(&sched_pools_lock);
}

void sched_pool_link(struct sched_pool *pool, struct sched_group *group)
{
	/* Who holds the group's lock finds it in a pool that exists (throttle.c). */
	spin_lock(&group->lock);
	group->pool = pool;
	spin_unlock(&group->lock);
	group->pool_next = pool->groups;
	pool->groups = group;
	pool->nr_groups++;
	if (pool->ops->group_join) {
		pool->ops->group_join(group);
	}
}

void sched_pool_unlink(struct sched_group *group)
{
	struct sched_pool *pool = group->pool;
	struct sched_group **at = &pool->groups;

	while (*at != group) {
		at = &(*at)->pool_next;
	}
	*at = group->pool_next;
	pool->nr_groups--;
	if (pool->ops->group_leave) {
		pool->ops->group_leave(group);
	}
}

int sched_pool_info(u32 from, struct sched_pool_info *info)
{
	u32 id = from;

	spin_lock(&sched_pools_lock);
	while (id < SCHED_POOL_MAX && !sched_pools[id].ops) {
		id++;
	}
	if (id < SCHED_POOL_MAX) {
		*info = (struct sched_pool_info){ .id = id,
						  .policy = sched_pools[id].ops->id,
						  .cpus = sched_pools[id].cpus,
						  .nr_groups = sched_pools[id].nr_groups };
	}
	spin_unlock(&sched_pools_lock);
	return id < SCHED_POOL_MAX ? 0 : -ENOENT;
}

u32 sched_group_pool(const struct sched_group *group)
{
	return group->pool->id;
}

enum sched_id sched_group_policy(const struct sched_group *group)
{
	return group->pool->ops->id;
}

enum sched_id sched_default_id(void)
{
	return sched_pools[0].ops->id;
}

const char *sched_name(enum sched_id id)
{
	const struct sched_ops *ops = sched_ops_find(id);

	return ops ? ops->name : NULL;
}
