/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets of a domain for what it makes the hypervisor do (hv/throttle.h): traps, interrupts and
 * bytes of log per second.
 *
 * Nothing is done when a guest traps. A timer per domain looks now and then at counts that are kept
 * anyway, and charges what has been added. A budget is one point of time, paid: when all that was
 * charged so far is paid for at the budget's rate. It lies in the past for a domain that uses less,
 * by SAVED_MAX at most, which is what may be used at once after a calm; while it lies in the future
 * the domain's vCPUs do not run (SCHED_BLOCK_THROTTLE), up to then. What was used in between two
 * looks is charged in full, so the rate holds however rarely the timer comes: each 64 ms in calm,
 * 1 ms after a throttling, then each time twice as late.
 *
 * A round goes over the domain's vCPUs, one in each of the timer's handlers, STEP apart: a handler
 * is bounded. It charges them and lets them run or not, as was decided when it began; if its
 * charges change that, the next round follows at once.
 *
 * Lock: the group's. The timer is armed by its handler, or by who has cancelled it before.
 */
#include "../sched/pool.h"

#include <hv/errno.h>
#include <hv/sched.h>
#include <hv/string.h>

#define TICK_MIN  NSEC_PER_MSEC
#define TICK_MAX  (64 * NSEC_PER_MSEC)
#define STEP	  (20 * NSEC_PER_USEC)
#define SAVED_MAX NSEC_PER_SEC
#define DEBT_MAX  (10 * NSEC_PER_SEC)
/* In one charge: its price in ns fits into 64 bits. */
#define CHARGE_MAX BIT(33)

static u32 defaults[THROTTLE_NR_KINDS];
static void (*work_of)(const struct sched_unit *unit, struct throttle_work *work);

void throttle_boot(const u32 *rates,
		   void (*count)(const struct sched_unit *unit, struct throttle_work *work))
{
	memcpy(defaults, rates, sizeof(defaults));
	work_of = count;
}

static bool has_any(const u32 *rates)
{
	return (rates[0] | rates[1] | rates[2]) != 0;
}

/* Its CPU time is its own already. Group lock. */
static bool has_own_time(const struct sched_group *group)
{
	const struct sched_unit *unit = group->units;
	enum sched_id policy = sched_group_policy(group);

	while (policy == SCHED_ID_RTDS && unit && !unit->rtds.budget) {
		unit = unit->group_next;
	}
	return policy == SCHED_ID_NULL || policy == SCHED_ID_ARINC653 ||
	       (policy == SCHED_ID_RTDS && unit);
}

/* Which budgets hold in this round. Group lock. */
static void take_rates(struct sched_group *group)
{
	struct throttle *t = &group->throttle;
	bool is_free = group->domain == 0 || has_own_time(group);

	for (u32 i = 0; i < THROTTLE_NR_KINDS; i++) {
		t->now[i] = t->asked[i] != THROTTLE_RATE_DEFAULT ? t->asked[i]
			    : is_free				 ? 0
								 : defaults[i];
	}
}

static void charge(struct throttle *t, enum throttle_kind kind, u64 nr, u64 now)
{
	u64 paid = MAX(t->paid[kind] + SAVED_MAX, now) - SAVED_MAX;

	if (t->now[kind] && !t->is_new) {
		paid += MIN(nr, CHARGE_MAX) * NSEC_PER_SEC / t->now[kind];
		t->paid[kind] = MIN(paid, now + DEBT_MAX);
	}
}

/* When all budgets are paid for; kinds that are not now are noted. */
static u64 paid_at(struct throttle *t, u64 now)
{
	u64 at = 0;

	for (u32 i = 0; i < THROTTLE_NR_KINDS; i++) {
		if (t->now[i] && t->paid[i] > now) {
			at = MAX(at, t->paid[i]);
			t->reasons |= (u32)BIT(i);
		}
	}
	return at;
}

/* The units as a ring. */
static struct sched_unit *after(const struct sched_group *group, const struct sched_unit *unit)
{
	return unit && unit->group_next ? unit->group_next : group->units;
}

