/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out of EL2: softirqs → pick → switch → enter.
 *
 * run_next() is called at each exit that has something to do before a guest can go on, with the
 * current vCPU's registers saved: entry.S looks for that. It does deferred work, asks the scheduler
 * when that is pending, and returns who is to run; entry.S and run_switch() carry a change out. The
 * idle vCPU is never entered: while it is current, run_next() waits for interrupts right here, with
 * interrupts masked, since WFI wakes for a masked one as well. No locks are held across.
 *
 * Between two steps of the way out (each timer and work item, the decision, the two halves of a
 * switch, list registers) interrupts that wait are taken (irq_point): the steps are bounded, not
 * their sum. What such an interrupt asks for is done before a guest is entered.
 *
 * Parking: a vCPU that waits, on a CPU that has nobody else, stays the current one and loaded, so
 * its timer's interrupt finds it at once and it goes on without a switch. For the scheduler it is
 * asleep and on the CPU (on_cpu): no other CPU takes it, and who needs its state in memory, or
 * wants it elsewhere, raises SOFTIRQ_SCHED here (vcpu_wait_off_cpu); then sched_pick() does not
 * park it again. Who wakes it may let it go on without a decision: its state says so.
 */
#include <asm/trap.h>
#include <hv/arch.h>
#include <hv/budget.h>
#include <hv/context.h>
#include <hv/domain.h>
#include <hv/irq.h>
#include <hv/percpu.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/timer.h>
#include <hv/trace.h>
#include <hv/vgic.h>

#define ROUNDS_MAX 16U /* of what is raised again and again: then the guest has its turn */

#define DEFER_GAP (1 * NSEC_PER_MSEC) /* deferred work waits no longer for an exit */

static DEFINE_PER_CPU(struct timer, slice_timer);
static DEFINE_PER_CPU(struct vcpu *, run_idle);

static void slice_end(struct timer *timer __unused)
{
	softirq_raise(SOFTIRQ_SCHED);
}

static struct vcpu *pick(void)
{
	u64 since = budget_now();
	struct sched_choice choice = sched_pick(cpu_id(), time_now());
	struct vcpu *next = choice.unit ? container_of(choice.unit, struct vcpu, sched)
					: this_cpu(run_idle);

	if (choice.until == TIME_NEVER) {
		if (timer_is_armed(this_cpu_ptr(slice_timer))) {
			timer_cancel(this_cpu_ptr(slice_timer));
		}
	} else {
		timer_set(this_cpu_ptr(slice_timer), choice.until);
	}
	budget_part_is_done(BUDGET_PART_PICK, since);
	if (trace_is_on()) {
		trace_pick(next, choice.until);
	}
	return next;
}

/* A point between two steps that together would be too long: takes the interrupts that wait. */
static void irq_point(void)
{
	for (u32 i = 0; i < ROUNDS_MAX && unlikely(arch_irq_is_pending()); i++) {
		budget_cut();
		irq_handle_pending();
	}
	budget_slice();
}

static bool is_raised(u32 bits)
{
	return (READ_ONCE(this_cpu(softirq_bits)) & bits) != 0;
}

/* Timers, one by one, and deferred work; true when the scheduler has to be asked. */
static bool do_softirqs(void)
{
	for (u32 i = 0; i < ROUNDS_MAX && is_raised(~(u32)BIT(SOFTIRQ_SCHED)); i++) {
		bool is_timer = is_raised(BIT(SOFTIRQ_TIMER));

		irq_point();
		softirq_run();
		if (!is_timer) {
			irq_point();
			break; /* one work item */
		}
	}
	return softirq_take(SOFTIRQ_SCHED);
}

/*
 * Has something else than deferred work been raised meanwhile? That waits for the next exit, which
 * an early end of the slice brings about if the guest does not. After ROUNDS_MAX times the guest is
 * entered all the same, and left at once: the kick is an interrupt, which no guest can mask.
 */
static bool has_more(u32 *nr_rounds)
{
	if (likely(!softirq_is_pending())) {
		return false;
	}
	if (!is_raised(~(u32)BIT(SOFTIRQ_DEFER))) {
		timer_set(this_cpu_ptr(slice_timer),
			  MIN(this_cpu(slice_timer).deadline, time_now() + DEFER_GAP));
		return false;
	}
	if (*nr_rounds < ROUNDS_MAX) {
		(*nr_rounds)++;
		return true;
	}
	irq_kick(cpu_id());
	return false;
}

/* Deferred work that queues itself again lets interrupts in between. v: idle, or parked. */
static void wait_for_work(const struct vcpu *v)
{
	budget_exit();
	do {
		if (!softirq_is_pending() && !arch_irq_is_pending()) {
			__asm__ volatile("dsb sy\n\twfi" : : : "memory");
		}
		budget_wake();
		irq_handle_pending();
	} while (!softirq_is_pending() && !sched_is_running(&v->sched));
}

/* It runs from now on: in the area that its guest has registered, if any. */
static void announce(struct vcpu *v)
{
	if (unlikely(v->runstate_gva != 0)) {
		vcpu_runstate_update(v);
	}
}

/* For the trace, the CPU idles while its vCPU is parked. Returns true. */
static bool park(struct vcpu *v, bool is_parked)
{
	if (!is_parked && trace_is_on()) {
		trace_switch(v, this_cpu(run_idle));
	}
	return true;
}

static void unpark(struct vcpu *v)
{
	if (trace_is_on()) {
		trace_switch(this_cpu(run_idle), v);
	}
	announce(v);
}

struct vcpu *run_next(void)
{
	struct vcpu *v = current_vcpu();
	bool is_parked = false;
	u32 nr_rounds = 0;

	budget_report();
	if (trace_is_on()) {
		trace_softirq(v);
	}
	for (;;) {
		if (softirq_is_pending() && do_softirqs()) {
			struct vcpu *next;

			if (!is_parked) {
				irq_point();
			}
			next = pick();
			if (context_is_idle(next) && v->sched.parked) {
				is_parked = park(v, is_parked);
			} else if (next != v) {
				irq_point();
				return next;
			}
		}
		if (is_parked && sched_is_running(&v->sched)) {
			is_parked = false;
			unpark(v);
		}
		if (!context_is_idle(v) && !is_parked) {
			for (u32 i = 0; i < ROUNDS_MAX && vgic_has_work(v); i++) {
				irq_point();
				vgic_enter_work(v);
			}
			if (has_more(&nr_rounds)) {
				continue;
			}
			if (unlikely(v->arch.may_wait)) {
				context_wait_traps(v, softirq_is_pending());
			}
			budget_exit();
			if (trace_is_on()) {
				trace_entry(v);
			}
			return v;
		}
		wait_for_work(v);
	}
}

void run_switch(struct vcpu *next, struct vcpu *prev)
{
	u64 since = budget_now();

	budget_flag(BUDGET_SWITCHED);
	context_leave(prev);
	budget_part_is_done(BUDGET_PART_SWITCH, since);
	irq_point();
	budget_flag(BUDGET_SWITCHED);
	since = budget_now();
	context_arrive(next);
	if (!context_is_idle(prev)) {
		sched_switched(&prev->sched);
	}
	if (trace_is_on()) {
		trace_switch(prev, next);
	}
	announce(next);
	budget_part_is_done(BUDGET_PART_SWITCH, since);
}

void run_cpu_init(void)
{
	this_cpu(run_idle) = current_vcpu();
	timer_init(this_cpu_ptr(slice_timer), slice_end);
	softirq_raise(SOFTIRQ_SCHED);
}
