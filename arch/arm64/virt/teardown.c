/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of the architecture's part of a domain (hv/arch.h): first what it shares with others,
 * then, when nobody refers to it any more, its own structures. Called by common/life, which
 * serialises it; no vCPU of the domain is on a CPU.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/heap.h>
#include <hv/stage2.h>
#include <hv/vgic.h>

int arch_domain_teardown(struct domain *d)
{
	if (IS_ENABLED(CONFIG_GUEST_IRQS_END)) {
		vgic_unroute_all(d);
	}
	return s2_teardown(d);
}

bool arch_domain_free_slice(struct domain *d)
{
	if (d->arch.vgic.spis != NULL) {
		heap_free(d->arch.vgic.spis);
		d->arch.vgic.spis = NULL;
		return true;
	}
	if (d->arch.s2.vmid != 0) {
		s2_free(d);
		return true;
	}
	return false;
}
