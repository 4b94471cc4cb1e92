/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools, null and arinc653 in the simulation of fake/sched_world.h: CPUs and domains move between
 * pools and nobody is lost; what cannot be is refused and changes nothing; null gives each unit a
 * CPU; arinc653 keeps its windows to the tick, whoever sleeps, wakes or overruns, also when the
 * schedule is replaced.
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
#define UNITS_MAX 100
#include "fake/sched_world.h"

#include <hv/errno.h>

#define US NSEC_PER_USEC

static int preempted_after = -1; /* so many steps */

bool softirq_preempt_needed(void)
{
	return preempted_after >= 0 && preempted_after-- == 0;
}

/* A pool of this policy with these CPUs, taken from pool 0. */
static u32 pool_of(enum sched_id policy, u64 cpus)
{
	u32 id = SCHED_POOL_ANY;

	assert_int_equal(sched_pool_create(SCHED_POOL_ANY, policy, &id), 0);
	for (unsigned int c = 0; c < 64; c++) {
		if (cpus & BIT(c)) {
			int err = sched_pool_remove_cpu(0, c);

			settle();
			if (err == -EAGAIN) {
				err = sched_pool_remove_cpu(0, c);
			}
			assert_int_equal(err, 0);
			assert_true(cpumask_has(sched_free_cpus(), c));
			assert_int_equal(sched_pool_add_cpu(id, c), 0);
		}
	}
	return id;
}

/* As the toolstack does it: find room, pause, move, go on. */
static int move_group(int g, u32 pool)
{
	int err;

	do {
		err = sched_pool_fit(&groups[g], pool, NULL);
	} while (err == -ERESTART);
	if (err) {
		return err;
	}
	for (int i = 0; i < UNITS_MAX; i++) {
		if (tasks[i].exists && tasks[i].unit.group == &groups[g]) {
			fake_cpu = 0;
			sched_block(&tasks[i].unit, SCHED_BLOCK_DOMAIN);
		}
	}
	settle();
	err = sched_pool_move(&groups[g], pool);
	for (int i = 0; i < UNITS_MAX; i++) {
		if (tasks[i].exists && tasks[i].unit.group == &groups[g]) {
			fake_cpu = 0;
			sched_unblock(&tasks[i].unit, SCHED_BLOCK_DOMAIN);
		}
	}
	settle();
	return err;
}

static void test_null_gives_each_a_cpu(void **state)
{
	setup_policy(3, "null");
	for (int i = 0; i < 3; i++) {
		add(i, i, i ? TIME_NEVER : 100 * US, 900 * US);
		assert_true(sched_owns_cpu(&tasks[i].unit));
	}
	assert_int_equal(sched_unit_add(&tasks[3].unit, &groups[3], 0, CPUMASK_ALL), -ENOSPC);
	tasks[0].worst_latency = 0;
	simulate(SECONDS * NSEC_PER_SEC);
	assert_share(0, 0.1);
	assert_share(1, 1);
	assert_share(2, 1);
	assert_int_equal(tasks[0].worst_latency, 0);
	/* Nobody else's CPU, but its own again, or a free one. */
	assert_int_equal(sched_unit_set_affinity(&tasks[0].unit, tasks[1].unit.allowed, CPUMASK_ALL,
						 NULL),
			 -ENOSPC);
	assert_int_equal(sched_unit_set_affinity(&tasks[0].unit, tasks[0].unit.allowed, CPUMASK_ALL,
						 NULL),
			 0);
	assert_int_equal(sched_pool_remove_cpu(0, 2), -EBUSY);
	sched_block(&tasks[1].unit, SCHED_BLOCK_PAUSED);
	settle();
	sched_unit_remove(&tasks[1].unit);
	tasks[1].exists = false;
	add(3, 3, TIME_NEVER, 0);
	simulate(MS);
	assert_int_equal(tasks[3].unit.state, SCHED_STATE_RUNNING);
}

