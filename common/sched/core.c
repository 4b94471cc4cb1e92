/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler's core: states of units, run queues, placement and migration (hv/sched.h).
 *
 *	            unblock                        pick
 *	ASLEEP ────────────────► QUEUED ◄────────────────────► RUNNING
 *	   ▲                        │ block                       │ block, seen by the next pick
 *	   └────────────────────────┴─────────────────────────────┘
 *
 * A unit belongs to the run queue of unit->cpu, whose lock protects it; unit->cpu changes only
 *under the lock of the old queue. An ASLEEP unit without reasons to sleep is on its way between two
 *queues, and whoever finds it so may queue it. on_cpu outlives RUNNING until its context is in
 *memory: until then only its own CPU may pick it, so it is queued nowhere else.
 *
 * Work conservation: a CPU that finds nothing sets its bit in idle_cpus and then looks at the other
 * queues once more; a unit that is queued is made visible before idle_cpus is looked at. One of the
 *two sees the other. A second run-queue lock is only ever tried, never waited for.
 */
#include "sched_ops.h"

#include <hv/errno.h>
#include <hv/percpu.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/timer.h>
#include <hv/trace.h>

/* How soon a CPU that could not look into another's queue tries again. */
#define RETRY_NS (50 * NSEC_PER_USEC)

static DEFINE_PER_CPU(struct runqueue, runqueues);
static u64 idle_cpus;	 /* bit per CPU that has nothing to run */
static u64 waiting_cpus; /* bit per CPU whose queue holds waiting units */
static u64 alone_cpus;	 /* bit per CPU whose unit runs without a time limit */

/* Lock the queue that a unit belongs to. Retries only when it was migrated in between. */
static struct runqueue *lock_queue(const struct sched_unit *unit)
{
	for (;;) {
		u32 cpu = READ_ONCE(unit->cpu);
		struct runqueue *rq = per_cpu_ptr(runqueues, cpu);

		spin_lock(&rq->lock);
		if (likely(unit->cpu == cpu)) {
			return rq;
		}
		spin_unlock(&rq->lock);
	}
}

static bool may_run(const struct sched_unit *unit, unsigned int cpu)
{
	return cpumask_has(unit->hard, cpu);
}

/* For another CPU's queue: the context must be in memory. Pairs with sched_switched(). */
static bool may_steal(const struct sched_unit *unit, unsigned int cpu)
{
	return may_run(unit, cpu) && !load_acquire(&unit->on_cpu);
}

static void enqueue(struct runqueue *rq, struct sched_unit *unit)
{
	unit->state = SCHED_STATE_QUEUED;
	runqueue_add(rq, unit);
	atomic_fetch_or(&waiting_cpus, BIT(unit->cpu));
}

static void dequeue(struct runqueue *rq, struct sched_unit *unit)
{
	runqueue_remove(rq, unit);
	if (rq->nr_waiting == 0) {
		atomic_fetch_and(&waiting_cpus, ~BIT(unit->cpu));
	}
}

/* Close the books on the state that ends now. */
static void account(struct sched_unit *unit, u64 now)
{
	u64 ns = now > unit->since ? now - unit->since : 0;

	if (unit->state == SCHED_STATE_RUNNING) {
		unit->run_ns += ns;
		sched_policy->charge(unit, ns);
	} else if (unit->state == SCHED_STATE_QUEUED) {
		unit->wait_ns += ns;
	}
	unit->since = now;
}

/* Claim an idle CPU for a unit: one it prefers, else any it may use; ~0 when none is idle. */
static unsigned int claim_idle(const struct sched_unit *unit)
{
	u64 idle = __atomic_load_n(&idle_cpus, __ATOMIC_SEQ_CST) & unit->hard.bits;

	while (idle) {
		u64 preferred = idle & unit->soft.bits;
		u64 own = idle & BIT(unit->cpu);
		u64 from = own && (!preferred || (own & preferred)) ? own
			   : preferred				    ? preferred
								    : idle;
		u64 bit = from & -from;

		if (atomic_fetch_and(&idle_cpus, ~bit) & bit) {
			return (unsigned int)__builtin_ctzl(bit);
		}
		idle &= ~bit;
	}
	return ~0U;
}

