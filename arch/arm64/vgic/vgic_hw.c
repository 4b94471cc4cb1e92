/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: virtual interrupts that stand for physical ones (VIRQ_HW). The physical
 * interrupt is taken at EL2, its priority is dropped, and it stays active until the guest ends the
 * virtual one: the list register's link deactivates it (IHI 0069, 4.6). Enabling and trigger type
 * of an SPI are passed on; its affinity follows the vCPU when it is enabled, and when it has fired
 * on another CPU than the vCPU's.
 *
 * owners[] says whose a physical SPI is. A row is written before the interrupt is enabled and
 * cleared after it has been disabled, under the owner's vgic.lock.
 */
#include <hv/errno.h>
#include <hv/inject.h>
#include <hv/irq.h>
#include <hv/vgic.h>

#include "vgic_internal.h"

static struct domain *owners[IRQ_MAX];

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
		const struct vgic_irq *irq = &irqs[__builtin_ctz(linked)];

		if (irq->pirq / 32U != block && find_cpu(d, irq, &cpu)) {
			block = irq->pirq / 32U;
			word = gic_pending_word(irq->pirq, cpu);
		}
		if (irq->pirq / 32U == block && (word >> (irq->pirq & 31U) & 1) != 0) {
			result |= linked & -linked;
		}
	}
	return result;
}

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
	if (vgic_irq_is_private(irq)) {
		return; /* the vCPU's timer: it stays enabled and is held back by being active */
	}
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
	if (!vgic_irq_is_private(irq)) {
		/* A line whose type is fixed keeps it: the guest's register shows what it has
		 * written. */
		(void)irq_set_type(irq->pirq, edge ? IRQ_TYPE_EDGE : IRQ_TYPE_LEVEL);
	}
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

/* A physical SPI of a guest has fired on this CPU. */
static void fired(unsigned int pirq, void *arg)
{
	struct domain *d = owners[pirq];
	struct vgic_irq *irq = arg;

	if (d == NULL) {
		return;
	}
	inject_begin(d);
	if (likely(owners[pirq] == d)) {
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
	owners[pirq] = d;
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
	owners[pirq] = NULL;
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
