/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: registers of the redistributors (IHI 0069, 12.11), one pair of 64 KiB frames per
 * vCPU: RD_base, and SGI_base behind it with the state of interrupts 0 to 31. No LPIs: their
 * registers read as zero and ignore writes. A frame without a vCPU reads as zero.
 */
#include <asm/psci.h>

#include "vgic_internal.h"

#define CTLR_RWP	      BIT(3)
#define TYPER_LAST	      BIT(4)
#define WAKER_PROCESSOR_SLEEP BIT(1)
#define WAKER_CHILDREN_ASLEEP BIT(2)

/* GICR_CTLR and GICR_IIDR: one row, so that GICR_TYPER, which guests read in a loop, is found
 * sooner. */
static u64 head_read(const struct vgic_window *w, u32 at)
{
	u64 ctlr = READ_ONCE(w->domain->arch.vgic.nr_syncs) != 0 ? CTLR_RWP : 0;

	return at < 4 ? ctlr : vgic_regs_iidr(w, at - 4);
}

static bool is_last(const struct domain *d, u32 id)
{
	const struct vgic_domain *g = &d->arch.vgic;

	for (u32 i = 0; i < g->nr_redist_regions; i++) {
		if (&d->vcpus[id + 1] == g->redist[i].vcpus + g->redist[i].nr_vcpus) {
			return true;
		}
	}
	return false;
}

u64 vgic_redist_typer(const struct vcpu *v)
{
	return psci_affinity_of_vcpu(v->id) << 32 | (u64)v->id << 8 |
	       (is_last(v->domain, v->id) ? TYPER_LAST : 0);
}

static u64 typer_read(const struct vgic_window *w, u32 at)
{
	return w->frame->arch.vgic.typer >> at * 8;
}

static u64 waker_read(const struct vgic_window *w, u32 at __unused)
{
	return w->frame->arch.vgic.is_asleep ? WAKER_PROCESSOR_SLEEP | WAKER_CHILDREN_ASLEEP : 0;
}

static bool waker_write(const struct vgic_window *w, u32 at __unused, u64 value)
{
	w->frame->arch.vgic.is_asleep = (value & WAKER_PROCESSOR_SLEEP) != 0;
	return false;
}

#define SGI_BASE 0x10000
/* What stands there as in the distributor, for interrupts 0 to 31: IGROUPR0 … NSACR. */
#define SGI_FIRST   0x80
#define SGI_END	    0xe04
#define SGI_NOTHING 0x1000 /* nothing stands there in the distributor */

const struct vgic_reg vgic_rd_rows[] = {
	VGIC_SINGLE(0x0000, 8, 4, head_read, NULL),
	VGIC_SINGLE(0x0008, 8, 12, typer_read, NULL),
	VGIC_RAZ_WI(0x0010, 4), /* STATUSR */
	VGIC_SINGLE(0x0014, 4, 4, waker_read, waker_write),
	VGIC_RAZ_WI(0x0018, 0xe8), /* SETLPIR … SYNCR: no LPIs, and a sync is over at once */
	VGIC_SINGLE(0xffd0, 0x30, 4, vgic_regs_id, NULL),
	VGIC_REG_END,
};

struct vgic_table vgic_rd_table __sealed;

bool vgic_redist_access(struct vcpu *v, struct mmio_access *access, void *arg)
{
	const struct vgic_redist_region *region = arg;
	u64 n = access->offset / region->stride;
	u64 offset = access->offset - n * region->stride;
	const struct vgic_table *table = &vgic_rd_table;
	struct vgic_window w;

	w.domain = v->domain;
	w.accessor = v;
	w.frame = n < region->nr_vcpus ? region->vcpus[n] : NULL;
	if (unlikely(w.frame == NULL)) {
		access->value = access->is_write ? access->value : 0;
		return true;
	}
	if (offset - SGI_BASE < SGI_END) {
		offset -= offset - SGI_BASE < SGI_FIRST ? SGI_BASE - SGI_NOTHING : SGI_BASE;
		table = &vgic_dist_table;
	}
	access->offset = offset;
	return vgic_regs_access(&w, access, table);
}
