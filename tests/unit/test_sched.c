/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler's core and credit in the simulation of fake/sched_world.h: fairness by weight,
 * caps, affinity, no wake-up lost, and a storm.
 *
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

static void test_weights_on_one_cpu(void **state)
{
	setup_cpus(1);
	for (int i = 0; i < 3; i++) {
		set(i, 256U << i, 0);
		add(i, i, TIME_NEVER, 0);
	}
	simulate(SECONDS * NSEC_PER_SEC);
	assert_share(0, 1.0 / 7);
	assert_share(1, 2.0 / 7);
	assert_share(2, 4.0 / 7);
}

static void test_a_domain_gains_nothing_by_many_vcpus(void **state)
{
	setup_cpus(1);
	add(0, 0, TIME_NEVER, 0);
	for (int i = 1; i < 5; i++) {
		add(i, 1, TIME_NEVER, 0);
	}
	simulate(SECONDS * NSEC_PER_SEC);
	assert_share(0, 0.5);
	for (int i = 1; i < 5; i++) {
		assert_share(i, 0.125);
	}
}

static void share_cpus(unsigned int cpus, int hogs)
{
	setup_cpus(cpus);
	for (int i = 0; i < hogs; i++) {
		add(i, i, TIME_NEVER, 0);
	}
	simulate(SECONDS * NSEC_PER_SEC);
	for (int i = 0; i < hogs; i++) {
		assert_share(i, (double)cpus / hogs);
	}
}

static void test_hogs_share_cpus(void **state)
{
	share_cpus(2, 3);
	share_cpus(4, 5);
}

static void test_cap_holds_on_an_idle_machine(void **state)
{
	setup_cpus(2);
	set(0, 256, 30);
	set(1, 256, 150);
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	add(2, 1, TIME_NEVER, 0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_share(0, 0.3);
	assert_true(share(1) + share(2) > 1.5 * 0.98 && share(1) + share(2) < 1.5 * 1.02);
}

/* A domain of many vCPUs gets its new budget in short steps, and no more of it. */
static void test_refill_is_in_steps(void **state)
{
	double sum = 0;

	setup_cpus(2);
	set(0, 256, 30);
	for (int i = 0; i < UNITS_MAX; i++) {
		add(i, 0, TIME_NEVER, 0);
	}
	most_woken = 0;
	simulate(SECONDS * NSEC_PER_SEC);
	for (int i = 0; i < UNITS_MAX; i++) {
		sum += share(i);
	}
	assert_true(sum > 0.3 * 0.97 && sum < 0.3 * 1.03);
	assert_in_range(most_woken, 1, 3);
}

static void test_cap_holds_under_load_and_can_be_lifted(void **state)
{
	u64 before;

	setup_cpus(1);
	set(0, 1024, 20);
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_share(0, 0.2);
	assert_share(1, 0.8);
	before = sched_unit_run_ns(&tasks[0].unit, fake_counter);
	set(0, 256, 0);
	simulate(SECONDS * NSEC_PER_SEC);
	before = sched_unit_run_ns(&tasks[0].unit, fake_counter) - before;
	assert_true(before > 4.9e9 && before < 5.1e9);
}

static void test_who_wakes_up_runs_at_once(void **state)
{
	setup_cpus(1);
	for (int i = 0; i < 4; i++) {
		add(i, i, TIME_NEVER, 0);
	}
	add(4, 4, MS / 10, MS * 9 / 10);
	/* At first all have just woken up. */
	simulate(10 * MS);
	tasks[4].worst_latency = 0;
	simulate(SECONDS * NSEC_PER_SEC);
	assert_int_equal(tasks[4].worst_latency, 0);
	assert_share(4, 0.1);
}

static void test_sleeping_is_no_way_to_get_more(void **state)
{
	setup_cpus(1);
	add(0, 0, TIME_NEVER, 0);
	/* Wakes up all the time and wants everything. */
	add(1, 1, 5 * MS, MS / 100);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_true(share(1) < 0.51 && share(0) > 0.49);
}

static void test_affinity_is_obeyed(void **state)
{
	setup_cpus(4);
	for (int i = 0; i < 6; i++) {
		add(i, i, TIME_NEVER, 0);
	}
	assert_int_equal(sched_unit_set_affinity(&tasks[0].unit, cpumask_of(2), CPUMASK_ALL, NULL),
			 0);
	assert_int_equal(sched_unit_set_affinity(&tasks[1].unit, cpumask_of(2), CPUMASK_ALL, NULL),
			 0);
	assert_int_equal(sched_unit_set_affinity(&tasks[2].unit, cpumask_of(9), CPUMASK_ALL, NULL),
			 -22);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_true(share(0) + share(1) < 1.01);
	assert_true(share(0) > 0.3 && share(1) > 0.3);
}

static void test_bad_parameters_change_nothing(void **state)
{
	const struct sched_params bad[] = { { .weight = 0 },
					    { .weight = 65536 },
					    { .weight = 256, .cap = 6401 } };
	struct sched_params params;

	setup_cpus(1);
	set(0, 300, 40);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(sched_group_set(&groups[0], &bad[i]), -22);
		sched_group_get(&groups[0], &params);
		assert_int_equal(params.weight, 300);
		assert_int_equal(params.cap, 40);
	}
}

