/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A discrete-event simulation for tests of the scheduler: CPUs that pick when told to, units that
 * hog, sleep, wake, or have a job every period, a clock that jumps from event to event. After every
 * event the invariants hold: nobody waits while a CPU that may run it idles (unless the policy may
 * idle on purpose), under rtds nobody waits while a CPU that may run it runs someone with a later
 * deadline, nobody runs twice, nobody is lost. Include once per test program.
 */
#ifndef FAKE_SCHED_WORLD_H
#define FAKE_SCHED_WORLD_H

#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <hv/irq.h>
#include <hv/sched.h>
#include <hv/softirq.h>

#include "../../../common/sched/pool.h"

#ifndef UNITS_MAX
#define UNITS_MAX 32
#endif
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
	u64 period;	 /* a job of runs_for every period; 0: sleeps_for between bursts */
	u64 released;	 /* when the current job was */
	u64 missed_jobs; /* finished after the next release */
	u64 nr_jobs;
	u64 woken_at, worst_latency;
};

static struct task tasks[UNITS_MAX];
static struct sched_group groups[GROUPS_MAX];
static struct sched_unit *running[FAKE_CPUS];
static struct sched_unit *parked[FAKE_CPUS]; /* waits, its context loaded */
static bool kicked[FAKE_CPUS];
static unsigned int nr_resumed; /* parked ones that went on without a pick */
static u64 until[FAKE_CPUS];
static unsigned int nr;
#define TIMERS_MAX (GROUPS_MAX + UNITS_MAX)
static struct timer *armed[TIMERS_MAX];
static bool may_idle; /* the policy may leave a CPU idle while units wait */

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
	for (int i = 0; i < TIMERS_MAX; i++) {
		armed[i] = armed[i] == timer ? NULL : armed[i];
	}
}

void timer_set(struct timer *timer, u64 deadline)
{
	timer_cancel(timer);
	timer->deadline = deadline;
	for (int i = 0; i < TIMERS_MAX; i++) {
		if (armed[i] == NULL) {
			armed[i] = timer;
			return;
		}
	}
	fail_msg("no room for a timer");
}

void irq_kick(unsigned int cpu)
{
	kicked[cpu] = true;
}

bool timer_is_armed(const struct timer *timer)
{
	return timer->deadline != TIME_NEVER;
}

#define task_of(of) container_of(of, struct task, unit)

/* A machine of so many CPUs, all in pool 0 with this policy. */
static void setup_policy(unsigned int cpus, const char *policy)
{
	fake_reset(cpus);
	nr = cpus;
	may_idle = false;
	memset(tasks, 0, sizeof(tasks));
	memset(groups, 0, sizeof(groups));
	memset(armed, 0, sizeof(armed));
	memset(running, 0, sizeof(running));
	memset(parked, 0, sizeof(parked));
	memset(kicked, 0, sizeof(kicked));
	nr_resumed = 0;
	/* What the test before has left. */
	for (u32 p = 0; p < SCHED_POOL_MAX; p++) {
		if (sched_pool_find(p)) {
			free(sched_pool_find(p)->frame);
			memset(sched_pool_find(p), 0, sizeof(struct sched_pool));
		}
	}
	if (IS_ENABLED(CONFIG_SCHED_BALANCE)) {
		sched_idle_cpus = 0;
		sched_waiting_cpus = 0;
		sched_alone_cpus = 0;
	}
	for (unsigned int c = 0; c < cpus; c++) {
		fake_cpu = c;
		until[c] = TIME_NEVER;
		sched_cpu_online(c);
		softirq_raise(SOFTIRQ_SCHED);
	}
	if (IS_ENABLED(CONFIG_SCHED_CHOICE)) {
		assert_int_equal(sched_boot_policy(policy), 0);
	} else {
		assert_string_equal(sched_name(sched_default_id()), policy);
	}
	for (int g = 0; g < GROUPS_MAX; g++) {
		sched_group_init(&groups[g], (u16)(g + 1));
	}
}

static inline void setup_cpus(unsigned int cpus)
{
	setup_policy(cpus, "credit");
}

void *heap_alloc(size_t size)
{
	return calloc(1, size);
}

void heap_free(void *object)
{
	free(object);
}

static inline struct task *add(int i, int group, u64 runs_for, u64 sleeps_for)
{
	struct task *t = &tasks[i];

	memset(t, 0, sizeof(*t));
	t->exists = true;
	t->wakes_at = TIME_NEVER;
	t->runs_for = runs_for;
	t->sleeps_for = sleeps_for;
	t->burst_left = runs_for;
	assert_int_equal(sched_unit_add(&t->unit, &groups[group], (u16)i, CPUMASK_ALL), 0);
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
	struct sched_unit *prev = running[c] ? running[c] : parked[c];
	struct sched_choice choice = sched_pick(c, fake_counter);

	until[c] = choice.until;
	if (choice.unit && choice.unit != running[c]) {
		note_start(task_of(choice.unit));
	}
	running[c] = choice.unit;
	parked[c] = !choice.unit && prev && prev->parked ? prev : NULL;
	if (prev && prev != choice.unit && !parked[c]) {
		sched_switched(prev);
	}
}

