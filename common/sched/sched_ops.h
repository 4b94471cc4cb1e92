/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scheduling policy supplies to the core. The core owns states, locks, placement and
 * migration; a policy owns the order of its queues and what urgency, slices and entitlement mean.
 * Hooks marked (queue) run with the lock of the unit's run queue held, those marked (pool) with the
 * lock of all pools, in bounded time. A hook marked "optional" may be NULL.
 */
#ifndef SCHED_OPS_H
#define SCHED_OPS_H

#include "runqueue.h"

/* Sharing by weight, which credit does for all and rtds for those without a claim (credit.c). */
#define WEIGHT_DEFAULT 256U
#define SLICE	       (10 * NSEC_PER_MSEC)
#define LAG	       (30 * NSEC_PER_MSEC)
#define BURST	       NSEC_PER_MSEC

/* Why a unit is queued. */
enum sched_arrival {
	SCHED_ARRIVES_AWAKE,   /* it slept */
	SCHED_ARRIVES_AGAIN,   /* it ran, or was put to sleep for want of a budget */
	SCHED_ARRIVES_MIGRATED /* from another CPU's queue */
};

struct sched_ops {
	enum sched_id id;
	const char *name;
	bool owns_cpus; /* no CPU ever runs more than one unit */
	u32 cpus_max;	/* of a pool */

	/* (pool) A new pool; nobody is left in it. Optional. */
	int (*pool_init)(struct sched_pool *pool);
	void (*pool_free)(struct sched_pool *pool);
	/* (pool) A domain joins or leaves, without units that run. Optional. */
	void (*group_join)(struct sched_group *group);
	void (*group_leave)(struct sched_group *group);
	/* (group lock) Valid parameters were set. Optional. */
	void (*group_changed)(struct sched_group *group);
	/*
	 * (pool) Make room for a unit that may run on the CPUs hard: what it is allowed to, or an
	 * error as of sched_unit_set_affinity(). It may have room already. unit_leave: optional.
	 */
	int (*unit_fit)(struct sched_pool *pool, struct sched_unit *unit, cpumask_t hard,
			cpumask_t *allowed, struct sched_admission *why);
	void (*unit_leave)(struct sched_pool *pool, struct sched_unit *unit);
	/* (no lock) A unit is created, whoever schedules it: what the policy keeps. Optional. */
	void (*unit_init)(struct sched_unit *unit);

	/* (queue) It is put into the queue now: its key there. Optional: the one that it has. */
	void (*set_key)(struct runqueue *rq, struct sched_unit *unit);
	/* (queue) Who is to run next, as runqueue_best(). */
	struct sched_unit *(*best)(struct runqueue *rq, runqueue_may_t may, unsigned int cpu);
	/* (queue) A pick begins: time has come to now. Optional. */
	void (*advance)(struct runqueue *rq, u64 now);
	/* (queue) When an idle CPU has to pick again at the latest, ns. Optional: TIME_NEVER. */
	u64 (*idle_until)(struct runqueue *rq);
	/* (queue) The unit, of rq so far, is about to be queued, its CPU not chosen. Optional. */
	void (*prepare)(struct runqueue *rq, struct sched_unit *unit, enum sched_arrival how,
			u64 now);
	/* (queue) It is about to be queued on rq. Optional. */
	void (*arrive)(struct runqueue *rq, struct sched_unit *unit, enum sched_arrival how);
	/*
	 * (queue) The unit wakes up where it is loaded, and nobody waits: as arrive and slice. Can
	 * it run at once, without a time limit? Optional: no.
	 */
	bool (*resume)(struct runqueue *rq, struct sched_unit *unit);
	/* (queue) Did its place in the order change by the time alone? Optional. */
	bool (*is_stale)(const struct sched_unit *unit, u64 now);
	/* (queue) It ran for ns. Optional. */
	void (*charge)(struct sched_unit *unit, u64 ns);
	/* (queue) May it go on, or is its budget used up (SCHED_BLOCK_CAP)? Optional: it may. */
	bool (*is_entitled)(const struct sched_unit *unit);
	/* (queue) It is to run: how long at most, ns; others_wait: somebody is queued. Optional. */
	u64 (*slice)(struct runqueue *rq, struct sched_unit *unit, bool others_wait, u64 now);
	/* (queue) Should a unit that was just queued stop the one that runs? Optional: no. */
	bool (*preempts)(const struct sched_unit *unit, const struct sched_unit *running);
	/* (queue) Should this CPU take one that waits elsewhere, not its own best? Optional: no. */
	bool (*is_better)(const struct sched_unit *other, const struct sched_unit *own);
	/* (no lock) Can anything in this queue be better than own? A hint. Optional: yes. */
	bool (*has_better)(const struct runqueue *rq, const struct sched_unit *own);
	/* (queue) Tell a busy CPU to pick, as a unit should preempt there; ~0: none. Optional. */
	unsigned int (*victim)(const struct sched_unit *unit);
};

/*
 * A policy is one constant object that registers itself: the core knows it by the section alone,
 * and a configuration without it has no row. The linker makes the two names.
 */
#define SCHED_POLICY                                                                               \
	static const struct sched_ops __attribute__((used, aligned(8))) __section("sched_policies")
extern const struct sched_ops __start_sched_policies[], __stop_sched_policies[];

#define for_each_policy(ops)                                                                       \
	for (const struct sched_ops *ops = __start_sched_policies; ops != __stop_sched_policies;   \
	     (ops)++)

#endif
