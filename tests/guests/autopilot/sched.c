/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scheduler of one page: fixed priorities, run to completion, one stack.
 *
 * The virtual timer ticks every millisecond, with absolute deadlines so that a late tick does not
 * move the next one. The tick releases tasks; on the way out of the interrupt every ready task
 * above the preempted one runs, with interrupts on, so it can be preempted in turn. Nothing ever
 * waits: a task that has nothing to do returns. `current` = priority (index) of what runs; NR_TASKS
 * = the idle loop. Changed only with interrupts off.
 */
#include "autopilot.h"

static unsigned int current = NR_TASKS;
static uint64_t deadline, period;
volatile uint64_t sched_ms;

static void run(struct task *t)
{
	uint64_t released = t->released, took;

	t->ready = false;
	irq_on();
	t->run();
	irq_off();
	took = board_now() - released;
	t->worst = took > t->worst ? took : t->worst;
	t->met += took < period * t->period;
	t->missed += took >= period * t->period;
}

/* Whoever is released while a task runs and goes before it has run when the task is complete, in
 * the interrupt that released it; so one pass suffices. */
static void run_ready(void)
{
	unsigned int preempted = current;

	for (current = 0; current < preempted; current++) {
		while (tasks[current].ready) {
			run(&tasks[current]);
		}
	}
}

/* A task not even started since its last release has missed that one. */
static void release(void)
{
	sched_ms++;
	for (struct task *t = tasks; t < tasks + NR_TASKS; t++) {
		if (sched_ms % t->period == t->phase) {
			t->missed += t->ready;
			t->released = t->ready ? t->released : deadline;
			t->ready = true;
		}
	}
}

static void tick(uint64_t when)
{
	record_latency(when - deadline);
	if (when - deadline > board_hz()) {
		/* Paused, or starved: not lived through again, but each period of it is missed. */
		tasks[0].missed += (when - deadline) / period;
		deadline = when;
	}
	for (; deadline <= when; deadline += period) {
		release();
	}
	board_timer(deadline);
}

/* From the vector, interrupts off; `when` = the counter at its first instructions. */
void sched_irq(uint64_t when)
{
	uint64_t intid = board_irq_ack();

	if (intid == IRQ_VTIMER) {
		tick(when);
	}
	board_irq_eoi(intid); /* "none" is ignored */
	run_ready();
}

void sched_start(void)
{
	period = board_hz() / 1000;
	deadline = board_now() + period;
	board_timer(deadline);
	irq_on();
}
