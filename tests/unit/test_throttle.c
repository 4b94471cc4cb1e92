/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets of domains (common/policy/throttle.c) in the simulation of fake/sched_world.h: the rate
 * holds, nobody starves, what others cause is not charged, changes and ends while throttled.
 *
 * Every unit does so and so much for each second of CPU time that it gets.
 *
 * sources: common/policy/throttle.c
 * sources: common/sched/core.c common/sched/balance.c common/sched/pick.c common/sched/unit.c
 * sources: common/sched/pool.c common/sched/pool_change.c common/sched/pool_policy.c
 * sources: common/sched/params.c
 * sources: common/policy/credit.c common/policy/rtds.c common/policy/null.c
 * sources: common/sched/owner.c
 * sources: common/policy/arinc653.c common/sched/runqueue.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 * sources: common/lib/tree.c common/lib/admission.c common/lib/number.c
 */
#include "fake/sched_world.h"

#include <hv/errno.h>
#include <hv/throttle.h>

#define DEFAULT THROTTLE_RATE_DEFAULT
#define STORM	3000000U

/* Per second of CPU time, of each task; events per second of time, whether it runs or not. */
static struct throttle_work speed[UNITS_MAX];

static u64 done(u64 per_second, u64 ns)
{
	return (u64)((double)per_second * (double)ns / 1e9);
}

static void count(const struct sched_unit *unit, struct throttle_work *work)
{
	const struct throttle_work *s = &speed[container_of(unit, struct task, unit) - tasks];
	u64 ns = sched_unit_run_ns(unit, fake_counter);

	*work = (struct throttle_work){
		.traps = done(s->traps, ns),
		.waits = done(s->waits, ns),
		.injected = done(s->injected, ns) + done(s->events, fake_counter),
		.events = done(s->events, fake_counter),
	};
}

static u64 traps_of(int i)
{
	struct throttle_work work;

	count(&tasks[i].unit, &work);
	return work.traps;
}

static u64 traps_of_all(int nr_units)
{
	u64 sum = 0;

	for (int i = 0; i < nr_units; i++) {
		sum += traps_of(i);
	}
	return sum;
}

/* A machine with default rates; every group has its throttle. */
static void setup(unsigned int cpus, const char *policy, u32 traps, u32 interrupts, u32 log)
{
	const u32 rates[THROTTLE_NR_KINDS] = { traps, interrupts, log };

	setup_policy(cpus, policy);
	memset(speed, 0, sizeof(speed));
	throttle_boot(rates, count);
	for (int g = 0; g < GROUPS_MAX; g++) {
		throttle_init(&groups[g]);
		throttle_start(&groups[g]);
	}
}

static void ask(int group, u32 traps, u32 interrupts, u32 log)
{
	const u32 rates[THROTTLE_NR_KINDS] = { traps, interrupts, log };

	assert_int_equal(throttle_set(&groups[group], rates), 0);
}

static struct throttle state_of(int group)
{
	struct throttle t;

	throttle_get(&groups[group], &t);
	return t;
}

/* Hogs of group 0 that trap all the time. */
static void storm(int nr_units)
{
	for (int i = 0; i < nr_units; i++) {
		speed[i].traps = STORM;
		add(i, 0, TIME_NEVER, 0);
	}
}

/* In the long run exactly the rate: over so many seconds within 1 %, after the first two. */
static void assert_rate(unsigned int cpus, int nr_units, u32 rate, u64 seconds)
{
	u64 before, used;

	setup(cpus, "credit", 0, 0, 0);
	storm(nr_units);
	ask(0, rate, 0, 0);
	simulate(2 * NSEC_PER_SEC);
	before = traps_of_all(nr_units);
	simulate(seconds * NSEC_PER_SEC);
	used = traps_of_all(nr_units) - before;
	if (used < 0.99 * rate * (double)seconds || used > 1.01 * rate * (double)seconds) {
		fail_msg("%d vCPUs at %u: %lu in %lu s", nr_units, rate, used, seconds);
	}
	assert_true(state_of(0).is_held && state_of(0).reasons == BIT(THROTTLE_TRAPS));
}

