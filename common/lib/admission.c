/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Admission of reservations by utilisation (the rule and its sources: hv/admission.h). One CPU is
 * the case m = 1 of the rule for m CPUs. Sums are in 64 bits, where no number of 32-bit loads that
 * fits in memory overflows. No state, no locks; also compiled into tools/bh.
 */
#include <hv/admission.h>
#include <hv/errno.h>

#define PPM 1000000UL

int admission_ppm(u32 period_us, u32 budget_us, u32 *ppm)
{
	if (period_us < ADMISSION_PERIOD_MIN_US || period_us > ADMISSION_PERIOD_MAX_US ||
	    budget_us < ADMISSION_BUDGET_MIN_US || budget_us > period_us) {
		return -EINVAL;
	}
	*ppm = (u32)DIV_ROUND_UP(budget_us * PPM, period_us);
	return 0;
}

/* Largest sum on m CPUs when the largest single share is max. */
static u64 allowed(u64 m, u64 max)
{
	u64 whole = m * ADMISSION_CPU_PPM;
	u64 lost = m == 0 ? 0 : (m - 1) * max;

	return whole > lost ? whole - lost : 0;
}

int admission_check(const struct admission_load *loads, u32 nr, const struct admission_load *asked,
		    struct sched_admission *why)
{
	u64 m = (u64)__builtin_popcountl(asked->cpus);
	u64 sum = 0, max = asked->ppm, shared = 0, limit;

	for (u32 i = 0; i < nr; i++) {
		u64 common = loads[i].ppm != 0 ? loads[i].cpus & asked->cpus : 0;

		if (common != 0) {
			sum += loads[i].ppm;
			max = MAX(max, loads[i].ppm);
			shared |= loads[i].cpus != asked->cpus ? common : 0;
		}
	}
	limit = allowed(m, max);
	if (why != NULL) {
		u64 about = shared != 0 ? shared : asked->cpus;

		*why = (struct sched_admission){
			.cpu = shared != 0 || m == 1 ? (u32)__builtin_ctzl(about)
						     : ADMISSION_CPU_ANY,
			.asked_ppm = asked->ppm,
			.reserved_ppm = (u32)MIN(sum, 0xFFFFFFFFUL),
			.allowed_ppm = (u32)limit,
			.overlap = shared != 0,
		};
	}
	return asked->ppm == 0 || (shared == 0 && sum + asked->ppm <= limit) ? 0 : -ENOSPC;
}
