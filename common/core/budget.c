/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets (hv/budget.h): what lower layers need of them, the state of the path that a CPU is on.
 * common/trace/budget.c has the rest. Per-CPU, no locks. Only in builds with CONFIG_EL2_BUDGET.
 */
#include <hv/arch.h>
#include <hv/budget.h>

DEFINE_PER_CPU(struct budget_cpu, budget_cpu);

void budget_slice(void)
{
	struct budget_cpu *cpu = this_cpu_ptr(budget_cpu);
	u64 now = arch_counter();

	cpu->longest = MAX(cpu->longest, now - *budget_stamp());
	cpu->nr_slices++;
	*budget_stamp() = now;
}

void budget_forget(void)
{
	*budget_stamp() = arch_counter();
}

void budget_wake(void)
{
	*this_cpu_ptr(budget_cpu) = (struct budget_cpu){ .key = BUDGET_IDLE };
	*budget_stamp() = arch_counter();
}
