/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scheduling policy supplies to the core. The core owns states, queues, locks and migration;
 * a policy owns what virtual time, urgency, slices and entitlement mean. All hooks run with the run
 * queue's lock held except where said, in bounded time.
 */
#ifndef SCHED_OPS_H
#define SCHED_OPS_H

#include "runqueue.h"

struct sched_ops {
	enum sched_id id;
	const char *name;
	/* No lock: a new group; its last unit has gone. */
	void (*group_init)(struct sched_group *group);
	void (*group_free)(struct sched_group *group);
	/* Group lock: valid parameters, or -EINVAL and no change. */
	int (*group_set)(struct sched_group *group, const struct sched_params *params);
	/* The unit is about to be queued on rq: it woke up, or came from another CPU (is_wake
	 * false). */
	void (*arrive)(struct runqueue *rq, struct sched_unit *unit, bool is_wake);
	/* It ran for ns. */
	void (*charge)(struct sched_unit *unit, u64 ns);
	/* May it go on now, or has it used up its entitlement (SCHED_BLOCK_CAP)? */
	bool (*is_entitled)(const struct sched_unit *unit);
	/* It is the one to run: how long at most, ns; others_wait: somebody is queued behind it. */
	u64 (*slice)(struct runqueue *rq, struct sched_unit *unit, bool others_wait);
	/* Should a unit that was just queued stop the one that runs? */
	bool (*preempts)(const struct sched_unit *unit, const struct sched_unit *running);
	/* Should this CPU take a waiting unit of another CPU instead of its own best? */
	bool (*is_better)(const struct sched_unit *other, const struct sched_unit *own);
};

extern const struct sched_ops credit_ops;

/* The policy of all CPUs (group.c). */
extern const struct sched_ops *const sched_policy;

#endif
