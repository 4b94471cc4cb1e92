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
static struct task *task;
static unsigned int nr_tasks, current;
static uint64_t deadline, period, now_ms;

void sched_irq(uint64_t when);

static void complete(struct task *t, uint64_t released)
{
	uint64_t took = board_now() - released;

	t->met += took < period * t->period;
	t->missed += took >= period * t->period;
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
			t->missed += t->ready;
			t->released = t->ready ? t->released : deadline;
			t->ready = true;
		}
	}
}

static void tick(uint64_t when)
{
	struct sched_stats *s = &sched_stats;
	uint64_t late = when - deadline;

	s->count++;
	s->sum += late;
	s->min = late < s->min ? late : s->min;
	s->max = late > s->max ? late : s->max;
	if (late > board_hz()) {
		deadline = when; /* the domain was paused: do not live through it again */
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
	sched_stats = (struct sched_stats){ .min = UINT64_MAX };
	for (unsigned int i = 0; i < nr_tasks; i++) {
		task[i].met = task[i].missed = task[i].worst = 0;
	}
	irq_on();
}

void sched_start(struct task *tasks, unsigned int n)
{
	task = tasks;
	nr_tasks = current = n;
	period = board_hz() / 1000;
	deadline = board_now() + period;
	sched_reset_stats();
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, 1);
}
