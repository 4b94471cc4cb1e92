/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credit: shares by weight, limited by caps, quick for those who wait (hv/sched.h,
 * SCHED_ID_CREDIT).
 *
 * Every unit has a virtual time: the CPU time it has received, divided by its share. A domain's
 * share is its weight, spread over those of its vCPUs that are runnable, so that a domain gains
 * nothing by having many. Each CPU runs the unit whose virtual time is least, for a slice; in the
 * long run all virtual times advance together, which is what fairness by weight means. Virtual
 * times of different CPUs are compared as well: a CPU whose next unit is clearly ahead of one that
 * waits elsewhere takes that one over (is_better), so three equal units on two CPUs get two thirds
 * each.
 *
 * A unit that slept does not come back with a claim on the past: when it is queued, its virtual
 * time is drawn to within LAG of the run queue's. The same holds for one that comes from a CPU
 * whose virtual time runs differently, so nobody waits longer than LAG for history's sake.
 *
 * A unit that wakes up is urgent: it goes before all others and stops whoever is not, at once. It
 * stays urgent until it has run for BURST. Only a unit that has not had more than its share may be
 * urgent: whoever wakes up with a virtual time ahead of the queue's waits like the rest. Two urgent
 * units: the one that has had clearly less goes first.
 *
 * A cap is a budget of ns in each PERIOD, shared by all vCPUs of the domain. A slice never exceeds
 * what is left of it; what is overdrawn (several CPUs at once) is taken from the next period. Units
 * whose domain has none left sleep (SCHED_BLOCK_CAP) until the refill timer wakes them, a few in
 * each of its handlers.
 *
 * Queues are balanced trees by virtual time. All else is constant time. Locks: the core's; budget
 * and nr_runnable are atomic.
 */
#include "../sched/pool.h"

#include <hv/timer.h>

#define PERIOD (10 * NSEC_PER_MSEC)
/* Shorter slices are not worth the switch. */
#define SLICE_MIN (50 * NSEC_PER_USEC)
/* Units that one handler of the refill timer wakes. */
#define WAKES_MAX 3U
/* So far behind others is a unit that yields. */
#define YIELD NSEC_PER_MSEC

static s64 cap_budget(const struct sched_group *group)
{
	return (s64)(PERIOD / 100 * group->params.cap);
}

/* What the group's running units have used since they were last charged. Group lock. */
static s64 not_yet_charged(const struct sched_group *group, u64 now)
{
	s64 ns = 0;

	for (const struct sched_unit *unit = group->units; unit; unit = unit->group_next) {
		u64 since = READ_ONCE(unit->since);

		if (READ_ONCE(unit->state) == SCHED_STATE_RUNNING && now > since) {
			ns += (s64)(now - since);
		}
	}
	return ns;
}

static void fill(struct sched_group *group, u64 now)
{
	s64 left = __atomic_load_n(&group->budget, __ATOMIC_RELAXED) - not_yet_charged(group, now);
	/* By the time that really passed. Debt is carried over, savings are not. */
	s64 more = (s64)((now - group->refilled) / 100 * group->params.cap);

	__atomic_fetch_add(&group->budget, MIN(more, cap_budget(group) - left), __ATOMIC_SEQ_CST);
	group->refilled = now;
	group->wakes = group->units;
}

/* Who sleeps for another reason only will find the new budget. */
static void wake_some(struct sched_group *group)
{
	for (u32 i = 0; i < WAKES_MAX && group->wakes; i++) {
		struct sched_unit *unit = group->wakes;
		u32 blocked = __atomic_load_n(&unit->blocked, __ATOMIC_SEQ_CST);

		group->wakes = unit->group_next;
		if (blocked == 0 || (blocked & SCHED_BLOCK_CAP) != 0) {
			sched_unblock(unit, SCHED_BLOCK_CAP);
		}
	}
}

static void refill(struct timer *timer)
{
	struct sched_group *group = container_of(timer, struct sched_group, refill);
	u64 now = time_now();

	spin_lock(&group->lock);
	if (group->wakes) {
		wake_some(group);
	} else {
		fill(group, now);
	}
	/* Armed already: by a change of the cap on another CPU, which must not be waited for here.
	 */
	if ((group->wakes || group->params.cap) && !timer_is_armed(timer)) {
		timer_set(timer, group->wakes ? now : group->refilled + PERIOD);
	}
	spin_unlock(&group->lock);
}

