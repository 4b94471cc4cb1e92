/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The architecture's part of domains and vCPUs (hv/arch.h): stage 2, virtual GIC, timers, and the
 * state of a CPU after reset. Construction either succeeds or leaves nothing. Called by
 * common/domain, which serialises it; nothing here runs while a vCPU of the domain is on a CPU.
 */
#include <asm/cpu.h>
#include <asm/psci.h>
#include <asm/s2_internal.h>
#include <asm/sysreg.h>
#include <asm/virt.h>
#include <hv/arch.h>
#include <hv/context.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/gic.h>
#include <hv/heap.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/vgic.h>
#include <hv/vtimer.h>
#include <public/arch-arm.h>

/* MMU and caches off, the RES1 bits of ARMv8.0, WFI and WFE allowed at EL0. */
#define SCTLR_EL1_RESET 0x30c50838UL
#define MPIDR_RES1	BIT(31)
#define HCR_GUEST                                                                                  \
	(HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB | HCR_BSU_IS |         \
	 HCR_TWI | HCR_TWE | HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_TSW | HCR_RW)

static __sealed u64 hcr_guest;

__init void virt_init(bool id_registers_trap)
{
	hcr_guest = HCR_GUEST | (id_registers_trap ? HCR_TID3 : 0);
	hcr_guest |= cpu_features.has_lor ? HCR_TLOR : 0;
	hcr_guest |= cpu_features.has_ras ? HCR_TERR : 0;
	hcr_guest |= cpu_features.has_pauth ? HCR_APK | HCR_API : 0;
}

static void guest_layout(struct vgic_layout *layout, u32 nr_spis)
{
	*layout = (struct vgic_layout){
		.dist_base = GUEST_GICV3_GICD_BASE,
		.nr_spis = nr_spis,
		.nr_redist_regions = 1,
		.redist[0] = { GUEST_GICV3_GICR0_BASE, GUEST_GICV3_GICR0_SIZE },
	};
	if (gic_info.version == 2) {
		layout->dist_base = GUEST_GICD_BASE;
		layout->cpu_base = GUEST_GICC_BASE;
	}
}

/* Dom0 finds the controller where the host's device tree says. */
static void host_layout(struct vgic_layout *layout)
{
	*layout = (struct vgic_layout){
		.dist_base = gic_info.dist_base,
		.nr_spis = gic_info.nr_irqs - 32,
		.nr_redist_regions = gic_info.nr_redist_regions,
		.redist_stride = gic_info.redist_stride,
		.cpu_base = gic_info.cpu_base,
	};
	_Static_assert(sizeof(layout->redist) == sizeof(gic_info.redist), "as many regions");
	memcpy(layout->redist, gic_info.redist, sizeof(layout->redist));
}

int arch_domain_init(struct domain *d, const struct domain_config *config)
{
	struct vgic_layout layout;
	int rc;

	if (config->is_host_layout) {
		host_layout(&layout);
	} else {
		guest_layout(&layout, config->nr_spis);
	}
	/* A guest's virtual count begins at its creation; Dom0 shares the machine's. */
	d->arch.cntvoff = config->is_host_layout ? 0 : arch_counter();
	rc = vgic_domain_init(d, &layout);
	return rc ? rc : s2_init(d);
}

int arch_vcpu_init(struct vcpu *v)
{
	int rc = vgic_spis_init(v->domain);

	/* Boot has nobody to let in between. */
	while (rc == -ERESTART && context_is_idle(current_vcpu())) {
		rc = vgic_spis_init(v->domain);
	}
	if (rc) {
		return rc;
	}
	v->arch.fp = heap_alloc(sizeof(*v->arch.fp));
	if (!v->arch.fp) {
		return -ENOMEM;
	}
	v->arch.vgic.cpu = VGIC_NO_CPU;
	vtimer_vcpu_init(v);
	v->arch.vmpidr = MPIDR_RES1 | psci_affinity_of_vcpu(v->id);
	arch_vcpu_reset(v, 0, 0);
	return 0;
}

void arch_vcpu_free(struct vcpu *v)
{
	vtimer_vcpu_free(v);
	heap_free(v->arch.fp);
	v->arch.fp = NULL;
}

void arch_vcpu_reset(struct vcpu *v, u64 entry, u64 x0)
{
	memset(&v->arch.regs, 0, sizeof(v->arch.regs));
	memset(&v->arch.el1, 0, sizeof(v->arch.el1));
	memset(v->arch.fp, 0, sizeof(*v->arch.fp));
	v->arch.fp_cpu = ~0U;
	v->arch.el1_cpu = ~0U;
	v->arch.hcr = hcr_guest;
	v->arch.cptr = CPTR_GUEST | CPTR_TFP;
	v->arch.el1.sctlr = SCTLR_EL1_RESET;
	v->arch.regs.pc = entry;
	v->arch.regs.x[0] = x0;
	v->arch.regs.pstate = PSTATE_DAIF | PSTATE_MODE_EL1H;
	vgic_vcpu_reset(v);
	vtimer_vcpu_reset(v);
}
