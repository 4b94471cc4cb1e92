/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: physical SPIs that go to a domain. Enabling and trigger type are passed on; the
 * affinity follows the vCPU when the interrupt is enabled, and when it has fired on another CPU
 * than the vCPU's. vgic_hw.c has what holds for all linked interrupts.
 *
 * vgic_owners[] says whose a physical SPI is. A row is written before the interrupt is enabled and
 * cleared after it has been disabled (vgic_unroute.c), under the owner's vgic.lock.
 */
#include <hv/errno.h>
#include <hv/inject.h>
#include <hv/irq.h>
#include <hv/vgic.h>

#include "vgic_internal.h"

struct domain *vgic_owners[IRQ_MAX];

/* Have the next one fire where the vCPU is now, if that is not on CPU from. */
static void follow(const struct domain *d, const struct vgic_irq *irq, u32 from)
{
	u32 cpu;

	if (irq->target < d->nr_vcpus && d->vcpus[irq->target] != NULL) {
		cpu = d->vcpus[irq->target]->arch.vgic.cpu;
		if (cpu != VGIC_NO_CPU && cpu != from) {
			irq_set_affinity(irq->pirq, cpu);
		}
	}
}

void vgic_hw_set_enabled(const struct domain *d, const struct vgic_irq *irq, bool enabled)
{
	if (enabled) {
		/* Not where it was last: that CPU may be busy, as the boot CPU is for long. */
		follow(d, irq, VGIC_NO_CPU);
		irq_enable(irq->pirq);
	} else {
		irq_disable(irq->pirq);
	}
}

void vgic_hw_set_edge(const struct vgic_irq *irq, bool edge)
{
	/* A line whose type is fixed keeps it: the guest's register shows what it has written. */
	(void)irq_set_type(irq->pirq, edge ? IRQ_TYPE_EDGE : IRQ_TYPE_LEVEL);
}

/* A physical SPI of a guest has fired on this CPU. */
static void fired(unsigned int pirq, void *arg)
{
	struct domain *d = vgic_owners[pirq];
	struct vgic_irq *irq = arg;

	if (d == NULL) {
		return;
	}
	inject_begin(d);
	if (likely(vgic_owners[pirq] == d)) {
		vgic_irq_set_latch(d, irq);
		follow(d, irq, cpu_id());
	}
	inject_end(d);
}

int vgic_route_hw(struct domain *d, u32 virq, u32 pirq)
{
	struct vgic_irq *irq = virq < VGIC_NR_PRIVATE ? NULL : vgic_irq_find(d, NULL, virq);
	int rc;

	if (irq == NULL || pirq < IRQ_FIRST_SPI || pirq >= gic_info.nr_irqs) {
		return -EINVAL;
	}
	if ((irq->flags & VIRQ_HW) != 0) {
		return -EBUSY;
	}
	rc = irq_request_guest(pirq, fired, irq);
	if (rc != 0) {
		return rc;
	}
	inject_begin(d);
	vgic_owners[pirq] = d;
	irq->pirq = (u16)pirq;
	irq->flags |= VIRQ_HW;
	d->arch.vgic.nr_hw++;
	vgic_hw_set_edge(irq, (irq->flags & VIRQ_EDGE) != 0);
	if ((irq->flags & VIRQ_ENABLED) != 0) {
		vgic_hw_set_enabled(d, irq, true);
	}
	inject_end(d);
	return 0;
}
