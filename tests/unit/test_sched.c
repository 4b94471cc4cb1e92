/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler in a discrete-event simulation: CPUs that pick when told to, units that hog, sleep
 * and wake, a clock that jumps from event to event. Fairness by weight, caps, affinity, and after
 * every event the invariants: nobody waits while a CPU that may run it idles, nobody runs twice
 * (its cpu is the one that runs it), nobody is lost.
 *
 * sources: common/sched/core.c common/sched/group.c common/sched/credit.c
 * sources: common/sched/runqueue.c common/core/spinlock.c
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <hv/sched.h>
#include <hv/softirq.h>

#define UNITS_MAX  32
#define GROUPS_MAX 16
#define SECONDS	   10
#define MS	   NSEC_PER_MSEC

struct task {
	struct sched_unit unit;
	bool exists;
	u64 wakes_at; /* TIME_NEVER: not by itself */
	u64 runs_for; /* ns of CPU time until it sleeps; TIME_NEVER: a hog */
	u64 sleeps_for;
	u64 burst_left;
	u64 woken_at, worst_latency;
};

static struct task tasks[UNITS_MAX];
static struct sched_group groups[GROUPS_MAX];
static struct sched_unit *running[FAKE_CPUS];
static u64 until[FAKE_CPUS];
static unsigned int nr;
static struct timer *armed[GROUPS_MAX];

u64 time_now(void)
{
	return fake_counter;
}

void timer_init(struct timer *timer, void (*handler)(struct timer *timer))
{
	*timer = (struct timer){ .deadline = TIME_NEVER, .handler = handler };
}

void timer_cancel(struct timer *timer)
{
	timer->deadline = TIME_NEVER;
	for (int i = 0; i < GROUPS_MAX; i++) {
		armed[i] = armed[i] == timer ? NULL : armed[i];
	}
}

void timer_set(struct timer *timer, u64 deadline)
{
	timer_cancel(timer);
	timer->deadline = deadline;
	for (int i = 0; i < GROUPS_MAX; i++) {
		if (armed[i] == NULL) {
			armed[i] = timer;
			return;
		}
	}
	fail_msg("no room for a timer");
}

bool timer_is_armed(const struct timer *timer)
{
	return timer->deadline != TIME_NEVER;
}

#define task_of(of) container_of(of, struct task, unit)

static void setup_cpus(unsigned int cpus)
{
	fake_reset(cpus);
	nr = cpus;
	memset(tasks, 0, sizeof(tasks));
	memset(groups, 0, sizeof(groups));
	memset(armed, 0, sizeof(armed));
	memset(running, 0, sizeof(running));
	/* All of them, so that nothing of the test before is left; those beyond nr never pick. */
	for (unsigned int c = 0; c < FAKE_CPUS; c++) {
		fake_cpu = c;
		until[c] = TIME_NEVER;
		sched_cpu_online(c);
		softirq_raise(SOFTIRQ_SCHED);
	}
	for (int g = 0; g < GROUPS_MAX; g++) {
		sched_group_init(&groups[g]);
	}
}

static struct task *add(int i, int group, u64 runs_for, u64 sleeps_for)
{
	struct task *t = &tasks[i];

	memset(t, 0, sizeof(*t));
	t->exists = true;
	t->wakes_at = TIME_NEVER;
	t->runs_for = runs_for;
	t->sleeps_for = sleeps_for;
	t->burst_left = runs_for;
	assert_int_equal(sched_unit_add(&t->unit, &groups[group], CPUMASK_ALL), 0);
	t->woken_at = fake_counter;
	sched_unblock(&t->unit, SCHED_BLOCK_DOWN);
	return t;
}

static void note_start(struct task *t)
{
	if (t->woken_at != TIME_NEVER) {
		t->worst_latency = MAX(t->worst_latency, fake_counter - t->woken_at);
		t->woken_at = TIME_NEVER;
	}
}

/* CPU c picks and switches, as the run loop does. */
static void pick(unsigned int c)
{
	struct sched_unit *prev = running[c];
	struct sched_choice choice = sched_pick(c, fake_counter);

	until[c] = choice.until;
	running[c] = choice.unit;
	if (choice.unit && choice.unit != prev) {
		note_start(task_of(choice.unit));
	}
	if (prev && prev != choice.unit) {
		sched_switched(prev);
	}
}

/* Let every CPU that has been told to pick do so, until all is quiet. */
static void settle(void)
{
	bool again = true;

	for (int rounds = 0; again; rounds++) {
		assert_true(rounds < 1000);
		again = false;
		for (fake_cpu = 0; fake_cpu < nr; fake_cpu++) {
			if (softirq_take(SOFTIRQ_SCHED) || until[fake_cpu] <= fake_counter) {
				again = true;
				pick(fake_cpu);
			}
		}
	}
}

