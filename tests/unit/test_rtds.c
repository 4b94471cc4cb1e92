/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtds in the simulation of fake/sched_world.h: budgets are given and kept, nobody who is admitted
 * ever misses, against an oracle of earliest deadline first on 10,000 random sets; admission in the
 * hypervisor's tables; a storm of joining, leaving, sleeping, waking and changing.
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

#include <hv/errno.h>

#define US NSEC_PER_USEC

static int reserve(int i, u32 period_us, u32 budget_us, bool extratime)
{
	struct sched_params params = { .period_us = period_us,
				       .budget_us = budget_us,
				       .extratime = extratime };

	return sched_unit_set(&tasks[i].unit, &params, NULL);
}

static int pin(int i, u64 cpus)
{
	return sched_unit_set_affinity(&tasks[i].unit, (cpumask_t){ cpus }, CPUMASK_ALL, NULL);
}

/* A job of runs_for every period, from now on. */
static void start_jobs(int i, u64 period, u64 runs_for)
{
	struct task *t = &tasks[i];

	t->period = period;
	t->runs_for = runs_for;
	t->burst_left = runs_for;
	t->released = fake_counter;
}

static void test_a_hog_gets_its_budget_and_no_more(void **state)
{
	setup_policy(1, "rtds");
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	assert_int_equal(reserve(0, 1000, 300, false), 0);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_share(0, 0.3);
	assert_share(1, 0.7);
	assert_int_equal(tasks[0].unit.rtds.nr_missed, 0);
}

static void test_extra_time_is_shared_by_weight(void **state)
{
	setup_policy(1, "rtds");
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	add(2, 2, TIME_NEVER, 0);
	set(2, 512, 0);
	assert_int_equal(reserve(0, 10000, 5000, true), 0);
	simulate(SECONDS * NSEC_PER_SEC);
	/* The first has had its share with the reservation. */
	assert_share(0, 0.5);
	assert_share(1, 0.5 / 3);
	assert_share(2, 1.0 / 3);
}

static void test_a_wake_up_preempts_at_once(void **state)
{
	setup_policy(1, "rtds");
	for (int i = 1; i < 5; i++) {
		add(i, i, i < 3 ? TIME_NEVER : 700 * US, 300 * US);
	}
	add(0, 0, 100 * US, 900 * US);
	assert_int_equal(reserve(0, 1000, 300, false), 0);
	tasks[0].worst_latency = 0;
	simulate(SECONDS * NSEC_PER_SEC);
	assert_int_equal(tasks[0].worst_latency, 0);
	assert_int_equal(tasks[0].unit.rtds.nr_missed, 0);
}

/*
 * Sleeping does not save a budget up: in no time of n periods does a unit that sleeps as it likes
 * get more than n + 1 budgets, and the other, at the same deadline, never misses.
 */
static void test_a_late_wake_up_gets_no_double_share(void **state)
{
	setup_policy(1, "rtds");
	for (unsigned int seed = 1; seed <= 50; seed++) {
		srand(seed);
		setup_policy(1, "rtds");
		add(0, 0, TIME_NEVER, 0);
		add(1, 1, 0, 0);
		assert_int_equal(reserve(0, 1000, 475, false), 0);
		assert_int_equal(reserve(1, 1000, 475, false), 0);
		start_jobs(1, MS, 475 * US);
		for (int k = 0; k < 500; k++) {
			u64 before = tasks[0].unit.run_ns, span = (u64)rand() % (2 * MS);

			fake_cpu = 0;
			sched_block(&tasks[0].unit, SCHED_BLOCK_WAIT);
			simulate((u64)rand() % MS);
			fake_cpu = 0;
			sched_unblock(&tasks[0].unit, SCHED_BLOCK_WAIT);
			simulate(span);
			assert_true(sched_unit_run_ns(&tasks[0].unit, fake_counter) - before <=
				    (span / MS + 2) * 475 * US);
		}
		assert_int_equal(tasks[1].missed_jobs, 0);
		assert_int_equal(tasks[1].unit.rtds.nr_missed, 0);
	}
}

