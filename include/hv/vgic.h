/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC of a domain (IHI 0069, IHI 0048B): what the trap code and the domain code call.
 * How it works is told at the top of arch/arm64/vgic/vgic_model.c; sources of interrupts use
 * hv/inject.h.
 */
#ifndef HV_VGIC_H
#define HV_VGIC_H

#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/types.h>
#include <hv/vcpu.h>

struct domain;

#define VGIC_REDIST_STRIDE 0x20000U

struct vgic_layout {
	u64 dist_base;
	u32 nr_spis; /* rounded up to a multiple of 32; at most VGIC_NR_SPIS_MAX */
	u32 nr_redist_regions;
	struct devtree_range redist[VGIC_REDIST_REGIONS_MAX];
	u32 redist_stride; /* 0: VGIC_REDIST_STRIDE */
	u64 cpu_base;	   /* not 0: a GICv2, this is its CPU interface, and no redistributors */
};

/* Boot: the maintenance interrupt; once, then on each CPU. */
int vgic_init(void);
void vgic_cpu_init(void);

/*
 * Construction, before any vCPU: memory for the SPIs and the MMIO regions. d->nr_vcpus is known.
 * -ENOMEM, -EINVAL (no room for that many redistributors, more vCPUs than a GICv2 can have), or an
 * error of mmio_register().
 */
int vgic_domain_init(struct domain *d, const struct vgic_layout *layout);
/*
 * Make some of its shared interrupts: -ERESTART until all are made, then 0; -ENOMEM. Before its
 * first vCPU; those that are not made yet do not exist.
 */
int vgic_spis_init(struct domain *d);
/*
 * Shared interrupts and the distributor as after a reset, physical ones disabled and at rest, in
 * slices: -ERESTART until done, then 0. At most the caller's vCPU is on a CPU.
 */
int vgic_spis_reset(struct domain *d);
/* CPU interface and private interrupts as after a reset. The vCPU is not on a CPU. */
void vgic_vcpu_reset(struct vcpu *v);
/* The part of it that takes private interrupts out of v's queues; only a reset may follow. */
void vgic_vcpu_calm(struct vcpu *v);

/* Before each return to the guest, if there is work: bring the list registers up to date. */
void vgic_enter_work(struct vcpu *v);
static inline bool vgic_has_work(const struct vcpu *v)
{
	return READ_ONCE(v->arch.vgic.work) != 0;
}

/* At a vCPU switch, on the CPU it leaves or enters. */
void vgic_save(struct vcpu *v);
void vgic_restore(struct vcpu *v);

enum vgic_sgi_reg {
	VGIC_SGI0R,
	VGIC_SGI1R,
	VGIC_ASGI1R
};
/* Trapped write of the current vCPU to ICC_SGI1R_EL1, ICC_ASGI1R_EL1 or ICC_SGI0R_EL1. False: the
 * vCPU has to run it again, for targets that are left. */
bool vgic_sgi_write(struct vcpu *v, u64 value, enum vgic_sgi_reg reg);
/* Trapped write to ICC_DIR_EL1; traps only while active interrupts do not fit the list registers.
 */
void vgic_dir_write(struct vcpu *v, u64 value);

/*
 * Physical SPI pirq becomes the domain's SPI virq: list registers link the two, enabling and
 * trigger type are passed on. -EINVAL, -EBUSY (taken), errors of irq_request_guest(). The physical
 * interrupt starts disabled.
 */
int vgic_route_hw(struct domain *d, u32 virq, u32 pirq);
/* The physical interrupt is disabled and inactive afterwards. -ENOENT when it is not routed. */
int vgic_unroute_hw(struct domain *d, u32 virq);
/* All of a domain; early in its end, long before its SPIs are freed: a handler may still run
 * elsewhere. */
void vgic_unroute_all(struct domain *d);

#endif
