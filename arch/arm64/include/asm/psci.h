/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Affinity of a domain's vCPUs: sixteen to a cluster, as an SGI's target list can name (GICv3, IHI
 * 0069 2.2.1): Aff0 = id % 16, Aff1 = id / 16. The one place that knows it.
 */
#ifndef ASM_PSCI_H
#define ASM_PSCI_H

#include <hv/types.h>

static inline u64 psci_affinity_of_vcpu(u32 id)
{
	return (id & 0xf) | (u64)(id >> 4) << 8;
}

/* ~0 when no vCPU can have that affinity. */
static inline u64 psci_vcpu_of_affinity(u64 affinity)
{
	if (affinity & ~0xff0fUL) {
		return ~0UL;
	}
	return (affinity & 0xf) | (affinity >> 8) << 4;
}

#endif
