/* SPDX-License-Identifier: MIT */
/*
 * What is particular to Arm in the guest interface: how a hypercall is made, the virtual machine
 * that a domain built by the toolstack sees, and the register frame the toolstack hands over.
 *
 * Called by: every guest (the HVC convention); the toolstack (memory map, vcpu_guest_context in
 * domctl setvcpucontext, xen_arch_domainconfig in domctl createdomain); the hypervisor's own
 * builder of boot-time domains, which offers the same map.
 *
 * Convention: HVC #XEN_HYPERCALL_TAG, number in x16, arguments in x0 to x4, result in x0.
 * Interrupt numbers below are GIC INTIDs: PPIs 16 to 31, SPIs from 32.
 */
#ifndef PUBLIC_ARCH_ARM_H
#define PUBLIC_ARCH_ARM_H

#include <public/types.h>

#define XEN_HYPERCALL_TAG 0xEA1

/* shared_info holds the vcpu_info of this many vCPUs; the others must register one. */
#define XEN_LEGACY_MAX_VCPUS 1

/*
 * General registers of a vCPU. x[n] is the same storage as xn. The SPSRs and banked registers
 * past spsr_el1 matter only for a vCPU that starts in AArch32.
 */
struct vcpu_guest_core_regs {
	union {
		uint64_t x[31];
		struct {
			uint64_t x0, x1, x2, x3, x4, x5, x6, x7;
			uint64_t x8, x9, x10, x11, x12, x13, x14, x15;
			uint64_t x16, x17, x18, x19, x20, x21, x22, x23;
			uint64_t x24, x25, x26, x27, x28, x29, x30;
		};
	};
	union {
		uint64_t pc64;
		uint32_t pc32;
	};
	uint64_t cpsr;
	union {
		uint64_t spsr_el1;
		uint32_t spsr_svc;
	};
	uint32_t spsr_fiq, spsr_irq, spsr_und, spsr_abt;
	uint64_t sp_el0;
	uint64_t sp_el1, elr_el1;
};

#define _VGCF_online 0
#define VGCF_online  (1 << _VGCF_online)

struct vcpu_guest_context {
	uint32_t flags; /* VGCF_* */
	struct vcpu_guest_core_regs user_regs;
	uint64_t sctlr;		      /* SCTLR_EL1 */
	uint64_t ttbcr, ttbr0, ttbr1; /* TCR_EL1, TTBR0_EL1, TTBR1_EL1 */
};

#define XEN_DOMCTL_CONFIG_GIC_NATIVE 0 /* in: as the host; out: the version chosen */
#define XEN_DOMCTL_CONFIG_GIC_V2     1
#define XEN_DOMCTL_CONFIG_GIC_V3     2

#define XEN_DOMCTL_CONFIG_TEE_NONE  0
#define XEN_DOMCTL_CONFIG_TEE_OPTEE 1
#define XEN_DOMCTL_CONFIG_TEE_FFA   2

struct xen_arch_domainconfig {
	uint8_t gic_version; /* in/out */
	uint8_t sve_vl;	     /* vector length in units of 128 bits, 0 = no SVE */
	uint16_t tee_type;
	uint32_t nr_spis;	  /* number of SPIs the virtual GIC offers */
	uint32_t clock_frequency; /* out: Hz to put into the timer node, 0 = leave it out */
};

/* Fields of SPSR/CPSR, as in the Arm ARM, C5.2.18 and G8.2.33. */
#define PSR_THUMB      (1U << 5)
#define PSR_FIQ_MASK   (1U << 6)
#define PSR_IRQ_MASK   (1U << 7)
#define PSR_ABT_MASK   (1U << 8)
#define PSR_BIG_ENDIAN (1U << 9) /* AArch32 */
#define PSR_DBG_MASK   (1U << 9) /* AArch64 */
#define PSR_IT_MASK    0x0600fc00U
#define PSR_JAZELLE    (1U << 24)
#define PSR_Z	       (1U << 30)

#define PSR_MODE_USR 0x10U
#define PSR_MODE_FIQ 0x11U
#define PSR_MODE_IRQ 0x12U
#define PSR_MODE_SVC 0x13U
#define PSR_MODE_MON 0x16U
#define PSR_MODE_ABT 0x17U
#define PSR_MODE_HYP 0x1aU
#define PSR_MODE_UND 0x1bU
#define PSR_MODE_SYS 0x1fU

#define PSR_MODE_BIT  0x10U /* set: AArch32 */
#define PSR_MODE_EL3h 0x0dU
#define PSR_MODE_EL3t 0x0cU
#define PSR_MODE_EL2h 0x09U
#define PSR_MODE_EL2t 0x08U
#define PSR_MODE_EL1h 0x05U
#define PSR_MODE_EL1t 0x04U
#define PSR_MODE_EL0t 0x00U

/* State in which the first vCPU of a domain starts. */
#define PSR_GUEST32_INIT (PSR_Z | PSR_ABT_MASK | PSR_FIQ_MASK | PSR_IRQ_MASK | PSR_MODE_SVC)
#define PSR_GUEST64_INIT (PSR_DBG_MASK | PSR_ABT_MASK | PSR_FIQ_MASK | PSR_IRQ_MASK | PSR_MODE_EL1h)
#define SCTLR_GUEST_INIT 0x00c50078ULL

