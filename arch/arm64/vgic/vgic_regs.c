/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: register accesses of a guest by tables of rows, and the fields that distributor
 * and redistributors share. (IHI 0069, 12.1.3 for access sizes.) What no row covers reads as zero
 * and ignores writes. An access of a size that the register does not take is refused: the guest
 * gets an abort. Lock: the domain's vgic.lock, taken here for everything that is not constant.
 *
 * Reading a state that sits in a list register of another CPU: the reader takes a ticket, the other
 * CPU is told to read back, and the guest runs its load again, until every list register concerned
 * has been read back since the ticket. EL2 never waits; interrupts get through to the guest in
 * between. A store that changes many interrupts is run again in the same way, some fields at a
 * time.
 */
#include <hv/inject.h>

#include "vgic_internal.h"

#define SLOT_SHIFT   7
#define WRITES_SLICE 4U	   /* of one trap, in units of cost_of(): the guest repeats the store */
#define CTLR_GROUPS  3U	   /* the two enable bits */
#define PRODUCT_ID   0x42U /* GICD_IIDR.ProductID; no implementer */

void vgic_table_init(struct vgic_table *table, const struct vgic_reg *row)
{
	for (u32 i = 0; i <= VGIC_TABLE_SLOTS; i++) {
		while (row->end <= i << SLOT_SHIFT) {
			row++;
		}
		table->start[i] = row;
	}
}

/* The row of an offset, or the one behind when there is none. */
static const struct vgic_reg *find_row(const struct vgic_table *table, u32 offset)
{
	u32 slot = MIN(offset >> SLOT_SHIFT, VGIC_TABLE_SLOTS);
	const struct vgic_reg *row = table->start[slot];

	while (row->end <= offset) {
		row++;
	}
	return row;
}

/*
 * The interrupts of a window from first on: *nr of them, or as many as there are. The distributor
 * of a GICv3 does not show private ones (affinity routing is on), its redistributors no others.
 */
static struct vgic_irq *window_irqs(const struct vgic_window *w, u32 first, u32 *nr)
{
	bool is_private = first < VGIC_NR_PRIVATE;
	u32 end = VGIC_NR_PRIVATE + (is_private ? 0 : w->domain->arch.vgic.nr_spis);

	if (first >= end || (!vgic_is_v2(w->domain) && is_private == (w->frame == NULL))) {
		*nr = 0;
		return NULL;
	}
	*nr = MIN(*nr, end - first);
	return vgic_irq_find(w->domain, w->frame, first);
}

/* Is what the model says about an interrupt true as of a moment after the ticket? If not, ask for
 * it. */
static bool is_known(struct domain *d, struct vgic_irq *irq, u32 ticket)
{
	struct vcpu *holder = d->vcpus[irq->holder];

	if (vgic_is_local(holder)) {
		vgic_lr_look(d, holder, irq);
		return true;
	}
	if (ticket != 0 && (s32)(holder->arch.vgic.sync_done - ticket) >= 0) {
		return true;
	}
	vgic_need_work(d, holder, VGIC_WORK_SYNC);
	return false;
}

static bool is_state_known(const struct vgic_window *w, u32 key, struct vgic_irq *irqs, u32 nr)
{
	struct vgic_vcpu *me = &w->accessor->arch.vgic;
	struct domain *d = w->domain;
	u32 ticket = me->wait_offset == key ? me->wait_ticket : 0;
	bool known = true;

	for (u32 i = 0; i < nr; i++) {
		if (irqs[i].lr != VGIC_NO_LR && !is_known(d, &irqs[i], ticket)) {
			known = false;
		}
	}
	if (known) {
		me->wait_ticket = 0;
	} else if (ticket == 0) {
		d->arch.vgic.sync_ticket++;
		if (d->arch.vgic.sync_ticket == 0) {
			d->arch.vgic.sync_ticket = 1;
		}
		me->wait_ticket = d->arch.vgic.sync_ticket;
		me->wait_offset = key;
	}
	return known;
}

