/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where virtual interrupts come from: marks them in the vGIC, then wakes or kicks the vCPUs
 * concerned. Nothing else in this folder knows the scheduler.
 *
 * No wake-up is lost: a vCPU first blocks (SCHED_BLOCK_WAIT), then looks for work under the vGIC
 * lock (inject_is_pending). Either that look comes after ours and sees the interrupt, or it comes
 * before, and then we see that the vCPU is blocked.
 */
#include <hv/inject.h>
#include <hv/irq.h>
#include <hv/sched.h>
#include <hv/vgic.h>

#include "vgic_internal.h"

void inject_begin(struct domain *d)
{
	spin_lock(&d->arch.vgic.lock);
}

static void kick(struct vcpu *v)
{
	u32 cpu;

	if ((READ_ONCE(v->sched.blocked) & SCHED_BLOCK_WAIT) != 0 &&
	    sched_unblock(&v->sched, SCHED_BLOCK_WAIT)) {
		return;
	}
	cpu = READ_ONCE(v->arch.vgic.cpu);
	if (cpu != cpu_id() && cpu != VGIC_NO_CPU) {
		irq_kick(cpu);
	}
}

/* The end of an injection that somebody has to hear of. */
static __noinline void end_and_kick(struct domain *d)
{
	u64 kicks = d->arch.vgic.kicks;

	d->arch.vgic.kicks = 0;
	spin_unlock(&d->arch.vgic.lock);
	for (; kicks != 0; kicks &= kicks - 1) {
		kick(d->vcpus[__builtin_ctzl(kicks)]);
	}
}

void inject_end(struct domain *d)
{
	if (unlikely(d->arch.vgic.kicks != 0)) {
		end_and_kick(d);
	} else {
		spin_unlock(&d->arch.vgic.lock);
	}
}

void inject_private(struct vcpu *v, struct vgic_irq *irq)
{
	struct domain *d = v->domain;

	inject_begin(d);
	vgic_irq_set_latch(d, irq);
	inject_end(d);
}

void inject_ppi(struct vcpu *v, u32 intid)
{
	inject_private(v, &v->arch.vgic.irqs[intid]);
}

void inject_ppi_level(struct vcpu *v, u32 intid, bool level)
{
	inject_begin(v->domain);
	vgic_irq_set_line(v->domain, &v->arch.vgic.irqs[intid], level);
	inject_end(v->domain);
}

void inject_spi_level(struct domain *d, u32 intid, bool level)
{
	struct vgic_irq *irq = intid < VGIC_NR_PRIVATE ? NULL : vgic_irq_find(d, NULL, intid);

	if (irq != NULL) {
		inject_begin(d);
		vgic_irq_set_line(d, irq, level);
		inject_end(d);
	}
}
