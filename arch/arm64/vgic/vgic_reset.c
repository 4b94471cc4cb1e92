/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: what a domain's restart in place needs, a distributor as after reset
 * (vgic_init.c), made so in slices. Lock: the domain's vgic.lock, taken here.
 */
#include <hv/errno.h>
#include <hv/inject.h>
#include <hv/vgic.h>

#include "vgic_internal.h"

#define RESET_SLICE 2U /* between two preemption points */

void vgic_vcpu_calm(struct vcpu *v)
{
	inject_begin(v->domain);
	for (u32 i = 0; i < VGIC_NR_PRIVATE; i++) {
		if (vgic_irq_is_queued(&v->arch.vgic.irqs[i])) {
			vgic_dequeue(v, &v->arch.vgic.irqs[i]);
		}
	}
	inject_end(v->domain);
}

/* A linked one is taken from the domain and given again, so that its physical side is at rest. */
static void reset_spi(struct domain *d, struct vgic_irq *irq)
{
	u32 intid = irq->intid, pirq = irq->pirq;
	bool is_routed = vgic_irq_is_routed(irq) && vgic_unroute_hw(d, intid) == 0;

	inject_begin(d);
	vgic_irq_set_line(d, irq, false);
	vgic_irq_clear_pending(d, irq);
	vgic_irq_set_active(d, irq, false);
	vgic_irq_init(irq, intid, 0);
	irq->route = vgic_is_v2(d) ? 1 : 0;
	inject_end(d);
	if (is_routed) {
		(void)vgic_route_hw(d, intid, pirq); /* it was ours just now */
	}
}

int vgic_spis_reset(struct domain *d)
{
	struct vgic_domain *g = &d->arch.vgic;
	u32 to = MIN(g->nr_spis, g->nr_reset + RESET_SLICE);
	bool is_told;

	while (g->nr_reset < to) {
		reset_spi(d, &g->spis[g->nr_reset++]);
	}
	if (to < g->nr_spis) {
		return -ERESTART;
	}
	inject_begin(d);
	(void)vgic_set_ctlr(d, 0);
	is_told = vgic_tell_ctlr(d, VGIC_WAKES_SLICE);
	inject_end(d);
	g->nr_reset = is_told ? 0 : to;
	return is_told ? 0 : -ERESTART;
}
