/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler without queues in the simulation of fake/sched_world.h: what null alone must do,
 * and places that change before their units have run. Nothing else of common/sched is linked.
 *
 * without: CONFIG_SCHED_CREDIT CONFIG_SCHED_RTDS CONFIG_SCHED_ARINC653 CONFIG_SCHED_BALANCE
 * without: CONFIG_SCHED_CHOICE CONFIG_CPU_POOLS CONFIG_TOOLSTACK CONFIG_THROTTLE
 * without: CONFIG_COMMAND_LINE
 * sources: common/sched/fixed.c common/core/spinlock.c common/core/spinlock_debug.c
 */
#include "fake/sched_world.h"
#include "fake/places.h"

/* What the simulation names of pools and queues that are not there. */
DEFINE_PER_CPU(struct runqueue, sched_runqueues);

struct sched_pool *sched_pool_find(u32 id)
{
	return NULL;
}

static int set_hard(int i, cpumask_t cpus)
{
	return sched_unit_set_affinity(&tasks[i].unit, cpus, CPUMASK_ALL, NULL);
}

static struct sched_unit *add_down(int i)
{
	struct sched_unit *unit = &tasks[i].unit;

	memset(&tasks[i], 0, sizeof(tasks[i]));
	assert_int_equal(sched_unit_add(unit, &groups[i], 0, CPUMASK_ALL), 0);
	tasks[i].exists = true;
	tasks[i].wakes_at = TIME_NEVER;
	tasks[i].runs_for = TIME_NEVER;
	return unit;
}

/* As boot does it: each is made, gets its affinity, and starts when all of its domain are there. */
static void test_places_are_given_before_the_start(void **state)
{
	setup_policy(3, "null");
	assert_int_equal(add_down(0)->cpu, 0);
	assert_int_equal(set_hard(0, cpumask_of(2)), 0);
	assert_int_equal(add_down(1)->cpu, 0);
	assert_int_equal(set_hard(1, cpumask_of(2)), -ENOSPC);
	assert_int_equal(set_hard(1, cpumask_of(6)), -EINVAL);
	assert_int_equal(tasks[1].unit.cpu, 0);
	assert_int_equal(set_hard(1, CPUMASK_ALL), 0); /* its own again */
	assert_int_equal(tasks[1].unit.cpu, 0);
	settle();
	assert_null(running[0]);
	for (int i = 0; i < 2; i++) {
		fake_cpu = 0;
		sched_unblock(&tasks[i].unit, SCHED_BLOCK_DOWN);
	}
	assert_runs_on(0, 2);
	assert_runs_on(1, 0);
	assert_null(running[1]);
	assert_int_equal(add_down(2)->cpu, 1);
	assert_int_equal(sched_unit_add(&tasks[3].unit, &groups[3], 0, CPUMASK_ALL), -ENOSPC);
}

/* The books, as the guest's runstate shows them. */
static void test_times_are_kept(void **state)
{
	struct sched_unit *unit;

	setup_policy(1, "null");
	unit = add_down(0);
	fake_counter += 3 * US;
	sched_unblock(unit, SCHED_BLOCK_DOWN);
	fake_counter += 5 * US; /* until its CPU looks */
	settle();
	assert_int_equal(unit->wait_ns, 5 * US);
	fake_counter += 7 * US;
	assert_int_equal(sched_unit_run_ns(unit, fake_counter), 7 * US);
	sched_block(unit, SCHED_BLOCK_WAIT);
	settle();
	fake_counter += 11 * US;
	assert_int_equal(sched_unit_run_ns(unit, fake_counter), 7 * US);
	assert_int_equal(unit->wait_ns, 5 * US);
}

/* Only who merely waits stays loaded, and it leaves when somebody wants it off its CPU. */
static void test_who_is_paused_leaves(void **state)
{
	struct sched_unit *unit;

	setup_policy(1, "null");
	unit = &add(0, 0, TIME_NEVER, 0)->unit;
	settle();
	sched_block(unit, SCHED_BLOCK_WAIT);
	settle();
	assert_true(unit->parked);
	assert_true(sched_is_on_cpu(unit));
	sched_block(unit, SCHED_BLOCK_PAUSED);
	softirq_raise_on(0, SOFTIRQ_SCHED); /* vcpu_wait_off_cpu() */
	settle();
	assert_false(unit->parked);
	assert_false(sched_is_on_cpu(unit));
	assert_false(sched_unblock(unit, SCHED_BLOCK_WAIT));
	assert_true(sched_unblock(unit, SCHED_BLOCK_PAUSED));
	assert_runs_on(0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACES_TESTS,
		cmocka_unit_test(test_places_are_given_before_the_start),
		cmocka_unit_test(test_times_are_kept),
		cmocka_unit_test(test_who_is_paused_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