static void test_what_can_not_be(void **state)
{
	struct sched_pool_info info;
	u32 id, empty;

	setup_cpus(2);
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	settle();
	assert_int_equal(sched_pool_create(SCHED_POOL_ANY, (enum sched_id)4, &id), -EINVAL);
	assert_int_equal(sched_pool_create(SCHED_POOL_MAX, SCHED_ID_RTDS, &id), -EINVAL);
	assert_int_equal(sched_pool_create(0, SCHED_ID_RTDS, &id), -EEXIST);
	assert_int_equal(sched_pool_create(7, SCHED_ID_RTDS, &empty), 0);
	assert_int_equal(empty, 7);
	assert_int_equal(move_group(0, 7), -EINVAL); /* no CPUs */
	assert_int_equal(move_group(0, 8), -ENOENT);
	assert_int_equal(sched_pool_add_cpu(7, 0), -EBUSY);
	assert_int_equal(sched_pool_add_cpu(7, 2), -ENODEV);
	assert_int_equal(sched_pool_add_cpu(8, 0), -ENOENT);
	assert_int_equal(sched_pool_remove_cpu(7, 0), -ENODEV);
	assert_int_equal(sched_pool_remove_cpu(0, 64), -ENODEV);
	assert_int_equal(sched_pool_destroy(0), -EPERM);
	assert_int_equal(sched_pool_destroy(8), -ENOENT);
	/* Only what is at rest moves. */
	assert_int_equal(sched_pool_destroy(7), 0);
	id = pool_of(SCHED_ID_RTDS, 2);
	assert_int_equal(sched_pool_move(&groups[0], id), -EBUSY);
	assert_int_equal(sched_pool_remove_cpu(0, 0), -EBUSY); /* the last one */
	assert_int_equal(move_group(1, id), 0);
	assert_int_equal(sched_pool_remove_cpu(id, 1), -EBUSY); /* of a pool with domains */
	assert_int_equal(sched_pool_destroy(id), -EBUSY);
	simulate(MS);
	assert_int_equal(tasks[1].unit.cpu, 1);
	assert_int_equal(sched_pool_info(1, &info), 0);
	assert_int_equal(info.id, id);
	assert_int_equal(info.policy, SCHED_ID_RTDS);
	assert_int_equal(info.cpus.bits, 2);
	assert_int_equal(info.nr_groups, 1);
	assert_int_equal(sched_pool_info(id + 1, &info), -ENOENT);
	assert_int_equal(move_group(1, 0), 0);
	assert_int_equal(sched_pool_remove_cpu(id, 1), 0);
	assert_int_equal(sched_pool_destroy(id), 0);
	assert_int_equal(sched_pool_add_cpu(0, 1), 0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_true(share(0) > 0.99 && share(1) > 0.99);
}

static void test_a_move_that_is_refused_changes_nothing(void **state)
{
	struct sched_params half = { .period_us = 1000, .budget_us = 500 }, got;
	u32 id;

	setup_policy(2, "rtds");
	id = pool_of(SCHED_ID_RTDS, 2);
	for (int g = 0; g < 2; g++) {
		add(g, g, TIME_NEVER, 0);
	}
	assert_int_equal(move_group(0, id), 0);
	assert_int_equal(sched_unit_set(&tasks[0].unit, &half, NULL), 0);
	assert_int_equal(sched_unit_set(&tasks[1].unit, &half, NULL), 0);
	assert_int_equal(move_group(1, id), -ENOSPC);
	assert_int_equal(sched_group_pool(&groups[1]), 0);
	sched_unit_get(&tasks[1].unit, &got);
	assert_int_equal(got.budget_us, 500);
	/* Its old reservation still counts where it is. */
	add(2, 2, TIME_NEVER, 0);
	assert_int_equal(sched_unit_set(&tasks[2].unit, &half, NULL), -ENOSPC);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_share(0, 0.5);
	assert_share(1, 0.5);
}

/* Nothing is left behind in the pool by a search for room that something else interrupted. */
static void test_room_is_looked_for_in_steps(void **state)
{
	struct sched_params most = { .period_us = 1000, .budget_us = 900 },
			    less = { .period_us = 1000, .budget_us = 400 },
			    few = { .period_us = 1000, .budget_us = 50 };
	u32 id;

	setup_policy(2, "rtds");
	id = pool_of(SCHED_ID_RTDS, 2);
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	add(2, 1, TIME_NEVER, 0);
	assert_int_equal(sched_unit_set(&tasks[1].unit, &less, NULL), 0);
	assert_int_equal(sched_unit_set(&tasks[2].unit, &less, NULL), 0);
	preempted_after = 1;
	assert_int_equal(sched_pool_fit(&groups[1], id, NULL), -ERESTART);
	assert_int_equal(move_group(0, id), 0);
	assert_int_equal(sched_unit_set(&tasks[0].unit, &most, NULL), 0);
	assert_int_equal(move_group(1, id), -ENOSPC);
	assert_int_equal(move_group(0, 0), -ENOSPC);
	assert_int_equal(sched_unit_set(&tasks[0].unit, &few, NULL), 0);
	preempted_after = 1;
	assert_int_equal(move_group(1, id), 0); /* comes again */
	assert_int_equal(sched_group_pool(&groups[1]), id);
}

/* Who has used up its budget and then finds no room elsewhere has its next budget all the same. */
static void test_a_refused_move_stops_no_budget(void **state)
{
	struct sched_params most = { .period_us = 1000, .budget_us = 700 },
			    less = { .period_us = 1000, .budget_us = 400 };
	u32 id;

	setup_policy(2, "rtds");
	id = pool_of(SCHED_ID_RTDS, 2);
	may_idle = true;
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	add(2, 1, TIME_NEVER, 0);
	assert_int_equal(move_group(0, id), 0);
	assert_int_equal(sched_unit_set(&tasks[0].unit, &most, NULL), 0);
	assert_int_equal(sched_unit_set(&tasks[1].unit, &less, NULL), 0);
	assert_int_equal(
		sched_unit_set(&tasks[2].unit,
			       &(struct sched_params){ .period_us = 1000, .budget_us = 200 }, NULL),
		0);
	simulate(10 * MS + 900 * US);
	assert_true(tasks[1].unit.blocked & SCHED_BLOCK_CAP);
	assert_true(tasks[2].unit.blocked & SCHED_BLOCK_CAP);
	assert_int_equal(sched_pool_fit(&groups[1], id, NULL), -ENOSPC);
	tasks[1].unit.run_ns = tasks[2].unit.run_ns = 0;
	simulate(10 * MS);
	assert_in_range(sched_unit_run_ns(&tasks[1].unit, fake_counter), 39 * MS / 10,
			41 * MS / 10);
	assert_in_range(sched_unit_run_ns(&tasks[2].unit, fake_counter), 19 * MS / 10,
			21 * MS / 10);
}

/* A CPU comes and goes, and of many units some learn of it at a time. */
static void test_units_are_told_in_steps(void **state)
{
	int again = 0;

	setup_cpus(2);
	for (int i = 0; i < 20; i++) {
		add(i, i / 10, i % 2 ? TIME_NEVER : MS, MS);
	}
	simulate(10 * MS);
	for (int err = -EAGAIN; err == -EAGAIN; again++) {
		err = sched_pool_remove_cpu(0, 1);
		settle();
		assert_true(err == 0 || err == -EAGAIN);
	}
	assert_true(again >= 20 / 4);
	assert_int_equal(sched_pool_remove_cpu(0, 1), -ENODEV);
	for (int err = again = 0; err == -EAGAIN || again == 0; again++) {
		err = sched_pool_add_cpu(0, 1);
		settle();
		assert_true(err == 0 || err == -EAGAIN);
	}
	assert_true(again >= 20 / 4);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(tasks[i].unit.allowed.bits, 3);
	}
	assert_int_equal(sched_pool_add_cpu(0, 1), -EBUSY);
}

