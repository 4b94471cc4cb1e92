/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of what holds wherever null is the only scheduler, by the full core (test_places) and by
 * the one without queues (test_fixed). Include once per test program, after fake/sched_world.h.
 */
#ifndef FAKE_PLACES_H
#define FAKE_PLACES_H

#include <hv/errno.h>

#define US NSEC_PER_USEC

static void test_each_has_a_cpu(void **state)
{
	setup_policy(3, "null");
	for (int i = 0; i < 3; i++) {
		add(i, i, i ? TIME_NEVER : 100 * US, 900 * US);
		assert_int_equal(tasks[i].unit.cpu, i);
		assert_true(sched_owns_cpu(&tasks[i].unit));
	}
	assert_int_equal(sched_unit_add(&tasks[3].unit, &groups[3], 0, CPUMASK_ALL), -ENOSPC);
	assert_int_equal(sched_unit_add(&tasks[3].unit, &groups[3], 0, cpumask_of(5)), -EINVAL);
	tasks[0].worst_latency = 0;
	simulate(SECONDS * NSEC_PER_SEC);
	assert_share(0, 0.1);
	assert_share(1, 1);
	assert_share(2, 1);
	assert_int_equal(tasks[0].worst_latency, 0);
}

/* Sleepers go on where they are loaded: woken by any CPU, without a pick. */
static void test_who_waits_goes_on_at_once(void **state)
{
	setup_policy(4, "null");
	for (int i = 0; i < 4; i++) {
		add(i, i, (u64)(i + 1) * 10 * US, 100 * US);
	}
	simulate(10 * MS);
	for (int i = 0; i < 4; i++) {
		assert_true(tasks[i].unit.run_ns > MS / 2);
		tasks[i].worst_latency = 0;
	}
	nr_resumed = 0;
	simulate(NSEC_PER_SEC);
	assert_true(nr_resumed > 4 * 7000);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(tasks[i].worst_latency, 0);
		assert_int_equal(tasks[i].unit.cpu, i);
	}
}

static void assert_runs_on(int i, unsigned int cpu)
{
	settle();
	check_invariants();
	assert_ptr_equal(running[cpu], &tasks[i].unit);
}

static void test_who_ends_gives_the_place_back(void **state)
{
	setup_policy(1, "null");
	add(0, 0, TIME_NEVER, 0);
	assert_runs_on(0, 0);
	fake_cpu = 0;
	sched_block(&tasks[0].unit, SCHED_BLOCK_DOMAIN);
	settle();
	assert_null(running[0]);
	assert_false(sched_is_on_cpu(&tasks[0].unit));
	sched_unit_remove(&tasks[0].unit);
	tasks[0].exists = false;
	add(1, 1, TIME_NEVER, 0);
	assert_runs_on(1, 0);
}

/* Every reason to sleep and every end of it, from any CPU, in any order. */
static void test_no_wake_up_is_lost(void **state)
{
	for (unsigned int seed = 1; seed <= 100; seed++) {
		srand(seed);
		setup_policy(3, "null");
		for (int i = 0; i < 3; i++) {
			add(i, i, TIME_NEVER, 0);
		}
		for (int step = 0; step < 500; step++) {
			struct sched_unit *unit = &tasks[rand() % 3].unit;
			u32 reason = rand() % 2 ? SCHED_BLOCK_WAIT : SCHED_BLOCK_DOMAIN;

			fake_cpu = (unsigned int)rand() % nr;
			fake_counter += (u64)rand() % US;
			if (rand() % 2) {
				sched_block(unit, reason);
			} else {
				sched_unblock(unit, reason);
			}
			if (rand() % 3) {
				settle();
				check_invariants();
			}
		}
		for (int i = 0; i < 3; i++) {
			sched_unblock(&tasks[i].unit, SCHED_BLOCK_WAIT | SCHED_BLOCK_DOMAIN);
			assert_runs_on(i, (unsigned int)i);
		}
	}
}

#define PLACES_TESTS                                                                               \
	cmocka_unit_test(test_each_has_a_cpu), cmocka_unit_test(test_who_waits_goes_on_at_once),   \
		cmocka_unit_test(test_who_ends_gives_the_place_back),                              \
		cmocka_unit_test(test_no_wake_up_is_lost)

#endif
