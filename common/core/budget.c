/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets (hv/budget.h): what lower layers need of them, the state of the path that a CPU is on.
 * common/trace/budget.c has the rest. Per-CPU, no locks. Only in builds with CONFIG_EL2_BUDGET.
 */
#include <hv/budget.h>

DEFINE_PER_CPU(struct budget_cpu, budget_cpu);