/* A word from outside at a random unit: pause, unpause, yield, move, join, leave. */
static void disturb(void)
{
	int i = rand() % UNITS_MAX;
	struct task *t = &tasks[i];

	fake_cpu = (unsigned int)rand() % nr;
	if (!t->exists) {
		add(i, rand() % GROUPS_MAX, rand() % 2 ? TIME_NEVER : (u64)rand() % (5 * MS) + 1,
		    (u64)rand() % (20 * MS));
		return;
	}
	switch (rand() % 5) {
	case 0:
		sched_block(&t->unit, SCHED_BLOCK_PAUSED);
		break;
	case 1:
		sched_unblock(&t->unit, SCHED_BLOCK_PAUSED);
		break;
	case 2:
		if (t->unit.state == SCHED_STATE_RUNNING) {
			fake_cpu = t->unit.cpu;
			sched_yield(&t->unit);
		}
		break;
	case 3:
		sched_unit_set_affinity(&t->unit, (cpumask_t){ (u64)rand() % 15 + 1 },
					(cpumask_t){ (u64)rand() }, NULL);
		break;
	default:
		if (t->unit.state == SCHED_STATE_ASLEEP && !t->unit.on_cpu) {
			sched_unit_remove(&t->unit);
			t->exists = false;
		}
	}
}

static void test_storm(void **state)
{
	for (unsigned int seed = 1; seed <= 20; seed++) {
		srand(seed);
		setup_cpus(4);
		for (int g = 0; g < GROUPS_MAX; g++) {
			set(g, (u32)rand() % 1000 + 1, rand() % 3 ? 0 : (u32)rand() % 100 + 1);
		}
		for (int step = 0; step < 3000; step++) {
			disturb();
			simulate((u64)rand() % (3 * MS));
		}
	}
}

/* Block, look, unblock: a wake-up between the first two is not lost. */
static void test_no_wake_up_is_lost(void **state)
{
	setup_cpus(1);
	add(0, 0, TIME_NEVER, 0);
	settle();
	fake_cpu = 0;
	sched_block(&tasks[0].unit, SCHED_BLOCK_WAIT);
	sched_unblock(&tasks[0].unit, SCHED_BLOCK_WAIT);
	settle();
	check_invariants();
	assert_ptr_equal(running[0], &tasks[0].unit);
}

static void sleep_parked(void)
{
	settle();
	fake_cpu = running[0] ? 0 : 1;
	sched_block(&tasks[0].unit, SCHED_BLOCK_WAIT);
	settle();
	assert_true(tasks[0].unit.parked);
}

/* Who sleeps loaded on a CPU that nobody else wants goes on there without a pick; else with one. */
static void test_a_parked_one_goes_on_at_once(void **state)
{
	u64 slept = fake_counter + 1000;

	setup_cpus(2);
	add(0, 0, TIME_NEVER, 0);
	sleep_parked();
	fake_counter = slept;
	wake(&tasks[0], !tasks[0].unit.cpu);
	assert_false(softirq_take(SOFTIRQ_SCHED));
	settle();
	check_invariants();
	assert_int_equal(nr_resumed, 1);
	assert_int_equal(sched_idle_cpus & BIT(tasks[0].unit.cpu), 0);
	assert_int_not_equal(sched_alone_cpus & BIT(tasks[0].unit.cpu), 0);
	/* It may not run there any more. */
	sleep_parked();
	tasks[0].unit.allowed = cpumask_of(!tasks[0].unit.cpu);
	wake(&tasks[0], 0);
	assert_false(sched_is_running(&tasks[0].unit));
	tasks[0].unit.allowed = CPUMASK_ALL;
	softirq_raise_on(tasks[0].unit.cpu, SOFTIRQ_SCHED);
	settle();
	/* A cap needs a time limit. */
	set(0, 256, 50);
	sched_unblock(&tasks[0].unit, SCHED_BLOCK_WAIT);
	sched_place(&tasks[0].unit, SCHED_ARRIVES_AWAKE);
	settle();
	sleep_parked();
	wake(&tasks[0], 0);
	assert_false(sched_is_running(&tasks[0].unit));
	settle();
	set(0, 256, 0);
	/* Another, waiting on the same CPU, must not be passed over. */
	sleep_parked();
	add(1, 1, TIME_NEVER, 0);
	add(2, 2, TIME_NEVER, 0);
	wake(&tasks[0], 0);
	assert_false(sched_is_running(&tasks[0].unit));
	settle();
	check_invariants();
	assert_int_equal(nr_resumed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weights_on_one_cpu),
		cmocka_unit_test(test_a_domain_gains_nothing_by_many_vcpus),
		cmocka_unit_test(test_hogs_share_cpus),
		cmocka_unit_test(test_cap_holds_on_an_idle_machine),
		cmocka_unit_test(test_refill_is_in_steps),
		cmocka_unit_test(test_cap_holds_under_load_and_can_be_lifted),
		cmocka_unit_test(test_who_wakes_up_runs_at_once),
		cmocka_unit_test(test_sleeping_is_no_way_to_get_more),
		cmocka_unit_test(test_affinity_is_obeyed),
		cmocka_unit_test(test_bad_parameters_change_nothing),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_no_wake_up_is_lost),
		cmocka_unit_test(test_a_parked_one_goes_on_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
