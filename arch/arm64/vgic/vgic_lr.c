/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: list registers of the CPU this runs on. Loading, folding (reading back), filling
 * from the queues, the switch of a vCPU's interface; the rules are vgic_model.c's. (IHI 0069, 12.4)
 *
 * Invariants: in_lr[n] is set and points back (irq->lr = n) exactly for the bits of lr_used;
 * registers outside lr_used hold nothing. A vCPU that is not loaded (cpu = VGIC_NO_CPU) has none in
 * use. Lock: the domain's vgic.lock. vmcr and apr are touched by the switching CPU alone.
 */
#include <hv/inject.h>
#include <hv/irq.h>
#include <hv/printk.h>
#include <hv/vgic.h>
#include <hv/vtimer.h>

#include "vgic_internal.h"

/* The vCPU whose interface is in this CPU's registers, NULL = none. */
static DEFINE_PER_CPU(struct vcpu *, vgic_owner);

static u32 free_lrs(const struct vgic_vcpu *vg)
{
	return (u32)(BIT(gic_nr_lrs) - 1) & ~vg->lr_used;
}

static u32 nr_free_lrs(const struct vgic_vcpu *vg)
{
	return (u32)__builtin_popcount(free_lrs(vg));
}

/* Queued interrupts that would take a list register now. */
static u32 nr_waiting(const struct domain *d, const struct vgic_vcpu *vg)
{
	u32 nr = vg->nr_queued[VGIC_QUEUE_ACTIVE];

	nr += (d->arch.vgic.ctlr & 1U) != 0 ? vg->nr_queued[VGIC_QUEUE_GROUP0] : 0U;
	return nr + ((d->arch.vgic.ctlr & 2U) != 0 ? vg->nr_queued[VGIC_QUEUE_GROUP1] : 0U);
}

static bool has_queued(const struct vgic_vcpu *vg)
{
	return (vg->levels[VGIC_QUEUE_GROUP0] | vg->levels[VGIC_QUEUE_GROUP1] |
		vg->levels[VGIC_QUEUE_ACTIVE]) != 0;
}

/* May its pending state go into a list register of its holder? */
static bool may_pend(const struct domain *d, const struct vgic_irq *irq)
{
	if ((irq->flags & VIRQ_ENABLED) == 0 || !vgic_is_group_on(d, irq)) {
		return false;
	}
	/* Routed elsewhere while active: it moves when it has ended. HW: the physical side keeps
	 * it. */
	return (irq->flags & VIRQ_ACTIVE) == 0 ||
	       (irq->target == irq->holder && (irq->flags & VIRQ_HW) == 0);
}

/*
 * The list register's value for an interrupt; its latch moves into it. When registers are short
 * (is_tight), an active interrupt that is pending again comes back for it: as a pending one it has
 * to compete.
 */
static u64 take_state(const struct domain *d, struct vgic_irq *irq, bool is_tight)
{
	u64 value = irq->intid | (u64)irq->priority << GIC_LR_PRIORITY_SHIFT;
	u16 flags = irq->flags;

	if ((flags & VIRQ_GROUP1) != 0) {
		value |= GIC_LR_GROUP1;
	}
	if ((flags & VIRQ_HW) != 0) {
		value |= GIC_LR_HW | (u64)irq->pirq << GIC_LR_PINTID_SHIFT;
	} else if ((flags & VIRQ_EDGE) == 0 || irq->target != irq->holder || is_tight) {
		/* The SGIs of a GICv2 are without VIRQ_EDGE. */
		value |= vgic_irq_is_v2_sgi(irq) ? vgic_sgi_take_source(irq, is_tight) : GIC_LR_EOI;
	}
	if ((flags & VIRQ_ACTIVE) != 0) {
		value |= GIC_LR_ACTIVE;
	}
	if (vgic_irq_is_pending(irq) && may_pend(d, irq) &&
	    !(is_tight && (flags & VIRQ_ACTIVE) != 0)) {
		value |= GIC_LR_PENDING;
		if ((flags & VIRQ_LATCH) != 0) {
			irq->flags = (u16)((flags & ~VIRQ_LATCH) | VIRQ_LR_LATCH);
		}
	}
	return value;
}

static void load(struct domain *d, struct vcpu *v, struct vgic_irq *irq, bool is_tight)
{
	struct vgic_vcpu *vg = &v->arch.vgic;
	unsigned int n = (unsigned int)__builtin_ctz(free_lrs(vg));

	vg->in_lr[n] = irq;
	vg->lr_used |= (u32)BIT(n);
	irq->lr = (u8)n;
	gic_ops->lr_write(n, take_state(d, irq, is_tight));
}

