/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's interrupt controller as the hypervisor sees it. Physical interrupts go through
 * hv/irq.h, for which the driver is the chip; this header holds what the virtual GIC needs besides:
 * list registers and state bits of physical interrupts. A driver in drivers/gic fills struct
 * gic_ops at boot; list registers have the layout of ICH_LR<n>_EL2 (IHI 0069, 12.4) whatever the
 * hardware is. All calls: this CPU, interrupts masked, no lock needed.
 */
#ifndef HV_GIC_H
#define HV_GIC_H

#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/types.h>

#define GIC_LR_VINTID_MASK    0xffffffffUL
#define GIC_LR_PINTID_SHIFT   32
#define GIC_LR_EOI	      BIT(41) /* without HW: maintenance interrupt when the guest ends it */
#define GIC_LR_PRIORITY_SHIFT 48
#define GIC_LR_GROUP1	      BIT(60)
#define GIC_LR_HW	      BIT(61)
#define GIC_LR_PENDING	      BIT(62)
#define GIC_LR_ACTIVE	      BIT(63)

/* ICH_HCR_EL2 */
#define GIC_HCR_EN	       0x1U
#define GIC_HCR_LRENPIE	       0x4U
#define GIC_HCR_NPIE	       0x8U
#define GIC_HCR_TDIR	       0x4000U
#define GIC_HCR_EOICOUNT_SHIFT 27

/* ICH_VMCR_EL2 */
#define GIC_VMCR_ENG0	   0x1U
#define GIC_VMCR_ENG1	   0x2U
#define GIC_VMCR_EOIM	   0x200U
#define GIC_VMCR_PMR_SHIFT 24

/* Frames of a GICv3's redistributors, as the device tree lists them. */
#define GIC_REDIST_REGIONS_MAX 4

struct gic_info {
	u64 dist_base;
	u32 nr_irqs; /* INTIDs below this are implemented: SPIs from 32 on */
	u32 nr_redist_regions;
	struct devtree_range redist[GIC_REDIST_REGIONS_MAX];
	u32 redist_stride;	 /* bytes from one CPU's frames to the next's */
	u64 cpu_base, vcpu_base; /* GICv2: CPU interface, virtual CPU interface; 8 KiB each */
	unsigned int version;	 /* 2 or 3 */
	int node;		 /* in the device tree; boot only */
	unsigned int maintenance_irq;
};

struct gic_ops {
	u64 (*lr_read)(u64 n);
	void (*lr_write)(u64 n, u64 value);
	/* Make list register n pending unless it is pending or active; returns what it was. */
	u64 (*lr_repend)(u64 n);
	u32 (*elrsr_read)(void); /* bit n: list register n holds nothing */
	u32 (*hcr_read)(void);
	void (*hcr_write)(u32 value);
	u32 (*vmcr_read)(void);
	void (*vmcr_write)(u32 value);
	void (*apr_read)(u32 apr[2][4]); /* active priorities of groups 0 and 1 */
	void (*apr_write)(const u32 apr[2][4]);
	/* Boot, on each CPU, first of all: what it needs before it can take interrupts. */
	void (*cpu_init)(void);
};

/* The driver's functions and what it found; valid once gic_init() has succeeded. */
extern const struct gic_ops *gic_ops;
extern struct gic_info gic_info;
/* List registers of every CPU's interface, 1 … 16. */
extern unsigned int gic_nr_lrs;

/* Boot, on each CPU, by the driver: no virtual interrupt is left from what ran before. */
void gic_lr_reset(void);

/* State of a physical interrupt; of a PPI, that of the CPU named. Any driver's. */
void gic_set_active(unsigned int irq, unsigned int cpu, bool active);
void gic_set_pending(unsigned int irq, unsigned int cpu, bool pending);
/* Of 32 interrupts at once: bit irq % 32 is this one's. */
u32 gic_pending_word(unsigned int irq, unsigned int cpu);

/* Boot: find the controller in the device tree and make it the irq chip. -ENODEV, -EINVAL, -ENOMEM.
 */
int gic_init(void);

/* One per driver, called by gic_init() in turn: 0, -ENODEV (not this one), other errors are final.
 */
int gicv3_probe(void);
int gicv2_probe(void);

#endif
