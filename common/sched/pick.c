/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a CPU runs next: put the unit that ran back, take the best of its own queue, or a better one
 * of another CPU's (core.c has the states and the protocol between CPUs). One pick is bounded: at
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

/* For another CPU's queue: the context must be in memory. Pairs with sched_switched(). */
static bool may_steal(const struct sched_unit *unit, unsigned int cpu)
{
	return sched_may_run(unit, cpu) && !load_acquire(&unit->on_cpu);
}

static bool may_go_elsewhere(const struct sched_unit *unit, unsigned int cpu)
{
	return (unit->allowed.bits & ~BIT(cpu)) != 0 && !load_acquire(&unit->on_cpu);
}

static __noinline void offer_best(struct runqueue *rq, unsigned int cpu)
{
	const struct sched_ops *ops = rq->pool->ops;
	struct sched_unit *unit = NULL;

	if (ops->cpus_max > 1 && (rq->pool->owned.bits & ~BIT(cpu)) != 0) {
		unit = ops->best(rq, may_go_elsewhere, cpu);
	}
	if (unit) {
		sched_offer(ops, unit);
	}
}

/* The best unit that is left in the queue of cpu may be one for another CPU. Queue lock. */
static inline void offer_rest(struct runqueue *rq, unsigned int cpu)
{
	if (rq->nr_waiting) {
		offer_best(rq, cpu);
	}
}

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

/*
 * Say whose key this CPU counts with. Returns the key of a unit that another CPU had sent here
 * (rtds_victim) and that this takes back; key when there is none.
 */
static u64 publish(struct runqueue *rq, u64 key)
{
	u64 old = __atomic_exchange_n(&rq->running_key, key, __ATOMIC_SEQ_CST);
	u64 own = rq->own_key;

	rq->own_key = key;
	return old == own ? key : old;
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

/* Take the best unit of another CPU's queue, which is locked: any when own is NULL, or a better. */
static struct sched_unit *steal_from(struct runqueue *rq, struct runqueue *from, unsigned int cpu,
				     const struct sched_unit *own)
{
	const struct sched_ops *ops = rq->pool->ops;
	struct sched_unit *unit = ops->best(from, may_steal, cpu);
	u64 pledged;

	if (!unit || (own && !(ops->is_better && ops->is_better(unit, own)))) {
		return NULL;
	}
	sched_dequeue(from, unit);
	/* It runs here: whoever is offered next must find another CPU. */
	pledged = publish(rq, unit->key);
	if (pledged != unit->key) {
		sched_pass_on(rq, pledged);
	}
	offer_rest(from, unit->cpu);
	unit->cpu = cpu;
	if (ops->arrive) {
		ops->arrive(rq, unit, SCHED_ARRIVES_MIGRATED);
	}
	sched_enqueue(rq, unit);
	return unit;
}

static __noinline struct sched_unit *steal_of(struct runqueue *rq, u64 others, unsigned int cpu,
					      struct sched_unit *own, bool *retry)
{
	const struct sched_ops *ops = rq->pool->ops;
	struct sched_unit *best = own;

	for (; others; others &= others - 1) {
		struct runqueue *from = sched_queue_of((unsigned int)__builtin_ctzl(others));
		struct sched_unit *unit;

		if (best && ops->has_better && !ops->has_better(from, best)) {
			continue;
		}
		if (!spin_trylock(&from->lock)) {
			*retry = true;
			continue;
		}
		unit = steal_from(rq, from, cpu, best);
		spin_unlock(&from->lock);
		best = unit ? unit : best;
		if (unit && !ops->has_better) {
			break;
		}
	}
	return best;
}

/* What another CPU of the pool has waiting, or own. */
static inline struct sched_unit *steal(struct runqueue *rq, unsigned int cpu,
				       struct sched_unit *own, bool *retry)
{
	u64 others = __atomic_load_n(&sched_waiting_cpus, __ATOMIC_SEQ_CST) & rq->pool->owned.bits &
		     ~BIT(cpu);

	return others ? steal_of(rq, others, cpu, own, retry) : own;
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

static struct sched_unit *choose(struct runqueue *rq, unsigned int cpu, u64 now, bool *retry)
{
	struct sched_unit *unit = own_best(rq, cpu, now);
	u64 key = unit ? unit->key : RUNQUEUE_KEY_NONE;
	/* Published before the other queues are looked at. */
	u64 pledged = publish(rq, key);

	if (!unit) {
		/* Say so, and look once more (see the head of core.c). */
		__atomic_fetch_or(&sched_idle_cpus, BIT(cpu), __ATOMIC_SEQ_CST);
		unit = steal(rq, cpu, NULL, retry);
		if (unit) {
			atomic_fetch_and(&sched_idle_cpus, ~BIT(cpu));
		}
	} else if (!unit->urgent) {
		unit = steal(rq, cpu, unit, retry);
	}
	if (unlikely(pledged != key) && (!unit || unit->key != pledged)) {
		sched_pass_on(rq, pledged);
	}
	return unit;
}

/* Until when it may run. */
static u64 start(struct runqueue *rq, struct sched_unit *unit, u64 now)
{
	u64 slice;
	bool others_wait;

	sched_account(rq, unit, now);
	sched_dequeue(rq, unit);
	others_wait = rq->nr_waiting || (READ_ONCE(sched_waiting_cpus) & rq->pool->owned.bits);
	unit->state = SCHED_STATE_RUNNING;
	unit->on_cpu = true;
	rq->running = unit;
	rq->loaded = unit;
	if (rq->own_key != unit->key) {
		(void)publish(rq, unit->key);
	}
	slice = rq->pool->ops->slice ? rq->pool->ops->slice(rq, unit, others_wait, now)
				     : TIME_NEVER;
	if (slice == TIME_NEVER) {
		atomic_fetch_or(&sched_alone_cpus, BIT(unit->cpu));
		return TIME_NEVER;
	}
	return now + slice;
}

static void leave(struct runqueue *rq, unsigned int cpu, u64 now)
{
	if (rq->loaded) {
		rq->loaded->parked = false;
	}
	if (READ_ONCE(sched_alone_cpus) & BIT(cpu)) {
		atomic_fetch_and(&sched_alone_cpus, ~BIT(cpu));
	}
	if (rq->pool->ops->advance) {
		rq->pool->ops->advance(rq, now);
	}
	if (rq->running) {
		put_back(rq, rq->running, now);
	} else {
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
	choice.unit = choose(rq, cpu, now, &retry);
	if (choice.unit) {
		choice.until = start(rq, choice.unit, now);
		offer_rest(rq, cpu);
		retry = retry && rq->pool->ops->has_better;
	} else {
		choice.until = idle_or_park(rq, cpu);
	}
	if (retry) {
		choice.until = MIN(choice.until, now + RETRY_NS);
	}
	spin_unlock(&rq->lock);
	return choice;
}
