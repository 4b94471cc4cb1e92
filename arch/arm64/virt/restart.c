/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Restart in place of the architecture's part of a domain (hv/arch.h): interrupts at rest, nothing
 * left in the TLBs, and an address where nothing can be fetched. Called by common/health; only the
 * domain's vCPU 0 is on a CPU.
 */
#include <asm/s2_internal.h>
#include <asm/sysreg.h>
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/vgic.h>

int arch_domain_reset(struct domain *d)
{
	return vgic_spis_reset(d);
}

void arch_domain_forget(struct domain *d)
{
	s2_flush(&d->arch.s2, 0, BIT(40));
	__asm__ volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}

void arch_vcpu_calm(struct vcpu *v)
{
	vgic_vcpu_calm(v);
}

/* The distributor's registers: always emulated, so never mapped. */
u64 arch_domain_nowhere(const struct domain *d)
{
	return d->arch.mmio[0].start;
}
