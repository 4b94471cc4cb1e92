/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets of a domain for what it makes the hypervisor do: traps, interrupts and bytes of log per
 * second. A domain that exceeds one is throttled: none of its vCPUs runs until what it did is paid
 * for at the budget's rate, so that the rate holds in the long run. Who causes work is charged for
 * it: an event costs its sender a trap, and whoever receives it nothing.
 *
 * struct throttle is part of struct sched_group; the lock is the group's (LOCK_RANK_SCHED_GROUP).
 */
#ifndef HV_THROTTLE_H
#define HV_THROTTLE_H

#include <hv/timer.h>
#include <hv/types.h>

struct sched_group;
struct sched_unit;

enum throttle_kind {
	THROTTLE_TRAPS,
	THROTTLE_INTERRUPTS, /* virtual ones, except event channels: timers, SGIs, devices */
	THROTTLE_LOG,	     /* bytes that it writes to its consoles */
	THROTTLE_NR_KINDS
};

/* Rates per second. */
#define THROTTLE_RATE_MIN     1000U
#define THROTTLE_RATE_MAX     1000000000U
#define THROTTLE_RATE_DEFAULT (~0U) /* of the command line; none for who has CPU time reserved */

/* Counts of a unit since it was made, kept by those above. */
struct throttle_work {
	u64 traps;    /* exits by its own doing, except waits */
	u64 waits;    /* WFI, WFE */
	u64 injected; /* virtual interrupts made pending */
	u64 events;   /* those of them that were event channels */
};

struct throttle {
	struct timer timer;	      /* of the next look */
	u32 asked[THROTTLE_NR_KINDS]; /* rates; 0: no budget, or THROTTLE_RATE_DEFAULT */
	u32 now[THROTTLE_NR_KINDS];   /* rates in force; 0: none */
	u64 paid[THROTTLE_NR_KINDS];  /* ns, when what was charged is paid for */
	struct sched_unit *first;     /* where rounds begin */
	struct sched_unit *next;      /* of a round that is not finished */
	u64 interval;		      /* ns to the next round */
	u64 logged, log_seen;	      /* bytes; logged: added to by who logs, under its lock */
	u64 held_since, held_ns;      /* for how long it was throttled */
	u32 nr_held;		      /* how often */
	u32 reasons;		      /* budgets that it has exceeded, BIT(enum throttle_kind) */
	bool is_held;		      /* throttled now */
	bool is_new;		      /* what was done until now does not count */
};

/*
 * New rates, one per enum throttle_kind: 0 = no budget, THROTTLE_RATE_DEFAULT, or MIN to MAX;
 * -EINVAL: nothing changed. What was used before is forgiven: a domain that is throttled goes on.
 * One caller at a time, no lock held but control_lock.
 */
int throttle_set(struct sched_group *group, const u32 *rates);

#ifdef CONFIG_THROTTLE
/* Boot, before the first domain: the default rates, and how to get a unit's counts. */
void throttle_boot(const u32 *rates,
		   void (*count)(const struct sched_unit *unit, struct throttle_work *work));
/* A new domain, after sched_group_init(): the default rates; none for Dom0. */
void throttle_init(struct sched_group *group);
/* Its vCPUs exist: look at them from now on. Not beside throttle_set(). */
void throttle_start(struct sched_group *group);
/* Before sched_group_free(). */
void throttle_free(struct sched_group *group);
/*
 * A copy for who shows it: held_ns is brought up to now, is_held is also set for some 0.1 s after
 * the domain was throttled last.
 */
void throttle_get(struct sched_group *group, struct throttle *copy);
#else
static inline void throttle_init(struct sched_group *group)
{
	(void)group;
}

static inline void throttle_start(struct sched_group *group)
{
	(void)group;
}

static inline void throttle_free(struct sched_group *group)
{
	(void)group;
}
#endif

#endif
