/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Softirqs: a word of bits per CPU, set by anyone with an atomic or, cleared by its CPU only.
 * Before a handler runs its bit is cleared, so what arrives while it runs is seen the next time. No
 * locks.
 */
#include <hv/arch.h>
#include <hv/budget.h>
#include <hv/defer.h>
#include <hv/irq.h>
#include <hv/softirq.h>
#include <hv/timer.h>

DEFINE_PER_CPU(u32, softirq_bits);

static void (*const handlers[NR_SOFTIRQS])(void) = {
	[SOFTIRQ_TIMER] = timer_run,
	[SOFTIRQ_DEFER] = defer_run,
};

void softirq_raise(enum softirq nr)
{
	atomic_fetch_or(this_cpu_ptr(softirq_bits), (u32)BIT(nr));
}

void softirq_raise_on(unsigned int cpu, enum softirq nr)
{
	u32 old = atomic_fetch_or(per_cpu_ptr(softirq_bits, cpu), (u32)BIT(nr));

	if (cpu != cpu_id() && !(old & BIT(nr))) {
		irq_kick(cpu);
	}
}

bool softirq_take(enum softirq nr)
{
	return atomic_fetch_and(this_cpu_ptr(softirq_bits), ~(u32)BIT(nr)) & BIT(nr);
}

void softirq_run(void)
{
	u32 bits = READ_ONCE(this_cpu(softirq_bits)) & ~(u32)BIT(SOFTIRQ_SCHED);
	enum softirq nr = (enum softirq)__builtin_ctz(bits | BIT(NR_SOFTIRQS));

	if (bits && softirq_take(nr)) {
		handlers[nr]();
	}
}

bool softirq_preempt_needed(void)
{
	if (softirq_is_pending() || arch_irq_is_pending()) {
		return true;
	}
	budget_slice();
	return false;
}
