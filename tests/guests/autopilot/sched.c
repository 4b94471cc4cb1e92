/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scheduler of one page: fixed priorities, run to completion, one stack.
 *
 * The virtual timer ticks every millisecond, with absolute deadlines so that a late tick does not
 * move the next one. The tick releases tasks; on the way out of the interrupt every ready task
 * above the preempted one runs, with interrupts on, so it can be preempted in turn. Nothing ever
 * waits: a task that has nothing to do returns. `current` = priority (index) of what runs; nr_tasks
 * = the idle loop. Changed only with interrupts off.
 */
#include "autopilot.h"

struct sched_stats sched_stats;
static struct sched_stats window;
static const struct sched_stats empty = { .min = UINT64_MAX };
static struct task *task;
static unsigned int nr_tasks, current;
static uint64_t deadline, period, now_ms;

void sched_irq(uint64_t when);

static void count_deadlines(struct task *t, uint64_t met, uint64_t missed)
{
	t->met += met;
	t->missed += missed;
	if (t == task) {
		sched_stats.met += met;
		sched_stats.missed += missed;
		window.met += met;
		window.missed += missed;
	}
}

static void complete(struct task *t, uint64_t released)
{
	uint64_t took = board_now() - released;
	bool late = took >= period * t->period;

	count_deadlines(t, !late, late);
	t->worst = took > t->worst ? took : t->worst;
}

static unsigned int highest_ready(unsigned int below)
{
	unsigned int i = 0;

	while (i < below && !task[i].ready) {
		i++;
	}
	return i;
}

static void run_ready(void)
{
	unsigned int preempted = current;

	for (current = highest_ready(preempted); current < preempted;
	     current = highest_ready(preempted)) {
		uint64_t released = task[current].released;

		task[current].ready = false;
		irq_on();
		task[current].run();
		irq_off();
		complete(&task[current], released);
	}
	current = preempted;
}

/* A task not even started since its last release has missed that one. */
static void release(void)
{
	now_ms++;
	for (struct task *t = task; t < task + nr_tasks; t++) {
		if (now_ms % t->period == 0) {
			count_deadlines(t, 0, t->ready);
			t->released = t->ready ? t->released : deadline;
			t->ready = true;
		}
	}
}

/* In words: an assignment would call memcpy(), which is not here. */
static void copy(struct sched_stats *to, const struct sched_stats *from)
{
	for (size_t i = 0; i < sizeof(*to) / sizeof(uint64_t); i++) {
		((uint64_t *)to)[i] = ((const uint64_t *)from)[i];
	}
}

static void account(struct sched_stats *s, uint64_t late)
{
	unsigned int bucket = 63u - (unsigned int)__builtin_clzll(board_ns(late) | 1);

	s->count++;
	s->sum += late;
	s->min = late < s->min ? late : s->min;
	s->max = late > s->max ? late : s->max;
	s->hist[bucket < HIST_BUCKETS ? bucket : HIST_BUCKETS - 1]++;
}

static void tick(uint64_t when)
{
	uint64_t late = when - deadline;

	account(&sched_stats, late);
	account(&window, late);
	if (late > board_hz()) {
		/* Paused, or starved: not lived through again, but each period of it is missed. */
		count_deadlines(task, 0, late / period);
		deadline = when;
	}
	for (; deadline <= when; deadline += period) {
		release();
	}
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, 1);
}

/* From the vector, interrupts off; `when` = the counter at its first instructions. */
void sched_irq(uint64_t when)
{
	uint32_t intid = board_irq_ack();

	if (intid >= 1020) {
		return;
	}
	if (intid == IRQ_VTIMER) {
		tick(when);
	}
	board_irq_eoi(intid);
	run_ready();
}

void sched_reset_stats(void)
{
	irq_off();
	copy(&sched_stats, &empty);
	for (unsigned int i = 0; i < nr_tasks; i++) {
		task[i].met = task[i].missed = task[i].worst = 0;
	}
	irq_on();
}

void sched_take_window(struct sched_stats *taken)
{
	copy(taken, &window);
	copy(&window, &empty);
}

uint64_t sched_ms(void)
{
	return *(volatile uint64_t *)&now_ms;
}

void sched_start(struct task *tasks, unsigned int n)
{
	task = tasks;
	nr_tasks = current = n;
	period = board_hz() / 1000;
	deadline = board_now() + period;
	sched_reset_stats();
	copy(&window, &empty);
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, 1);
}