/* What other CPUs have asked for while the state was in the list register; sources of an SGI. */
static void apply_requests(const struct domain *d, struct vgic_irq *irq, u64 value)
{
	const u16 hw_idle = VIRQ_HW | VIRQ_LATCH | VIRQ_ACTIVE;
	u16 requests = irq->flags & VIRQ_REQUESTS;

	irq->flags ^= requests;
	if (vgic_irq_is_v2_sgi(irq)) {
		vgic_sgi_put_source(irq, (value & GIC_LR_PENDING) != 0);
	}
	if ((requests & VIRQ_CLEAR_PENDING) != 0 && (value & GIC_LR_PENDING) != 0 &&
	    (irq->flags & hw_idle) == VIRQ_HW) {
		vgic_hw_set_active(d, irq, false);
	}
	if ((requests & (VIRQ_SET_ACTIVE | VIRQ_CLEAR_ACTIVE)) != 0) {
		vgic_irq_force_active(d, irq, (requests & VIRQ_SET_ACTIVE) != 0);
	}
}

void vgic_lr_fold(struct domain *d, struct vcpu *v, unsigned int n)
{
	struct vgic_vcpu *vg = &v->arch.vgic;
	struct vgic_irq *irq = vg->in_lr[n];
	u64 value = gic_ops->lr_read(n);
	u16 flags = irq->flags & (u16) ~(VIRQ_ACTIVE | VIRQ_LR_LATCH);

	if ((value & GIC_LR_ACTIVE) != 0) {
		flags |= VIRQ_ACTIVE;
	}
	if ((value & GIC_LR_PENDING) != 0 && (irq->flags & VIRQ_LR_LATCH) != 0 &&
	    (flags & VIRQ_CLEAR_PENDING) == 0) {
		flags |= VIRQ_LATCH;
	}
	irq->flags = flags;
	irq->lr = VGIC_NO_LR;
	if (vgic_irq_is_held_back(irq)) {
		irq->flags &= (u16)~VIRQ_LATCH;
	}
	vg->in_lr[n] = NULL;
	vg->lr_used &= ~(u32)BIT(n);
	if ((value & (GIC_LR_PENDING | GIC_LR_ACTIVE | GIC_LR_EOI)) != 0) {
		gic_ops->lr_write(n, 0);
	}
	if (unlikely((flags & (VIRQ_REQUESTS | VIRQ_SGI)) != 0)) {
		apply_requests(d, irq, value);
	}
}

void vgic_lr_look(struct domain *d, struct vcpu *v, struct vgic_irq *irq)
{
	u64 value;

	if (unlikely((irq->flags & VIRQ_REQUESTS) != 0)) {
		vgic_lr_fold(d, v, irq->lr);
		vgic_update(d, irq);
		return;
	}
	value = gic_ops->lr_read(irq->lr);
	irq->flags &= (u16) ~(VIRQ_ACTIVE | ((value & GIC_LR_PENDING) == 0 ? VIRQ_LR_LATCH : 0));
	irq->flags |= (value & GIC_LR_ACTIVE) != 0 ? VIRQ_ACTIVE : 0;
}

/* Queue an interrupt that has left a list register of v, or tell the vCPU to which it has moved. */
static void requeue_from(struct domain *d, const struct vcpu *v, struct vgic_irq *irq)
{
	struct vcpu *to = vgic_requeue(d, irq);

	if (to != NULL && to != v) {
		vgic_need_work(d, to, VGIC_WORK_FILL);
	}
}

/* Fold the list registers that the guest has emptied. */
static void reap(struct domain *d, struct vcpu *v)
{
	u32 empty = gic_ops->elrsr_read() & v->arch.vgic.lr_used;
	struct vgic_irq *irq;
	unsigned int n;

	for (; empty != 0; empty &= empty - 1) {
		n = (unsigned int)__builtin_ctz(empty);
		irq = v->arch.vgic.in_lr[n];
		vgic_lr_fold(d, v, n);
		requeue_from(d, v, irq);
	}
}

bool vgic_lr_try_load(struct domain *d, struct vcpu *v, struct vgic_irq *irq)
{
	struct vgic_vcpu *vg = &v->arch.vgic;

	if ((irq->flags & VIRQ_ACTIVE) == 0 && !vgic_is_group_on(d, irq)) {
		return false;
	}
	if (free_lrs(vg) == 0) {
		reap(d, v);
	}
	if (free_lrs(vg) == 0 || has_queued(vg)) {
		return false;
	}
	load(d, v, irq, false);
	return true;
}

/* The list register can not take it as it is: through the model. */
static __noinline void reload(struct vcpu *v, struct vgic_irq *irq)
{
	struct domain *d = v->domain;

	vgic_lr_fold(d, v, irq->lr);
	if (!vgic_irq_is_held_back(irq)) {
		irq->flags |= VIRQ_LATCH;
	}
	vgic_update(d, irq);
}

