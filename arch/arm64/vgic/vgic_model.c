/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: state of virtual interrupts. (IHI 0069, chapters 4 and 12.)
 *
 * One struct vgic_irq per interrupt: SGIs and PPIs in each vCPU, SPIs in the domain. At any time it
 * is in one of three places, and its state is exact in exactly one of them:
 *
 *   nowhere      inactive, and not both pending and enabled. The flags are its state.
 *   queued       of its holder, waiting for a list register (vgic_queue.c): pending and enabled, or
 *                active. The flags are its state.
 *   in an LR     list register irq->lr of its holder, which is loaded on a CPU. The list register
 * is its state; the flags remember what was last known.
 *
 *            set latch/line, enable ...                a list register is free
 *   nowhere -----------------------------> queued --------------------------------> in an LR
 *      ^  ^                                 |  ^                                       |
 *      |  +---------------------------------+  +---------------------------------------+
 *      |     clear, disable                       fold: active or still pending        |
 *      +-------------------------------------------------------------------------------+
 *                                                 fold: nothing left
 *
 * Pending has two sources, kept apart: the latch (an edge, an SGI, a write to ISPENDR) and, for
 * level-sensitive interrupts, the input line. Loading a list register moves the latch into it
 * (VIRQ_LR_LATCH); folding moves it back if the guest has not acknowledged it in between. The line
 * is never moved: it is looked at again on each fold, and a level-sensitive interrupt asks for a
 * maintenance interrupt at its end (GIC_LR_EOI), so that a line still high makes it pending again.
 *
 * Read-back is lazy. A list register that the guest has emptied keeps its interrupt in the books
 * until somebody wants one of the two: a switch of vCPUs, a maintenance interrupt, a change of that
 * interrupt's state, or an injection that finds no free register. An edge for an interrupt whose
 * register has run empty simply writes the register again: that is the whole cost of a periodic
 * timer.
 *
 * Every change of state follows one pattern: vgic_change_begin() brings the interrupt out of its
 * list register or queue, the flags are changed, vgic_change_end() puts it where it belongs now. If
 * the holder runs on another CPU, its list registers are out of reach. Then the change is left in
 * the flags (for pending and active as a request, VIRQ_CLEAR_* and VIRQ_SET_*), the vCPU gets
 * VGIC_WORK_SYNC and a kick, and vgic_enter_work() on that CPU folds everything, applies requests
 * and fills again. An edge for a loaded interrupt needs less: VGIC_WORK_REPEND, and the holder's
 * CPU does what it would have done for an edge of its own. Nobody waits in EL2: until it has
 * happened GICD_CTLR.RWP reads as 1, and a guest that reads ISPENDR or ISACTIVER runs its load
 * again (vgic_regs.c) until the state is known as of a moment after the read began.
 *
 * More than fits: list registers are filled from the queues, highest priority first. Active
 * interrupts come before pending ones, because the guest must find them when it ends them, but one
 * register is always left for a pending interrupt if there is any; else a guest that keeps many
 * interrupts active would never see another. When no register holds a pending one any more, a
 * maintenance interrupt asks for those left out (NPIE). The hardware counts ends that it does not
 * find (EOIcount); these were the ones of highest priority. With EOImode 1 it cannot know which was
 * meant, so writes to ICC_DIR_EL1 trap (TDIR) while some active interrupt is out.
 *
 * Routing: a change of GICD_IROUTER moves a pending interrupt at once and an active one when it has
 * ended: target is where it is routed, holder who has it. GICD_CTLR only selects which queues are
 * looked at.
 *
 * Physical interrupts (VIRQ_HW): while virtually pending by its latch, or active, the physical one
 * is active, so it cannot fire again; the guest's end of interrupt deactivates both. Therefore a
 * register write that makes the virtual one pending or active does so with the physical one, and
 * clearing the virtual state deactivates the physical one. (vgic_hw.c)
 *
 * Locks: the domain's vgic.lock for everything here. Nothing here calls the scheduler: vCPUs to be
 * woken or interrupted are noted in vgic.kicks, inject.c does that after the lock is released. All
 * of it is bounded: no loop is longer than the list registers of one CPU or one register's bits.
 */
#include <hv/errno.h>
#include <hv/trace.h>

#include "vgic_internal.h"

#define PRIORITY_MASK 0xf8U
#define NOT_QUEUED    NR_VGIC_QUEUES

struct vgic_irq *vgic_irq_find(struct domain *d, struct vcpu *v, u32 intid)
{
	if (intid < VGIC_NR_PRIVATE) {
		return &v->arch.vgic.irqs[intid];
	}
	if (intid - VGIC_NR_PRIVATE < d->arch.vgic.nr_spis) {
		return &d->arch.vgic.spis[intid - VGIC_NR_PRIVATE];
	}
	return NULL;
}

void vgic_irq_init(struct vgic_irq *irq, u32 intid, u16 vcpu)
{
	*irq = (struct vgic_irq){
		.intid = (u16)intid,
		.target = vcpu,
		.holder = vcpu,
		.flags = intid < 16 ? VIRQ_EDGE : 0,
		.lr = VGIC_NO_LR,
	};
}

