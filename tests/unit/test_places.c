/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler of a configuration with null alone, in the simulation of fake/sched_world.h: each
 * unit has a CPU that nobody else looks at, no other CPU is woken for it, and it wakes up without a
 * pick. Nothing of balance.c, params.c and pool_change.c is linked.
 *
 * without: CONFIG_SCHED_CREDIT CONFIG_SCHED_RTDS CONFIG_SCHED_ARINC653 CONFIG_SCHED_BALANCE
 * without: CONFIG_SCHED_CHOICE CONFIG_CPU_POOLS CONFIG_TOOLSTACK
 * without: CONFIG_COMMAND_LINE
 * sources: common/sched/core.c common/sched/pick.c common/sched/pool.c common/sched/unit.c
 * sources: common/policy/null.c common/sched/runqueue.c common/core/spinlock.c common/lib/tree.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake/sched_world.h"

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

static int set_hard(int i, cpumask_t cpus)
{
	return sched_unit_set_affinity(&tasks[i].unit, cpus, CPUMASK_ALL, NULL);
}

/* A unit that runs, waits loaded, or sleeps elsewhere goes to a new place; its old one is free. */
static void test_a_place_is_changed(void **state)
{
	setup_policy(3, "null");
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	settle();
	assert_int_equal(set_hard(0, cpumask_of(1)), -ENOSPC);
	assert_int_equal(set_hard(0, cpumask_of(6)), -EINVAL);
	assert_runs_on(0, 0);
	assert_int_equal(set_hard(0, cpumask_of(2)), 0);
	assert_runs_on(0, 2);
	assert_null(running[0]);
	/* Another comes into the place while who had it has not left yet. */
	assert_int_equal(set_hard(0, cpumask_of(0)), 0);
	assert_int_equal(set_hard(1, cpumask_of(2)), 0);
	assert_runs_on(1, 2);
	assert_runs_on(0, 0);
	/* Parked: it must leave before it runs elsewhere. */
	fake_cpu = 0;
	sched_block(&tasks[0].unit, SCHED_BLOCK_WAIT);
	settle();
	assert_true(tasks[0].unit.parked);
	assert_int_equal(set_hard(0, cpumask_of(1)), 0);
	wake(&tasks[0], 2);
	assert_runs_on(0, 1);
	assert_null(running[0]);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_has_a_cpu),
		cmocka_unit_test(test_who_waits_goes_on_at_once),
		cmocka_unit_test(test_a_place_is_changed),
		cmocka_unit_test(test_who_ends_gives_the_place_back),
		cmocka_unit_test(test_no_wake_up_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
