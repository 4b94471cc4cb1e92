/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU features that change how EL2 works, and EL2's control registers. The
 * features are those of the boot CPU, constant after boot, so there is no lock.
 */
#ifndef ASM_CPU_H
#define ASM_CPU_H

#include <hv/types.h>

struct cpu_features {
	u8 pa_bits;
	u8 pa_range; /* as ID_AA64MMFR0_EL1.PARange */
	bool has_aarch32_el1;
	bool has_pauth, has_ras, has_fgt, has_hcx, has_lor;
};

extern struct cpu_features cpu_features;

/*
 * VTCR_EL2: start at level 1 (SL0 = 1) with up to two concatenated tables, 4 KiB granule,
 * inner-shareable write-back walks, RES1 bit 31; PS and T0SZ are filled in. Arm ARM D24.2.184.
 */
#define CPU_VTCR (1UL << 31 | 3UL << 12 | 1UL << 10 | 1UL << 8 | 1UL << 6)

/* Boot CPU, first of all: fill cpu_features. */
void cpu_features_init(void);
/* Each CPU: EL2's controls, so that nothing of the boot loader's remains. */
void cpu_el2_setup(void);
/* Bytes in the smallest line of the data caches. */
size_t cpu_dcache_line(void);
/* Size of a guest's physical address space: 2^bits bytes. */
unsigned int cpu_ipa_bits(void);

#endif
