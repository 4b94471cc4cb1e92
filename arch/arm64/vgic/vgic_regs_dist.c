/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: registers of the distributor (IHI 0069, 12.9). Affinity routing is always on and
 * there is one security state (GICD_CTLR.ARE = DS = 1), so interrupts 0 to 31 are seen in the
 * redistributors only. Neither LPIs nor message-based SPIs.
 */
#include <asm/psci.h>

#include "vgic_internal.h"

#define CTLR_ARE      BIT(4)
#define CTLR_DS	      BIT(6)
#define CTLR_RWP      BIT(31)
#define TYPER_ID_BITS (9UL << 19) /* INTIDs of 10 bits */
#define TYPER_NO_1N   BIT(25)

static u64 ctlr_read(const struct vgic_window *w, u32 at __unused)
{
	const struct vgic_domain *g = &w->domain->arch.vgic;

	return g->ctlr | CTLR_ARE | CTLR_DS |
	       ((READ_ONCE(g->nr_syncs) | READ_ONCE(g->untold)) != 0 ? CTLR_RWP : 0);
}

static u64 typer_read(const struct vgic_window *w, u32 at __unused)
{
	return TYPER_NO_1N | TYPER_ID_BITS | ((w->domain->arch.vgic.nr_spis + 31) / 32);
}

/* GICD_IROUTER<n>: Aff3 [39:32], IRM [31] (RES0 here), Aff2 … Aff0 [23:0]. */
static struct vgic_irq *routed_irq(const struct vgic_window *w, u32 at)
{
	return at / 8 < VGIC_NR_PRIVATE ? NULL : vgic_irq_find(w->domain, NULL, at / 8);
}

static u64 route_read(const struct vgic_window *w, u32 at)
{
	const struct vgic_irq *irq = routed_irq(w, at);
	u32 route = irq != NULL ? READ_ONCE(irq->route) : 0;

	return ((route & 0xffffff) | (u64)(route >> 24) << 32) >> at % 8 * 8;
}

static bool route_write(const struct vgic_window *w, u32 at, u64 value)
{
	u64 id = psci_vcpu_of_affinity(value & 0xff00ffffffUL);
	struct vgic_irq *irq = routed_irq(w, at);

	if (irq != NULL) {
		WRITE_ONCE(irq->route, (u32)(value & 0xffffff) | (u32)(value >> 32 & 0xff) << 24);
		vgic_irq_set_target(w->domain, irq,
				    id < w->domain->nr_vcpus ? (u16)id : VGIC_NO_VCPU);
	}
	return false;
}

const struct vgic_reg vgic_dist_rows[] = {
	VGIC_SINGLE(0x0000, 4, 4, ctlr_read, vgic_regs_ctlr_write),
	VGIC_SINGLE(0x0004, 4, 4, typer_read, NULL),
	VGIC_SINGLE(0x0008, 4, 4, vgic_regs_iidr, NULL),
	VGIC_RAZ_WI(0x000c, 0x74), /* TYPER2, STATUSR, SETSPI and CLRSPI registers */
	VGIC_IRQ_ROWS(0x80),
	VGIC_RAZ_WI(0x0800, 0x400), /* ITARGETSR: affinity routing is on */
	VGIC_CONFIG_ROW(0x100),
	VGIC_RAZ_WI(0x0d00, 0x230), /* IGRPMODR, NSACR, SGIR, CPENDSGIR, SPENDSGIR */
	VGIC_SINGLE(0x6000, 0x2000, 12, route_read, route_write),
	VGIC_SINGLE(0xffd0, 0x30, 4, vgic_regs_id, NULL),
	VGIC_REG_END,
};

struct vgic_table vgic_dist_table __sealed;

bool vgic_dist_access(struct vcpu *v, struct mmio_access *access, void *arg)
{
	const struct vgic_table *table = arg;
	struct vgic_window w = {
		.domain = v->domain,
		.accessor = v,
		.frame = vgic_is_v2(v->domain) ? v : NULL, /* banked there */
	};

	return vgic_regs_access(&w, access, table);
}
