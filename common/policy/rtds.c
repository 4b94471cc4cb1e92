/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtds: reservations of CPU time, earliest deadline first (hv/sched.h, SCHED_ID_RTDS).
 *
 * A reservation is a period and a budget: in every period its vCPU may run for the budget, and
 * admission (hv/admission.h) has made sure that it can. The current period ends at the deadline. Of
 * the vCPUs that want to run and have budget left, a pool of m CPUs runs the m whose deadlines are
 * earliest; which CPU takes whom is the core's matter. What matters for the promise:
 *
 * - A vCPU is charged for what it runs. When nothing is left it does not run before the deadline
 *   (or only on what others leave over, if it has "extra time"); then the next period begins with a
 *   full budget. What it overdrew, because an interrupt was late, is taken from the next budget.
 *
 * - A budget is deferrable: a vCPU that sleeps keeps it. But to wake up late in a period with a
 *   full budget, use it, and get the next one at once, would be twice the share in a short time,
 *   and admission counts on the share. So at a wake-up the period in progress is kept only if what
 *   is left could be used by its deadline at the reserved rate, left / (deadline - now) <= budget /
 *   period; otherwise a new period begins there and then. This is the rule of the constant
 *   bandwidth server (Abeni and Buttazzo 1998) and keeps the bound of earliest deadline first:
 *   whoever is admitted gets its budget by its deadline, whatever the others do.
 *
 * - A vCPU with an interrupt of its own every period therefore starts a period with each interrupt
 *   and has the whole budget to handle it. A wake-up with an earlier deadline preempts at once.
 *
 * - vCPUs without a reservation (budget 0, the default) and those that live on extra time come
 *   after all reservations. They share what is left as under credit: virtual time, which is the CPU
 *   time received divided by the domain's weight, least first, in slices; a sleeper's is drawn to
 *   within LAG of the queue's. Nothing is promised to them.
 *
 * The order of a queue is one number, the key: the deadline of who runs on its budget, and virtual
 * time with the highest bit set for the others. Queues are balanced trees; every decision costs at
 * most the logarithm of the number of vCPUs that wait, and one look at each CPU of the pool.
 *
 * When a deadline passes and the vCPU still wanted to run and had not received its budget, this is
 * counted (nr_missed): it must not happen, and if it does, EL2 itself has taken too much time.
 *
 * Locks: the core's. The refill timer's handler takes the queue's lock; the timer is armed under
 * that lock but only while it is not armed, and cancelled without it.
 */
#include "../sched/pool.h"

#include <hv/errno.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/timer.h>
#include <hv/trace.h>

#define BEST_EFFORT    BIT(63)
#define PERIOD_DEFAULT (10 * NSEC_PER_MSEC)
/* Of who runs past its deadline because nobody has asked this CPU since. */
#define SLICE_LATE (10 * NSEC_PER_USEC)
/* Looks for a CPU before it is left to their next picks. */
#define VICTIM_TRIES 3U

static bool is_best_effort(const struct sched_unit *unit)
{
	return (unit->key & BEST_EFFORT) != 0;
}

static bool has_budget(const struct sched_unit *unit)
{
	return unit->rtds.budget != 0 && unit->rtds.left > 0;
}

/* Key of who has no claim: virtual time, drawn near to the queue's. */
static void set_best_effort(struct runqueue *rq, struct sched_unit *unit)
{
	runqueue_draw_near(rq, unit);
	unit->key = BEST_EFFORT | unit->vtime;
}

/* Debt is carried over, savings are not. */
static void fill(struct sched_rtds *rtds, u64 deadline)
{
	rtds->deadline = deadline;
	rtds->left = (s64)rtds->budget + MIN(rtds->left, 0);
}

/* Could it use what is left by its deadline at no more than the reserved rate? */
static bool may_keep_period(const struct sched_rtds *rtds, u64 now)
{
	/* In steps of 16 ns, so that the products of times up to ADMISSION_PERIOD_MAX_US fit. */
	return now < rtds->deadline &&
	       (rtds->left <= 0 || ((u64)rtds->left >> 4) * rtds->period <=
					   ((rtds->deadline - now) >> 4) * rtds->budget);
}

/* The deadline has passed while it wanted to run, or slept for want of a budget. */
static void next_period(struct sched_unit *unit, u64 now)
{
	struct sched_rtds *rtds = &unit->rtds;
	u64 periods = 1 + (now - rtds->deadline) / rtds->period;

	if (rtds->left > 0) {
		rtds->nr_missed += periods;
		if (trace_is_on()) {
			trace_missed(unit, rtds->nr_missed);
		}
	}
	fill(rtds, rtds->deadline + periods * rtds->period);
}