static void credit_group_changed(struct sched_group *group)
{
	if (!timer_is_armed(&group->refill)) {
		/* One more refill after a cap is lifted wakes those that it put to sleep. */
		__atomic_store_n(&group->budget, cap_budget(group), __ATOMIC_RELEASE);
		group->refilled = time_now();
		timer_set(&group->refill, group->refilled + PERIOD);
	}
}

static void credit_group_join(struct sched_group *group)
{
	timer_init(&group->refill, refill);
	group->wakes = NULL;
	if (group->params.cap) {
		credit_group_changed(group);
	}
}

static void credit_group_leave(struct sched_group *group)
{
	timer_cancel(&group->refill);
}

/* By virtual time; urgent ones first, as they come. Who yields gives way to its equals. */
static void credit_set_key(struct runqueue *rq, struct sched_unit *unit)
{
	unit->key = unit->urgent    ? 0
		    : unit->yielded ? MAX(unit->vtime, rq->vtime) + YIELD
				    : unit->vtime;
}

static void credit_arrive(struct runqueue *rq, struct sched_unit *unit, enum sched_arrival how)
{
	if (rq->running || rq->nr_waiting) {
		runqueue_draw_near(rq, unit);
	} else {
		rq->vtime = MAX(rq->vtime, unit->vtime);
	}
	unit->urgent = how == SCHED_ARRIVES_AWAKE && unit->vtime <= rq->vtime;
	unit->burst = (s64)BURST;
}

static bool credit_resume(struct runqueue *rq, struct sched_unit *unit)
{
	rq->vtime = MAX(rq->vtime, unit->vtime);
	unit->urgent = true;
	unit->burst = (s64)BURST;
	return !unit->group->params.cap;
}

static void credit_charge(struct sched_unit *unit, u64 ns)
{
	struct sched_group *group = unit->group;
	u64 sharers = MAX(READ_ONCE(group->nr_runnable), 1U);

	unit->vtime += ns * WEIGHT_DEFAULT * sharers / group->params.weight;
	unit->burst -= (s64)ns;
	if (unit->burst <= 0) {
		unit->urgent = false;
	}
	if (group->params.cap) {
		__atomic_fetch_sub(&group->budget, (s64)ns, __ATOMIC_ACQ_REL);
	}
}

static bool credit_is_entitled(const struct sched_unit *unit)
{
	return !unit->group->params.cap || READ_ONCE(unit->group->budget) > 0;
}

static u64 credit_slice(struct runqueue *rq, struct sched_unit *unit, bool others_wait,
			u64 now __unused)
{
	u64 slice = others_wait ? SLICE : TIME_NEVER;

	rq->vtime = MAX(rq->vtime, unit->vtime);
	if (unit->urgent && rq->nr_waiting) {
		slice = MIN(slice, (u64)unit->burst);
	}
	if (unit->group->params.cap) {
		slice = MIN(slice, (u64)MAX(READ_ONCE(unit->group->budget), 0));
		slice = MAX(slice, SLICE_MIN);
	}
	return slice;
}

static bool credit_preempts(const struct sched_unit *unit, const struct sched_unit *running)
{
	return unit->urgent && (!running->urgent || unit->vtime + BURST < running->vtime);
}

static bool credit_is_better(const struct sched_unit *other, const struct sched_unit *own)
{
	return other->vtime + 2 * SLICE < own->vtime;
}

SCHED_POLICY credit_ops = {
	.id = SCHED_ID_CREDIT,
	.name = "credit",
	.cpus_max = 64,
	.group_join = credit_group_join,
	.group_leave = credit_group_leave,
	.group_changed = credit_group_changed,
	.unit_fit = sched_fit_mask,
	.set_key = credit_set_key,
	.best = runqueue_best,
	.arrive = credit_arrive,
	.resume = credit_resume,
	.charge = credit_charge,
	.is_entitled = credit_is_entitled,
	.slice = credit_slice,
	.preempts = credit_preempts,
	.is_better = credit_is_better,
};
