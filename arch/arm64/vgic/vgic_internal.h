/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the virtual GIC share: vgic_model.c (state of interrupts and queues), vgic_lr.c
 * (list registers), vgic_hw.c and vgic_route.c (links to physical interrupts), vgic_v2.c,
 * vgic_regs*.c (registers). Every function expects the domain's vgic.lock to be held. vgic_model.c
 * tells how the parts work together.
 */
#ifndef VGIC_INTERNAL_H
#define VGIC_INTERNAL_H

#include <hv/domain.h>
#include <hv/gic.h>
#include <hv/percpu.h>
#include <hv/vcpu.h>
#include <hv/vgic.h>

static inline bool vgic_irq_is_private(const struct vgic_irq *irq)
{
	return irq->intid < VGIC_NR_PRIVATE;
}

/* By physical SPI, the domain that has it, or NULL (vgic_route.c). */
extern struct domain *vgic_owners[];

/* A physical SPI of this domain's (vgic_route.c); the other linked ones are timers. */
static inline bool vgic_irq_is_routed(const struct vgic_irq *irq)
{
	return IS_ENABLED(CONFIG_GUEST_IRQS) && (irq->flags & VIRQ_HW) != 0 &&
	       !vgic_irq_is_private(irq);
}

static inline bool vgic_is_v2(const struct domain *d)
{
	return IS_ENABLED(CONFIG_GICV2) && d->arch.vgic.cpu_base != 0;
}

/* Pending by its sources (vgic_v2.c). */
static inline bool vgic_irq_is_v2_sgi(const struct vgic_irq *irq)
{
	return IS_ENABLED(CONFIG_GICV2) && (irq->flags & VIRQ_SGI) != 0;
}

static inline bool vgic_has_vcpu(const struct domain *d, u16 id)
{
	return id < d->nr_vcpus && d->vcpus[id] != NULL;
}

/* Pending as far as the model knows; exact while the interrupt is in no list register. */
static inline bool vgic_irq_is_pending(const struct vgic_irq *irq)
{
	if ((irq->flags & (VIRQ_LATCH | VIRQ_LR_LATCH)) != 0) {
		return true;
	}
	return (irq->flags & (VIRQ_LINE | VIRQ_EDGE)) == VIRQ_LINE;
}

/*
 * A linked interrupt that is active can not become pending: its physical side is active, too. What
 * comes nevertheless (a timer that stood in for the hardware) is covered by the guest's end of it.
 */
static inline bool vgic_irq_is_held_back(const struct vgic_irq *irq)
{
	return (irq->flags & (VIRQ_HW | VIRQ_ACTIVE)) == (VIRQ_HW | VIRQ_ACTIVE);
}

/* Are this vCPU's list registers those of this CPU? */
static inline bool vgic_is_local(const struct vcpu *v)
{
	return v->arch.vgic.cpu == cpu_id();
}

/*
 * Something for v has become pending: inject_end() wakes or kicks it. A vCPU that runs here and
 * does not sleep needs neither.
 */
static inline void vgic_notify(struct domain *d, struct vcpu *v)
{
	v->nr_injected++;
	if (unlikely(!vgic_is_local(v) || READ_ONCE(v->sched.blocked) != 0)) {
		d->arch.vgic.kicks |= BIT(v->id);
	}
}

/* The same when v's list registers are those of this CPU. */
static inline void vgic_notify_local(struct vcpu *v)
{
	v->nr_injected++;
	if (unlikely(READ_ONCE(v->sched.blocked) != 0)) {
		v->domain->arch.vgic.kicks |= BIT(v->id);
	}
}

/* May pending interrupts of this group be forwarded (GICD_CTLR)? */
static inline bool vgic_is_group_on(const struct domain *d, const struct vgic_irq *irq)
{
	return (d->arch.vgic.ctlr & ((irq->flags & VIRQ_GROUP1) != 0 ? 2U : 1U)) != 0;
}

/* The interrupt of a number as v sees it; NULL when there is none. */
struct vgic_irq *vgic_irq_find(struct domain *d, struct vcpu *v, u32 intid);
void vgic_irq_init(struct vgic_irq *irq, u32 intid, u16 vcpu);