static void rtds_prepare(struct runqueue *rq, struct sched_unit *unit, enum sched_arrival how,
			 u64 now)
{
	struct sched_rtds *rtds = &unit->rtds;

	if (rtds->budget && how == SCHED_ARRIVES_AWAKE) {
		if (!may_keep_period(rtds, now)) {
			fill(rtds, now + rtds->period);
		}
	} else if (rtds->budget && now >= rtds->deadline) {
		next_period(unit, now);
	}
	if (has_budget(unit)) {
		unit->key = rtds->deadline;
		return;
	}
	set_best_effort(rq, unit);
	if (rtds->budget && !timer_is_armed(&rtds->refill)) {
		timer_set(&rtds->refill, rtds->deadline);
	}
}

static void rtds_arrive(struct runqueue *rq, struct sched_unit *unit,
			enum sched_arrival how __unused)
{
	if (is_best_effort(unit)) {
		set_best_effort(rq, unit);
	}
}

static bool rtds_is_stale(const struct sched_unit *unit, u64 now)
{
	return unit->rtds.budget && now >= unit->rtds.deadline;
}

static void rtds_charge(struct sched_unit *unit, u64 ns)
{
	unit->vtime += ns * WEIGHT_DEFAULT / unit->group->params.weight;
	if (!is_best_effort(unit)) {
		unit->rtds.left -= (s64)ns;
	}
}

static bool rtds_is_entitled(const struct sched_unit *unit)
{
	return !unit->rtds.budget || unit->rtds.extratime || has_budget(unit);
}

static u64 rtds_slice(struct runqueue *rq, struct sched_unit *unit, bool others_wait, u64 now)
{
	const struct sched_rtds *rtds = &unit->rtds;

	if (is_best_effort(unit)) {
		rq->vtime = MAX(rq->vtime, unit->vtime);
		return others_wait ? SLICE : TIME_NEVER;
	}
	return now < rtds->deadline ? MIN((u64)rtds->left, rtds->deadline - now) : SLICE_LATE;
}

static bool rtds_preempts(const struct sched_unit *unit, const struct sched_unit *running)
{
	u64 margin = is_best_effort(unit) ? BURST : 0;

	return unit->key + margin < running->key &&
	       !(is_best_effort(unit) && !is_best_effort(running));
}

static bool rtds_is_better(const struct sched_unit *other, const struct sched_unit *own)
{
	u64 margin = is_best_effort(other) ? 2 * SLICE : 0;

	return other->key + margin < own->key;
}

static bool rtds_has_better(const struct runqueue *rq, const struct sched_unit *own)
{
	return READ_ONCE(rq->best_key) < own->key;
}

/* The CPU whose unit has the latest deadline or none, if that is later than the unit's own. */
static unsigned int latest_cpu(const struct sched_unit *unit, u64 *key)
{
	u64 latest = unit->key;
	unsigned int found = ~0U;

	for (u64 cpus = unit->allowed.bits; cpus; cpus &= cpus - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzl(cpus);
		u64 here = READ_ONCE(sched_queue_of(cpu)->running_key);

		if (MIN(here, BEST_EFFORT) > latest) {
			latest = MIN(here, BEST_EFFORT);
			found = cpu;
			*key = here;
		}
	}
	return found;
}

/*
 * The CPU is pledged: from now on it counts as if the unit ran there, so the next one that looks
 * for a CPU takes another, and it is told to pick, which makes its key true again.
 */
