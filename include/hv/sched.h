/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scheduling: decides which vCPU a physical CPU runs, and never switches anything itself.
 *
 * A schedulable vCPU is a struct sched_unit, embedded in struct vcpu; a domain's parameters are a
 * struct sched_group, embedded in struct domain. trap/run.c asks sched_pick() when the softirq
 * SOFTIRQ_SCHED is pending, carries the choice out, and says sched_switched() when the context of
 * the previous unit is in memory (only then may another CPU pick that unit). The scheduler kicks
 * another CPU by raising SOFTIRQ_SCHED on it.
 *
 * CPUs are grouped into pools; each pool has one policy, and a domain lives in one pool. Pool 0
 * exists from boot, holds every CPU then, and Dom0 always. Locks are internal: LOCK_RANK_SCHED_POOL
 * for pools and reservations, LOCK_RANK_SCHED_GROUP for a domain's parameters, LOCK_RANK_SCHED for
 * the run queue of a CPU. Calls that change pools, parameters or schedules are made by one control
 * operation at a time and may take all three.
 */
#ifndef HV_SCHED_H
#define HV_SCHED_H

#include <hv/admission.h>
#include <hv/cpumask.h>
#include <hv/spinlock.h>
#include <hv/throttle.h>
#include <hv/timer.h>
#include <hv/tree.h>
#include <hv/types.h>

/* Pools 0 … 15; only 0 where nobody makes more. */
#define SCHED_POOL_MAX	  (IS_ENABLED(CONFIG_CPU_POOLS) ? 16U : 1U)
#define SCHED_POOL_ANY	  (~0U)
#define SCHED_WINDOWS_MAX 64U
#define SCHED_NOBODY	  0x7fffU /* window.domain: the CPU idles (Xen's DOMID_IDLE) */
#define SCHED_OWNER	  0x8000U /* window.domain, and above: see sched_owner_add() */
#define SCHED_OWNERS_MAX  32U
#define SCHED_OWNER_NAME  64U /* bytes, with the end */

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
struct sched_pool;

/* Parameters of all policies; each ignores what is not its own and keeps it for a later move. */
struct sched_params {
	u32 weight; /* of a domain: credit, and the best effort of rtds; 1 … 65535, default 256 */
	u32 cap;    /* of a domain: credit: percent of one CPU, 0 = none */
	u32 period_us;	/* of a vCPU: rtds, see hv/admission.h for the limits */
	u32 budget_us;	/* of a vCPU: rtds: CPU time in each period; 0 = no reservation */
	bool extratime; /* of a vCPU: rtds: may also use what others leave */
};

struct sched_group {
	struct sched_params params; /* weight, cap */
	struct sched_pool *pool;
	struct sched_group *pool_next;
	u16 domain;		  /* id, for the windows of arinc653 */
	struct spinlock lock;	  /* LOCK_RANK_SCHED_GROUP: units, params */
	struct sched_unit *units; /* list through unit->group_next */
	u32 nr_runnable;	  /* units that want a CPU now; atomic */
	s64 budget;		  /* ns of the cap's period left; atomic */
	struct timer refill;	  /* end of the cap's period */
	u64 refilled;		  /* ns, when the budget was last filled */
	struct sched_unit *wakes; /* the next that the refill wakes, NULL: none left; lock */
	struct throttle throttle; /* policy/throttle.c */
};

/* What rtds keeps of a unit: times in ns. */
struct sched_rtds {
	u64 period, budget;  /* budget 0: no reservation */
	u64 deadline;	     /* end of the current period */
	s64 left;	     /* of the budget, until the deadline; less than 0: overdrawn */
	struct timer refill; /* at the deadline, when there is nothing left */
	u64 nr_missed;	     /* deadlines that came before all of the budget that it wanted */
	bool extratime;
};

struct sched_unit {
	struct sched_group *group;
	struct sched_unit *group_next;
	struct tree_node node; /* run queue, by key */
	u64 key;	       /* less runs first */
	enum sched_state state;
	u32 cpu;	   /* run queue it is on, or last ran on */
	u32 blocked;	   /* SCHED_BLOCK_*: why it may not run */
	bool on_cpu;	   /* its context is in a CPU's registers */
	bool urgent;	   /* woken from sleep: goes first until it has used its burst */
	bool yielded;	   /* gives way once */
	bool parked;	   /* waits, loaded on its CPU, which idles (sched_pick) */
	u16 id;		   /* of the vCPU in its domain */
	cpumask_t hard;	   /* asked for: may run only here */
	cpumask_t soft;	   /* prefers to run here */
	cpumask_t allowed; /* hard, as far as its pool and policy have it; never empty */
	cpumask_t fitting; /* the same in the pool it is about to move to */
	u64 vtime;	   /* service received, ns divided by weight */
	s64 burst;	   /* credit: ns for which it stays urgent */
	struct sched_rtds rtds;
	u64 since;		   /* time of the last change of state, ns */
	u64 run_ns;		   /* time spent running, ns, up to `since` */
	u64 wait_ns;		   /* time spent runnable but waiting, ns, up to `since` */
	struct throttle_work work; /* as throttle.c has seen it last */
};