/* Distinguishes the frames of one domain. */
static u32 key_of(const struct vgic_window *w)
{
	return w->frame != NULL ? (w->frame->id + 1U) << 20 : 0;
}

/* A word of ISPENDR: also what waits at the physical side; of a GICv2's SGI, for any source. */
static u64 read_pending(const struct domain *d, const struct vgic_irq *irqs, u32 nr)
{
	u32 value = 0, linked = 0;

	while (nr-- != 0) {
		value = value << 1 | vgic_irq_is_pending(&irqs[nr]);
		linked = linked << 1 | ((irqs[nr].flags & VIRQ_HW) != 0);
		if (unlikely(vgic_irq_is_v2_sgi(&irqs[nr]))) {
			value |= (irqs[nr].route & VIRQ_SOURCES_MASK) != 0;
		}
	}
	return value | vgic_hw_pending(d, irqs, linked & ~value);
}

static u64 read_irqs(const struct vgic_reg *row, const struct vgic_irq *irqs, u32 nr)
{
	u64 value = 0, field;

	while (nr-- != 0) {
		field = (irqs[nr].flags & row->virq) != 0 ? BIT(row->bits - 1) : 0;
		value = value << row->bits | (row->irq_read ? row->irq_read(&irqs[nr]) : field);
	}
	return value;
}

static void read_fields(const struct vgic_reg *row, const struct vgic_window *w, u32 at,
			struct mmio_access *access)
{
	u32 first = at * 8 / row->bits;
	u32 nr = access->bytes * 8U / row->bits;
	struct vgic_irq *irqs = window_irqs(w, first, &nr);

	access->value = 0;
	if ((row->flags & VGIC_REG_STATE) != 0 &&
	    !is_state_known(w, key_of(w) | (row->offset + at), irqs, nr)) {
		access->retry = true;
		return;
	}
	access->value = (row->flags & VGIC_REG_PENDING) != 0 ? read_pending(w->domain, irqs, nr)
							     : read_irqs(row, irqs, nr);
}

u32 vgic_write_begin(struct vcpu *v, u32 what, u32 value)
{
	struct vgic_vcpu *me = &v->arch.vgic;

	if (me->write_what != what || me->write_value != value || me->write_pc != v->arch.regs.pc) {
		me->write_next = 0;
	}
	me->write_pc = v->arch.regs.pc;
	me->write_what = what;
	me->write_value = value;
	return me->write_next;
}

/* Of a change: more when it has to be taken out of somewhere, is linked, or may wake a vCPU. */
static u32 cost_of(const struct domain *d, const struct vgic_irq *irq)
{
	bool is_cheap = irq->lr == VGIC_NO_LR && !vgic_irq_is_queued(irq) &&
			(irq->flags & VIRQ_HW) == 0 &&
			!(vgic_has_vcpu(d, irq->target) &&
			  READ_ONCE(d->vcpus[irq->target]->sched.blocked) != 0);

	return is_cheap ? 1 : WRITES_SLICE / 2;
}

static void write_fields(const struct vgic_reg *row, const struct vgic_window *w, u32 at,
			 struct mmio_access *access)
{
	u32 first = at * 8 / row->bits;
	u32 nr = access->bytes * 8U / row->bits;
	struct vgic_irq *irqs = window_irqs(w, first, &nr);
	u64 mask = BIT(row->bits) - 1;
	u32 i = vgic_write_begin(w->accessor, key_of(w) | (row->offset + at), (u32)access->value);
	u32 done = 0;
	u64 value;

	w->accessor->arch.vgic.write_next = 0;
	for (; i < nr; i++) {
		value = access->value >> (i * row->bits) & mask;
		if (value == 0 && (row->flags & VGIC_REG_W1) != 0) {
			continue;
		}
		done += cost_of(w->domain, &irqs[i]);
		if (done > WRITES_SLICE) {
			access->retry = true;
			w->accessor->arch.vgic.write_next = i;
			return;
		}
		row->irq_write(w->domain, &irqs[i], (row->flags & VGIC_REG_CLEAR) != 0 ? 0 : value);
	}
}

