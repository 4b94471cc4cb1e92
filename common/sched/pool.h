/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the scheduler: pools, and what the core's files share (core.c, pick.c, unit.c, pool.c).
 *
 * A unit's CPU is always one of its pool's (owned), so the lock of a unit's run queue also says
 * which policy handles it: rq->pool->ops. rq->pool changes only while no unit belongs to the queue.
 */
#ifndef SCHED_POOL_H
#define SCHED_POOL_H

#include "sched_ops.h"

#include <hv/admission.h>
#include <hv/percpu.h>

/* Reservations of a pool; also at least the number of CPUs. */
#define SCHED_LOADS_MAX 64U

struct sched_pool {
	u32 id;
	const struct sched_ops *ops; /* NULL: the pool does not exist */
	cpumask_t cpus;		     /* units may be placed here */
	cpumask_t owned;	     /* these, and a CPU that its last units are leaving */
	struct sched_group *groups;  /* list through pool_next */
	u32 nr_groups;
	/* rtds: reservations in force; of 0 ppm: room for one */
	struct admission_load loads[SCHED_LOADS_MAX];
	struct sched_unit *owners[SCHED_LOADS_MAX]; /* rtds: of loads; null: of CPUs */
	struct arinc653_frame *frame;		    /* arinc653: contents under the queue's lock */
};

/* LOCK_RANK_SCHED_POOL: all pools, their members and reservations. */
extern struct spinlock sched_pools_lock;
extern struct sched_pool sched_pools[SCHED_POOL_MAX];

/* Of pool 0, and of whatever has none of its own. */
#define SCHED_ID_DEFAULT                                                                           \
	(IS_ENABLED(CONFIG_SCHED_CREDIT) ? SCHED_ID_CREDIT                                         \
	 : IS_ENABLED(CONFIG_SCHED_RTDS) ? SCHED_ID_RTDS                                           \
					 : SCHED_ID_NULL)

/* The pool, or NULL. Pool lock. */
struct sched_pool *sched_pool_find(u32 id);
/* A pool, in which nobody is, gets its policy (pool_policy.c). Pool lock, or boot. */
int sched_pool_set_policy(struct sched_pool *pool, const struct sched_ops *ops);
/* The ops of a policy that is built in, or NULL. */
const struct sched_ops *sched_ops_find(enum sched_id id);
/* hard within the pool; the usual unit_fit: -EINVAL when nothing is left. */
int sched_fit_mask(struct sched_pool *pool, struct sched_unit *unit, cpumask_t hard,
		   cpumask_t *allowed, struct sched_admission *why);
/* The unit may run on these CPUs from now on. Pool lock. */
void sched_set_allowed(struct sched_unit *unit, cpumask_t allowed);
/* The unit gives up what it has there. Pool lock. */
void sched_leave_pool(struct sched_pool *pool, struct sched_unit *unit);
/* A group comes into a pool or leaves it. Pool lock. */
void sched_pool_link(struct sched_pool *pool, struct sched_group *group);
void sched_pool_unlink(struct sched_group *group);

/*
 * balance.c, if built in: units that may run on several CPUs. Without it each has one CPU, where it
 * is queued alone.
 */
extern u64 sched_idle_cpus;    /* bit per CPU that has nothing to run */
extern u64 sched_waiting_cpus; /* bit per CPU whose queue holds waiting units */
extern u64 sched_alone_cpus;   /* bit per CPU whose unit runs without a time limit */

/* Where a unit that wakes up should be queued. Queue lock, as for all of the following. */
unsigned int sched_choose_cpu(const struct sched_ops *ops, const struct sched_unit *unit);
/* A queued unit waits behind others: tell CPUs that may want to take it. */
void sched_offer(const struct sched_ops *ops, const struct sched_unit *unit);
/* The best unit that is left in the queue of cpu may be one for another CPU. */
void sched_offer_best(struct runqueue *rq, unsigned int cpu);
/* The unit is to run on rq's CPU next: until that has picked, it counts as if it ran. */
void sched_pledge(struct runqueue *rq, const struct sched_unit *unit);
/*
 * A CPU picks, and own is the best of its own queue, if any: what it is to run, still queued there.
 * *retry: another queue could not be looked at.
 */
struct sched_unit *sched_take_over(struct runqueue *rq, unsigned int cpu, struct sched_unit *own,
				   bool *retry);

/* core.c */
DECLARE_PER_CPU(struct runqueue, sched_runqueues);

static inline struct runqueue *sched_queue_of(unsigned int cpu)
{
	return per_cpu_ptr(sched_runqueues, cpu);
}

/* Lock the queue that a unit belongs to. */
struct runqueue *sched_lock_queue(const struct sched_unit *unit);
/* The following three: queue lock. In the header for the two halves of each wake-up. */
static inline void sched_enqueue(struct runqueue *rq, struct sched_unit *unit)
{
	unit->state = SCHED_STATE_QUEUED;
	if (rq->pool->ops->set_key) {
		rq->pool->ops->set_key(rq, unit);
	}
	runqueue_add(rq, unit);
	rq->nr_waiting++;
	if (IS_ENABLED(CONFIG_SCHED_BALANCE)) {
		__atomic_fetch_or(&sched_waiting_cpus, BIT(unit->cpu), __ATOMIC_SEQ_CST);
	}
}

static inline void sched_dequeue(struct runqueue *rq, struct sched_unit *unit)
{
	runqueue_remove(rq, unit);
	rq->nr_waiting--;
	if (IS_ENABLED(CONFIG_SCHED_BALANCE) && rq->nr_waiting == 0) {
		atomic_fetch_and(&sched_waiting_cpus, ~BIT(unit->cpu));
	}
}

/* Close the books on the state that ends now. */
static inline void sched_account(struct runqueue *rq, struct sched_unit *unit, u64 now)
{
	u64 ns = now > unit->since ? now - unit->since : 0;

	if (unit->state == SCHED_STATE_RUNNING) {
		unit->run_ns += ns;
		if (rq->pool->ops->charge) {
			rq->pool->ops->charge(unit, ns);
		}
	} else if (unit->state == SCHED_STATE_QUEUED) {
		unit->wait_ns += ns;
	}
	unit->since = now;
}

/* Queue a unit that sleeps without a reason; it may go to another CPU. No queue lock. */
void sched_place(struct sched_unit *unit, enum sched_arrival how);
/* Its order in the queue changed, or where it may run: queue it anew, or let its CPU pick. */
void sched_requeue(struct sched_unit *unit);

static inline bool sched_is_runnable(const struct sched_unit *unit)
{
	return unit->blocked == 0;
}

static inline void sched_prepare(struct runqueue *rq, struct sched_unit *unit,
				 enum sched_arrival how, u64 now)
{
	if (rq->pool->ops->prepare) {
		rq->pool->ops->prepare(rq, unit, how, now);
	}
}

static inline bool sched_may_run(const struct sched_unit *unit, unsigned int cpu)
{
	return cpumask_has(unit->allowed, cpu);
}

/* Can it be queued elsewhere than on its CPU? Queue lock. */
static inline bool sched_has_choice(const struct sched_unit *unit)
{
	return (unit->allowed.bits & ~BIT(unit->cpu)) != 0;
}

#endif
