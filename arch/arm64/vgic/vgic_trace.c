/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tracing of what becomes pending in the virtual GIC. A vCPU that is traced takes the slow way out
 * of EL2, where the latency of its interrupt is counted. Lock: the domain's vgic.lock.
 */
#include <hv/trace.h>
#include <hv/vtimer.h>

#include "vgic_internal.h"

void vgic_trace_pending(struct domain *d, const struct vgic_irq *irq)
{
	bool is_timer = irq->intid == VTIMER_PPI_VIRT;
	struct vcpu *v = vgic_has_vcpu(d, irq->target) ? d->vcpus[irq->target] : NULL;

	if (v == NULL || (irq->flags & VIRQ_ENABLED) == 0) {
		return;
	}
	trace_inject(v, irq->intid, is_timer ? vgic_timer_deadline(v) : ~0UL);
	if (vgic_is_local(v)) {
		WRITE_ONCE(v->arch.vgic.work, v->arch.vgic.work | VGIC_WORK_FILL);
	}
}
