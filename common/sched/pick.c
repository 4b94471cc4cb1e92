/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a CPU runs next: put the unit that ran back, take the best of its own queue, or a better one
 * of another CPU's (core.c has the states, balance.c what is between CPUs). One pick is bounded: at
 * most REFRESH_MAX units are brought up to date, and one look at each CPU of the pool.
 */
#include "pool.h"

#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/timer.h>

/* How soon a CPU that could not look into another's queue tries again. */
#define RETRY_NS (50 * NSEC_PER_USEC)
/* Units at the head of the queue whose order the time has changed, or that have to sleep. */
#define REFRESH_MAX 8U

static bool is_entitled(const struct sched_ops *ops, const struct sched_unit *unit)
{
	return !ops->is_entitled || ops->is_entitled(unit);
}

/* It has nothing left to run with: sleep until the policy wakes it. */
static void exhaust(struct sched_unit *unit)
{
	unit->state = SCHED_STATE_ASLEEP;
	unit->blocked |= SCHED_BLOCK_CAP;
	atomic_fetch_sub(&unit->group->nr_runnable, 1);
}

static void queue_again(struct runqueue *rq, struct sched_unit *unit, u64 now)
{
	sched_prepare(rq, unit, SCHED_ARRIVES_AGAIN, now);
	if (is_entitled(rq->pool->ops, unit)) {
		sched_enqueue(rq, unit);
	} else {
		exhaust(unit);
	}
}

/* What becomes of the unit that ran until now. rq is this CPU's, locked. */
static void put_back(struct runqueue *rq, struct sched_unit *unit, u64 now)
{
	sched_account(rq, unit, now);
	if (sched_is_runnable(unit) && sched_may_run(unit, unit->cpu)) {
		queue_again(rq, unit, now);
	} else {
		unit->state = SCHED_STATE_ASLEEP;
	}
	unit->yielded = false;
	rq->running = NULL;
}

/* The best unit of this CPU's queue; on the way, order and entitlement are brought up to now. */
static struct sched_unit *own_best(struct runqueue *rq, unsigned int cpu, u64 now)
{
	const struct sched_ops *ops = rq->pool->ops;
	for (u32 i = 0; i < REFRESH_MAX; i++) {
		struct sched_unit *unit = ops->best(rq, sched_may_run, cpu);

		if (!unit ||
		    (is_entitled(ops, unit) && !(ops->is_stale && ops->is_stale(unit, now)))) {
			return unit;
		}
		sched_account(rq, unit, now);
		sched_dequeue(rq, unit);
		queue_again(rq, unit, now);
	}
	/* More of them than one pick may handle: go on in the next. */
	softirq_raise(SOFTIRQ_SCHED);
	return NULL;
}

/* Until when it may run. */
static u64 start(struct runqueue *rq, struct sched_unit *unit, u64 now)
{
	u64 slice;
	bool others_wait;

	sched_account(rq, unit, now);
	sched_dequeue(rq, unit);
	others_wait = rq->nr_waiting || (IS_ENABLED(CONFIG_SCHED_BALANCE) &&
					 (READ_ONCE(sched_waiting_cpus) & rq->pool->owned.bits));
	unit->state = SCHED_STATE_RUNNING;
	unit->on_cpu = true;
	rq->running = unit;
	rq->loaded = unit;
	slice = rq->pool->ops->slice ? rq->pool->ops->slice(rq, unit, others_wait, now)
				     : TIME_NEVER;
	if (IS_ENABLED(CONFIG_SCHED_BALANCE) && slice == TIME_NEVER) {
		atomic_fetch_or(&sched_alone_cpus, BIT(unit->cpu));
	}
	return slice == TIME_NEVER ? TIME_NEVER : now + slice;
}

static void leave(struct runqueue *rq, unsigned int cpu, u64 now)
{
	if (rq->loaded) {
		rq->loaded->parked = false;
	}
	if (IS_ENABLED(CONFIG_SCHED_BALANCE) && (READ_ONCE(sched_alone_cpus) & BIT(cpu))) {
		atomic_fetch_and(&sched_alone_cpus, ~BIT(cpu));
	}
	if (rq->pool->ops->advance) {
		rq->pool->ops->advance(rq, now);
	}
	if (rq->running) {
		put_back(rq, rq->running, now);
	} else if (IS_ENABLED(CONFIG_SCHED_BALANCE)) {
		atomic_fetch_and(&sched_idle_cpus, ~BIT(cpu));
	}
}

/* Nobody is to run. Until when? */
static u64 idle_or_park(struct runqueue *rq, unsigned int cpu)
{
	struct sched_unit *unit = rq->loaded;

	if (unit && unit->blocked == SCHED_BLOCK_WAIT && sched_may_run(unit, cpu)) {
		unit->parked = true;
	} else {
		rq->loaded = NULL;
	}
	return rq->pool->ops->idle_until ? rq->pool->ops->idle_until(rq) : TIME_NEVER;
}

struct sched_choice sched_pick(unsigned int cpu, u64 now)
{
	struct runqueue *rq = sched_queue_of(cpu);
	struct sched_choice choice = { .until = TIME_NEVER };
	bool retry = false;

	spin_lock(&rq->lock);
	leave(rq, cpu, now);
	choice.unit = own_best(rq, cpu, now);
	if (IS_ENABLED(CONFIG_SCHED_BALANCE)) {
		choice.unit = sched_take_over(rq, cpu, choice.unit, &retry);
	}
	if (choice.unit) {
		choice.until = start(rq, choice.unit, now);
		if (IS_ENABLED(CONFIG_SCHED_BALANCE) && rq->nr_waiting) {
			sched_offer_best(rq, cpu);
		}
		retry = retry && rq->pool->ops->has_better;
	} else {
		choice.until = idle_or_park(rq, cpu);
	}
	if (IS_ENABLED(CONFIG_SCHED_BALANCE) && retry) {
		choice.until = MIN(choice.until, now + RETRY_NS);
	}
	spin_unlock(&rq->lock);
	return choice;
}