/* vgic_model.c: changes of state. Each keeps queues, list registers and physical state in step. */
void vgic_irq_set_latch(struct domain *d, struct vgic_irq *irq);
void vgic_irq_clear_pending(struct domain *d, struct vgic_irq *irq);
void vgic_irq_set_line(struct domain *d, struct vgic_irq *irq, bool level);
/* set_active for one at rest, in no queue and no list register. */
void vgic_irq_force_active(const struct domain *d, struct vgic_irq *irq, bool active);
/* The same as fields of registers: 0 or not, a priority, what ICFGR says. */
void vgic_irq_set_active(struct domain *d, struct vgic_irq *irq, u64 active);
void vgic_irq_set_enabled(struct domain *d, struct vgic_irq *irq, u64 enabled);
void vgic_irq_set_group(struct domain *d, struct vgic_irq *irq, u64 group1);
void vgic_irq_set_priority(struct domain *d, struct vgic_irq *irq, u64 priority);
void vgic_irq_set_config(struct domain *d, struct vgic_irq *irq, u64 config);
void vgic_irq_set_target(struct domain *d, struct vgic_irq *irq, u16 vcpu);
/* True: it was another. */
bool vgic_set_ctlr(struct domain *d, u32 ctlr);
/* What one trap may wake; more is done when the guest runs the instruction again. */
#define VGIC_WAKES_SLICE 2U
/* Tell nr of the vCPUs concerned that ctlr has changed; true: all have been told. */
bool vgic_tell_ctlr(struct domain *d, u32 nr);
/*
 * Bring an interrupt to rest, in no queue and no list register, so that its state can be changed.
 * False when it is in a list register of another CPU: that one will be folded. Then put it where it
 * belongs now.
 */
bool vgic_change_begin(struct domain *d, struct vgic_irq *irq);
void vgic_change_end(struct domain *d, struct vgic_irq *irq);

/* vgic_trace.c, vgic_deadline.c: while traces are on. */
void vgic_trace_pending(struct domain *d, const struct vgic_irq *irq);
/* The value of the counter at which the virtual timer of v fires, or has fired. */
u64 vgic_timer_deadline(const struct vcpu *v);

/* vgic_v2.c: sources of an SGI that begin or cease to wait. */
void vgic_irq_change_sources(struct domain *d, struct vgic_irq *irq, u32 set, u32 clear);
/*
 * The source of an SGI in a list register: of the active one, or the lowest that waits. It is asked
 * for again at its end when there are others.
 */
u64 vgic_sgi_take_source(struct vgic_irq *irq, bool is_tight);
/* The other way: one that was not taken waits again. */
void vgic_sgi_put_source(struct vgic_irq *irq, bool is_pending);
/* Construction: the distributor and the CPU interface. */
int vgic_v2_register(struct domain *d, const struct vgic_layout *layout);

/* Put an interrupt that is in no list register where its state wants it; tell its vCPU. */
void vgic_update(struct domain *d, struct vgic_irq *irq);
/* The same without telling and without using a list register: returns the vCPU, NULL = none. */
struct vcpu *vgic_requeue(struct domain *d, struct vgic_irq *irq);
/* Have a vCPU do something before it goes on; it is kicked by inject_end(). */
void vgic_need_work(struct domain *d, struct vcpu *v, u32 work);

/* vgic_queue.c */
void vgic_enqueue(struct vcpu *v, struct vgic_irq *irq, enum vgic_queue queue);
void vgic_dequeue(struct vcpu *v, struct vgic_irq *irq);
static inline bool vgic_irq_is_queued(const struct vgic_irq *irq)
{
	return (irq->flags & VIRQ_QUEUE_MASK) != 0;
}
/* First of the highest priority: active, or pending in an enabled group; NULL when there is none.
 */
struct vgic_irq *vgic_first_active(const struct vcpu *v);
struct vgic_irq *vgic_first_pending(const struct domain *d, const struct vcpu *v);