void vgic_lr_repend(struct vcpu *v, struct vgic_irq *irq)
{
	u64 n = irq->lr, value;

	/*
	 * What else is in the register is as it was, for a change would have folded it: when the
	 * interrupt has ended it needs but the one bit.
	 */
	if (unlikely((irq->flags & VIRQ_ENABLED) == 0 || !vgic_is_group_on(v->domain, irq) ||
		     irq->target != irq->holder || has_queued(&v->arch.vgic))) {
		value = gic_ops->lr_read(n);
		if ((value & GIC_LR_PENDING) == 0) {
			reload(v, irq);
			return;
		}
	} else {
		value = gic_ops->lr_repend(n);
	}
	if ((value & GIC_LR_PENDING) != 0) {
		irq->flags |= VIRQ_LR_LATCH;
	} else if ((value & GIC_LR_ACTIVE) != 0) {
		reload(v, irq);
	} else {
		irq->flags = (u16)((irq->flags & ~VIRQ_ACTIVE) | VIRQ_LR_LATCH);
		vgic_notify_local(v);
	}
}

/* Ends of active interrupts that the hardware has not found: the first ones of the queue. */
static void count_ends(struct domain *d, struct vcpu *v)
{
	u32 hcr = gic_ops->hcr_read();
	struct vgic_irq *irq;

	for (u32 i = hcr >> GIC_HCR_EOICOUNT_SHIFT; i > 0; i--) {
		irq = vgic_first_active(v);
		if (irq == NULL) {
			break;
		}
		vgic_dequeue(v, irq);
		irq->flags &= (u16)~VIRQ_ACTIVE;
		if ((irq->flags & (VIRQ_HW | VIRQ_LATCH)) == VIRQ_HW) {
			vgic_hw_set_active(d, irq, false);
		}
		requeue_from(d, v, irq);
	}
	if (hcr >> GIC_HCR_EOICOUNT_SHIFT != 0) {
		gic_ops->hcr_write(v->arch.vgic.hcr);
	}
}

void vgic_lr_sync(struct domain *d, struct vcpu *v)
{
	struct vgic_vcpu *vg = &v->arch.vgic;
	struct vgic_irq *folded[VGIC_LRS_MAX];
	unsigned int nr = 0, n;

	count_ends(d, v);
	while (vg->lr_used != 0) {
		n = (unsigned int)__builtin_ctz(vg->lr_used);
		folded[nr++] = vg->in_lr[n];
		vgic_lr_fold(d, v, n);
	}
	for (n = 0; n < nr; n++) {
		requeue_from(d, v, folded[n]);
	}
	if ((vg->work & VGIC_WORK_SYNC) != 0) {
		d->arch.vgic.nr_syncs--;
	}
	WRITE_ONCE(vg->work, 0);
	vg->sync_done = d->arch.vgic.sync_ticket;
}

/* What came for loaded interrupts on other CPUs (vgic_irq_set_latch). */
static void repend_loaded(struct vcpu *v)
{
	struct vgic_vcpu *vg = &v->arch.vgic;
	struct vgic_irq *irq;

	WRITE_ONCE(vg->work, vg->work & ~(u32)VGIC_WORK_REPEND);
	for (u32 used = vg->lr_used; used != 0; used &= used - 1) {
		irq = vg->in_lr[__builtin_ctz(used)];
		if (irq != NULL && (irq->flags & VIRQ_LATCH) != 0) {
			irq->flags &= (u16)~VIRQ_LATCH;
			vgic_lr_repend(v, irq);
		}
	}
}

void vgic_lr_catch_up(struct domain *d, struct vcpu *v)
{
	if ((v->arch.vgic.work & VGIC_WORK_SYNC) != 0) {
		vgic_lr_sync(d, v);
		WRITE_ONCE(v->arch.vgic.work, VGIC_WORK_FILL);
	} else if ((v->arch.vgic.work & VGIC_WORK_REPEND) != 0) {
		repend_loaded(v);
	}
}

/* Load from the queues while registers are free: active first, the last register for a pending one.
 */
static void load_queued(struct domain *d, struct vcpu *v, bool is_tight)
{
	struct vgic_vcpu *vg = &v->arch.vgic;

	for (u32 room = free_lrs(vg); room != 0; room = free_lrs(vg)) {
		struct vgic_irq *irq = vgic_first_active(v), *pending = vgic_first_pending(d, v);

		if (irq == NULL || ((room & (room - 1)) == 0 && pending != NULL)) {
			irq = pending;
		}
		if (irq == NULL) {
			break;
		}
		vgic_dequeue(v, irq);
		load(d, v, irq, is_tight);
	}
}

static bool is_tight(const struct domain *d, const struct vgic_vcpu *vg)
{
	return nr_waiting(d, vg) > nr_free_lrs(vg);
}