static __noinline void write_single(const struct vgic_reg *row, const struct vgic_window *w, u32 at,
				    struct mmio_access *access)
{
	u32 shift = row->widths == 4 ? 0 : at % 8 * 8;
	u64 value = access->value << shift;

	if (row->write != NULL) {
		inject_begin(w->domain);
		/* One of 64 bits, of which an access may cover a half. */
		if (row->widths != 4 && access->bytes == 4) {
			value |= row->read(w, at & ~7U) & ~(0xffffffffUL << shift);
		}
		access->retry = row->write(w, at, value);
		inject_end(w->domain);
	}
}

static __noinline void access_fields(const struct vgic_reg *row, const struct vgic_window *w,
				     u32 at, struct mmio_access *access)
{
	inject_begin(w->domain);
	if (access->is_write) {
		write_fields(row, w, at, access);
	} else {
		read_fields(row, w, at, access);
	}
	inject_end(w->domain);
}

/* All but the read of a register that is not made of fields. */
static __noinline bool access_other(const struct vgic_window *w, struct mmio_access *access,
				    const struct vgic_reg *row)
{
	u32 offset = (u32)access->offset;

	if ((offset & (access->bytes - 1U)) != 0) {
		return false;
	}
	if (offset < row->offset) {
		access->value = access->is_write ? access->value : 0;
		return true;
	}
	if ((row->widths & access->bytes) == 0) {
		return false;
	}
	if (row->bits != 0) {
		access_fields(row, w, offset - row->offset, access);
	} else if (access->is_write) {
		write_single(row, w, offset - row->offset, access);
	} else {
		access->value = 0;
	}
	return true;
}

bool vgic_regs_access(const struct vgic_window *w, struct mmio_access *access,
		      const struct vgic_table *table)
{
	u32 offset = (u32)access->offset;
	const struct vgic_reg *row = find_row(table, offset);
	u64 value;

	if (likely(row->read != NULL && !access->is_write && offset >= row->offset &&
		   (row->widths & access->bytes) != 0 && (offset & (access->bytes - 1U)) == 0)) {
		value = row->read(w, offset - row->offset);
		access->value = access->bytes == 8 ? value : (u32)value;
		return true;
	}
	return access_other(w, access, row);
}

bool vgic_regs_ctlr_write(const struct vgic_window *w, u32 at __unused, u64 value)
{
	bool is_new = vgic_set_ctlr(w->domain, (u32)value & CTLR_GROUPS);

	/* To look at all vCPUs is work, too. */
	return !vgic_tell_ctlr(w->domain, is_new ? 1 : VGIC_WAKES_SLICE);
}

u64 vgic_regs_iidr(const struct vgic_window *w __unused, u32 at __unused)
{
	return PRODUCT_ID << 24;
}

/* PIDR4 … PIDR7, PIDR0 … PIDR3, CIDR0 … CIDR3: a GICv3 or GICv2 by Arm's identification scheme. */
u64 vgic_regs_id(const struct vgic_window *w, u32 at)
{
	static const u8 ids[] = { 0x44, 0, 0, 0, 0x92, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1 };
	static const u8 v2[] = { 0x04, 0, 0, 0, 0x90, 0xb4, 0x2b, 0, 0x0d, 0xf0, 0x05, 0xb1 };

	return vgic_is_v2(w->domain) ? v2[at / 4] : ids[at / 4];
}

u64 vgic_read_priority(const struct vgic_irq *irq)
{
	return irq->priority;
}

void vgic_write_pending(struct domain *d, struct vgic_irq *irq, u64 value)
{
	bool is_hw = (irq->flags & VIRQ_HW) != 0;

	if (vgic_irq_is_v2_sgi(irq)) {
		return; /* which has registers of its own for it */
	}
	if (value == 0) {
		if (is_hw) {
			vgic_hw_set_pending(d, irq, false);
		}
		vgic_irq_clear_pending(d, irq);
	} else if (is_hw) {
		vgic_hw_make_pending(d, irq);
	} else {
		vgic_irq_set_latch(d, irq);
	}
}
