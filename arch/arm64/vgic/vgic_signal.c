/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC's CPU interface as far as software has a part in it: does it signal anything (for
 * WFI), SGIs (ICC_SGI1R_EL1 and its kin trap), deactivation (ICC_DIR_EL1, traps at times). (IHI
 * 0069, 4.8, 12.2) Lock: the domain's vgic.lock, taken here.
 */
#include <asm/psci.h>
#include <hv/inject.h>
#include <hv/vgic.h>

#include "vgic_internal.h"

#define PRIORITY_IDLE 0x100U

/* Highest active priority; every bit of ICH_AP<g>R<n>_EL2 is one group priority. */
static u32 running_priority(const struct vgic_vcpu *vg)
{
	/* With five bits of preemption priority each register bit is 8 priorities wide. */
	u32 active = vg->apr[0][0] | vg->apr[1][0];

	return active == 0 ? PRIORITY_IDLE : (u32)__builtin_ctz(active) << 3;
}

/* Would the interface signal a pending interrupt of this priority and group? */
static bool is_signalled(const struct vgic_vcpu *vg, u32 priority, bool group1)
{
	u32 enable = group1 ? GIC_VMCR_ENG1 : GIC_VMCR_ENG0;

	return (vg->vmcr & enable) != 0 && priority < vg->vmcr >> GIC_VMCR_PMR_SHIFT &&
	       priority < running_priority(vg);
}

static bool has_queued_signal(const struct domain *d, const struct vcpu *v)
{
	const struct vgic_irq *irq = vgic_first_pending(d, v);

	return irq != NULL &&
	       is_signalled(&v->arch.vgic, irq->priority, (irq->flags & VIRQ_GROUP1) != 0);
}

static bool has_loaded_signal(const struct vgic_vcpu *vg)
{
	u64 value;

	for (u32 used = vg->lr_used; used != 0; used &= used - 1) {
		value = gic_ops->lr_read((unsigned int)__builtin_ctz(used));
		if ((value & (GIC_LR_PENDING | GIC_LR_ACTIVE)) == GIC_LR_PENDING &&
		    is_signalled(vg, value >> GIC_LR_PRIORITY_SHIFT & 0xff,
				 (value & GIC_LR_GROUP1) != 0)) {
			return true;
		}
	}
	return false;
}

bool inject_is_pending(struct vcpu *v)
{
	struct domain *d = v->domain;
	struct vgic_vcpu *vg = &v->arch.vgic;
	bool is_local, result;

	inject_begin(d);
	is_local = vgic_is_local(v);
	if (is_local) {
		vgic_lr_catch_up(d, v);
		vg->vmcr = gic_ops->vmcr_read();
		gic_ops->apr_read(vg->apr);
	}
	result = (is_local && has_loaded_signal(vg)) || has_queued_signal(d, v);
	inject_end(d);
	return result;
}

/* ICC_SGI1R_EL1: Aff3 [55:48], RS [47:44], IRM [40], Aff2 [39:32], INTID [27:24], Aff1 [23:16],
 * list. */
#define SGIR_INTID(v) ((u32)((v) >> 24) & 0xf)
#define SGIR_IRM      BIT(40)
#define SGIR_AFFINITY(v)                                                                           \
	(((v) >> 16 & 0xff) << 8 | ((v) >> 32 & 0xff) << 16 | ((v) >> 48 & 0xff) << 32)
#define SGIR_RANGE(v) ((v) >> 44 & 0xf)

/* An SGI reaches a vCPU only if the interrupt is in the group that the register stands for there.
 */
static inline void send(struct vcpu *to, u32 intid, enum vgic_sgi_reg reg)
{
	struct vgic_irq *irq;

	if (to == NULL) {
		return;
	}
	irq = &to->arch.vgic.irqs[intid];
	/* One security state: ICC_SGI0R and ICC_ASGI1R make group 0 interrupts, ICC_SGI1R group 1.
	 */
	if (((irq->flags & VIRQ_GROUP1) != 0) == (reg == VGIC_SGI1R)) {
		vgic_irq_set_latch(to->domain, irq);
	}
}

__noinline u64 vgic_sgi_slice(struct vcpu *v, u64 targets, u32 what, u32 value)
{
	u64 left;

	_Static_assert(VGIC_WAKES_SLICE == 2, "two are taken");
	targets &= ~0UL << vgic_write_begin(v, what, value);
	left = targets & (targets - 1);
	left &= left - 1;
	v->arch.vgic.write_next = left != 0 ? (u32)__builtin_ctzl(left) : 0;
	return targets & ~left;
}

bool vgic_sgi_write(struct vcpu *v, u64 value, enum vgic_sgi_reg reg)
{
	struct domain *d = v->domain;
	u64 first, targets = 0;
	bool is_done = true;

	if ((value & SGIR_IRM) != 0) {
		targets = ~BIT(v->id);
	} else {
		first = psci_vcpu_of_affinity(SGIR_AFFINITY(value) | SGIR_RANGE(value) << 4);
		targets = first < d->nr_vcpus ? (value & 0xffff) << first : 0;
	}
	targets &= ~0UL >> (64 - d->nr_vcpus);
	if (unlikely((targets & (targets - 1)) != 0)) {
		targets = vgic_sgi_slice(v, targets, ~(u32)reg, (u32)(value ^ value >> 32));
		is_done = v->arch.vgic.write_next == 0;
	}
	inject_begin(d);
	for (; targets != 0; targets &= targets - 1) {
		send(d->vcpus[__builtin_ctzl(targets)], SGIR_INTID(value), reg);
	}
	inject_end(d);
	return is_done;
}

void vgic_dir_write(struct vcpu *v, u64 value)
{
	struct domain *d = v->domain;
	struct vgic_irq *irq = vgic_irq_find(d, v, value & 0xffffff);

	if (irq == NULL) {
		return;
	}
	inject_begin(d);
	if (irq->holder == v->id) {
		vgic_irq_set_active(d, irq, false);
		/* Perhaps all fit now, and the trap can go. */
		vgic_lr_fill(d, v);
	}
	inject_end(d);
}