void vgic_need_work(struct domain *d, struct vcpu *v, u32 work)
{
	struct vgic_vcpu *vg = &v->arch.vgic;

	vgic_notify(d, v);
	if (vg->cpu == VGIC_NO_CPU || (vg->work & work) == work) {
		return;
	}
	if ((work & ~vg->work & VGIC_WORK_SYNC) != 0) {
		d->arch.vgic.nr_syncs++;
	}
	WRITE_ONCE(vg->work, vg->work | work);
}

/* Where does the state of an interrupt in no list register want it? Follows its route when it may.
 */
static unsigned int wanted_queue(struct domain *d, struct vgic_irq *irq)
{
	bool is_active = (irq->flags & VIRQ_ACTIVE) != 0;

	if (!is_active || !vgic_has_vcpu(d, irq->holder)) {
		irq->holder = irq->target;
	}
	if (!vgic_has_vcpu(d, irq->holder)) {
		return NOT_QUEUED;
	}
	if (is_active) {
		return VGIC_QUEUE_ACTIVE;
	}
	if ((irq->flags & VIRQ_ENABLED) == 0 || !vgic_irq_is_pending(irq)) {
		return NOT_QUEUED;
	}
	return (irq->flags & VIRQ_GROUP1) != 0 ? VGIC_QUEUE_GROUP1 : VGIC_QUEUE_GROUP0;
}

struct vcpu *vgic_requeue(struct domain *d, struct vgic_irq *irq)
{
	unsigned int queue = wanted_queue(d, irq);
	struct vcpu *v = queue == NOT_QUEUED ? NULL : d->vcpus[irq->holder];

	if (v != NULL) {
		vgic_enqueue(v, irq, (enum vgic_queue)queue);
	}
	return v;
}

void vgic_update(struct domain *d, struct vgic_irq *irq)
{
	unsigned int queue = wanted_queue(d, irq);
	struct vcpu *v;

	if (queue == NOT_QUEUED) {
		return;
	}
	v = d->vcpus[irq->holder];
	if (vgic_is_local(v) && vgic_lr_try_load(d, v, irq)) {
		vgic_notify(d, v);
		return;
	}
	vgic_enqueue(v, irq, (enum vgic_queue)queue);
	if (queue == VGIC_QUEUE_ACTIVE || vgic_is_group_on(d, irq)) {
		vgic_need_work(d, v, VGIC_WORK_FILL);
	}
}

bool vgic_change_begin(struct domain *d, struct vgic_irq *irq)
{
	struct vcpu *v;

	if (irq->lr == VGIC_NO_LR && !vgic_irq_is_queued(irq)) {
		return true;
	}
	v = d->vcpus[irq->holder];
	if (irq->lr == VGIC_NO_LR) {
		vgic_dequeue(v, irq);
		return true;
	}
	if (vgic_is_local(v)) {
		vgic_lr_fold(d, v, irq->lr);
		return true;
	}
	vgic_need_work(d, v, VGIC_WORK_SYNC);
	return false;
}

void vgic_change_end(struct domain *d, struct vgic_irq *irq)
{
	if (irq->lr == VGIC_NO_LR) {
		vgic_update(d, irq);
	}
}

static inline void set_latch(struct domain *d, struct vgic_irq *irq)
{
	struct vcpu *v;

	if (irq->lr == VGIC_NO_LR) {
		if ((irq->flags & VIRQ_LATCH) != 0 || vgic_irq_is_held_back(irq)) {
			return;
		}
		irq->flags |= VIRQ_LATCH;
		if (!vgic_irq_is_queued(irq)) {
			vgic_update(d, irq);
		}
		return;
	}
	v = d->vcpus[irq->holder];
	if (vgic_is_local(v) && (v->arch.vgic.work & VGIC_WORK_SYNC) == 0) {
		vgic_lr_repend(v, irq);
	} else {
		irq->flags |= VIRQ_LATCH;
		vgic_need_work(d, v, VGIC_WORK_REPEND);
	}
}

/* Apart, so that the way without tracing keeps nothing for it. */
static __noinline void set_latch_traced(struct domain *d, struct vgic_irq *irq)
{
	vgic_trace_pending(d, irq);
	set_latch(d, irq);
}

void vgic_irq_set_latch(struct domain *d, struct vgic_irq *irq)
{
	if (trace_is_on()) {
		set_latch_traced(d, irq);
	} else {
		set_latch(d, irq);
	}
}

void vgic_irq_clear_pending(struct domain *d, struct vgic_irq *irq)
{
	bool is_here = vgic_change_begin(d, irq);

	if (!is_here) {
		irq->flags |= VIRQ_CLEAR_PENDING;
	} else if ((irq->flags & (VIRQ_HW | VIRQ_LATCH | VIRQ_ACTIVE)) == (VIRQ_HW | VIRQ_LATCH)) {
		vgic_hw_set_active(d, irq, false);
	}
	irq->flags &= (u16)~VIRQ_LATCH;
	vgic_change_end(d, irq);
}

