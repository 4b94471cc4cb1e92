/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scheduling: decides which vCPU a physical CPU runs, and never switches anything itself.
 *
 * A schedulable vCPU is a struct sched_unit, embedded in struct vcpu; a domain's parameters are a
 * struct sched_group, embedded in struct domain. trap/run.c asks sched_pick() when the softirq
 * SOFTIRQ_SCHED is pending, carries the choice out, and says sched_switched() when the context of
 * the previous unit is in memory (only then may another CPU pick that unit). The scheduler kicks
 * another CPU by raising SOFTIRQ_SCHED on it. Per-CPU run-queue locks (LOCK_RANK_SCHED) are
 * internal.
 */
#ifndef HV_SCHED_H
#define HV_SCHED_H

#include <hv/cpumask.h>
#include <hv/spinlock.h>
#include <hv/timer.h>
#include <hv/types.h>

/* The values of Xen's ABI (XEN_SCHEDULER_*). */
enum sched_id {
	SCHED_ID_CREDIT = 5,
	SCHED_ID_ARINC653 = 7,
	SCHED_ID_RTDS = 8,
	SCHED_ID_NULL = 9,
};

enum sched_state {
	SCHED_STATE_ASLEEP, /* blocked, paused or offline: not to be picked */
	SCHED_STATE_QUEUED, /* runnable, waits on the run queue of unit->cpu */
	SCHED_STATE_RUNNING /* chosen by unit->cpu */
};

struct sched_unit;
struct sched_group;

struct sched_params {
	u32 weight; /* credit: 1 … 65535, default 256 */
	u32 cap;    /* credit: percent of one CPU, 0 = none */
};

struct sched_group {
	struct sched_params params;
	struct spinlock lock;	  /* LOCK_RANK_SCHED_GROUP: units, params */
	struct sched_unit *units; /* list through unit->group_next */
	u32 nr_runnable;	  /* units that want a CPU now; atomic */
	s64 budget;		  /* ns of the cap's period left; atomic */
	struct timer refill;	  /* end of the cap's period */
	u64 refilled;		  /* ns, when the budget was last filled */
};

struct sched_unit {
	struct sched_group *group;
	struct sched_unit *group_next;
	struct sched_unit *prev, *next; /* run queue */
	enum sched_state state;
	u32 cpu;	/* run queue it is on, or last ran on */
	u32 blocked;	/* SCHED_BLOCK_*: why it may not run */
	u16 slot;	/* list of the run queue that holds it */
	bool on_cpu;	/* its context is in a CPU's registers */
	bool urgent;	/* woken from sleep: goes first until it has used its burst */
	bool yielded;	/* gives way once */
	cpumask_t hard; /* may run only here */
	cpumask_t soft; /* prefers to run here */
	u64 vtime;	/* credit: service received, ns divided by weight */
	s64 burst;	/* credit: ns for which it stays urgent */
	u64 since;	/* time of the last change of state, ns */
	u64 run_ns;	/* time spent running, ns, up to `since` */
	u64 wait_ns;	/* time spent runnable but waiting, ns, up to `since` */
};

struct sched_choice {
	struct sched_unit *unit; /* NULL: idle */
	u64 until;		 /* ns, absolute: pick again at the latest then; TIME_NEVER */
};

/* Boot, once per CPU that comes up, on that CPU. */
void sched_cpu_online(unsigned int cpu);

/* Parameters of a new domain: the scheduler's defaults. */
void sched_group_init(struct sched_group *group);
/* All units are gone. */
void sched_group_free(struct sched_group *group);
int sched_group_get(const struct sched_group *group, struct sched_params *params);
/* Validates, then applies; -EINVAL names no change. */
int sched_group_set(struct sched_group *group, const struct sched_params *params);

/* A new unit, asleep (blocked = SCHED_BLOCK_DOWN), first CPU chosen among hard. */
int sched_unit_add(struct sched_unit *unit, struct sched_group *group, cpumask_t hard);
/* The unit must be asleep and its context in memory. */
void sched_unit_remove(struct sched_unit *unit);

/*
 * Reasons why a unit may not run; it is runnable while it has none. Setting and clearing happen
 * under the run-queue lock, so a wake-up can not be lost between a check and a block: block first,
 * then look whether there is work, then unblock.
 */
#define SCHED_BLOCK_WAIT   BIT(0) /* in WFI, or polling event channels */
#define SCHED_BLOCK_DOWN   BIT(1) /* off (PSCI, not yet brought up) */
#define SCHED_BLOCK_PAUSED BIT(2) /* this vCPU is paused by the hypervisor */
#define SCHED_BLOCK_CAP	   BIT(4) /* its domain has used up its cap (the scheduler's own reason) */
#define SCHED_BLOCK_DOMAIN BIT(3) /* its domain is paused, shut down or dying */

/* Add reasons; a unit that runs on another CPU is told to stop. Does not wait (see
 * sched_is_on_cpu). */
void sched_block(struct sched_unit *unit, u32 reasons);
/* Remove reasons; when none is left, make it runnable and preempt whoever should yield. Any CPU. */
void sched_unblock(struct sched_unit *unit, u32 reasons);
/* The running unit gives way to its equals once. */
void sched_yield(struct sched_unit *unit);
/* True until the context of the unit is in memory and no CPU runs it. */
bool sched_is_on_cpu(const struct sched_unit *unit);

/* Choose for this CPU; prev keeps on_cpu until sched_switched(prev). */
struct sched_choice sched_pick(unsigned int cpu, u64 now);
void sched_switched(struct sched_unit *prev);

/* New affinity; migrates at the next pick. hard must contain an online CPU: -EINVAL otherwise. */
int sched_unit_set_affinity(struct sched_unit *unit, cpumask_t hard, cpumask_t soft);

/* CPU time of a unit in ns, including the current stretch. */
u64 sched_unit_run_ns(const struct sched_unit *unit, u64 now);
/* Time a CPU has been idle, ns. */
u64 sched_cpu_idle_ns(unsigned int cpu);

enum sched_id sched_default_id(void);
const char *sched_name(enum sched_id id);

#endif