/* Has somebody given CPU c back to the unit that is parked there? */
static void look_at_parked(unsigned int c)
{
	if (parked[c] && sched_is_running(parked[c])) {
		note_start(task_of(parked[c]));
		running[c] = parked[c];
		parked[c] = NULL;
		until[c] = TIME_NEVER;
		nr_resumed++;
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
			look_at_parked(fake_cpu);
		}
	}
}

/* rtds: no CPU that may run a waiting reservation runs a later one, or none. */
static void check_order(const struct sched_unit *unit)
{
	if (sched_group_policy(unit->group) != SCHED_ID_RTDS || (unit->key & BIT(63))) {
		return;
	}
	for (unsigned int c = 0; c < nr; c++) {
		if (running[c] && cpumask_has(unit->allowed, c) && running[c]->key > unit->key) {
			fail_msg("%lu: deadline %lu waits on %u of %lx, CPU %u runs %lx %lx",
				 fake_counter, unit->key, unit->cpu, unit->allowed.bits, c,
				 running[c]->key, sched_queue_of(c)->running_key);
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
		assert_true(cpumask_has(running[c]->allowed, c));
	}
	for (int i = 0; i < UNITS_MAX; i++) {
		struct sched_unit *unit = &tasks[i].unit;

		if (!tasks[i].exists) {
			continue;
		}
		if (unit->state == SCHED_STATE_QUEUED) {
			if (!may_idle && (unit->allowed.bits & idle)) {
				fail_msg("unit %d waits, CPUs %#lx idle", i, idle);
			}
			assert_int_equal(unit->blocked, 0);
			check_order(unit);
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
	for (int g = 0; g < TIMERS_MAX; g++) {
		at = armed[g] ? MIN(at, armed[g]->deadline) : at;
	}
	return MAX(at, fake_counter);
}

/* The job is done: when the next one is released; at once if that time has passed. */
static u64 next_job(struct task *t)
{
	t->nr_jobs++;
	t->released += t->period;
	t->missed_jobs += t->released < fake_counter;
	return MAX(t->released, fake_counter + 1);
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
			t->wakes_at = t->period ? next_job(t) : fake_counter + t->sleeps_for;
			sched_block(&t->unit, SCHED_BLOCK_WAIT);
		}
	}
}

/* On CPU `from`. A parked unit that runs at once is kicked: its CPU has not been told to pick. */
static void wake(struct task *t, unsigned int from)
{
	fake_cpu = from;
	t->wakes_at = TIME_NEVER;
	t->woken_at = fake_counter;
	memset(kicked, 0, sizeof(kicked));
	sched_unblock(&t->unit, SCHED_BLOCK_WAIT);
	if (sched_is_running(&t->unit) && parked[t->unit.cpu] == &t->unit) {
		assert_int_equal(kicked[t->unit.cpu], t->unit.cpu != from);
	}
}

static unsigned int most_woken; /* units whose budget one handler of a timer has filled */

static unsigned int nr_capped(void)
{
	unsigned int n = 0;

	for (int i = 0; i < UNITS_MAX; i++) {
		n += tasks[i].exists && (tasks[i].unit.blocked & SCHED_BLOCK_CAP) != 0;
	}
	return n;
}

static void fire(void)
{
	for (int g = 0; g < TIMERS_MAX; g++) {
		struct timer *timer = armed[g];
		unsigned int capped;

		if (timer && timer->deadline <= fake_counter) {
			fake_cpu = (unsigned int)rand() % nr;
			timer_cancel(timer);
			capped = nr_capped();
			timer->handler(timer);
			most_woken = MAX(most_woken, capped - MIN(capped, nr_capped()));
		}
	}
	for (int i = 0; i < UNITS_MAX; i++) {
		if (tasks[i].exists && tasks[i].wakes_at <= fake_counter) {
			wake(&tasks[i], (unsigned int)rand() % nr);
		}
	}
}

static inline void simulate(u64 ns)
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

static inline double share(int i)
{
	return (double)sched_unit_run_ns(&tasks[i].unit, fake_counter) / (SECONDS * 1e9);
}

static inline void assert_share(int i, double expected)
{
	double got = share(i);

	if (got < 0.98 * expected || got > 1.02 * expected) {
		fail_msg("unit %d got %.4f of a CPU, expected %.4f", i, got, expected);
	}
}

static inline void set(int group, u32 weight, u32 cap)
{
	struct sched_params params = { .weight = weight, .cap = cap };

	assert_int_equal(sched_group_set(&groups[group], &params), 0);
}

/* Who may run so long after the start of a schedule, by the schedule alone: a task's index, or -1.
 */
static inline int owner_at(const struct sched_schedule *s, u64 after)
{
	u64 at = after % s->major_frame_ns;

	for (u32 i = 0; i < s->nr_windows; i++) {
		if (at < s->windows[i].ns) {
			return s->windows[i].domain == SCHED_NOBODY ? -1 : s->windows[i].vcpu;
		}
		at -= s->windows[i].ns;
	}
	return -1;
}

#endif
