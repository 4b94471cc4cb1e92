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
#include "fake/places.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACES_TESTS,
		cmocka_unit_test(test_a_place_is_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