/* If EL2 itself took too much time, or admission were wrong, it would be seen. */
static void test_what_is_missed_is_counted(void **state)
{
	setup_policy(1, "rtds");
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	assert_int_equal(reserve(0, 1000, 475, false), 0);
	assert_int_equal(reserve(1, 1000, 475, false), 0);
	tasks[0].unit.rtds.budget = 600 * US;
	simulate(NSEC_PER_SEC);
	assert_true(tasks[0].unit.rtds.nr_missed + tasks[1].unit.rtds.nr_missed > 30);
	/* One that takes all: in each period one of the two is left with a rest. */
	setup_policy(1, "rtds");
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	assert_int_equal(reserve(0, 1000, 475, false), 0);
	assert_int_equal(reserve(1, 1000, 475, false), 0);
	tasks[0].unit.rtds.budget = 1000 * US;
	simulate(NSEC_PER_SEC);
	assert_in_range(tasks[0].unit.rtds.nr_missed + tasks[1].unit.rtds.nr_missed, 998, 1001);
}

struct job {
	const struct task *task;
	u64 deadline, left;
};

/* Release what is due at a time; false when a job has missed its deadline. */
static bool release(struct job *job, u64 at)
{
	if (at >= job->deadline) {
		if (job->left) {
			return false;
		}
		job->deadline += job->task->period;
		job->left = job->task->runs_for;
	}
	return true;
}

/* One CPU under earliest deadline first, job by job: does every job meet its deadline? */
static bool oracle(const int *set, int n, u64 start, u64 end)
{
	struct job jobs[UNITS_MAX];

	for (int k = 0; k < n; k++) {
		const struct task *t = &tasks[set[k]];

		jobs[k] = (struct job){ t, start + t->period, t->runs_for };
	}
	for (u64 at = start, next; at < end; at = next) {
		struct job *best = NULL;

		next = end;
		for (int k = 0; k < n; k++) {
			struct job *job = &jobs[k];

			if (!release(job, at)) {
				return false;
			}
			next = MIN(next, job->deadline);
			if (job->left && (!best || job->deadline < best->deadline)) {
				best = job;
			}
		}
		if (best) {
			next = MIN(next, at + best->left);
			best->left -= next - at;
		}
	}
	return true;
}

/* Random reservations, each with jobs that use all of it, and hogs; as many as are admitted. */
static int random_set(unsigned int cpus, bool is_pinned, int *set)
{
	int n = 0;

	for (int i = 0; i < 12; i++) {
		u32 period = 100 * (1 + (u32)rand() % 40);
		u32 budget = MAX(period * (1 + (u32)rand() % 60) / 100, 10U);

		add(i, i, TIME_NEVER, 0);
		if (is_pinned) {
			assert_int_equal(pin(i, BIT((unsigned int)rand() % cpus)), 0);
		}
		if (rand() % 4 && reserve(i, period, budget, rand() % 2) == 0) {
			start_jobs(i, period * US, budget * US);
			set[n++] = i;
		}
	}
	return n;
}

static void check_set(unsigned int cpus, bool is_pinned, u64 ns)
{
	int set[UNITS_MAX], n;
	u64 start;

	setup_policy(cpus, "rtds");
	n = random_set(cpus, is_pinned, set);
	start = fake_counter;
	simulate(ns);
	for (int k = 0; k < n; k++) {
		const struct task *t = &tasks[set[k]];

		if (t->missed_jobs || t->unit.rtds.nr_missed) {
			fail_msg("%lu of %lu jobs missed, %lu deadlines", t->missed_jobs,
				 t->nr_jobs, t->unit.rtds.nr_missed);
		}
		assert_true(t->nr_jobs + 1 >= ns / t->period);
	}
	for (unsigned int c = 0; is_pinned && c < cpus; c++) {
		int here[UNITS_MAX], m = 0;

		for (int k = 0; k < n; k++) {
			if (tasks[set[k]].unit.allowed.bits == BIT(c)) {
				here[m++] = set[k];
			}
		}
		assert_true(oracle(here, m, start, start + ns));
	}
}

static void test_who_is_admitted_never_misses(void **state)
{
	for (unsigned int seed = 1; seed <= 10000; seed++) {
		srand(seed);
		check_set(1 + seed % 4, seed % 3 != 0, 20 * MS);
	}
}

