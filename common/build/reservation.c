/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reservations of a boot-time domain's vCPUs (rtds): a period and a budget for all, or for each of
 * them. What is refused is told with the arithmetic. Boot only, no lock.
 */
#include "describe.h"

#include <hv/format.h>
#include <hv/refusals.h>

#define SHARE_BYTES 16
#define PERIOD	    "bulkhead,period-us"
#define BUDGET	    "bulkhead,budget-us"
#define LOADS_MAX   64UL /* in a pool */

/* The value for one vCPU of a property with one number for all or one for each; absent: 0. */
static __init bool is_number_bad(struct build *b, const char *name, u32 vcpu, u32 *value)
{
	int bytes;
	const u32 *cells = devtree_property(b->node, name, &bytes);
	u64 nr = (u64)bytes / 4;

	if (nr) {
		*value = (u32)devtree_cells(cells + (vcpu < nr ? vcpu : 0), 1);
	}
	return build_bad(b, cells && (bytes % 4 || !nr), name, REFUSAL_TYPE,
			 "a number, or a list of them") ||
	       build_bad(b, cells && nr != 1 && nr != b->nr_vcpus, name, REFUSAL_PER_VCPU, nr,
			 (u64)b->nr_vcpus);
}

/* A share of CPUs as "0.46": two digits at least, no more than needed. */
static __init const char *share(char *to, u32 ppm)
{
	size_t n = format(to, SHARE_BYTES, "%u.%06u", ppm / 1000000, ppm % 1000000);

	while (n > 4 && to[n - 1] == '0' && to[n - 3] != '.') {
		to[--n] = '\0';
	}
	return to;
}

static __init bool is_admission_bad(struct build *b, u64 vcpu, const struct sched_admission *why)
{
	char asked[SHARE_BYTES], reserved[SHARE_BYTES], allowed[SHARE_BYTES], cpu[SHARE_BYTES];
	bool is_full = why->asked_ppm + why->reserved_ppm <= why->allowed_ppm;

	share(asked, why->asked_ppm);
	share(reserved, why->reserved_ppm);
	share(allowed, why->allowed_ppm);
	format(cpu, sizeof(cpu), why->cpu == ADMISSION_CPU_ANY ? "its CPUs" : "CPU %u", why->cpu);
	return build_bad(b, why->overlap, BUDGET, REFUSAL_ADMISSION_OVERLAP, vcpu, asked, reserved,
			 (u64)why->cpu) ||
	       build_bad(b, is_full, BUDGET, REFUSAL_MANY, LOADS_MAX) ||
	       build_bad(b, true, BUDGET, REFUSAL_ADMISSION, vcpu, asked, cpu, reserved, allowed);
}

__init bool build_reservation_bad(struct build *b, u32 vcpu)
{
	struct sched_params params = { .weight = b->weight, .extratime = b->has_extratime };
	struct sched_admission why = { 0 };
	u64 period, budget;

	if (is_number_bad(b, PERIOD, vcpu, &params.period_us) ||
	    is_number_bad(b, BUDGET, vcpu, &params.budget_us)) {
		return true;
	}
	period = params.period_us;
	budget = params.budget_us;
	if (budget == 0) {
		return false;
	}
	return build_bad(b, period < ADMISSION_PERIOD_MIN_US || period > ADMISSION_PERIOD_MAX_US,
			 PERIOD, REFUSAL_PERIOD, period, (u64)ADMISSION_PERIOD_MIN_US,
			 (u64)ADMISSION_PERIOD_MAX_US) ||
	       build_bad(b, budget < ADMISSION_BUDGET_MIN_US || budget > period, BUDGET,
			 REFUSAL_BUDGET, budget, period, (u64)ADMISSION_BUDGET_MIN_US) ||
	       (sched_unit_set(&b->d->vcpus[vcpu]->sched, &params, &why) != 0 &&
		is_admission_bad(b, vcpu, &why));
}
