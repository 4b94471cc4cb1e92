/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a reservation of CPU time can be honoured together with those in force. Pure functions,
 * the same ones in the hypervisor and in "bh check". A share is in ppm: millionths of one CPU.
 *
 * A reservation is (period, budget): in each period the vCPU gets its budget. Deadlines are the
 * ends of periods and the earliest goes first (EDF). What is promised rests on two proofs:
 *  - one CPU: EDF meets all deadlines while the shares add up to at most the CPU (Liu and Layland,
 *    1973);
 *  - the same m CPUs for all: global EDF meets them while the sum is at most m - (m - 1) Umax, Umax
 *    being the largest single share (Goossens, Funk and Baruah, 2003).
 * In place of a whole CPU 0.95 are counted: the rest is for the hypervisor itself and for vCPUs
 * without a reservation. For sets of CPUs that overlap without being the same no proof holds, so
 * such a reservation is refused.
 */
#ifndef HV_ADMISSION_H
#define HV_ADMISSION_H

#include <hv/types.h>

#define ADMISSION_CPU_PPM 950000U /* of each CPU that may be reserved */
#define ADMISSION_CPU_ANY (~0U)	  /* the sum is about several CPUs */

/* A period shorter than this would be spent on switching, a longer one is no real time. */
#define ADMISSION_PERIOD_MIN_US 100U
#define ADMISSION_PERIOD_MAX_US 10000000U
#define ADMISSION_BUDGET_MIN_US 10U

struct admission_load {
	u64 cpus; /* it may run on these */
	u32 ppm;  /* budget / period, rounded up; 0 = no reservation */
};

/* The arithmetic of the answer. */
struct sched_admission {
	u32 cpu;	  /* CPU the sums are about, or ADMISSION_CPU_ANY */
	u32 asked_ppm;	  /* the new reservation */
	u32 reserved_ppm; /* sum of those in force there */
	u32 allowed_ppm;  /* largest sum that could be honoured there */
	bool overlap; /* refused because of one on other, overlapping CPUs (cpu: a shared one) */
};

/*
 * The share of a reservation, rounded up. -EINVAL: period or budget beyond the limits above, or a
 * budget larger than its period.
 */
int admission_ppm(u32 period_us, u32 budget_us, u32 *ppm);

/*
 * May asked be added to the nr reservations in loads? 0, or -ENOSPC. *why (NULL = not wanted) is
 * filled either way. What asks for nothing (0 ppm) is always admitted.
 */
int admission_check(const struct admission_load *loads, u32 nr, const struct admission_load *asked,
		    struct sched_admission *why);

#endif