struct sched_choice {
	struct sched_unit *unit; /* NULL: idle */
	u64 until;		 /* ns, absolute: pick again at the latest then; TIME_NEVER */
};

/* Boot, once per CPU that comes up, on that CPU: it joins pool 0. */
void sched_cpu_online(unsigned int cpu);
/*
 * Boot, before the first domain: the policy of pool 0. -EINVAL: unknown, -ENOSPC: pool 0 has more
 * CPUs than it takes, -ENOMEM. Under arinc653 nobody runs there until it has a schedule.
 */
int sched_boot_policy(const char *name);

/* Parameters of a new domain: the defaults, in pool 0. */
void sched_group_init(struct sched_group *group, u16 domain);
/* All units are gone. */
void sched_group_free(struct sched_group *group);
/* Weight and cap. */
void sched_group_get(const struct sched_group *group, struct sched_params *params);
/* Validates, then applies; -EINVAL: nothing changed. */
int sched_group_set(struct sched_group *group, const struct sched_params *params);

/*
 * A new unit, asleep (blocked = SCHED_BLOCK_DOWN), first CPU chosen among hard. -EINVAL: no CPU of
 * hard is in the domain's pool; -ENOSPC: the policy has no room for it (null: no free CPU).
 */
int sched_unit_add(struct sched_unit *unit, struct sched_group *group, u16 id, cpumask_t hard);
/* The unit must be asleep and its context in memory. */
void sched_unit_remove(struct sched_unit *unit);
/* Where rtds is built in: period, budget, extratime. */
void sched_unit_get(const struct sched_unit *unit, struct sched_params *params);
/*
 * Validates, admits, then applies. -EINVAL: not valid; -ENOSPC: cannot be honoured together with
 * the reservations in force, *why (may be NULL) says which sum is too large. Nothing changed then.
 */
int sched_unit_set(struct sched_unit *unit, const struct sched_params *params,
		   struct sched_admission *why);
/*
 * New affinity; migrates at the next pick. -EINVAL: hard has no CPU of the pool; -ENOSPC: its
 * reservation cannot be honoured there, as above; null: no free CPU there.
 */
int sched_unit_set_affinity(struct sched_unit *unit, cpumask_t hard, cpumask_t soft,
			    struct sched_admission *why);
/* True when no other unit can ever run on its CPU: WFI need not be trapped. */
bool sched_owns_cpu(const struct sched_unit *unit);

struct sched_pool_info {
	u32 id;
	enum sched_id policy;
	cpumask_t cpus;
	u32 nr_groups;
};

/*
 * Pools (hypervisor-wide; any context without locks of rank SCHED_POOL or higher).
 * create: an empty pool; id SCHED_POOL_ANY = the first free. -EINVAL: unknown policy or id,
 * -EEXIST, -ENOSPC: no free id, -ENOMEM.
 */
int sched_pool_create(u32 id, enum sched_id policy, u32 *created);
/* -ENOENT, -EPERM: pool 0, -EBUSY: it has CPUs or domains. */
int sched_pool_destroy(u32 id);
/*
 * -ENOENT, -ENODEV: no such CPU, -EBUSY: the CPU is in a pool, -ENOSPC: arinc653 takes one CPU,
 * -EAGAIN: the CPU is the pool's, but not all units know: repeat.
 */
int sched_pool_add_cpu(u32 id, unsigned int cpu);
/*
 * -ENODEV: not in this pool; -EBUSY: last CPU of pool 0 or of a pool with domains, or a vCPU may
 * run only there or has a reservation there; -EAGAIN: no vCPU goes there from now on, but not all
 * know or have left: repeat. Reservations keep the CPUs with which they were admitted when a CPU is
 * added; a new affinity or reservation takes the pool as it is then.
 */
int sched_pool_remove_cpu(u32 id, unsigned int cpu);
/*
 * Move a domain, in two steps between which the caller lets no other operation of control happen.
 * Fit: all units get room in the new pool, and keep theirs. -ENOENT, -EPERM: Dom0, -EINVAL: no CPUs
 * in the pool, -ENOSPC: no room there (as sched_unit_add and sched_unit_set), -ERESTART: something
 * else is due on this CPU, repeat; nothing changed then. Move: the caller has paused the domain
 * (all units asleep, contexts in memory). Affinities that have no CPU in the new pool become "all".
 * Errors as for fit, and -EBUSY: not at rest, it stays and has its room there alone. A domain
 * without units can do without the first step. All units move at once: who bounds his paths limits
 * their number.
 */
int sched_pool_fit(struct sched_group *group, u32 pool, struct sched_admission *why);
int sched_pool_move(struct sched_group *group, u32 pool);
/* The first pool with an id of at least from; -ENOENT. */
int sched_pool_info(u32 from, struct sched_pool_info *info);
u32 sched_group_pool(const struct sched_group *group);
enum sched_id sched_group_policy(const struct sched_group *group);
/* CPUs in no pool. */
cpumask_t sched_free_cpus(void);