static void check_invariants(void)
{
	u64 idle = 0;

	for (unsigned int c = 0; c < nr; c++) {
		if (!running[c]) {
			idle |= BIT(c);
			continue;
		}
		assert_int_equal(running[c]->state, SCHED_STATE_RUNNING);
		assert_true(running[c]->on_cpu);
		assert_int_equal(running[c]->cpu, c);
		assert_int_equal(running[c]->blocked, 0);
		assert_true(cpumask_has(running[c]->hard, c));
	}
	for (int i = 0; i < UNITS_MAX; i++) {
		struct sched_unit *unit = &tasks[i].unit;

		if (!tasks[i].exists) {
			continue;
		}
		if (unit->state == SCHED_STATE_QUEUED) {
			if (unit->hard.bits & idle) {
				fail_msg("unit %d waits, CPUs %#lx idle", i, idle);
			}
			assert_int_equal(unit->blocked, 0);
		} else if (unit->state == SCHED_STATE_ASLEEP) {
			assert_int_not_equal(unit->blocked, 0); /* lost */
		} else {
			assert_ptr_equal(running[unit->cpu], unit);
		}
	}
}

/* The time of the next event. */
static u64 next_event(u64 end)
{
	u64 at = end;

	for (unsigned int c = 0; c < nr; c++) {
		at = MIN(at, until[c]);
		if (running[c] && task_of(running[c])->runs_for != TIME_NEVER) {
			at = MIN(at, fake_counter + task_of(running[c])->burst_left);
		}
	}
	for (int i = 0; i < UNITS_MAX; i++) {
		at = tasks[i].exists ? MIN(at, tasks[i].wakes_at) : at;
	}
	for (int g = 0; g < GROUPS_MAX; g++) {
		at = armed[g] ? MIN(at, armed[g]->deadline) : at;
	}
	return MAX(at, fake_counter);
}

/* Units that run use up their burst, and sleep when it is gone. */
static void consume(u64 ns)
{
	for (unsigned int c = 0; c < nr; c++) {
		struct task *t = running[c] ? task_of(running[c]) : NULL;

		if (!t || t->runs_for == TIME_NEVER) {
			continue;
		}
		t->burst_left -= MIN(ns, t->burst_left);
		if (t->burst_left == 0) {
			fake_cpu = c;
			t->burst_left = t->runs_for;
			t->wakes_at = fake_counter + t->sleeps_for;
			sched_block(&t->unit, SCHED_BLOCK_WAIT);
		}
	}
}

static void fire(void)
{
	for (int g = 0; g < GROUPS_MAX; g++) {
		struct timer *timer = armed[g];

		if (timer && timer->deadline <= fake_counter) {
			timer_cancel(timer);
			timer->handler(timer);
		}
	}
	for (int i = 0; i < UNITS_MAX; i++) {
		if (tasks[i].exists && tasks[i].wakes_at <= fake_counter) {
			fake_cpu = (unsigned int)rand() % nr;
			tasks[i].wakes_at = TIME_NEVER;
			tasks[i].woken_at = fake_counter;
			sched_unblock(&tasks[i].unit, SCHED_BLOCK_WAIT);
		}
	}
}

static void simulate(u64 ns)
{
	u64 end = fake_counter + ns;

	settle();
	while (fake_counter < end) {
		u64 at = next_event(end);
		u64 passed = at - fake_counter;

		fake_counter = at;
		consume(passed);
		fire();
		settle();
		check_invariants();
	}
}

static double share(int i)
{
	return (double)sched_unit_run_ns(&tasks[i].unit, fake_counter) / (SECONDS * 1e9);
}

static void assert_share(int i, double expected)
{
	double got = share(i);

	if (got < 0.98 * expected || got > 1.02 * expected) {
		fail_msg("unit %d got %.4f of a CPU, expected %.4f", i, got, expected);
	}
}

static void set(int group, u32 weight, u32 cap)
{
	struct sched_params params = { .weight = weight, .cap = cap };

	assert_int_equal(sched_group_set(&groups[group], &params), 0);
}

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
	assert_int_equal(sched_unit_set_affinity(&tasks[0].unit, cpumask_of(2), CPUMASK_ALL), 0);
	assert_int_equal(sched_unit_set_affinity(&tasks[1].unit, cpumask_of(2), CPUMASK_ALL), 0);
	assert_int_equal(sched_unit_set_affinity(&tasks[2].unit, cpumask_of(9), CPUMASK_ALL), -22);
	simulate(SECONDS * NSEC_PER_SEC);
	assert_true(share(0) + share(1) < 1.01);
	assert_true(share(0) > 0.3 && share(1) > 0.3);
}

static void test_bad_parameters_change_nothing(void **state)
{
	const struct sched_params bad[] = { { 0, 0 }, { 65536, 0 }, { 256, 6401 } };
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
					(cpumask_t){ (u64)rand() });
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weights_on_one_cpu),
		cmocka_unit_test(test_a_domain_gains_nothing_by_many_vcpus),
		cmocka_unit_test(test_hogs_share_cpus),
		cmocka_unit_test(test_cap_holds_on_an_idle_machine),
		cmocka_unit_test(test_cap_holds_under_load_and_can_be_lifted),
		cmocka_unit_test(test_who_wakes_up_runs_at_once),
		cmocka_unit_test(test_sleeping_is_no_way_to_get_more),
		cmocka_unit_test(test_affinity_is_obeyed),
		cmocka_unit_test(test_bad_parameters_change_nothing),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_no_wake_up_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