static struct sched_schedule frame_of(u64 major, const u64 (*windows)[2], u32 nr)
{
	struct sched_schedule s = { .major_frame_ns = major, .nr_windows = nr };

	for (u32 i = 0; i < nr; i++) {
		s.windows[i].domain = windows[i][0] ? (u16)windows[i][0] : SCHED_NOBODY;
		s.windows[i].vcpu = windows[i][0] ? (u16)windows[i][0] - 1 : 0;
		s.windows[i].ns = windows[i][1];
	}
	return s;
}

static void test_windows_to_the_tick(void **state)
{
	for (unsigned int seed = 1; seed <= 200; seed++) {
		u64 windows[8][2], sum = 0, start;
		struct sched_schedule s;
		u32 id, nr;

		srand(seed);
		setup_cpus(2);
		id = pool_of(SCHED_ID_ARINC653, 2);
		may_idle = true;
		for (int i = 0; i < 4; i++) {
			add(i, i, rand() % 2 ? TIME_NEVER : (u64)rand() % MS + 1,
			    (u64)rand() % (2 * MS));
			assert_int_equal(move_group(i, id), 0);
		}
		nr = 1 + (u32)rand() % 8;
		for (u32 i = 0; i < nr; i++) {
			windows[i][0] = (u64)rand() % 5;
			windows[i][1] = 1 + (u64)rand() % MS;
			sum += windows[i][1];
		}
		s = frame_of(sum + (u64)rand() % MS, windows, nr);
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
		}
	}
}

