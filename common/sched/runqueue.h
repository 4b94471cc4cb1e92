/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run queue of one CPU: its units in the order of their keys, least first, and of equal keys
 * first come, first served. What a key is, is the policy's: virtual time, a deadline. A balanced
 * tree: logarithmic operations. The lock of the queue protects everything; fields marked
 * "published" are also read without it, as hints that the core's protocol makes safe (core.c).
 */
#ifndef SCHED_RUNQUEUE_H
#define SCHED_RUNQUEUE_H

#include <hv/sched.h>
#include <hv/spinlock.h>
#include <hv/tree.h>

#define RUNQUEUE_KEY_NONE (~0UL)

struct runqueue {
	struct spinlock lock; /* LOCK_RANK_SCHED */
	struct sched_pool *pool;
	struct sched_unit *running;
	struct sched_unit *loaded; /* whose context this CPU has, as of its last pick */
	u32 nr_waiting;
	u64 vtime;	 /* of the unit chosen last; never goes back */
	u64 running_key; /* published: of the unit that runs, RUNQUEUE_KEY_NONE: idle */
	u64 own_key;	 /* as this CPU has put it there: another may have changed it */
	u64 best_key;	 /* published: of the first unit that waits */
	struct tree units;
};

typedef bool (*runqueue_may_t)(const struct sched_unit *unit, unsigned int cpu);

/* Queue a unit, take it out. */
void runqueue_add(struct runqueue *rq, struct sched_unit *unit);
void runqueue_remove(struct runqueue *rq, struct sched_unit *unit);
/* The unit that should run next for which may() holds, still queued; NULL when there is none. */
struct sched_unit *runqueue_best(struct runqueue *rq, runqueue_may_t may, unsigned int cpu);
/* Draw a unit's virtual time to within LAG of the queue's: no claim on a past of its own. */
void runqueue_draw_near(const struct runqueue *rq, struct sched_unit *unit);

#endif