void vgic_irq_set_line(struct domain *d, struct vgic_irq *irq, bool level)
{
	if (level == ((irq->flags & VIRQ_LINE) != 0)) {
		return;
	}
	if ((irq->flags & VIRQ_EDGE) != 0) {
		irq->flags ^= VIRQ_LINE;
		if (level) {
			vgic_irq_set_latch(d, irq);
		}
		return;
	}
	if (level && trace_is_on()) {
		vgic_trace_pending(d, irq);
	}
	(void)vgic_change_begin(d, irq);
	irq->flags ^= VIRQ_LINE;
	vgic_change_end(d, irq);
}

void vgic_irq_force_active(const struct domain *d, struct vgic_irq *irq, bool active)
{
	bool is_taken = (irq->flags & (VIRQ_LATCH | VIRQ_ACTIVE)) != 0;

	if (active == ((irq->flags & VIRQ_ACTIVE) != 0)) {
		return;
	}
	irq->flags ^= VIRQ_ACTIVE;
	if ((irq->flags & VIRQ_HW) == 0) {
		return;
	}
	if (active && (irq->flags & VIRQ_LATCH) != 0) {
		/* Pending and active is for the physical side to keep; a level does so by itself.
		 */
		irq->flags &= (u16)~VIRQ_LATCH;
		if ((irq->flags & VIRQ_EDGE) != 0) {
			vgic_hw_set_pending(d, irq, true);
		}
	}
	if (active != is_taken) {
		vgic_hw_set_active(d, irq, active);
	}
}

void vgic_irq_set_active(struct domain *d, struct vgic_irq *irq, u64 active)
{
	if (!vgic_change_begin(d, irq)) {
		irq->flags &= (u16) ~(VIRQ_SET_ACTIVE | VIRQ_CLEAR_ACTIVE);
		irq->flags |= active != 0 ? VIRQ_SET_ACTIVE : VIRQ_CLEAR_ACTIVE;
		return;
	}
	vgic_irq_force_active(d, irq, active != 0);
	vgic_change_end(d, irq);
}

/* Begin to change a flag whose state is all of it here; false when nothing changes. */
static bool flag_begin(struct domain *d, struct vgic_irq *irq, u16 flag, bool on)
{
	if (on == ((irq->flags & flag) != 0)) {
		return false;
	}
	(void)vgic_change_begin(d, irq);
	irq->flags ^= flag;
	return true;
}

void vgic_irq_set_enabled(struct domain *d, struct vgic_irq *irq, u64 enabled)
{
	if (!flag_begin(d, irq, VIRQ_ENABLED, enabled != 0)) {
		return;
	}
	if ((irq->flags & VIRQ_HW) != 0 && enabled != 0 && irq->lr == VGIC_NO_LR) {
		vgic_hw_resample(d, irq);
	}
	if (vgic_irq_is_routed(irq)) {
		vgic_hw_set_enabled(d, irq, enabled != 0);
	}
	vgic_change_end(d, irq);
}

void vgic_irq_set_group(struct domain *d, struct vgic_irq *irq, u64 group1)
{
	if (flag_begin(d, irq, VIRQ_GROUP1, group1 != 0)) {
		vgic_change_end(d, irq);
	}
}

void vgic_irq_set_config(struct domain *d, struct vgic_irq *irq, u64 config)
{
	bool is_edge = (config & 2) != 0;

	if (irq->intid < 16 || !flag_begin(d, irq, VIRQ_EDGE, is_edge)) {
		return;
	}
	if (vgic_irq_is_routed(irq)) {
		vgic_hw_set_edge(irq, is_edge);
	}
	vgic_change_end(d, irq);
}

void vgic_irq_set_priority(struct domain *d, struct vgic_irq *irq, u64 priority)
{
	if ((priority & PRIORITY_MASK) == irq->priority) {
		return;
	}
	(void)vgic_change_begin(d, irq);
	irq->priority = (u8)(priority & PRIORITY_MASK);
	vgic_change_end(d, irq);
}

void vgic_irq_set_target(struct domain *d, struct vgic_irq *irq, u16 vcpu)
{
	if (vcpu == irq->target) {
		return;
	}
	(void)vgic_change_begin(d, irq);
	irq->target = vcpu;
	vgic_change_end(d, irq);
}

bool vgic_set_ctlr(struct domain *d, u32 ctlr)
{
	if (ctlr == d->arch.vgic.ctlr) {
		return false;
	}
	d->arch.vgic.ctlr = ctlr;
	for_each_vcpu(d, v) {
		const struct vgic_vcpu *vg = &v->arch.vgic;

		/* Most of many have nothing that this could let in or hold back. */
		if (vg->cpu != VGIC_NO_CPU || (vg->levels[0] | vg->levels[1]) != 0) {
			d->arch.vgic.untold |= BIT(v->id);
		}
	}
	return true;
}

bool vgic_tell_ctlr(struct domain *d, u32 nr)
{
	u64 *untold = &d->arch.vgic.untold;

	for (; nr != 0 && *untold != 0; nr--, *untold &= *untold - 1) {
		vgic_need_work(d, d->vcpus[__builtin_ctzl(*untold)], VGIC_WORK_SYNC);
	}
	return *untold == 0;
}