/* Where a unit that wakes up should be queued. */
static unsigned int choose_cpu(const struct sched_unit *unit)
{
	u64 allowed = unit->hard.bits & cpus_online.bits;
	unsigned int idle = claim_idle(unit);

	if (idle != ~0U) {
		return idle;
	}
	if (allowed & BIT(unit->cpu)) {
		return unit->cpu;
	}
	allowed = allowed & unit->soft.bits ? allowed & unit->soft.bits : allowed;
	return allowed ? (unsigned int)__builtin_ctzl(allowed) : unit->cpu;
}

/* Tell CPUs that should act on a unit that was queued on rq's CPU. */
static void notify(struct runqueue *rq, struct sched_unit *unit)
{
	if (!rq->running || sched_policy->preempts(unit, rq->running)) {
		softirq_raise_on(unit->cpu, SOFTIRQ_SCHED);
	}
}

/*
 * A unit waits behind others: is there a CPU that idles? If not, those that run a unit without a
 * time limit have to pick again and share.
 */
static void offer(struct sched_unit *unit)
{
	unsigned int idle = claim_idle(unit);
	u64 alone;

	if (idle != ~0U) {
		softirq_raise_on(idle, SOFTIRQ_SCHED);
		return;
	}
	alone = READ_ONCE(alone_cpus) & unit->hard.bits;
	for (; unlikely(alone); alone &= alone - 1) {
		softirq_raise_on((unsigned int)__builtin_ctzl(alone), SOFTIRQ_SCHED);
	}
}

static bool is_runnable(const struct sched_unit *unit)
{
	return unit->blocked == 0;
}

/* Queue a unit that sleeps without a reason; it may have to go to another CPU. No lock held. */
static void place(struct sched_unit *unit, bool is_wake)
{
	struct runqueue *rq = lock_queue(unit);
	unsigned int cpu = unit->cpu;

	if (unit->state != SCHED_STATE_ASLEEP || !is_runnable(unit)) {
		goto out_unlock;
	}
	if (!unit->on_cpu) {
		cpu = choose_cpu(unit);
	} else if (!may_run(unit, cpu)) {
		/* It leaves its CPU just now: sched_switched() places it. */
		goto out_unlock;
	}
	if (cpu != unit->cpu) {
		unit->cpu = cpu;
		spin_unlock(&rq->lock);
		rq = lock_queue(unit);
		if (unit->state != SCHED_STATE_ASLEEP || !is_runnable(unit)) {
			/* The claim of an idle CPU must not be lost. */
			softirq_raise_on(cpu, SOFTIRQ_SCHED);
			goto out_unlock;
		}
	}
	account(unit, time_now());
	sched_policy->arrive(rq, unit, is_wake);
	enqueue(rq, unit);
	notify(rq, unit);
	if (rq->running) {
		offer(unit);
	}
out_unlock:
	spin_unlock(&rq->lock);
}

void sched_block(struct sched_unit *unit, u32 reasons)
{
	struct runqueue *rq = lock_queue(unit);

	if (is_runnable(unit)) {
		atomic_fetch_sub(&unit->group->nr_runnable, 1);
	}
	unit->blocked |= reasons;
	if (unit->state == SCHED_STATE_QUEUED) {
		account(unit, time_now());
		dequeue(rq, unit);
		unit->state = SCHED_STATE_ASLEEP;
	} else if (unit->state == SCHED_STATE_RUNNING) {
		softirq_raise_on(unit->cpu, SOFTIRQ_SCHED);
	}
	spin_unlock(&rq->lock);
}

void sched_unblock(struct sched_unit *unit, u32 reasons)
{
	struct runqueue *rq = lock_queue(unit);
	bool was_blocked = !is_runnable(unit), wakes;

	unit->blocked &= ~reasons;
	wakes = was_blocked && is_runnable(unit);
	if (wakes) {
		atomic_fetch_add(&unit->group->nr_runnable, 1);
	}
	wakes = wakes && unit->state == SCHED_STATE_ASLEEP;
	spin_unlock(&rq->lock);
	if (wakes) {
		if (trace_is_on()) {
			trace_wake(unit);
		}
		place(unit, (reasons & SCHED_BLOCK_CAP) == 0);
	}
}

void sched_yield(struct sched_unit *unit)
{
	unit->yielded = true;
	softirq_raise(SOFTIRQ_SCHED);
}

bool sched_is_on_cpu(const struct sched_unit *unit)
{
	/* Pairs with sched_switched(): who sees false may read the context. */
	return load_acquire(&unit->on_cpu);
}