static void test_a_new_frame_starts_with_a_frame(void **state)
{
	const u64 first[][2] = { { 1, 300 * US }, { 2, 700 * US } };
	const u64 second[][2] = { { 2, 500 * US }, { 1, 100 * US } };
	struct sched_schedule a = frame_of(MS, first, 2), b = frame_of(2 * MS, second, 2), got;
	u64 start;
	u32 id;

	setup_cpus(2);
	id = pool_of(SCHED_ID_ARINC653, 2);
	may_idle = true;
	for (int i = 0; i < 2; i++) {
		add(i, i, TIME_NEVER, 0);
		assert_int_equal(move_group(i, id), 0);
	}
	simulate(3 * MS);
	assert_null(running[1]); /* no schedule yet */
	start = fake_counter;
	assert_int_equal(sched_schedule_set(id, &a), 0);
	simulate(10 * MS);
	assert_int_equal(tasks[0].unit.run_ns, 3 * MS);
	simulate(100 * US);
	assert_int_equal(sched_schedule_set(id, &b), 0);
	assert_int_equal(sched_schedule_get(id, &got), 0);
	assert_int_equal(got.major_frame_ns, 2 * MS);
	simulate(850 * US);
	assert_ptr_equal(running[1], &tasks[1].unit); /* still the old one's second window */
	simulate(50 * US + 500 * US);
	assert_int_equal(fake_counter - start, 11 * MS + 500 * US);
	assert_ptr_equal(running[1], &tasks[0].unit);
	simulate(100 * US);
	assert_null(running[1]);
}

/* The one whose window it is runs, whatever the number of those that wait. */
static void test_window_of_one_among_many(void **state)
{
	struct sched_schedule s = { .major_frame_ns = 2 * MS, .nr_windows = 2 };
	u32 id;

	setup_cpus(2);
	id = pool_of(SCHED_ID_ARINC653, 2);
	may_idle = true;
	for (int i = 0; i < UNITS_MAX; i++) {
		add(i, i / 50, TIME_NEVER, 0);
	}
	assert_int_equal(move_group(0, id), 0);
	assert_int_equal(move_group(1, id), 0);
	s.windows[0] = (struct sched_window){ .domain = 2, .vcpu = 99, .ns = MS };
	s.windows[1] = (struct sched_window){ .domain = 1, .vcpu = 0, .ns = MS };
	assert_int_equal(sched_schedule_set(id, &s), 0);
	simulate(10 * MS);
	assert_int_equal(tasks[99].unit.run_ns, 5 * MS);
	assert_int_equal(tasks[0].unit.run_ns, 5 * MS);
}

