/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run queue of one CPU: runnable units in the order of their virtual time, with constant-time
 * operations. 64 lists stand for the next 64 steps of virtual time, a bit for each list that is not
 * empty; one more list holds urgent units, first come, first served. A unit farther ahead than the
 * last list waits there until its time comes into reach. The owner's lock protects everything.
 */
#ifndef SCHED_RUNQUEUE_H
#define SCHED_RUNQUEUE_H

#include <hv/sched.h>
#include <hv/spinlock.h>

#define RUNQUEUE_SLOTS	    64U
#define RUNQUEUE_URGENT	    RUNQUEUE_SLOTS
#define RUNQUEUE_STEP_SHIFT 20 /* 2^20 ns: about a millisecond of virtual time per list */

struct runqueue_list {
	struct sched_unit *first, *last;
};

struct runqueue {
	struct spinlock lock; /* LOCK_RANK_SCHED */
	struct sched_unit *running;
	u32 nr_waiting;
	u64 vtime;  /* of the unit chosen last; never goes back */
	u64 filled; /* bit n: lists[n] has units */
	struct runqueue_list lists[RUNQUEUE_SLOTS + 1];
	u64 idle_since, idle_ns;
};

void runqueue_add(struct runqueue *rq, struct sched_unit *unit);
void runqueue_remove(struct runqueue *rq, struct sched_unit *unit);
/* The unit that should run next for which may() holds, still queued; NULL when there is none. */
struct sched_unit *runqueue_best(struct runqueue *rq,
				 bool (*may)(const struct sched_unit *unit, unsigned int cpu),
				 unsigned int cpu);

#endif
