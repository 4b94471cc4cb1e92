/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler's core: states of units, placement and wake-up (hv/sched.h). pick.c has the other
 * half, what a CPU does when it picks; balance.c what units that may change CPUs need beside both.
 *
 *	            unblock                        pick
 *	ASLEEP ────────────────► QUEUED ◄────────────────────► RUNNING
 *	   ▲                        │ block                       │ block, seen by the next pick
 *	   └────────────────────────┴─────────────────────────────┘
 *
 * A unit belongs to the run queue of unit->cpu, whose lock protects it; unit->cpu changes only
 * under the lock of the old queue. An ASLEEP unit without reasons to sleep is on its way between
 * two queues, and whoever finds it so may queue it. on_cpu outlives RUNNING until its context is in
 * memory: until then only its own CPU may pick it, so it is queued nowhere else.
 */
#include "pool.h"

#include <hv/irq.h>
#include <hv/percpu.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/timer.h>
#include <hv/trace.h>

DEFINE_PER_CPU(struct runqueue, sched_runqueues);

/* Retries only when the unit was migrated in between. */
struct runqueue *sched_lock_queue(const struct sched_unit *unit)
{
	for (;;) {
		u32 cpu = READ_ONCE(unit->cpu);
		struct runqueue *rq = sched_queue_of(cpu);

		spin_lock(&rq->lock);
		if (likely(unit->cpu == cpu)) {
			return rq;
		}
		spin_unlock(&rq->lock);
	}
}

/* Queue a unit on rq, which is that of unit->cpu, and tell the CPUs that should act on it. */
static void queue_on(struct runqueue *rq, struct sched_unit *unit, enum sched_arrival how)
{
	const struct sched_ops *ops = rq->pool->ops;

	if (ops->arrive) {
		ops->arrive(rq, unit, how);
	}
	sched_enqueue(rq, unit);
	if (!rq->running || (ops->preempts && ops->preempts(unit, rq->running))) {
		softirq_raise_on(unit->cpu, SOFTIRQ_SCHED);
		if (IS_ENABLED(CONFIG_SCHED_BALANCE) && ops->victim) {
			sched_pledge(rq, unit);
		}
	}
	if (IS_ENABLED(CONFIG_SCHED_BALANCE) && rq->running) {
		sched_offer(ops, unit);
	}
}

static bool waits_for_place(const struct sched_unit *unit)
{
	return unit->state == SCHED_STATE_ASLEEP && sched_is_runnable(unit);
}

/* rq is the unit's queue, locked; the lock is given back. */
static void place_locked(struct runqueue *rq, struct sched_unit *unit, enum sched_arrival how)
{
	unsigned int cpu = unit->cpu;
	u64 now = time_now();

	if (!waits_for_place(unit)) {
		goto out_unlock;
	}
	if (unit->on_cpu && !sched_may_run(unit, cpu)) {
		/* It leaves its CPU just now: sched_switched() places it. */
		goto out_unlock;
	}
	sched_prepare(rq, unit, how, now);
	if (!unit->on_cpu && sched_has_choice(unit)) {
		cpu = IS_ENABLED(CONFIG_SCHED_BALANCE) ? sched_choose_cpu(rq->pool->ops, unit)
						       : cpumask_first(unit->allowed);
	} else if (IS_ENABLED(CONFIG_SCHED_BALANCE)) {
		/* The CPU may count as idle, also if the unit slept with its context loaded. */
		atomic_fetch_and(&sched_idle_cpus, ~BIT(cpu));
	}
	if (cpu != unit->cpu) {
		unit->cpu = cpu;
		spin_unlock(&rq->lock);
		rq = sched_lock_queue(unit);
		if (!waits_for_place(unit)) {
			/* The claim of an idle CPU must not be lost. */
			softirq_raise_on(cpu, SOFTIRQ_SCHED);
			goto out_unlock;
		}
	}
	sched_account(rq, unit, now);
	queue_on(rq, unit, how);
out_unlock:
	spin_unlock(&rq->lock);
}

void sched_place(struct sched_unit *unit, enum sched_arrival how)
{
	place_locked(sched_lock_queue(unit), unit, how);
}