static void fill(struct domain *d, struct vcpu *v, bool tight)
{
	struct vgic_vcpu *vg = &v->arch.vgic;
	u32 hcr = GIC_HCR_EN;

	WRITE_ONCE(vg->work, vg->work & ~(u32)VGIC_WORK_FILL);
	load_queued(d, v, tight);
	hcr |= vgic_first_pending(d, v) != NULL ? GIC_HCR_NPIE : 0;
	hcr |= vgic_first_active(v) != NULL ? GIC_HCR_LRENPIE | GIC_HCR_TDIR : 0;
	if (hcr != vg->hcr) {
		vg->hcr = hcr;
		gic_ops->hcr_write(hcr);
	}
}

/* Not all fit: they compete. */
void vgic_lr_fill(struct domain *d, struct vcpu *v)
{
	if (v->arch.vgic.lr_used != 0 && is_tight(d, &v->arch.vgic)) {
		vgic_lr_sync(d, v);
	}
	fill(d, v, is_tight(d, &v->arch.vgic));
}

/* The same, but the registers are read in one call and filled in the next. */
void vgic_enter_work(struct vcpu *v)
{
	struct domain *d = v->domain;
	struct vgic_vcpu *vg = &v->arch.vgic;
	u32 work = vg->work;
	bool tight;

	inject_begin(d);
	vgic_lr_catch_up(d, v);
	if ((work & (VGIC_WORK_FILL | VGIC_WORK_SYNC)) == VGIC_WORK_FILL) {
		tight = is_tight(d, vg);
		if (tight && vg->lr_used != 0) {
			vgic_lr_sync(d, v);
			WRITE_ONCE(vg->work, VGIC_WORK_FILL);
		} else {
			fill(d, v, tight);
		}
	}
	inject_end(d);
}

/* Physical side of the private linked interrupt: it is active on the CPU where the vCPU runs. */
static const struct vgic_irq *taken_ppi(const struct vgic_vcpu *vg)
{
	const struct vgic_irq *irq = &vg->irqs[VTIMER_PPI_VIRT];

	if ((irq->flags & VIRQ_HW) == 0 || (irq->flags & (VIRQ_LATCH | VIRQ_ACTIVE)) == 0) {
		return NULL;
	}
	return irq;
}

void vgic_save(struct vcpu *v)
{
	struct domain *d = v->domain;
	struct vgic_vcpu *vg = &v->arch.vgic;
	const struct vgic_irq *ppi;

	inject_begin(d);
	vgic_lr_sync(d, v);
	WRITE_ONCE(vg->cpu, VGIC_NO_CPU);
	inject_end(d);
	vg->vmcr = gic_ops->vmcr_read();
	gic_ops->apr_read(vg->apr);
	vg->hcr = 0;
	gic_ops->hcr_write(0);
	ppi = taken_ppi(vg);
	if (ppi != NULL) {
		irq_deactivate(ppi->pirq);
	}
	this_cpu(vgic_owner) = NULL;
}

void vgic_restore(struct vcpu *v)
{
	struct domain *d = v->domain;
	struct vgic_vcpu *vg = &v->arch.vgic;
	const struct vgic_irq *ppi;

	this_cpu(vgic_owner) = v;
	gic_ops->vmcr_write(vg->vmcr);
	gic_ops->apr_write(vg->apr);
	inject_begin(d);
	ppi = taken_ppi(vg);
	if (ppi != NULL) {
		gic_set_active(ppi->pirq, cpu_id(), true);
	}
	WRITE_ONCE(vg->cpu, cpu_id());
	vg->sync_done = d->arch.vgic.sync_ticket;
	vgic_lr_fill(d, v);
	inject_end(d);
}

static void maintenance(unsigned int irq __unused, void *arg __unused)
{
	struct vcpu *v = this_cpu(vgic_owner);

	if (v == NULL) {
		return;
	}
	inject_begin(v->domain);
	vgic_lr_sync(v->domain, v);
	WRITE_ONCE(v->arch.vgic.work, VGIC_WORK_FILL); /* in a slice of its own */
	inject_end(v->domain);
}

int vgic_init(void)
{
	int rc = irq_request(gic_info.maintenance_irq, maintenance, NULL);

	vgic_table_init(&vgic_dist_table, vgic_dist_rows);
	if (IS_ENABLED(CONFIG_GICV2)) {
		vgic_table_init(&vgic_dist2_table, vgic_dist2_rows);
	}
	vgic_table_init(&vgic_rd_table, vgic_rd_rows);
	if (rc != 0) {
		pr_err("vgic: maintenance interrupt %u can not be had (%d)\n",
		       gic_info.maintenance_irq, rc);
	}
	return rc;
}

void vgic_cpu_init(void)
{
	irq_enable(gic_info.maintenance_irq);
}