static void begin_round(struct sched_group *group, u64 now)
{
	struct throttle *t = &group->throttle;
	bool was_held = t->is_held;

	take_rates(group);
	charge(t, THROTTLE_LOG, t->logged - t->log_seen, now);
	t->log_seen = t->logged;
	t->is_held = paid_at(t, now) > now;
	if (t->is_held && !was_held) {
		t->held_since = now;
		t->nr_held++;
	} else if (was_held && !t->is_held) {
		t->held_ns += now - t->held_since;
		/* Who comes first may find an idle CPU, so each is it in turn. */
		t->first = after(group, t->first);
	}
	t->first = t->first ? t->first : group->units;
	t->next = t->first;
	t->interval = t->is_held ? TICK_MIN / 2 : t->interval;
}

/* Charge a unit for what it has done since the last round, and let it run or not. */
static void check(struct throttle *t, struct sched_unit *unit, u64 now)
{
	struct throttle_work work, old = unit->work;
	u64 waits, injected;

	work_of(unit, &work);
	unit->work = work;
	waits = work.waits - old.waits;
	injected = work.injected - old.injected;
	/* Who waits and is interrupted has waited; who waits in vain traps. */
	charge(t, THROTTLE_TRAPS, work.traps - old.traps + waits - MIN(waits, injected), now);
	charge(t, THROTTLE_INTERRUPTS, injected - MIN(injected, work.events - old.events), now);
	if (t->is_held) {
		sched_block(unit, SCHED_BLOCK_THROTTLE);
	} else if (READ_ONCE(unit->blocked) & SCHED_BLOCK_THROTTLE) {
		sched_unblock(unit, SCHED_BLOCK_THROTTLE);
	}
}

/* When the next round is due. Those without a budget now may have one after a change of pool. */
static u64 end_round(struct throttle *t, u64 now)
{
	u64 paid = paid_at(t, now);

	t->is_new = false;
	if ((paid > now) != t->is_held) {
		return now + STEP;
	}
	t->interval = MIN(2 * t->interval, has_any(t->now) ? TICK_MAX : NSEC_PER_SEC);
	return t->is_held ? paid : has_any(t->asked) ? now + t->interval : TIME_NEVER;
}

static void look(struct timer *timer)
{
	struct throttle *t = container_of(timer, struct throttle, timer);
	struct sched_group *group = container_of(t, struct sched_group, throttle);
	u64 now = time_now();

	spin_lock(&group->lock);
	if (!t->next) {
		begin_round(group, now);
	}
	if (t->next) {
		check(t, t->next, now);
		t->next = after(group, t->next);
		t->next = t->next == t->first ? NULL : t->next;
	}
	timer_set(timer, t->next ? now + STEP : end_round(t, now));
	spin_unlock(&group->lock);
}

void throttle_init(struct sched_group *group)
{
	struct throttle *t = &group->throttle;

	*t = (struct throttle){ .interval = TICK_MAX };
	timer_init(&t->timer, look);
	for (u32 i = 0; i < THROTTLE_NR_KINDS; i++) {
		t->asked[i] = THROTTLE_RATE_DEFAULT;
	}
}

void throttle_start(struct sched_group *group)
{
	struct throttle *t = &group->throttle;

	if (group->domain != 0 && has_any(defaults)) {
		timer_cancel(&t->timer);
		timer_set(&t->timer, time_now() + t->interval);
	}
}

void throttle_free(struct sched_group *group)
{
	timer_cancel(&group->throttle.timer);
}

int throttle_set(struct sched_group *group, const u32 *rates)
{
	struct throttle *t = &group->throttle;

	for (u32 i = 0; i < THROTTLE_NR_KINDS; i++) {
		if (rates[i] && rates[i] != THROTTLE_RATE_DEFAULT &&
		    (rates[i] < THROTTLE_RATE_MIN || rates[i] > THROTTLE_RATE_MAX)) {
			return -EINVAL;
		}
	}
	timer_cancel(&t->timer);
	spin_lock(&group->lock);
	for (u32 i = 0; i < THROTTLE_NR_KINDS; i++) {
		t->asked[i] = rates[i];
		t->paid[i] = time_now();
	}
	t->is_new = true;
	t->interval = TICK_MIN / 2;
	t->reasons = 0;
	t->next = NULL;
	timer_set(&t->timer, time_now());
	spin_unlock(&group->lock);
	return 0;
}

void throttle_get(struct sched_group *group, struct throttle *copy)
{
	spin_lock(&group->lock);
	take_rates(group);
	*copy = group->throttle;
	spin_unlock(&group->lock);
	copy->held_ns += copy->is_held ? time_now() - copy->held_since : 0;
	copy->is_held = copy->is_held || (copy->reasons && copy->interval < TICK_MAX);
}
