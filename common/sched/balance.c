/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units that may run on several CPUs (credit, rtds): which CPU one is queued on, whom it is offered
 * to while it waits, and what a CPU takes out of another's queue. A configuration without such
 * policies does without this file: a unit stays on the CPU that its policy has given it.
 *
 * Work conservation: a CPU that finds nothing sets its bit in sched_idle_cpus and then looks at the
 * other queues once more; a unit that is queued is made visible before the idle CPUs are looked at.
 * One of the two sees the other. The same holds for keys (running_key, best_key): each side
 * publishes its own before it reads the other's. A unit that is sent to a busy CPU counts there at
 * once (running_key); when that CPU then takes another, the unit is offered anew. Several units may
 * be sent to one CPU before it picks, so whoever takes a unit from a queue offers the next one that
 * could run elsewhere. Of a second run queue the lock is only ever tried, never waited for.
 */
#include "pool.h"

#include <hv/sched.h>
#include <hv/softirq.h>

u64 sched_idle_cpus;
u64 sched_waiting_cpus;
u64 sched_alone_cpus;

/* Claim an idle CPU for a unit: one it prefers, else any it may use; ~0 when none is idle. */
static unsigned int claim_idle(const struct sched_unit *unit)
{
	u64 idle = __atomic_load_n(&sched_idle_cpus, __ATOMIC_SEQ_CST) & unit->allowed.bits;

	while (idle) {
		u64 preferred = idle & unit->soft.bits;
		u64 own = idle & BIT(unit->cpu);
		u64 from = own && (!preferred || (own & preferred)) ? own
			   : preferred				    ? preferred
								    : idle;
		u64 bit = from & -from;

		if (atomic_fetch_and(&sched_idle_cpus, ~bit) & bit) {
			return (unsigned int)__builtin_ctzl(bit);
		}
		idle &= ~bit;
	}
	return ~0U;
}

/* A busy CPU that the policy has told to make room for the unit; ~0: none. */
static unsigned int victim_of(const struct sched_ops *ops, const struct sched_unit *unit)
{
	return ops->victim ? ops->victim(unit) : ~0U;
}

unsigned int sched_choose_cpu(const struct sched_ops *ops, const struct sched_unit *unit)
{
	u64 allowed = unit->allowed.bits;
	unsigned int cpu = claim_idle(unit);

	cpu = cpu != ~0U ? cpu : victim_of(ops, unit);
	if (cpu != ~0U) {
		return cpu;
	}
	if (allowed & BIT(unit->cpu)) {
		return unit->cpu;
	}
	allowed = allowed & unit->soft.bits ? allowed & unit->soft.bits : allowed;
	return allowed ? (unsigned int)__builtin_ctzl(allowed) : unit->cpu;
}

/*
 * A unit waits behind others: is there a CPU that idles, or one that should stop for it? Those that
 * run a unit without a time limit have to pick again and share.
 */
void sched_offer(const struct sched_ops *ops, const struct sched_unit *unit)
{
	unsigned int cpu = sched_has_choice(unit) ? claim_idle(unit) : ~0U;
	u64 alone;

	if (cpu != ~0U) {
		softirq_raise_on(cpu, SOFTIRQ_SCHED);
		return;
	}
	if (sched_has_choice(unit)) {
		(void)victim_of(ops, unit);
	}
	alone = READ_ONCE(sched_alone_cpus) & unit->allowed.bits;
	for (; unlikely(alone); alone &= alone - 1) {
		softirq_raise_on((unsigned int)__builtin_ctzl(alone), SOFTIRQ_SCHED);
	}
}

/* A unit with this key was sent to a CPU that takes another: its own CPU offers it again. */
static __noinline void pass_on(const struct runqueue *rq, u64 key)
{
	u64 cpus = READ_ONCE(sched_waiting_cpus) & rq->pool->owned.bits;

	for (; cpus; cpus &= cpus - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzl(cpus);

		if (READ_ONCE(sched_queue_of(cpu)->best_key) <= key) {
			softirq_raise_on(cpu, SOFTIRQ_SCHED);
		}
	}
}

__noinline void sched_pledge(struct runqueue *rq, const struct sched_unit *unit)
{
	u64 key = READ_ONCE(rq->running_key);

	while (unit->key < key) {
		if (__atomic_compare_exchange_n(&rq->running_key, &key, unit->key, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
			if (key != rq->own_key) {
				pass_on(rq, key);
			}
			return;
		}
	}
}

/* For another CPU's queue: the context must be in memory. Pairs with sched_switched(). */
static bool may_steal(const struct sched_unit *unit, unsigned int cpu)
{
	return sched_may_run(unit, cpu) && !load_acquire(&unit->on_cpu);
}

static bool may_go_elsewhere(const struct sched_unit *unit, unsigned int cpu)
{
	return (unit->allowed.bits & ~BIT(cpu)) != 0 && !load_acquire(&unit->on_cpu);
}

__noinline void sched_offer_best(struct runqueue *rq, unsigned int cpu)
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
		pass_on(rq, pledged);
	}
	if (from->nr_waiting) {
		sched_offer_best(from, unit->cpu);
	}
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

struct sched_unit *sched_take_over(struct runqueue *rq, unsigned int cpu, struct sched_unit *own,
				   bool *retry)
{
	struct sched_unit *unit = own;
	u64 key = own ? own->key : RUNQUEUE_KEY_NONE;
	/* Published before the other queues are looked at. */
	u64 pledged = publish(rq, key);

	if (!own) {
		/* Say so, and look once more. */
		__atomic_fetch_or(&sched_idle_cpus, BIT(cpu), __ATOMIC_SEQ_CST);
		unit = steal(rq, cpu, NULL, retry);
		if (unit) {
			atomic_fetch_and(&sched_idle_cpus, ~BIT(cpu));
		}
	} else if (!own->urgent) {
		unit = steal(rq, cpu, own, retry);
	}
	if (unlikely(pledged != key) && (!unit || unit->key != pledged)) {
		pass_on(rq, pledged);
	}
	if (unit && rq->own_key != unit->key) {
		(void)publish(rq, unit->key);
	}
	return unit;
}