static void test_the_rate_holds(void **state)
{
	assert_rate(1, 1, 1000, 1000);
	assert_rate(1, 1, 50000, SECONDS);
	assert_rate(1, 1, 200000, SECONDS);
	assert_rate(1, 1, 2900000, SECONDS);
	assert_rate(2, 2, 200000, SECONDS);
	assert_rate(4, 4, 5000000, SECONDS);
	/* More than a few steps of a round. */
	assert_rate(4, 20, 200000, 4 * SECONDS);
	assert_rate(1, 9, 200000, 4 * SECONDS);
}

static void test_the_time_is_shown(void **state)
{
	u64 before;

	setup(1, "credit", 0, 0, 0);
	storm(1);
	ask(0, STORM / 10, 0, 0);
	simulate(NSEC_PER_SEC);
	before = state_of(0).held_ns;
	simulate(SECONDS * NSEC_PER_SEC);
	assert_true(state_of(0).held_ns - before > 8.9e9 && state_of(0).held_ns - before < 9.1e9);
	assert_true(state_of(0).nr_held > 100);
}

static void test_who_keeps_below_is_left_alone(void **state)
{
	setup(1, "credit", 200000, 100000, 1000000);
	storm(1);
	speed[0].traps = 199000;
	speed[0].injected = 99000;
	simulate(SECONDS * NSEC_PER_SEC);
	assert_share(0, 1);
	assert_false(state_of(0).is_held);
	assert_int_equal(state_of(0).nr_held, 0);
}

static void test_the_rest_goes_to_others(void **state)
{
	setup(1, "credit", 300000, 0, 0);
	storm(1);
	add(1, 1, TIME_NEVER, 0);
	simulate(SECONDS * NSEC_PER_SEC);
	/* A second's worth was saved when it began. */
	assert_true(share(0) < 0.115 && share(0) > 0.095 && share(1) > 0.885);
}

/* A millisecond on two CPUs is 6,000 traps: 6 s. Two of four run then, others the next time. */
static void test_nobody_starves(void **state)
{
	u64 before[4];

	setup(2, "credit", 0, 0, 0);
	storm(4);
	ask(0, 1000, 0, 0);
	simulate(2 * NSEC_PER_SEC);
	for (int n = 0; n < 10; n++) {
		for (int i = 0; i < 4; i++) {
			before[i] = traps_of(i);
		}
		simulate(30 * NSEC_PER_SEC);
		for (int i = 0; i < 4; i++) {
			assert_true(traps_of(i) > before[i]);
		}
	}
}

static void test_a_burst_after_a_calm(void **state)
{
	setup(1, "credit", 200000, 0, 0);
	simulate(NSEC_PER_SEC);
	speed[0].traps = STORM;
	add(0, 0, 50 * MS, 950 * MS); /* 150,000 at a time */
	simulate(SECONDS * NSEC_PER_SEC);
	assert_int_equal(state_of(0).nr_held, 0);
	/* Twice as long would be too much. */
	add(1, 1, 100 * MS, 900 * MS);
	speed[1].traps = STORM;
	simulate(SECONDS * NSEC_PER_SEC);
	assert_int_equal(state_of(0).nr_held, 0);
	assert_true(state_of(1).nr_held > 5);
}

