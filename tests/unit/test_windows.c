/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler of a configuration with null and arinc653 and nobody who changes CPUs, in the
 * simulation of fake/sched_world.h: windows are kept to the tick beside a CPU of null's. balance.c
 * is not linked. test_pools.c has the same of arinc653 beside credit, and more of it.
 *
 * without: CONFIG_SCHED_CREDIT CONFIG_SCHED_RTDS CONFIG_SCHED_BALANCE
 * without: CONFIG_TOOLSTACK
 * sources: common/sched/core.c common/sched/pick.c common/sched/pool.c common/sched/unit.c
 * sources: common/sched/pool_change.c common/sched/pool_policy.c common/policy/null.c
 * sources: common/sched/owner.c
 * sources: common/policy/arinc653.c
 * sources: common/sched/runqueue.c common/core/spinlock.c common/lib/tree.c common/lib/number.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake/sched_world.h"

#include <hv/errno.h>

#define US NSEC_PER_USEC

static u32 make_pool_of_cpu1(void)
{
	u32 id = 0;

	assert_int_equal(sched_pool_create(SCHED_POOL_ANY, SCHED_ID_ARINC653, &id), 0);
	assert_int_equal(sched_pool_remove_cpu(0, 1), 0);
	assert_int_equal(sched_pool_add_cpu(id, 1), 0);
	return id;
}

static void add_in_pool(int i, u32 pool, u64 runs_for, u64 sleeps_for)
{
	assert_int_equal(sched_pool_move(&groups[i], pool), 0);
	add(i, i, runs_for, sleeps_for);
}

static struct sched_schedule random_frame(void)
{
	struct sched_schedule s = { .nr_windows = 1 + (u32)rand() % 8 };

	for (u32 i = 0; i < s.nr_windows; i++) {
		u16 who = (u16)(rand() % 5);

		s.windows[i].domain = who ? who : SCHED_NOBODY;
		s.windows[i].vcpu = who ? who - 1 : 0;
		s.windows[i].ns = 1 + (u64)rand() % MS;
		s.major_frame_ns += s.windows[i].ns;
	}
	s.major_frame_ns += (u64)rand() % MS;
	return s;
}

static void test_windows_to_the_tick(void **state)
{
	for (unsigned int seed = 1; seed <= 100; seed++) {
		struct sched_schedule s;
		u64 start;
		u32 id;

		srand(seed);
		setup_policy(2, "null");
		may_idle = true;
		id = make_pool_of_cpu1();
		for (int i = 0; i < 4; i++) {
			add_in_pool(i, id, rand() % 2 ? TIME_NEVER : (u64)rand() % MS + 1,
				    (u64)rand() % (2 * MS));
		}
		add(4, 4, TIME_NEVER, 0);
		s = random_frame();
		start = fake_counter;
		assert_int_equal(sched_schedule_set(id, &s), 0);
		for (int step = 0; step < 400; step++) {
			int owner;

			simulate(1 + (u64)rand() % (MS / 2));
			owner = owner_at(&s, fake_counter - start);
			if (owner < 0 || tasks[owner].unit.blocked) {
				assert_null(running[1]);
			} else {
				assert_ptr_equal(running[1], &tasks[owner].unit);
			}
			assert_ptr_equal(running[0], &tasks[4].unit);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows_to_the_tick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
