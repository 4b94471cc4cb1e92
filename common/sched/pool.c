/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools of CPUs (hv/sched.h): which policies there are, which CPUs and domains a pool has, and the
 * moves of both. unit.c has what concerns one unit.
 *
 * sched_pools_lock (LOCK_RANK_SCHED_POOL) protects the table, the members and the reservations of
 * all pools; it is taken by control operations only, never on the way between guests. A CPU leaves
 * in two steps: first no unit is placed there any more (cpus), then, when the last one has gone, it
 * is free (owned). A CPU without pool keeps picking, in a pool that nobody can be in.
 */
#include "pool.h"

#include <hv/errno.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/string.h>

#define POLICY_DEFAULT                                                                             \
	(IS_ENABLED(CONFIG_SCHED_CREDIT) ? SCHED_ID_CREDIT                                         \
	 : IS_ENABLED(CONFIG_SCHED_RTDS) ? SCHED_ID_RTDS                                           \
					 : SCHED_ID_NULL)

struct spinlock sched_pools_lock = SPINLOCK_INIT(LOCK_RANK_SCHED_POOL);
static struct sched_pool pools[SCHED_POOL_MAX];
/* Where CPUs without a pool are. */
static struct sched_pool nowhere;

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
	return id < SCHED_POOL_MAX && pools[id].ops ? &pools[id] : NULL;
}

/* A pool, in which nobody is, gets its policy. Pool lock, or boot. */
static int set_policy(struct sched_pool *pool, const struct sched_ops *ops)
{
	int err = 0;

	if (ops->pool_init) {
		err = ops->pool_init(pool);
	}
	pool->ops = err ? pool->ops : ops;
	return err;
}

int sched_boot_policy(const char *name)
{
	u32 nr_cpus_owned = (u32)__builtin_popcountl(pools[0].owned.bits);

	for_each_policy(ops) {
		if (strcmp(ops->name, name) == 0) {
			return nr_cpus_owned > ops->cpus_max ? -ENOSPC : set_policy(&pools[0], ops);
		}
	}
	return -EINVAL;
}

void sched_cpu_online(unsigned int cpu)
{
	struct runqueue *rq = sched_queue_of(cpu);

	*rq = (struct runqueue){ .running_key = RUNQUEUE_KEY_NONE,
				 .own_key = RUNQUEUE_KEY_NONE,
				 .best_key = RUNQUEUE_KEY_NONE,
				 .pool = &pools[0] };
	spin_lock_init(&rq->lock, LOCK_RANK_SCHED);
	atomic_fetch_and(&sched_idle_cpus, ~BIT(cpu));
	atomic_fetch_and(&sched_waiting_cpus, ~BIT(cpu));
	atomic_fetch_and(&sched_alone_cpus, ~BIT(cpu));
	spin_lock(&sched_pools_lock);
	if (!pools[0].ops) {
		pools[0].ops = sched_ops_find(POLICY_DEFAULT);
	}
	nowhere.ops = pools[0].ops;
	pools[0].cpus.bits |= BIT(cpu);
	pools[0].owned.bits |= BIT(cpu);
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

static struct sched_pool *find_free(u32 id)
{
	for (u32 i = 0; i < SCHED_POOL_MAX; i++) {
		if (!pools[i].ops && (id == SCHED_POOL_ANY || id == i)) {
			pools[i] = (struct sched_pool){ .id = i };
			return &pools[i];
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
		err = set_policy(pool, ops);
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
		left.bits &= READ_ONCE(pools[i].ops) ? ~READ_ONCE(pools[i].owned.bits) : ~0UL;
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

/* The CPU is one of the pool's from now on. Pool lock. */
static void open_cpu(struct sched_pool *pool, unsigned int cpu)
{
	set_pool(cpu, pool);
	pool->cpus.bits |= BIT(cpu);
	pool->owned.bits |= BIT(cpu);
	for_each_unit(pool, unit) {
		if (cpumask_has(unit->hard, cpu) && !is_reserved(pool, unit) &&
		    !pool->ops->owns_cpus) {
			sched_set_allowed(unit, cpumask_and(unit->hard, pool->cpus));
		}
	}
	softirq_raise_on(cpu, SOFTIRQ_SCHED);
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
		err = -EBUSY;
	} else if ((u32)__builtin_popcountl(pool->owned.bits) >= pool->ops->cpus_max) {
		err = -ENOSPC;
	} else {
		open_cpu(pool, cpu);
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
		if (unit->allowed.bits == BIT(cpu) ||
		    (is_reserved(pool, unit) && cpumask_has(unit->allowed, cpu))) {
			return -EBUSY;
		}
	}
	pool->cpus.bits &= ~BIT(cpu);
	for_each_unit(pool, unit) {
		if (cpumask_has(unit->allowed, cpu)) {
			sched_set_allowed(unit, (cpumask_t){ unit->allowed.bits & ~BIT(cpu) });
		}
	}
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
	if (!err && !is_empty(pool, cpu)) {
		err = -EAGAIN;
	}
	if (!err) {
		set_pool(cpu, &nowhere);
		pool->owned.bits &= ~BIT(cpu);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}

int sched_pool_info(u32 from, struct sched_pool_info *info)
{
	u32 id = from;

	spin_lock(&sched_pools_lock);
	while (id < SCHED_POOL_MAX && !pools[id].ops) {
		id++;
	}
	if (id < SCHED_POOL_MAX) {
		*info = (struct sched_pool_info){ .id = id,
						  .policy = pools[id].ops->id,
						  .cpus = pools[id].cpus,
						  .nr_groups = pools[id].nr_groups };
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
	return pools[0].ops->id;
}

const char *sched_name(enum sched_id id)
{
	const struct sched_ops *ops = sched_ops_find(id);

	return ops ? ops->name : NULL;
}
