/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: registers of a GICv2's distributor (IHI 0048B, 4.3), for domains on a machine
 * with a GICv2. No security extension: two groups. Interrupts 0 to 31 are banked, so a vCPU sees
 * its own; an SPI goes to the first vCPU of its targets. Lock: the domain's vgic.lock, held by
 * vgic_regs.c.
 *
 * An SGI has a source, the vCPU that has sent it, and is pending for each source by itself. The
 * sources that wait are bits of vgic_irq.route; one at a time goes into the list register (VIRQ_SGI
 * in vgic_lr.c).
 */
#include "vgic_internal.h"

#define ALL_VCPUS(d) ((u32)BIT((d)->nr_vcpus) - 1)
#define STATE_W1     (VGIC_REG_W1 | VGIC_REG_STATE)

static u64 ctlr_read(const struct vgic_window *w, u32 at __unused)
{
	return w->domain->arch.vgic.ctlr;
}

/* CPUNumber [7:5], ITLinesNumber [4:0] */
static u64 typer_read(const struct vgic_window *w, u32 at __unused)
{
	return (w->domain->nr_vcpus - 1) << 5 | (w->domain->arch.vgic.nr_spis + 31) / 32;
}

static u64 targets_read(const struct vgic_irq *irq)
{
	return vgic_irq_is_private(irq) ? BIT(irq->target) : irq->route;
}

static void targets_write(struct domain *d, struct vgic_irq *irq, u64 value)
{
	if (!vgic_irq_is_private(irq)) {
		irq->route = (u32)value & ALL_VCPUS(d);
		vgic_irq_set_target(d, irq,
				    irq->route == 0 ? VGIC_NO_VCPU
						    : (u16)__builtin_ctz(irq->route));
	}
}

static u64 sources_read(const struct vgic_irq *irq)
{
	u64 sources = irq->route & VIRQ_SOURCES_MASK;

	if ((irq->flags & VIRQ_LR_LATCH) != 0) {
		sources |= BIT(irq->route >> VIRQ_SOURCE_SHIFT);
	}
	return sources;
}

static void sources_set(struct domain *d, struct vgic_irq *irq, u64 value)
{
	vgic_irq_change_sources(d, irq, (u32)value & ALL_VCPUS(d), 0);
}

static void sources_clear(struct domain *d, struct vgic_irq *irq, u64 value)
{
	vgic_irq_change_sources(d, irq, 0, (u32)value);
}

/* GICD_SGIR: filter [25:24] (listed, all but the sender, the sender), targets [23:16], INTID [3:0].
 */
static bool sgir_write(const struct vgic_window *w, u32 at __unused, u64 value)
{
	struct domain *d = w->domain;
	u32 self = (u32)BIT(w->accessor->id);
	const u32 by_filter[] = { value >> 16 & 0xff, ~self, self, 0 };
	u64 targets = by_filter[value >> 24 & 3] & ALL_VCPUS(d);

	targets = vgic_sgi_slice(w->accessor, targets, 0xf00, (u32)value);
	for (; targets != 0; targets &= targets - 1) {
		struct vcpu *to = d->vcpus[__builtin_ctzl(targets)];

		if (to != NULL) {
			vgic_irq_change_sources(d, &to->arch.vgic.irqs[value & 0xf], self, 0);
		}
	}
	return w->accessor->arch.vgic.write_next != 0;
}

const struct vgic_reg vgic_dist2_rows[] = {
	VGIC_SINGLE(0x000, 4, 4, ctlr_read, vgic_regs_ctlr_write),
	VGIC_SINGLE(0x004, 4, 4, typer_read, NULL),
	VGIC_SINGLE(0x008, 4, 4, vgic_regs_iidr, NULL),
	VGIC_RAZ_WI(0x00c, 0x74),
	VGIC_IRQ_ROWS(0x80),
	VGIC_FIELDS(0x800, 0x400, 8, 5, 0, targets_read, targets_write),
	VGIC_CONFIG_ROW(0x100),
	VGIC_RAZ_WI(0xd00, 0x200), /* PPISR, SPISR, NSACR */
	VGIC_SINGLE(0xf00, 4, 4, NULL, sgir_write),
	VGIC_FIELDS(0xf10, 16, 8, 5, STATE_W1, sources_read, sources_clear),
	VGIC_FIELDS(0xf20, 16, 8, 5, STATE_W1, sources_read, sources_set),
	VGIC_SINGLE(0xfd0, 0x30, 4, vgic_regs_id, NULL),
	VGIC_REG_END,
};

struct vgic_table vgic_dist2_table __sealed;
