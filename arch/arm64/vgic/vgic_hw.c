/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: virtual interrupts that stand for physical ones (VIRQ_HW): the virtual timer of
 * each vCPU, and SPIs of devices that a domain has (vgic_route.c). The physical interrupt is taken
 * at EL2, its priority is dropped, and it stays active until the guest ends the virtual one: the
 * list register's link deactivates it (IHI 0069, 4.6). Lock: the domain's vgic.lock.
 */
#include <hv/errno.h>
#include <hv/inject.h>
#include <hv/irq.h>
#include <hv/vgic.h>

#include "vgic_internal.h"

/* The CPU at which the physical side is found; false while a private one's vCPU is on none. */
static bool find_cpu(const struct domain *d, const struct vgic_irq *irq, u32 *cpu)
{
	*cpu = vgic_irq_is_private(irq) ? d->vcpus[irq->holder]->arch.vgic.cpu : cpu_id();
	return *cpu != VGIC_NO_CPU;
}

void vgic_hw_set_active(const struct domain *d, const struct vgic_irq *irq, bool active)
{
	u32 cpu;

	if (!find_cpu(d, irq, &cpu)) {
		return; /* vgic_restore() does it */
	}
	if (active || cpu != cpu_id()) {
		gic_set_active(irq->pirq, cpu, active);
	} else {
		irq_deactivate(irq->pirq);
	}
}

void vgic_hw_set_pending(const struct domain *d, const struct vgic_irq *irq, bool pending)
{
	u32 cpu;

	if (find_cpu(d, irq, &cpu)) {
		gic_set_pending(irq->pirq, cpu, pending);
	}
}

/*
 * An idle interrupt becomes pending here and now, with its physical side active as if it had fired;
 * an edge that waits there is the same event. While it is active, or out of reach, the physical
 * side remembers.
 */
void vgic_hw_make_pending(struct domain *d, struct vgic_irq *irq)
{
	struct vcpu *holder = irq->lr != VGIC_NO_LR ? d->vcpus[irq->holder] : NULL;

	if (holder != NULL && !vgic_is_local(holder)) {
		vgic_hw_set_pending(d, irq, true);
		return;
	}
	if (holder != NULL) {
		vgic_lr_fold(d, holder, irq->lr);
		vgic_update(d, irq);
	}
	if ((irq->flags & VIRQ_ACTIVE) != 0) {
		vgic_hw_set_pending(d, irq, true);
	} else if ((irq->flags & (VIRQ_LATCH | VIRQ_LR_LATCH)) == 0) {
		vgic_hw_set_active(d, irq, true);
		if ((irq->flags & VIRQ_EDGE) != 0) {
			vgic_hw_set_pending(d, irq, false);
		}
		vgic_irq_set_latch(d, irq);
	}
}

u32 vgic_hw_pending(const struct domain *d, const struct vgic_irq *irqs, u32 linked)
{
	u32 cpu, block = ~0U, word = 0, result = 0;

	for (; linked != 0; linked &= linked - 1) {
		u32 at = (u32)__builtin_ctz(linked), pirq = irqs[at].pirq;

		if (unlikely(pirq / 32U != block)) {
			block = pirq / 32U;
			word = find_cpu(d, &irqs[at], &cpu) ? gic_pending_word(pirq, cpu) : 0;
		}
		result |= (word >> (pirq & 31U) & 1) << at;
	}
	return result;
}

void vgic_hw_resample(const struct domain *d, struct vgic_irq *irq)
{
	u32 cpu;

	if ((irq->flags & (VIRQ_EDGE | VIRQ_LATCH | VIRQ_ACTIVE)) != VIRQ_LATCH) {
		return;
	}
	if (find_cpu(d, irq, &cpu) && vgic_hw_pending(d, irq, 1) == 0) {
		irq->flags &= (u16)~VIRQ_LATCH;
		vgic_hw_set_active(d, irq, false);
	}
}