static void test_lifting_wakes_at_once(void **state)
{
	u64 before;

	setup(1, "credit", 0, 0, 0);
	storm(1);
	ask(0, 1000, 0, 0);
	simulate(NSEC_PER_SEC);
	assert_true(tasks[0].unit.blocked & SCHED_BLOCK_THROTTLE);
	ask(0, 0, 0, 0);
	before = traps_of(0);
	simulate(NSEC_PER_SEC);
	assert_true(traps_of(0) - before > 0.999 * STORM);
	assert_false(timer_is_armed(&groups[0].throttle.timer));
	assert_int_equal(state_of(0).reasons, 0);
	/* What it did without a budget does not count. */
	simulate(SECONDS * NSEC_PER_SEC);
	ask(0, STORM + 1000, 0, 0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_false(state_of(0).is_held);
}

static void test_changes_while_throttled(void **state)
{
	u64 before;

	setup(1, "credit", 0, 0, 0);
	storm(1);
	for (int n = 0; n < 200; n++) {
		u32 rate = 1000U + (u32)rand() % STORM;

		ask(0, rate, 0, 0);
		simulate((u64)rand() % (20 * MS));
	}
	ask(0, 100000, 0, 0);
	simulate(NSEC_PER_SEC);
	before = traps_of(0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_true(traps_of(0) - before > 990000 && traps_of(0) - before < 1010000);
}

/* Units go, one by one, in the middle of a round and between rounds; then the domain. */
static void test_destroyed_while_throttled(void **state)
{
	setup(2, "credit", 0, 0, 0);
	for (int n = 0; n < 50; n++) {
		storm(20);
		ask(0, 1000, 0, 0);
		/* Until it is held; then to a random point of a round. */
		simulate(200 * MS);
		throttle_set(&groups[0], (const u32[]){ 50000U, 0, 0 });
		simulate((u64)rand() % (200 * NSEC_PER_USEC));
		for (int i = 0; i < 20; i++) {
			sched_block(&tasks[i].unit, SCHED_BLOCK_DOMAIN);
		}
		settle();
		for (int i = 0; i < 20; i++) {
			sched_unit_remove(&tasks[i].unit);
			tasks[i].exists = false;
			memset(&tasks[i].unit, 0xff, sizeof(tasks[i].unit));
			simulate((u64)rand() % (30 * NSEC_PER_USEC));
		}
		throttle_free(&groups[0]);
		assert_false(timer_is_armed(&groups[0].throttle.timer));
		sched_group_free(&groups[0]);
		sched_group_init(&groups[0], 1);
		throttle_init(&groups[0]);
		throttle_start(&groups[0]);
	}
}

static void test_asleep_while_throttled(void **state)
{
	setup(1, "credit", 0, 0, 0);
	speed[0].traps = STORM;
	add(0, 0, 5 * MS, MS); /* sleeps and wakes up all the time */
	ask(0, 100000, 0, 0);
	simulate(2 * NSEC_PER_SEC);
	u64 before = traps_of(0);

	simulate(SECONDS * NSEC_PER_SEC);
	assert_true(traps_of(0) - before > 990000 && traps_of(0) - before < 1010000);
}

static void test_waits(void **state)
{
	setup(1, "credit", 200000, 100000, 0);
	/* Waits of which each ends by an interrupt: not a trap. */
	speed[0] = (struct throttle_work){ .waits = 90000, .injected = 90000 };
	add(0, 0, TIME_NEVER, 0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_int_equal(state_of(0).nr_held, 0);
	/* In vain: a trap. */
	speed[1] = (struct throttle_work){ .waits = STORM, .injected = 90000 };
	add(1, 1, TIME_NEVER, 0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_int_equal(state_of(1).reasons, BIT(THROTTLE_TRAPS));
	assert_int_equal(state_of(0).nr_held, 0);
}

static void test_events_of_others_are_not_charged(void **state)
{
	setup(1, "credit", 200000, 100000, 0);
	speed[0] = (struct throttle_work){ .events = STORM };
	add(0, 0, TIME_NEVER, 0);
	speed[1] = (struct throttle_work){ .events = STORM, .injected = 450000 };
	add(1, 1, TIME_NEVER, 0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_int_equal(state_of(0).nr_held, 0);
	assert_int_equal(state_of(1).reasons, BIT(THROTTLE_INTERRUPTS));
	assert_true(share(1) > 0.21 && share(1) < 0.26);
}

static void test_log(void **state)
{
	u64 run;

	setup(1, "credit", 0, 0, 1000000);
	add(0, 0, TIME_NEVER, 0);
	simulate(2 * NSEC_PER_SEC);
	groups[0].throttle.logged += 1500000; /* a second of it is saved */
	run = sched_unit_run_ns(&tasks[0].unit, fake_counter);
	simulate(SECONDS * NSEC_PER_SEC);
	run = sched_unit_run_ns(&tasks[0].unit, fake_counter) - run;
	assert_true(run > 9.49e9 && run < 9.57e9);
	assert_int_equal(state_of(0).reasons, BIT(THROTTLE_LOG));
	assert_int_equal(state_of(0).nr_held, 1);
}

static void reserve(int i)
{
	struct sched_params params = { .period_us = 10000, .budget_us = 3000, .extratime = true };

	assert_int_equal(sched_unit_set(&tasks[i].unit, &params, NULL), 0);
}

static void test_who_has_time_reserved(void **state)
{
	setup(1, "rtds", 200000, 0, 0);
	storm(1);
	speed[1].traps = STORM;
	add(1, 1, TIME_NEVER, 0);
	reserve(0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_int_equal(state_of(0).nr_held, 0);
	assert_int_equal(state_of(0).now[THROTTLE_TRAPS], 0);
	assert_true(state_of(1).nr_held != 0);
	/* Unless asked for. */
	ask(0, 100000, DEFAULT, DEFAULT);
	simulate(2 * NSEC_PER_SEC);
	u64 before = traps_of(0);

	simulate(SECONDS * NSEC_PER_SEC);
	assert_true(traps_of(0) - before > 990000 && traps_of(0) - before < 1010000);
	/* A deadline that passes while it is throttled is not missed. */
	assert_int_equal(tasks[0].unit.rtds.nr_missed, 0);

	setup(1, "null", 200000, 0, 0);
	storm(1);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_int_equal(state_of(0).nr_held, 0);
}

static void test_dom0(void **state)
{
	setup(1, "credit", 200000, 0, 0);
	groups[0].domain = 0;
	timer_cancel(&groups[0].throttle.timer);
	throttle_init(&groups[0]);
	throttle_start(&groups[0]);
	storm(1);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_int_equal(state_of(0).nr_held, 0);
	assert_false(timer_is_armed(&groups[0].throttle.timer));
	ask(0, 200000, 0, 0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_true(state_of(0).is_held);
	ask(0, DEFAULT, DEFAULT, DEFAULT);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_false(state_of(0).is_held);
}

static void test_refused(void **state)
{
	static const u32 bad[] = { 1, 999, 1000000001, DEFAULT - 1, 1U << 31 };

	setup(1, "credit", 200000, 0, 0);
	ask(0, 5000, 6000, 7000);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		for (u32 kind = 0; kind < THROTTLE_NR_KINDS; kind++) {
			u32 rates[] = { 8000, 8000, 8000 };

			rates[kind] = bad[i];
			assert_int_equal(throttle_set(&groups[0], rates), -EINVAL);
		}
	}
	assert_int_equal(state_of(0).asked[0], 5000);
	assert_int_equal(state_of(0).asked[2], 7000);
	ask(0, THROTTLE_RATE_MIN, THROTTLE_RATE_MAX, DEFAULT);
}

/* Counts that jump, rates at both ends: no overflow, and a debt that ends. */
static void test_extremes(void **state)
{
	setup(1, "credit", 0, 0, 0);
	add(0, 0, TIME_NEVER, 0);
	ask(0, 0, 0, THROTTLE_RATE_MIN);
	simulate(NSEC_PER_SEC);
	groups[0].throttle.logged += BIT(55); /* times 10^9: 0 modulo 2^64 */
	simulate(NSEC_PER_SEC);
	assert_true(state_of(0).is_held);
	simulate(11 * NSEC_PER_SEC);
	assert_false(state_of(0).is_held);
	ask(0, 0, 0, THROTTLE_RATE_MAX);
	groups[0].throttle.logged -= 1000;
	simulate(11 * NSEC_PER_SEC);
	assert_false(state_of(0).is_held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_rate_holds),
		cmocka_unit_test(test_the_time_is_shown),
		cmocka_unit_test(test_who_keeps_below_is_left_alone),
		cmocka_unit_test(test_the_rest_goes_to_others),
		cmocka_unit_test(test_nobody_starves),
		cmocka_unit_test(test_a_burst_after_a_calm),
		cmocka_unit_test(test_lifting_wakes_at_once),
		cmocka_unit_test(test_changes_while_throttled),
		cmocka_unit_test(test_destroyed_while_throttled),
		cmocka_unit_test(test_asleep_while_throttled),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_events_of_others_are_not_charged),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_who_has_time_reserved),
		cmocka_unit_test(test_dom0),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_extremes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
