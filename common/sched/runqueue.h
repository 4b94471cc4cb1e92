/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run queue of one CPU, and the two orders in which its units can wait. The lock of the queue
 * protects everything; fields marked "published" are also read without it, as hints that the core's
 * protocol makes safe (core.c).
 *
 * By slots (credit, null): units in the order of their virtual time, with constant-time
 * operations. 64 lists stand for the next 64 steps of virtual time, a bit for each list that is not
 * empty; one more list holds urgent units, first come, first served. A unit farther ahead than the
 * last list waits there until its time comes into reach.
 *
 * By key (rtds, arinc653): a balanced tree, exact order, logarithmic operations.
 */
#ifndef SCHED_RUNQUEUE_H
#define SCHED_RUNQUEUE_H

#include <hv/sched.h>
#include <hv/spinlock.h>
#include <hv/tree.h>

#define RUNQUEUE_SLOTS	    64U
#define RUNQUEUE_URGENT	    RUNQUEUE_SLOTS
#define RUNQUEUE_STEP_SHIFT 20 /* 2^20 ns: about a millisecond of virtual time per list */
#define RUNQUEUE_KEY_NONE   (~0UL)

struct runqueue_list {
	struct sched_unit *first, *last;
};

struct runqueue {
	struct spinlock lock; /* LOCK_RANK_SCHED */
	struct sched_pool *pool;
	struct sched_unit *running;
	struct sched_unit *loaded; /* whose context this CPU has, as of its last pick */
	u32 nr_waiting;
	u64 vtime;	 /* of the unit chosen last; never goes back */
	u64 running_key; /* published; by key: of the unit that runs, RUNQUEUE_KEY_NONE: idle */
	u64 own_key;	 /* as this CPU has put it there: another may have changed it */
	u64 best_key;	 /* published; by key: of the first unit that waits */
	u64 filled;	 /* by slots: bit n: lists[n] has units */
	struct runqueue_list lists[RUNQUEUE_SLOTS + 1];
	struct tree keyed;
	u64 idle_since, idle_ns;
};

typedef bool (*runqueue_may_t)(const struct sched_unit *unit, unsigned int cpu);

/* By slots: queue a unit, take it out. */
void runqueue_add(struct runqueue *rq, struct sched_unit *unit);
void runqueue_remove(struct runqueue *rq, struct sched_unit *unit);
/* The unit that should run next for which may() holds, still queued; NULL when there is none. */
struct sched_unit *runqueue_best(struct runqueue *rq, runqueue_may_t may, unsigned int cpu);

/* The same by key. */
void runqueue_key_add(struct runqueue *rq, struct sched_unit *unit);
void runqueue_key_remove(struct runqueue *rq, struct sched_unit *unit);
struct sched_unit *runqueue_key_best(struct runqueue *rq, runqueue_may_t may, unsigned int cpu);

#endif
