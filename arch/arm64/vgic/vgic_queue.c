/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queues of a vCPU: interrupts that want a list register and have none. One circular list per queue
 * and priority level and one word of bits per queue that tells which lists hold something, so that
 * putting in, taking out and finding the highest priority take constant time, however many
 * interrupts a guest makes pending. Within a level the order is first come, first served.
 *
 * Invariant: an interrupt is in the queue its flags name (VIRQ_QUEUE_MASK), on its holder, at the
 * level of its priority; whoever changes one of these takes it out first. Lock: the domain's
 * vgic.lock.
 */
#include "vgic_internal.h"

#define LEVEL_SHIFT 3 /* priority bits 7 … 3 are implemented */

void vgic_enqueue(struct vcpu *v, struct vgic_irq *irq, enum vgic_queue queue)
{
	struct vgic_vcpu *vg = &v->arch.vgic;
	unsigned int level = irq->priority >> LEVEL_SHIFT;
	struct vgic_irq *first = vg->queue[queue][level];

	if (first == NULL) {
		irq->next = irq;
		irq->prev = irq;
		vg->queue[queue][level] = irq;
		vg->levels[queue] |= (u32)BIT(level);
	} else {
		irq->next = first;
		irq->prev = first->prev;
		first->prev->next = irq;
		first->prev = irq;
	}
	vg->nr_queued[queue]++;
	irq->flags |= (u16)((queue + 1U) << VIRQ_QUEUE_SHIFT);
}

void vgic_dequeue(struct vcpu *v, struct vgic_irq *irq)
{
	struct vgic_vcpu *vg = &v->arch.vgic;
	unsigned int queue = ((irq->flags & VIRQ_QUEUE_MASK) >> VIRQ_QUEUE_SHIFT) - 1;
	unsigned int level = irq->priority >> LEVEL_SHIFT;

	if (irq->next == irq) {
		vg->queue[queue][level] = NULL;
		vg->levels[queue] &= ~(u32)BIT(level);
	} else {
		irq->prev->next = irq->next;
		irq->next->prev = irq->prev;
		if (vg->queue[queue][level] == irq) {
			vg->queue[queue][level] = irq->next;
		}
	}
	vg->nr_queued[queue]--;
	irq->flags &= (u16)~VIRQ_QUEUE_MASK;
}

struct vgic_irq *vgic_first_active(const struct vcpu *v)
{
	const struct vgic_vcpu *vg = &v->arch.vgic;

	if (vg->levels[VGIC_QUEUE_ACTIVE] == 0) {
		return NULL;
	}
	return vg->queue[VGIC_QUEUE_ACTIVE][__builtin_ctz(vg->levels[VGIC_QUEUE_ACTIVE])];
}

struct vgic_irq *vgic_first_pending(const struct domain *d, const struct vcpu *v)
{
	const struct vgic_vcpu *vg = &v->arch.vgic;
	u32 group0 = (d->arch.vgic.ctlr & 1U) != 0 ? vg->levels[VGIC_QUEUE_GROUP0] : 0;
	u32 group1 = (d->arch.vgic.ctlr & 2U) != 0 ? vg->levels[VGIC_QUEUE_GROUP1] : 0;
	unsigned int level;

	if ((group0 | group1) == 0) {
		return NULL;
	}
	level = (unsigned int)__builtin_ctz(group0 | group1);
	return vg->queue[(group0 >> level & 1) != 0 ? VGIC_QUEUE_GROUP0 : VGIC_QUEUE_GROUP1][level];
}