/*
 * Guest physical address map, low to high:
 *
 *	0x0200_0000  virtio-mmio transports
 *	0x0300_1000  GIC (v2: distributor and CPU interface; v3: distributor, then redistributors)
 *	0x1000_0000  virtual PCI configuration space
 *	0x2000_0000  ACPI tables
 *	0x2200_0000  virtual PL011
 *	0x2300_0000  virtual PCI memory window
 *	0x3800_0000  grant table frames (addresses only, the guest maps what it wants there)
 *	0x3900_0000  magic pages: console ring, xenstore ring, ...
 *	0x4000_0000  RAM, first bank, 3 GiB
 *	0x1_0000_0000  virtual PCI prefetchable window
 *	0x2_0000_0000  RAM, second bank
 */
#define GUEST_VIRTIO_MMIO_BASE	  0x02000000ULL
#define GUEST_VIRTIO_MMIO_SIZE	  0x00100000ULL
#define GUEST_GICD_BASE		  0x03001000ULL
#define GUEST_GICD_SIZE		  0x00001000ULL
#define GUEST_GICC_BASE		  0x03002000ULL
#define GUEST_GICC_SIZE		  0x00002000ULL
#define GUEST_GICV3_GICD_BASE	  0x03001000ULL
#define GUEST_GICV3_GICD_SIZE	  0x00010000ULL
#define GUEST_GICV3_RDIST_REGIONS 1
#define GUEST_GICV3_GICR0_BASE	  0x03020000ULL /* 128 redistributors of 128 KiB */
#define GUEST_GICV3_GICR0_SIZE	  0x01000000ULL
#define GUEST_VPCI_ECAM_BASE	  0x10000000ULL
#define GUEST_VPCI_ECAM_SIZE	  0x10000000ULL
#define GUEST_ACPI_BASE		  0x20000000ULL
#define GUEST_ACPI_SIZE		  0x02000000ULL
#define GUEST_PL011_BASE	  0x22000000ULL
#define GUEST_PL011_SIZE	  0x00001000ULL
#define GUEST_VPCI_ADDR_TYPE_MEM  0x02000000ULL
#define GUEST_VPCI_MEM_ADDR	  0x23000000ULL
#define GUEST_VPCI_MEM_SIZE	  0x10000000ULL
#define GUEST_GNTTAB_BASE	  0x38000000ULL
#define GUEST_GNTTAB_SIZE	  0x01000000ULL
#define GUEST_MAGIC_BASE	  0x39000000ULL
#define GUEST_MAGIC_SIZE	  0x01000000ULL

#define GUEST_RAM_BANKS			  2
#define GUEST_RAM0_BASE			  0x40000000ULL
#define GUEST_RAM0_SIZE			  0xc0000000ULL
#define GUEST_VPCI_ADDR_TYPE_PREFETCH_MEM 0x43000000ULL
#define GUEST_VPCI_PREFETCH_MEM_ADDR	  0x100000000ULL
#define GUEST_VPCI_PREFETCH_MEM_SIZE	  0x100000000ULL
#define GUEST_RAM1_BASE			  0x0200000000ULL
#define GUEST_RAM1_SIZE			  0xfe00000000ULL
#define GUEST_RAM_BASE			  GUEST_RAM0_BASE
#define GUEST_RAM_MAX			  (GUEST_RAM0_SIZE + GUEST_RAM1_SIZE)

#define GUEST_MAX_VCPUS 128

#define GUEST_TIMER_VIRT_PPI	    27
#define GUEST_TIMER_PHYS_S_PPI	    29
#define GUEST_TIMER_PHYS_NS_PPI	    30
#define GUEST_EVTCHN_PPI	    31
#define GUEST_VPL011_SPI	    32
#define GUEST_VIRTIO_MMIO_SPI_FIRST 33
#define GUEST_VIRTIO_MMIO_SPI_LAST  43

#define GUEST_FFA_NOTIF_PEND_INTR_ID	8
#define GUEST_FFA_SCHEDULE_RECV_INTR_ID 9

/* PSCI 0.1 function numbers, for guests whose device tree says "arm,psci". */
#define PSCI_cpu_suspend 0
#define PSCI_cpu_off	 1
#define PSCI_cpu_on	 2
#define PSCI_migrate	 3

_Static_assert(sizeof(struct vcpu_guest_core_regs) == 312, "size of vcpu_guest_core_regs");
_Static_assert(offsetof(struct vcpu_guest_core_regs, x30) == 240, "offset of x30");
_Static_assert(offsetof(struct vcpu_guest_core_regs, pc64) == 248, "offset of pc64");
_Static_assert(offsetof(struct vcpu_guest_core_regs, cpsr) == 256, "offset of cpsr");
_Static_assert(sizeof(struct vcpu_guest_context) == 352, "size of vcpu_guest_context");
_Static_assert(offsetof(struct vcpu_guest_context, user_regs) == 8, "offset of user_regs");
_Static_assert(offsetof(struct vcpu_guest_context, sctlr) == 320, "offset of sctlr");
_Static_assert(sizeof(struct xen_arch_domainconfig) == 12, "size of xen_arch_domainconfig");

#endif
