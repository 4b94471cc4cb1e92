/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: physical SPIs that go to a domain (vgic_route.c) are taken back, at a restart
 * and when the domain ends. Where Dom0 is the only one that has any, and the machine ends with it,
 * nobody needs this (CONFIG_GUEST_IRQS_END).
 */
#include <hv/errno.h>
#include <hv/inject.h>
#include <hv/irq.h>
#include <hv/vgic.h>

#include "vgic_internal.h"

int vgic_unroute_hw(struct domain *d, u32 virq)
{
	struct vgic_irq *irq = virq < VGIC_NR_PRIVATE ? NULL : vgic_irq_find(d, NULL, virq);
	u32 pirq;

	if (irq == NULL || (irq->flags & VIRQ_HW) == 0) {
		return -ENOENT;
	}
	inject_begin(d);
	pirq = irq->pirq;
	irq_disable(pirq);
	vgic_irq_clear_pending(d, irq);
	vgic_irq_set_active(d, irq, false);
	irq->flags &= (u16)~VIRQ_HW;
	d->arch.vgic.nr_hw--;
	vgic_owners[pirq] = NULL;
	inject_end(d);
	/* Whatever state was left anywhere, the next owner starts with an inactive interrupt. */
	gic_set_active(pirq, cpu_id(), false);
	gic_set_pending(pirq, cpu_id(), false);
	irq_release(pirq);
	return 0;
}

void vgic_unroute_all(struct domain *d)
{
	for (u32 i = 0; i < d->arch.vgic.nr_spis && d->arch.vgic.nr_hw != 0; i++) {
		(void)vgic_unroute_hw(d, VGIC_NR_PRIVATE + i);
	}
}