/* What becomes of the unit that ran until now. rq is this CPU's, locked. */
static void put_back(struct runqueue *rq, struct sched_unit *unit, u64 now)
{
	account(unit, now);
	if (is_runnable(unit) && !sched_policy->is_entitled(unit)) {
		unit->blocked |= SCHED_BLOCK_CAP;
		atomic_fetch_sub(&unit->group->nr_runnable, 1);
	}
	if (is_runnable(unit) && may_run(unit, unit->cpu)) {
		enqueue(rq, unit);
	} else {
		unit->state = SCHED_STATE_ASLEEP;
	}
	unit->yielded = false;
	rq->running = NULL;
}

/* Take a unit from another CPU's queue: any when own is NULL, else a better one. */
static struct sched_unit *steal(struct runqueue *rq, unsigned int cpu, const struct sched_unit *own,
				bool *retry)
{
	u64 others = __atomic_load_n(&waiting_cpus, __ATOMIC_SEQ_CST) & ~BIT(cpu);

	for (; others; others &= others - 1) {
		struct runqueue *from =
			per_cpu_ptr(runqueues, (unsigned int)__builtin_ctzl(others));
		struct sched_unit *unit;

		if (!spin_trylock(&from->lock)) {
			*retry = true;
			continue;
		}
		unit = runqueue_best(from, may_steal, cpu);
		if (unit && own && !sched_policy->is_better(unit, own)) {
			unit = NULL;
		}
		if (unit) {
			dequeue(from, unit);
			unit->cpu = cpu;
			sched_policy->arrive(rq, unit, false);
			enqueue(rq, unit);
		}
		spin_unlock(&from->lock);
		if (unit) {
			return unit;
		}
	}
	return NULL;
}

/* Nothing to run here: say so, and look once more (see the head of this file). */
static struct sched_unit *idle_or_steal(struct runqueue *rq, unsigned int cpu, bool *retry)
{
	struct sched_unit *unit;

	__atomic_fetch_or(&idle_cpus, BIT(cpu), __ATOMIC_SEQ_CST);
	unit = steal(rq, cpu, NULL, retry);
	if (unit) {
		atomic_fetch_and(&idle_cpus, ~BIT(cpu));
	}
	return unit;
}

/* Entitlement may have ended while a unit waited: those that have none are put to sleep. */
static struct sched_unit *best_entitled(struct runqueue *rq, unsigned int cpu, u64 now)
{
	struct sched_unit *unit = runqueue_best(rq, may_run, cpu);

	while (unit && !sched_policy->is_entitled(unit)) {
		account(unit, now);
		dequeue(rq, unit);
		unit->state = SCHED_STATE_ASLEEP;
		unit->blocked |= SCHED_BLOCK_CAP;
		atomic_fetch_sub(&unit->group->nr_runnable, 1);
		unit = runqueue_best(rq, may_run, cpu);
	}
	return unit;
}

static u64 start(struct runqueue *rq, struct sched_unit *unit, u64 now)
{
	u64 slice;
	bool others_wait;

	account(unit, now);
	dequeue(rq, unit);
	others_wait = rq->nr_waiting || READ_ONCE(waiting_cpus);
	unit->state = SCHED_STATE_RUNNING;
	unit->on_cpu = true;
	rq->running = unit;
	rq->vtime = MAX(rq->vtime, unit->vtime);
	slice = sched_policy->slice(rq, unit, others_wait);
	if (slice == TIME_NEVER) {
		atomic_fetch_or(&alone_cpus, BIT(unit->cpu));
		return TIME_NEVER;
	}
	return now + slice;
}

struct sched_choice sched_pick(unsigned int cpu, u64 now)
{
	struct runqueue *rq = per_cpu_ptr(runqueues, cpu);
	struct sched_choice choice = { .until = TIME_NEVER };
	struct sched_unit *unit, *better;
	bool retry = false;

