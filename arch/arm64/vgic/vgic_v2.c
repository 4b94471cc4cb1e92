/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC: what only a GICv2 has (IHI 0048B): sources of SGIs, and a CPU interface in
 * memory, whose pages are those of the hardware's virtual one. vgic_regs_dist2.c has its registers.
 *
 * An SGI of a GICv2 (VIRQ_SGI) is pending once for each vCPU that has sent one. A list register
 * takes one source, the lowest, and asks for a maintenance interrupt at its end while others wait
 * (bits of route). While one is active no other is put beside it: the register has room for one
 * source. In the model the latch is set exactly while sources wait; in a list register they are in
 * route only, and the fold sets it again. Lock: the domain's vgic.lock.
 */
#include <hv/errno.h>
#include <hv/gic.h>
#include <hv/printk.h>
#include <hv/stage2.h>
#include <hv/trace.h>
#include <hv/vgic.h>

#include "vgic_internal.h"

u64 vgic_sgi_take_source(struct vgic_irq *irq, bool is_tight)
{
	u32 sources = irq->route & VIRQ_SOURCES_MASK;
	u32 source = irq->route >> VIRQ_SOURCE_SHIFT;

	if ((irq->flags & VIRQ_ACTIVE) != 0) {
		irq->flags &= (u16)~VIRQ_LATCH; /* none is put beside it */
	} else {
		source = (u32)__builtin_ctz(sources | VGIC_V2_VCPUS_MAX << 4);
		sources &= ~(u32)BIT(source);
	}
	irq->route = sources | source << VIRQ_SOURCE_SHIFT;
	return (u64)source << GIC_LR_PINTID_SHIFT | (is_tight || sources != 0 ? GIC_LR_EOI : 0);
}

void vgic_sgi_put_source(struct vgic_irq *irq, bool is_pending)
{
	irq->route |= is_pending ? (u32)BIT(irq->route >> VIRQ_SOURCE_SHIFT) : 0;
	if ((irq->route & VIRQ_SOURCES_MASK) != 0) {
		irq->flags |= VIRQ_LATCH;
	}
}

void vgic_irq_change_sources(struct domain *d, struct vgic_irq *irq, u32 set, u32 clear)
{
	bool is_here = vgic_change_begin(d, irq);

	irq->route = (irq->route & ~clear) | set;
	if (is_here && (irq->route & VIRQ_SOURCES_MASK) != 0) {
		irq->flags |= VIRQ_LATCH;
	} else if (is_here) {
		irq->flags &= (u16)~VIRQ_LATCH;
	}
	if (set != 0 && trace_is_on()) {
		vgic_trace_pending(d, irq);
	}
	vgic_change_end(d, irq);
}

/*
 * First access to a GICv2's CPU interface: from now on the guest reaches that page of the
 * hardware's virtual one by itself. Not at the domain's construction, for it has no stage-2 tables
 * then.
 */
static bool map_cpu_interface(struct vcpu *v, struct mmio_access *access, void *arg __unused)
{
	u64 at = access->offset & PAGE_MASK;
	int rc = s2_map(v->domain, gfn((v->domain->arch.vgic.cpu_base + at) >> PAGE_SHIFT),
			mfn((gic_info.vcpu_base + at) >> PAGE_SHIFT), 1, S2_DEVICE);

	/* Another vCPU may have been faster. */
	access->retry = rc == 0 || rc == -EEXIST;
	return access->retry;
}

int vgic_v2_register(struct domain *d, const struct vgic_layout *layout)
{
	struct mmio_region region = { layout->dist_base, PAGE_SIZE, vgic_dist_access,
				      &vgic_dist2_table };
	int rc;

	if (d->nr_vcpus > VGIC_V2_VCPUS_MAX) {
		pr_err("vgic: this machine's GICv2 serves at most %u vCPUs\n", VGIC_V2_VCPUS_MAX);
		return -EINVAL;
	}
	d->arch.vgic.cpu_base = layout->cpu_base;
	rc = mmio_register(d, &region);
	region.start = layout->cpu_base;
	region.bytes = 2 * PAGE_SIZE;
	region.handler = map_cpu_interface;
	return rc != 0 ? rc : mmio_register(d, &region);
}
