/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State of the virtual GIC: what one virtual interrupt, one vCPU and one domain hold. vgic_model.c
 * explains how the parts work together. Everything is protected by the domain's vgic.lock, with two
 * exceptions: vgic_vcpu.work may be read without it by the CPU that runs the vCPU (vgic_has_work),
 * and vmcr, apr and hcr belong to the CPU that switches the vCPU.
 */
#ifndef ASM_VGIC_STATE_H
#define ASM_VGIC_STATE_H

#include <hv/spinlock.h>
#include <hv/types.h>

struct vcpu;

#define VGIC_NR_PRIVATE		32U  /* SGIs 0 … 15 and PPIs 16 … 31 of each vCPU */
#define VGIC_NR_SPIS_MAX	988U /* INTIDs 32 … 1019 */
#define VGIC_NR_LEVELS		32U  /* five bits of priority */
#define VGIC_LRS_MAX		16U
#define VGIC_NO_LR		0xffU
#define VGIC_NO_CPU		0xffffffffU
#define VGIC_NO_VCPU		0xffffU
#define VGIC_REDIST_REGIONS_MAX 4U

/* vgic_irq.flags */
#define VIRQ_ENABLED	   BIT(0)
#define VIRQ_GROUP1	   BIT(1)
#define VIRQ_EDGE	   BIT(2)
#define VIRQ_LATCH	   BIT(3)  /* pending by an edge, a message or ISPENDR */
#define VIRQ_LINE	   BIT(4)  /* level-sensitive input is asserted */
#define VIRQ_ACTIVE	   BIT(5)  /* active; while in a list register: when last read back */
#define VIRQ_HW		   BIT(6)  /* linked to the physical interrupt pirq */
#define VIRQ_LR_LATCH	   BIT(7)  /* the latch has moved into the list register */
#define VIRQ_CLEAR_PENDING BIT(8)  /* to be done when the list register is read back */
#define VIRQ_CLEAR_ACTIVE  BIT(9)  /* the same */
#define VIRQ_SET_ACTIVE	   BIT(10) /* the same */
#define VIRQ_REQUESTS	   (VIRQ_CLEAR_PENDING | VIRQ_CLEAR_ACTIVE | VIRQ_SET_ACTIVE)
#define VIRQ_SGI	   BIT(11) /* SGI of a GICv2, which has sources */
#define VIRQ_QUEUE_SHIFT   12	   /* two bits: 0 = in no queue, else enum vgic_queue + 1 */
#define VIRQ_QUEUE_MASK	   (3UL << VIRQ_QUEUE_SHIFT)

/* Interrupts of a vCPU that want a list register and have none, by what they wait for. */
enum vgic_queue {
	VGIC_QUEUE_GROUP0, /* pending, enabled, group 0 */
	VGIC_QUEUE_GROUP1, /* pending, enabled, group 1 */
	VGIC_QUEUE_ACTIVE, /* active (perhaps pending as well) */
	NR_VGIC_QUEUES
};

#define VIRQ_SOURCES_MASK 0xffU
#define VIRQ_SOURCE_SHIFT 8
#define VGIC_V2_VCPUS_MAX 8U

struct vgic_irq {
	struct vgic_irq *next, *prev; /* circular list of one queue and priority */
	/*
	 * SPI: Aff3.Aff2.Aff1.Aff0 as written to GICD_IROUTER, or the byte of GICD_ITARGETSR.
	 * With VIRQ_SGI: sources that wait [7:0], the one in the list register or active [10:8].
	 */
	u32 route;
	u16 intid;
	u16 pirq;   /* physical INTID, with VIRQ_HW */
	u16 target; /* vCPU it is routed to, VGIC_NO_VCPU = nowhere */
	u16 holder; /* vCPU whose queue or list register holds it */
	u16 flags;  /* VIRQ_* */
	u8 priority;
	u8 lr; /* list register of the holder, or VGIC_NO_LR */
};

/* vgic_vcpu.work: what vgic_enter_work() has to do before the guest runs on. */
#define VGIC_WORK_FILL	 BIT(0) /* a queue has grown */
#define VGIC_WORK_SYNC	 BIT(1) /* read all list registers back, then fill */
#define VGIC_WORK_REPEND BIT(2) /* loaded interrupts with VIRQ_LATCH have come again */

struct vgic_vcpu {
	u32 work;      /* VGIC_WORK_* */
	u32 cpu;       /* CPU whose list registers are this vCPU's, or VGIC_NO_CPU */
	u32 lr_used;   /* list registers written since they were last read back as empty */
	u32 hcr;       /* ICH_HCR_EL2 */
	u32 vmcr;      /* ICH_VMCR_EL2 while not loaded */
	u32 apr[2][4]; /* ICH_AP0Rn_EL2, ICH_AP1Rn_EL2 while not loaded */
	u32 levels[NR_VGIC_QUEUES]; /* bit per priority level whose list is not empty */
	u16 nr_queued[NR_VGIC_QUEUES];
	u32 sync_done;	 /* vgic_domain.sync_ticket when the list registers were last read back */
	u32 wait_ticket; /* read of a state waits for read-backs up to this ticket; 0 = none */
	u32 wait_offset; /* register of that read */
	/* A store to many fields, or an SGI to many, that the guest runs again: which, and the
	 * first that is left. */
	u64 write_pc;
	u32 write_what, write_value, write_next;
	u64 typer;	/* GICR_TYPER */
	bool is_asleep; /* GICR_WAKER.ProcessorSleep */
	struct vgic_irq *in_lr[VGIC_LRS_MAX];
	struct vgic_irq *queue[NR_VGIC_QUEUES][VGIC_NR_LEVELS];
	struct vgic_irq irqs[VGIC_NR_PRIVATE];
};

struct vgic_redist_region {
	u64 base;
	struct vcpu **vcpus; /* of the domain's: whose frames are here, in this order */
	u32 nr_vcpus;
	u32 stride; /* bytes from one vCPU's frames to the next's */
};

struct vgic_domain {
	struct spinlock lock;  /* LOCK_RANK_VGIC: all of the domain's virtual interrupts */
	struct vgic_irq *spis; /* heap */
	u32 nr_spis;	       /* a multiple of 32, or 988 = nr_wanted, once all are made */
	u32 nr_wanted;
	u32 nr_reset;	 /* SPIs that vgic_spis_reset() is done with */
	u32 ctlr;	 /* GICD_CTLR.EnableGrp0 and EnableGrp1 */
	u32 sync_ticket; /* counts requests to read list registers back */
	u32 nr_syncs;	 /* loaded vCPUs with VGIC_WORK_SYNC: GICD_CTLR.RWP */
	u64 kicks;	 /* vCPUs that inject_end() has to wake or interrupt */
	u64 untold;	 /* vCPUs that have not been told of the last change of ctlr */
	u32 nr_hw;	 /* interrupts with VIRQ_HW among the SPIs */
	u64 cpu_base;	 /* GICv2: where the guest finds its CPU interface; 0 = GICv3 */
	u32 nr_redist_regions;
	struct vgic_redist_region redist[VGIC_REDIST_REGIONS_MAX];
};

#endif