/* The admitted keep their promises when the others run amok: wake, sleep, overrun, come and go. */
static void test_storm(void **state)
{
	for (unsigned int seed = 1; seed <= 20; seed++) {
		srand(seed);
		setup_policy(4, "rtds");
		for (int i = 0; i < 4; i++) {
			add(i, i, 0, 0);
			assert_int_equal(pin(i, BIT((unsigned int)i)), 0);
			assert_int_equal(reserve(i, 1000, 300, i % 2), 0);
			start_jobs(i, MS, 300 * US);
		}
		for (int step = 0; step < 2000; step++) {
			int i = 4 + rand() % (UNITS_MAX - 4);
			struct task *t = &tasks[i];

			fake_cpu = (unsigned int)rand() % nr;
			if (!t->exists) {
				add(i, rand() % GROUPS_MAX,
				    rand() % 2 ? TIME_NEVER : (u64)rand() % (5 * MS) + 1,
				    (u64)rand() % (20 * MS));
			} else if (rand() % 5 == 0) {
				(void)reserve(i, 100 * (1 + (u32)rand() % 90),
					      10 * ((u32)rand() % 60), rand() % 2);
			} else if (rand() % 5 == 0) {
				(void)pin(i, rand() % 2 ? BIT((unsigned int)rand() % 4) : 15);
			} else if (rand() % 2) {
				sched_block(&t->unit, SCHED_BLOCK_PAUSED);
			} else if (t->unit.state == SCHED_STATE_ASLEEP && !t->unit.on_cpu &&
				   rand() % 8 == 0) {
				sched_unit_remove(&t->unit);
				t->exists = false;
			} else {
				sched_unblock(&t->unit, SCHED_BLOCK_PAUSED);
			}
			simulate((u64)rand() % (3 * MS));
		}
		for (int i = 0; i < 4; i++) {
			assert_int_equal(tasks[i].missed_jobs, 0);
		}
	}
}

static void test_refusals_change_nothing(void **state)
{
	const u32 bad[][2] = { { 0, 300 },	    { 99, 50 },	   { 1000, 1001 }, { 1000, 9 },
			       { 4000000000U, 10 }, { 300, 1000 }, { ~0U, ~0U },   { 1000, ~0U } };
	struct sched_params params = { .period_us = 1000, .budget_us = 300 };
	struct sched_admission why;

	setup_policy(2, "rtds");
	add(0, 0, TIME_NEVER, 0);
	add(1, 1, TIME_NEVER, 0);
	assert_int_equal(pin(0, 2), 0);
	assert_int_equal(pin(1, 2), 0);
	assert_int_equal(reserve(0, 1000, 800, false), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(reserve(0, bad[i][0], bad[i][1], false), -EINVAL);
	}
	assert_int_equal(reserve(0, 1000, 0, false), -EINVAL); /* it could never run */
	assert_int_equal(sched_unit_set(&tasks[1].unit, &params, &why), -ENOSPC);
	assert_int_equal(why.cpu, 1);
	assert_int_equal(why.asked_ppm, 300000);
	assert_int_equal(why.reserved_ppm, 800000);
	assert_int_equal(why.allowed_ppm, 950000);
	sched_unit_get(&tasks[1].unit, &params);
	assert_int_equal(params.budget_us, 0);
	sched_unit_get(&tasks[0].unit, &params);
	assert_int_equal(params.period_us, 1000);
	assert_int_equal(params.budget_us, 800);
	/* Its own old reservation does not count; there is room on the other CPU. */
	assert_int_equal(reserve(0, 1000, 900, false), 0);
	assert_int_equal(pin(1, 1), 0);
	assert_int_equal(reserve(1, 1000, 300, false), 0);
	assert_int_equal(sched_unit_set_affinity(&tasks[1].unit, cpumask_of(1), CPUMASK_ALL, &why),
			 -ENOSPC);
	assert_int_equal(why.cpu, 1);
	/* Given up and gone: room again. */
	assert_int_equal(reserve(0, 1000, 0, true), 0);
	assert_int_equal(pin(1, 2), 0);
	sched_block(&tasks[1].unit, SCHED_BLOCK_PAUSED);
	settle();
	sched_unit_remove(&tasks[1].unit);
	tasks[1].exists = false;
	assert_int_equal(reserve(0, 1000, 950, false), 0);
	assert_int_equal(reserve(0, 1000, 951, false), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_hog_gets_its_budget_and_no_more),
		cmocka_unit_test(test_extra_time_is_shared_by_weight),
		cmocka_unit_test(test_a_wake_up_preempts_at_once),
		cmocka_unit_test(test_a_late_wake_up_gets_no_double_share),
		cmocka_unit_test(test_who_is_admitted_never_misses),
		cmocka_unit_test(test_what_is_missed_is_counted),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_refusals_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
