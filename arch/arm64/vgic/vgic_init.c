/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: construction and end of a domain's and a vCPU's part. Reset state by IHI 0069:
 * everything disabled, inactive, group 0, level-sensitive (SGIs: edge), CPU interfaces closed. No
 * lock: nobody else looks at a domain that is being built.
 */
#include <hv/errno.h>
#include <hv/gic.h>
#include <hv/heap.h>
#include <hv/inject.h>
#include <hv/printk.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/vgic.h>
#include <hv/vtimer.h>

#include "vgic_internal.h"

#define DIST_BYTES 0x10000U
#define SPIS_SLICE 64U /* made between two preemption points */

static int place_redists(struct domain *d, const struct vgic_layout *layout)
{
	struct vgic_domain *g = &d->arch.vgic;
	u32 stride = layout->redist_stride != 0 ? layout->redist_stride : VGIC_REDIST_STRIDE;
	u32 next = 0;

	if (layout->nr_redist_regions > VGIC_REDIST_REGIONS_MAX || stride < VGIC_REDIST_STRIDE) {
		return -EINVAL;
	}
	for (u32 i = 0; i < layout->nr_redist_regions; i++) {
		g->redist[i].base = layout->redist[i].base;
		g->redist[i].stride = stride;
		g->redist[i].vcpus = &d->vcpus[next];
		g->redist[i].nr_vcpus =
			(u32)MIN(layout->redist[i].bytes / stride, (u64)(d->nr_vcpus - next));
		next += g->redist[i].nr_vcpus;
	}
	g->nr_redist_regions = layout->nr_redist_regions;
	return next == d->nr_vcpus ? 0 : -EINVAL;
}

static int register_regions(struct domain *d, const struct vgic_layout *layout)
{
	struct vgic_domain *g = &d->arch.vgic;
	struct mmio_region region = { layout->dist_base, DIST_BYTES, vgic_dist_access,
				      &vgic_dist_table };
	int rc = mmio_register(d, &region);

	for (u32 i = 0; rc == 0 && i < g->nr_redist_regions; i++) {
		region.start = g->redist[i].base;
		region.bytes = layout->redist[i].bytes;
		region.handler = vgic_redist_access;
		region.arg = &g->redist[i];
		rc = mmio_register(d, &region);
	}
	return rc;
}

int vgic_spis_init(struct domain *d)
{
	struct vgic_domain *g = &d->arch.vgic;
	u32 to = MIN(g->nr_wanted, g->nr_spis + SPIS_SLICE);

	if (g->nr_spis == g->nr_wanted) {
		return 0;
	}
	if (g->spis == NULL) {
		g->spis = heap_alloc(g->nr_wanted * sizeof(g->spis[0]));
		return g->spis == NULL ? -ENOMEM : -ERESTART;
	}
	while (g->nr_spis < to) {
		vgic_irq_init(&g->spis[g->nr_spis], VGIC_NR_PRIVATE + g->nr_spis, 0);
		g->spis[g->nr_spis].route = vgic_is_v2(d) ? 1 : 0;
		g->nr_spis++;
	}
	return -ERESTART;
}

int vgic_domain_init(struct domain *d, const struct vgic_layout *layout)
{
	struct vgic_domain *g = &d->arch.vgic;
	bool is_v2 = IS_ENABLED(CONFIG_GICV2) && layout->cpu_base != 0;
	int rc = is_v2 ? 0 : place_redists(d, layout);

	if (rc != 0) {
		return rc;
	}
	spin_lock_init(&g->lock, LOCK_RANK_VGIC);
	g->nr_wanted = MIN(ALIGN_UP(layout->nr_spis, 32U), VGIC_NR_SPIS_MAX);
	return is_v2 ? vgic_v2_register(d, layout) : register_regions(d, layout);
}

/* SPIs that v holds, pending or active, stay; they are the domain's. */
void vgic_vcpu_reset(struct vcpu *v)
{
	struct vgic_vcpu *vg = &v->arch.vgic;
	struct vgic_irq *irq;
	u16 hw;

	inject_begin(v->domain);
	for (u32 i = 0; i < VGIC_NR_PRIVATE; i++) {
		irq = &vg->irqs[i];
		if (vgic_irq_is_queued(irq)) {
			vgic_dequeue(v, irq);
		}
		hw = irq->flags & VIRQ_HW;
		vgic_irq_init(irq, i, v->id);
		if (vgic_is_v2(v->domain) && i < 16) {
			irq->flags = VIRQ_SGI;
		}
		if (hw != 0) {
			irq->flags |= hw;
			irq->pirq = VTIMER_PPI_VIRT;
		}
	}
	vg->vmcr = 0;
	vg->is_asleep = true;
	vg->typer = vgic_redist_typer(v);
	memset(vg->apr, 0, sizeof(vg->apr));
	inject_end(v->domain);
}