/* A window of an arinc653 frame: only this vCPU may run for this long. */
struct sched_window {
	u16 domain, vcpu; /* domain: an id, SCHED_NOBODY or an owner */
	u64 ns;
};

/* Windows follow each other from the start of the frame; what is left of the frame is idle. */
struct sched_schedule {
	u64 major_frame_ns;
	u32 nr_windows;
	struct sched_window windows[SCHED_WINDOWS_MAX];
};

/*
 * arinc653 pools only. Takes effect at the next start of a frame. -ENOENT: no such pool,
 * -EOPNOTSUPP: of another policy; -EINVAL: no window, a window of length 0, a sum beyond the major
 * frame, a frame of more than 10 s; -EPERM: pool 0 without a window for Dom0's first vCPU.
 */
int sched_schedule_set(u32 pool, const struct sched_schedule *schedule);
/* The one that was set last, owners replaced by the domains that they are (SCHED_NOBODY: none). */
int sched_schedule_get(u32 pool, struct sched_schedule *schedule);
/* Has this vCPU a window? */
bool sched_schedule_has(const struct sched_schedule *schedule, u16 domain, u16 vcpu);
/*
 * Boot: *domain for the windows of whoever has this name, or this UUID (16 bytes) when name is
 * NULL. The same one gets the same value. -ENOSPC.
 */
int sched_owner_add(const char *name, const u8 *uuid, u16 *domain);
/*
 * A domain has this name from now on or, with name NULL, is created with this UUID: windows of
 * that owner are its own, and those of another name or, when it is created, of a former domain
 * with its id are nobody's.
 */
void sched_owner_bind(const char *name, const u8 *uuid, u16 domain);
/* The id of the domain that a window names, SCHED_NOBODY: there is none now. Any context. */
u16 sched_owner_domain(u16 domain);
/* Is this an id, or an owner that there is? Pool lock. */
bool sched_owner_is(u16 domain);

/*
 * Reasons why a unit may not run; it is runnable while it has none. Setting and clearing happen
 * under the run-queue lock, so a wake-up can not be lost between a check and a block: block first,
 * then look whether there is work, then unblock.
 */
#define SCHED_BLOCK_WAIT     BIT(0) /* in WFI, or polling event channels */
#define SCHED_BLOCK_DOWN     BIT(1) /* off (PSCI, not yet brought up) */
#define SCHED_BLOCK_PAUSED   BIT(2) /* this vCPU is paused by the hypervisor */
#define SCHED_BLOCK_CAP	     BIT(4) /* its cap or budget is used up (the scheduler's own reason) */
#define SCHED_BLOCK_DOMAIN   BIT(3) /* its domain is paused, shut down or dying */
#define SCHED_BLOCK_THROTTLE BIT(5) /* its domain has exceeded a budget (hv/throttle.h) */

/* Add reasons; a unit that runs on another CPU is told to stop. Does not wait (see
 * sched_is_on_cpu). */
void sched_block(struct sched_unit *unit, u32 reasons);
/*
 * Remove reasons; when none is left, make it runnable and preempt whoever should yield. Any CPU.
 * True: it slept, and its CPU looks at everything anew before it enters it.
 */
bool sched_unblock(struct sched_unit *unit, u32 reasons);
/* The running unit gives way to its equals once. */
void sched_yield(struct sched_unit *unit);
/* True until the context of the unit is in memory and no CPU runs it. */
bool sched_is_on_cpu(const struct sched_unit *unit);

/*
 * Choose for this CPU; prev keeps on_cpu until sched_switched(prev). If nobody is to run and the
 * unit that is loaded only waits, it is `parked` from now on: it must stay loaded until the next
 * pick, and goes on when it is told to pick again or when sched_is_running(): whoever wakes it may
 * give it its idle CPU at once, with a kick.
 */
struct sched_choice sched_pick(unsigned int cpu, u64 now);
void sched_switched(struct sched_unit *prev);
static inline bool sched_is_running(const struct sched_unit *unit)
{
	/* Pairs with resume(): who sees it sees what woke it. */
	return __atomic_load_n(&unit->state, __ATOMIC_ACQUIRE) == SCHED_STATE_RUNNING;
}

/* CPU time of a unit in ns, including the current stretch. */
static inline u64 sched_unit_run_ns(const struct sched_unit *unit, u64 now)
{
	u64 since = READ_ONCE(unit->since);
	u64 more = READ_ONCE(unit->state) == SCHED_STATE_RUNNING && now > since ? now - since : 0;

	return READ_ONCE(unit->run_ns) + more;
}

/* Policy of pool 0. */
enum sched_id sched_default_id(void);
/* As the command line and the tools have it ("credit"), NULL: not built in. */
const char *sched_name(enum sched_id id);

#endif