	spin_lock(&rq->lock);
	if (READ_ONCE(alone_cpus) & BIT(cpu)) {
		atomic_fetch_and(&alone_cpus, ~BIT(cpu));
	}
	if (rq->running) {
		put_back(rq, rq->running, now);
	} else {
		rq->idle_ns += now - rq->idle_since;
		atomic_fetch_and(&idle_cpus, ~BIT(cpu));
	}
	unit = best_entitled(rq, cpu, now);
	if (unit && !unit->urgent) {
		better = steal(rq, cpu, unit, &retry);
		unit = better ? better : unit;
	} else if (!unit) {
		unit = idle_or_steal(rq, cpu, &retry);
	}
	if (unit) {
		choice.unit = unit;
		choice.until = start(rq, unit, now);
	} else {
		rq->idle_since = now;
		choice.until = retry ? now + RETRY_NS : TIME_NEVER;
	}
	spin_unlock(&rq->lock);
	return choice;
}

void sched_switched(struct sched_unit *prev)
{
	struct runqueue *rq = lock_queue(prev);
	bool moves;

	/*
	 * Pairs with may_steal() and sched_is_on_cpu(): the context is complete before it is seen.
	 * Who waits for that to free the unit takes the lock first (sched_unit_remove).
	 */
	store_release(&prev->on_cpu, false);
	if (prev->state == SCHED_STATE_QUEUED) {
		offer(prev);
	}
	moves = prev->state == SCHED_STATE_ASLEEP && is_runnable(prev);
	spin_unlock(&rq->lock);
	if (moves) {
		place(prev, false);
	}
}

void sched_cpu_online(unsigned int cpu)
{
	struct runqueue *rq = per_cpu_ptr(runqueues, cpu);

	*rq = (struct runqueue){ .idle_since = time_now() };
	spin_lock_init(&rq->lock, LOCK_RANK_SCHED);
	atomic_fetch_and(&idle_cpus, ~BIT(cpu));
	atomic_fetch_and(&waiting_cpus, ~BIT(cpu));
	atomic_fetch_and(&alone_cpus, ~BIT(cpu));
}

int sched_unit_add(struct sched_unit *unit, struct sched_group *group, cpumask_t hard)
{
	u64 allowed = hard.bits & cpus_online.bits;

	if (!allowed) {
		return -EINVAL;
	}
	unit->group = group;
	unit->hard = hard;
	unit->soft = CPUMASK_ALL;
	unit->state = SCHED_STATE_ASLEEP;
	unit->blocked = SCHED_BLOCK_DOWN;
	unit->cpu = (u32)__builtin_ctzl(allowed);
	unit->since = time_now();
	spin_lock(&group->lock);
	unit->group_next = group->units;
	group->units = unit;
	spin_unlock(&group->lock);
	return 0;
}

void sched_unit_remove(struct sched_unit *unit)
{
	struct sched_group *group = unit->group;
	struct sched_unit **at;

	sched_block(unit, SCHED_BLOCK_DOWN);
	spin_lock(&group->lock);
	for (at = &group->units; *at; at = &(*at)->group_next) {
		if (*at == unit) {
			*at = unit->group_next;
			break;
		}
	}
	spin_unlock(&group->lock);
}

int sched_unit_set_affinity(struct sched_unit *unit, cpumask_t hard, cpumask_t soft)
{
	struct runqueue *rq;
	bool moves = false;

	if (cpumask_is_empty(cpumask_and(hard, cpus_online))) {
		return -EINVAL;
	}
	rq = lock_queue(unit);
	unit->hard = hard;
	unit->soft = soft;
	if (!may_run(unit, unit->cpu)) {
		if (unit->state == SCHED_STATE_QUEUED) {
			account(unit, time_now());
			dequeue(rq, unit);
			unit->state = SCHED_STATE_ASLEEP;
			moves = true;
		} else if (unit->state == SCHED_STATE_RUNNING) {
			softirq_raise_on(unit->cpu, SOFTIRQ_SCHED);
		}
	}
	spin_unlock(&rq->lock);
	if (moves) {
		place(unit, false);
	}
	return 0;
}

u64 sched_unit_run_ns(const struct sched_unit *unit, u64 now)
{
	u64 since = READ_ONCE(unit->since);
	u64 more = READ_ONCE(unit->state) == SCHED_STATE_RUNNING && now > since ? now - since : 0;

	return READ_ONCE(unit->run_ns) + more;
}

u64 sched_cpu_idle_ns(unsigned int cpu)
{
	const struct runqueue *rq = per_cpu_ptr(runqueues, cpu);
	u64 idle = READ_ONCE(rq->idle_ns);

	return READ_ONCE(rq->running) ? idle : idle + (time_now() - READ_ONCE(rq->idle_since));
}