static void test_frames_that_can_not_be(void **state)
{
	const u64 windows[][2] = { { 1, 300 * US }, { 2, 700 * US } };
	struct sched_schedule good = frame_of(MS, windows, 2), bad[7], got;
	u32 id;

	setup_cpus(3);
	id = pool_of(SCHED_ID_ARINC653, 2);
	assert_int_equal(sched_pool_remove_cpu(0, 2), 0);
	assert_int_equal(sched_pool_add_cpu(id, 2), -ENOSPC); /* one CPU, one frame */
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		bad[i] = good;
	}
	bad[0].major_frame_ns = 0;
	bad[1].major_frame_ns = MS - 1;
	bad[2].nr_windows = 0;
	bad[3].nr_windows = SCHED_WINDOWS_MAX + 1;
	bad[4].windows[1].ns = 0;
	bad[5].windows[1].ns = ~0UL;
	bad[6].major_frame_ns = 11 * NSEC_PER_SEC;
	assert_int_equal(sched_schedule_set(id, &good), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(sched_schedule_set(id, &bad[i]), -EINVAL);
	}
	assert_int_equal(sched_schedule_get(id, &got), 0);
	assert_memory_equal(&got, &good, sizeof(got));
	assert_int_equal(sched_schedule_set(0, &good), -EOPNOTSUPP);
	assert_int_equal(sched_schedule_set(9, &good), -ENOENT);
	assert_int_equal(sched_boot_policy("cfs"), -EINVAL);
	setup_cpus(2);
	assert_int_equal(sched_boot_policy("arinc653"), -ENOSPC);
	assert_int_equal(sched_default_id(), SCHED_ID_CREDIT);
}

/* Everything at once: CPUs and domains change pools while units sleep, wake and hog. */
static void test_storm(void **state)
{
	static const enum sched_id policies[] = { SCHED_ID_CREDIT, SCHED_ID_RTDS, SCHED_ID_NULL };

	for (unsigned int seed = 1; seed <= 30; seed++) {
		u32 id;

		srand(seed);
		setup_policy(4, seed % 2 ? "credit" : "rtds");
		for (int p = 0; p < 3; p++) {
			assert_int_equal(sched_pool_create(SCHED_POOL_ANY, policies[(p + seed) % 3],
							   &id),
					 0);
		}
		for (int i = 0; i < 12; i++) {
			add(i, i, rand() % 2 ? TIME_NEVER : (u64)rand() % MS + 1,
			    (u64)rand() % (2 * MS));
		}
		for (int step = 0; step < 600; step++) {
			unsigned int cpu = (unsigned int)rand() % 4;

			fake_cpu = 0;
			switch (rand() % 4) {
			case 0:
				(void)sched_pool_remove_cpu((u32)rand() % 4, cpu);
				break;
			case 1:
				(void)sched_pool_add_cpu((u32)rand() % 4, cpu);
				break;
			default:
				(void)move_group(rand() % 12, (u32)rand() % 4);
			}
			simulate((u64)rand() % MS);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_null_gives_each_a_cpu),
		cmocka_unit_test(test_what_can_not_be),
		cmocka_unit_test(test_a_move_that_is_refused_changes_nothing),
		cmocka_unit_test(test_room_is_looked_for_in_steps),
		cmocka_unit_test(test_a_refused_move_stops_no_budget),
		cmocka_unit_test(test_units_are_told_in_steps),
		cmocka_unit_test(test_windows_to_the_tick),
		cmocka_unit_test(test_a_new_frame_starts_with_a_frame),
		cmocka_unit_test(test_window_of_one_among_many),
		cmocka_unit_test(test_frames_that_can_not_be),
		cmocka_unit_test(test_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