static unsigned int rtds_victim(const struct sched_unit *unit)
{
	u64 key = 0;
	unsigned int cpu;

	for (u32 tries = 0; !is_best_effort(unit) && tries < VICTIM_TRIES; tries++) {
		cpu = latest_cpu(unit, &key);
		if (cpu == ~0U) {
			break;
		}
		if (__atomic_compare_exchange_n(&sched_queue_of(cpu)->running_key, &key, unit->key,
						false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
			softirq_raise_on(cpu, SOFTIRQ_SCHED);
			return cpu;
		}
	}
	return ~0U;
}

static void refill(struct timer *timer)
{
	struct sched_unit *unit = container_of(timer, struct sched_unit, rtds.refill);

	sched_unblock(unit, SCHED_BLOCK_CAP);
	sched_requeue(unit);
}

void sched_unit_get(const struct sched_unit *unit, struct sched_params *params)
{
	params->period_us = (u32)(unit->rtds.period / NSEC_PER_USEC);
	params->budget_us = (u32)(unit->rtds.budget / NSEC_PER_USEC);
	params->extratime = unit->rtds.extratime;
}

/* Where a unit's reservation is, or with NULL: where there is room; SCHED_LOADS_MAX: nowhere. */
static u32 slot_of(const struct sched_pool *pool, const struct sched_unit *unit)
{
	u32 slot = 0;

	while (slot < SCHED_LOADS_MAX && pool->owners[slot] != unit) {
		slot++;
	}
	return slot;
}

static void rtds_unit_leave(struct sched_pool *pool, struct sched_unit *unit)
{
	u32 slot = unit->rtds.budget ? slot_of(pool, unit) : SCHED_LOADS_MAX;

	if (slot < SCHED_LOADS_MAX) {
		pool->loads[slot].ppm = 0;
		pool->owners[slot] = NULL;
	}
	/* Of a pool that it was only about to move to, it leaves nothing but the room there. */
	if (pool == unit->group->pool) {
		timer_cancel(&unit->rtds.refill);
	}
}

/* Enter a reservation in place of the unit's old one, if it can be honoured. */
static int admit(struct sched_pool *pool, struct sched_unit *unit, cpumask_t cpus,
		 const struct sched_params *params, struct sched_admission *why)
{
	struct admission_load asked = { .cpus = cpus.bits }, old = { 0 };
	u32 slot = slot_of(pool, unit);
	int err = admission_ppm(params->period_us, params->budget_us, &asked.ppm);

	if (err) {
		return err;
	}
	slot = slot < SCHED_LOADS_MAX ? slot : slot_of(pool, NULL);
	if (slot < SCHED_LOADS_MAX) {
		/* The check must not see the old one. */
		old = pool->loads[slot];
		pool->loads[slot].ppm = 0;
	}
	err = admission_check(pool->loads, SCHED_LOADS_MAX, &asked, why);
	if (slot == SCHED_LOADS_MAX) {
		return -ENOSPC;
	}
	pool->loads[slot] = err ? old : asked;
	pool->owners[slot] = err ? pool->owners[slot] : unit;
	return err;
}

static int rtds_unit_fit(struct sched_pool *pool, struct sched_unit *unit, cpumask_t hard,
			 cpumask_t *allowed, struct sched_admission *why)
{
	struct sched_params params;
	int err = sched_fit_mask(pool, unit, hard, allowed, why);

	sched_unit_get(unit, &params);
	return err || !params.budget_us ? err : admit(pool, unit, *allowed, &params, why);
}

static void rtds_unit_init(struct sched_unit *unit)
{
	unit->rtds = (struct sched_rtds){ .period = PERIOD_DEFAULT, .extratime = true };
	timer_init(&unit->rtds.refill, refill);
}

SCHED_POLICY rtds_ops = {
	.id = SCHED_ID_RTDS,
	.name = "rtds",
	.unit_init = rtds_unit_init,
	.cpus_max = 64,
	.unit_fit = rtds_unit_fit,
	.unit_leave = rtds_unit_leave,
	.best = runqueue_best,
	.prepare = rtds_prepare,
	.arrive = rtds_arrive,
	.is_stale = rtds_is_stale,
	.charge = rtds_charge,
	.is_entitled = rtds_is_entitled,
	.slice = rtds_slice,
	.preempts = rtds_preempts,
	.is_better = rtds_is_better,
	.has_better = rtds_has_better,
	.victim = rtds_victim,
};

/* May unit have these parameters, which are valid in themselves? Pool lock. */
static int admit_params(struct sched_unit *unit, const struct sched_params *params,
			struct sched_admission *why)
{
	struct sched_pool *pool = unit->group->pool;
	cpumask_t allowed = cpumask_and(unit->hard, pool->cpus);
	int err;

	if (pool->ops != &rtds_ops) {
		return 0;
	}
	if (!params->budget_us) {
		rtds_unit_leave(pool, unit);
		return 0;
	}
	err = admit(pool, unit, allowed, params, why);
	if (!err) {
		sched_set_allowed(unit, allowed);
	}
	return err;
}

/* Its parameters, admitted, become these. Pool lock. */
static void apply(struct sched_unit *unit, const struct sched_params *params)
{
	struct runqueue *rq = sched_lock_queue(unit);
	struct sched_rtds *rtds = &unit->rtds;
	u64 now = time_now();

	if (unit->state == SCHED_STATE_RUNNING) {
		sched_account(rq, unit, now);
	}
	rtds->period = params->period_us * NSEC_PER_USEC;
	rtds->budget = params->budget_us * NSEC_PER_USEC;
	rtds->extratime = params->extratime;
	/* The key of who is queued is the one it was queued by until it is queued anew. */
	rtds->deadline = now + rtds->period;
	rtds->left = (s64)rtds->budget;
	spin_unlock(&rq->lock);
	sched_unblock(unit, SCHED_BLOCK_CAP);
	sched_requeue(unit);
}

int sched_unit_set(struct sched_unit *unit, const struct sched_params *params,
		   struct sched_admission *why)
{
	u32 ppm;
	int err = params->extratime ? 0 : -EINVAL; /* without a budget it could never run */

	if (params->budget_us) {
		err = admission_ppm(params->period_us, params->budget_us, &ppm);
	}
	if (err) {
		return err;
	}
	spin_lock(&sched_pools_lock);
	err = admit_params(unit, params, why);
	if (!err) {
		apply(unit, params);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}