/* vgic_lr.c */
bool vgic_lr_try_load(struct domain *d, struct vcpu *v, struct vgic_irq *irq);
/* Take an interrupt out of a list register of this CPU: its state is in the model afterwards. */
void vgic_lr_fold(struct domain *d, struct vcpu *v, unsigned int n);
/* Bring what the flags say of one in a list register of this CPU up to date; it stays there. */
void vgic_lr_look(struct domain *d, struct vcpu *v, struct vgic_irq *irq);
/* An edge for an interrupt in a list register of this CPU. */
void vgic_lr_repend(struct vcpu *v, struct vgic_irq *irq);
/* Fold all list registers, or end the work asked for by VGIC_WORK_SYNC. */
void vgic_lr_sync(struct domain *d, struct vcpu *v);
/* Do what other CPUs have asked for; VGIC_WORK_FILL may be left. */
void vgic_lr_catch_up(struct domain *d, struct vcpu *v);
void vgic_lr_fill(struct domain *d, struct vcpu *v);

/* vgic_route.c: of a routed one. */
void vgic_hw_set_enabled(const struct domain *d, const struct vgic_irq *irq, bool enabled);
void vgic_hw_set_edge(const struct vgic_irq *irq, bool edge);

/* vgic_hw.c: the physical side of an interrupt with VIRQ_HW. */
void vgic_hw_set_active(const struct domain *d, const struct vgic_irq *irq, bool active);
void vgic_hw_set_pending(const struct domain *d, const struct vgic_irq *irq, bool pending);
/* A write to ISPENDR. */
void vgic_hw_make_pending(struct domain *d, struct vgic_irq *irq);
/* Bits of linked ones among irqs in, those of them that are pending out. */
u32 vgic_hw_pending(const struct domain *d, const struct vgic_irq *irqs, u32 linked);
/* Forget a level that was taken but has gone since. */
void vgic_hw_resample(const struct domain *d, struct vgic_irq *irq);

/*
 * Registers (vgic_regs.c is the engine, the tables are in vgic_regs_dist.c, vgic_regs_redist.c and,
 * of a GICv2, vgic_regs_dist2.c).
 * A row is a block of equal fields, one per interrupt, or a single register. Sizes of accesses that
 * a row takes are the set bits of widths: 1, 2, 4, 8 bytes.
 */
struct vgic_window {
	struct domain *domain;
	struct vcpu *accessor;
	/* Whose redistributor; whose banked registers in a GICv2; NULL: distributor of a GICv3. */
	struct vcpu *frame;
};

#define VGIC_REG_W1	 BIT(0) /* writing 0 does nothing */
#define VGIC_REG_CLEAR	 BIT(1) /* irq_write() gets 0 for what is written */
#define VGIC_REG_STATE	 BIT(2) /* reading needs the state out of list registers */
#define VGIC_REG_PENDING BIT(3) /* a word of ISPENDR or ICPENDR is read */

struct vgic_reg {
	u32 offset, end; /* first byte, first byte behind */
	u8 bits;	 /* per interrupt; 0: a single register */
	u8 widths;
	u8 flags; /* VGIC_REG_* */
	/* A field reads as irq_read() says, or its highest bit is set with one of these VIRQ_*.
	 */
	u16 virq;
	u64 (*irq_read)(const struct vgic_irq *irq);
	void (*irq_write)(struct domain *d, struct vgic_irq *irq, u64 value);
	/*
	 * With bits == 0: reads what stands from byte at of the row on, writes a whole register.
	 */
	u64 (*read)(const struct vgic_window *w, u32 at);
	/* True: the guest runs the store again, for what is left. */
	bool (*write)(const struct vgic_window *w, u32 at, u64 value);
};

#define VGIC_SINGLE(off, len, w, rd, wr)                                                           \
	{ .offset = (off), .end = (off) + (len), .widths = (w), .read = (rd), .write = (wr) }
#define VGIC_FIELDS(off, len, b, w, fl, rd, wr)                                                    \
	{ .offset = (off),                                                                         \
	  .end = (off) + (len),                                                                    \
	  .bits = (b),                                                                             \
	  .widths = (w),                                                                           \
	  .flags = (fl),                                                                           \
	  .irq_read = (rd),                                                                        \
	  .irq_write = (wr) }
/* One or two bits per interrupt, in words. */
#define VGIC_FLAGS(off, len, b, fl, mask, wr)                                                      \
	{ .offset = (off),                                                                         \
	  .end = (off) + (len),                                                                    \
	  .bits = (b),                                                                             \
	  .widths = 4,                                                                             \
	  .flags = (fl),                                                                           \
	  .virq = (mask),                                                                          \
	  .irq_write = (wr) }