void sched_requeue(struct sched_unit *unit)
{
	struct runqueue *rq = sched_lock_queue(unit);
	u64 now = time_now();
	bool leaves = false;

	if (unit->state == SCHED_STATE_RUNNING) {
		softirq_raise_on(unit->cpu, SOFTIRQ_SCHED);
	} else if (unit->state == SCHED_STATE_QUEUED) {
		sched_account(rq, unit, now);
		sched_dequeue(rq, unit);
		unit->state = SCHED_STATE_ASLEEP;
		leaves = !sched_may_run(unit, unit->cpu);
		if (!leaves) {
			sched_prepare(rq, unit, SCHED_ARRIVES_AGAIN, now);
			queue_on(rq, unit, SCHED_ARRIVES_AGAIN);
		}
	}
	spin_unlock(&rq->lock);
	if (leaves) {
		sched_place(unit, SCHED_ARRIVES_MIGRATED);
	}
}

void sched_block(struct sched_unit *unit, u32 reasons)
{
	struct runqueue *rq = sched_lock_queue(unit);

	if (sched_is_runnable(unit)) {
		atomic_fetch_sub(&unit->group->nr_runnable, 1);
	}
	unit->blocked |= reasons;
	if (unit->state == SCHED_STATE_QUEUED) {
		sched_account(rq, unit, time_now());
		sched_dequeue(rq, unit);
		unit->state = SCHED_STATE_ASLEEP;
	} else if (unit->state == SCHED_STATE_RUNNING) {
		softirq_raise_on(unit->cpu, SOFTIRQ_SCHED);
	}
	spin_unlock(&rq->lock);
}

/*
 * A parked unit whose CPU nobody else wants goes on there at once: its CPU need not pick. First
 * this CPU counts as one that has to share, then the other queues are looked at; who queues a unit
 * does it in the opposite order (sched_offer).
 */
static bool resume(struct runqueue *rq, struct sched_unit *unit)
{
	const struct sched_pool *pool = rq->pool;
	unsigned int cpu = unit->cpu;

	if (!sched_may_run(unit, cpu) || !pool->ops->resume || !pool->ops->resume(rq, unit)) {
		return false;
	}
	if (IS_ENABLED(CONFIG_SCHED_BALANCE)) {
		__atomic_fetch_or(&sched_alone_cpus, BIT(cpu), __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&sched_waiting_cpus, __ATOMIC_SEQ_CST) & pool->owned.bits) {
			return false;
		}
		atomic_fetch_and(&sched_idle_cpus, ~BIT(cpu));
	}
	unit->since = time_now();
	rq->running = unit;
	__atomic_store_n(&unit->state, SCHED_STATE_RUNNING, __ATOMIC_RELEASE);
	spin_unlock(&rq->lock);
	if (cpu != cpu_id()) {
		irq_kick(cpu);
	}
	return true;
}

bool sched_unblock(struct sched_unit *unit, u32 reasons)
{
	struct runqueue *rq = sched_lock_queue(unit);
	bool was_blocked = !sched_is_runnable(unit), wakes;

	unit->blocked &= ~reasons;
	wakes = was_blocked && sched_is_runnable(unit);
	if (wakes) {
		atomic_fetch_add(&unit->group->nr_runnable, 1);
	}
	if (!wakes || unit->state != SCHED_STATE_ASLEEP) {
		spin_unlock(&rq->lock);
		return false;
	}
	if (trace_is_on()) {
		trace_wake(unit);
	}
	if (!unit->parked || !resume(rq, unit)) {
		place_locked(rq, unit,
			     (reasons & SCHED_BLOCK_CAP) != 0 ? SCHED_ARRIVES_AGAIN
							      : SCHED_ARRIVES_AWAKE);
	}
	return true;
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

void sched_switched(struct sched_unit *prev)
{
	struct runqueue *rq = sched_lock_queue(prev);
	bool moves;

	/*
	 * Pairs with may_steal() and sched_is_on_cpu(): the context is complete before it is seen.
	 * Who waits for that to free the unit takes the lock first (sched_unit_remove).
	 */
	if (rq->loaded == prev) {
		rq->loaded = NULL;
		prev->parked = false;
	}
	store_release(&prev->on_cpu, false);
	if (IS_ENABLED(CONFIG_SCHED_BALANCE) && prev->state == SCHED_STATE_QUEUED) {
		sched_offer(rq->pool->ops, prev);
	}
	moves = waits_for_place(prev);
	if (!moves && prev->state == SCHED_STATE_ASLEEP && !sched_may_run(prev, prev->cpu)) {
		prev->cpu = cpumask_first(prev->allowed);
	}
	spin_unlock(&rq->lock);
	if (moves) {
		sched_place(prev, SCHED_ARRIVES_MIGRATED);
	}
}