#define VGIC_STATE_ROW(off, len, fl, mask, wr)                                                     \
	VGIC_FLAGS(off, len, 1, VGIC_REG_W1 | VGIC_REG_STATE | (fl), mask, wr)
/* What all blocks have from 0x80 on: len bytes with a bit per interrupt, then priorities. */
#define VGIC_IRQ_ROWS(len)                                                                         \
	VGIC_FLAGS(0x080, len, 1, 0, VIRQ_GROUP1, vgic_irq_set_group),                             \
		VGIC_FLAGS(0x100, len, 1, VGIC_REG_W1, VIRQ_ENABLED, vgic_irq_set_enabled),        \
		VGIC_FLAGS(0x180, len, 1, VGIC_REG_W1 | VGIC_REG_CLEAR, VIRQ_ENABLED,              \
			   vgic_irq_set_enabled),                                                  \
		VGIC_STATE_ROW(0x200, len, VGIC_REG_PENDING, 0, vgic_write_pending),               \
		VGIC_STATE_ROW(0x280, len, VGIC_REG_PENDING | VGIC_REG_CLEAR, 0,                   \
			       vgic_write_pending),                                                \
		VGIC_STATE_ROW(0x300, len, 0, VIRQ_ACTIVE, vgic_irq_set_active),                   \
		VGIC_STATE_ROW(0x380, len, VGIC_REG_CLEAR, VIRQ_ACTIVE, vgic_irq_set_active),      \
		VGIC_FIELDS(0x400, (len) * 8, 8, 5, 0, vgic_read_priority, vgic_irq_set_priority)
/* An SGI of a GICv2 is without VIRQ_EDGE, yet one. */
#define VGIC_CONFIG_ROW(len) VGIC_FLAGS(0xc00, len, 2, 0, VIRQ_EDGE | VIRQ_SGI, vgic_irq_set_config)

#define VGIC_RAZ_WI(off, len) VGIC_SINGLE(off, len, 15, NULL, NULL)

/*
 * Rows sorted by offset, without overlap, the last one VGIC_REG_END, and where to begin to look:
 * start[i] is the first row that ends behind 128 × i.
 */
#define VGIC_TABLE_SLOTS 32U
#define VGIC_REG_END	 { .offset = ~0U, .end = ~0U }

struct vgic_table {
	const struct vgic_reg *start[VGIC_TABLE_SLOTS + 1];
};

extern struct vgic_table vgic_dist_table, vgic_dist2_table, vgic_rd_table;

extern const struct vgic_reg vgic_dist_rows[], vgic_dist2_rows[], vgic_rd_rows[];
/* Boot: fill start. */
void vgic_table_init(struct vgic_table *table, const struct vgic_reg *rows);
/* One access; false when the size or the alignment is not allowed. */
bool vgic_regs_access(const struct vgic_window *w, struct mmio_access *access,
		      const struct vgic_table *table);
/* What GICR_TYPER of a vCPU of the domain says. */
u64 vgic_redist_typer(const struct vcpu *v);
/* Identification registers, which both blocks have at 0xffd0. */
u64 vgic_regs_id(const struct vgic_window *w, u32 at);
u64 vgic_regs_iidr(const struct vgic_window *w, u32 at);
/* Where a store, or an SGI, begins: 0, or where the vCPU stopped in the same one (write_next). */
u32 vgic_write_begin(struct vcpu *v, u32 what, u32 value);
/* The targets of an SGI that are this trap's, of all those that it is for (bit per vCPU). */
u64 vgic_sgi_slice(struct vcpu *v, u64 targets, u32 what, u32 value);
/* Write of GICD_CTLR, by both distributors. */
bool vgic_regs_ctlr_write(const struct vgic_window *w, u32 at, u64 value);

/* Fields that all blocks have. */
u64 vgic_read_priority(const struct vgic_irq *irq);
void vgic_write_pending(struct domain *d, struct vgic_irq *irq, u64 value);

/* Handlers of regions. arg: the distributor's table; the region of redistributors. */
bool vgic_dist_access(struct vcpu *v, struct mmio_access *access, void *arg);
bool vgic_redist_access(struct vcpu *v, struct mmio_access *access, void *arg);

#endif
