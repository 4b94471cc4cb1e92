/* SPDX-License-Identifier: MIT */
/*
 * Control of domains: domctl(argument). One structure, cmd and target inside it.
 *
 * Called by: the toolstack only (libxl, libxc and tools/bh, through /dev/xen/privcmd).
 * createdomain takes .domain as the id to use (-XEN_EEXIST if taken; 0 or a reserved one: the next
 * free) and writes the id there. interface_version must match exactly, otherwise -XEN_EACCES. The
 * whole structure is copied back after commands that answer something.
 *
 * Life of a domain as the toolstack drives it: createdomain, max_vcpus, max_mem,
 * set_paging_mempool_size, set_address_size (before any memory), populate memory, copy the images,
 * cacheflush, setvcpucontext, unpausedomain, ..., destroydomain (again while it returns
 * -XEN_EAGAIN or -XEN_ERESTART).
 */
#ifndef PUBLIC_DOMCTL_H
#define PUBLIC_DOMCTL_H

#include <public/arch-arm.h>
#include <public/types.h>
#include <public/xen.h>

#define XEN_DOMCTL_INTERFACE_VERSION 0x00000017

#define XEN_DOMCTL_createdomain		   1
#define XEN_DOMCTL_destroydomain	   2 /* no payload */
#define XEN_DOMCTL_pausedomain		   3 /* no payload; nests */
#define XEN_DOMCTL_unpausedomain	   4 /* no payload */
#define XEN_DOMCTL_getdomaininfo	   5
#define XEN_DOMCTL_setvcpuaffinity	   9
#define XEN_DOMCTL_shadow_op		   10
#define XEN_DOMCTL_max_mem		   11
#define XEN_DOMCTL_setvcpucontext	   12
#define XEN_DOMCTL_getvcpucontext	   13
#define XEN_DOMCTL_getvcpuinfo		   14
#define XEN_DOMCTL_max_vcpus		   15
#define XEN_DOMCTL_scheduler_op		   16
#define XEN_DOMCTL_setdomainhandle	   17
#define XEN_DOMCTL_setdebugging		   18
#define XEN_DOMCTL_irq_permission	   19
#define XEN_DOMCTL_iomem_permission	   20
#define XEN_DOMCTL_settimeoffset	   24
#define XEN_DOMCTL_getvcpuaffinity	   25
#define XEN_DOMCTL_resumedomain		   27 /* no payload */
#define XEN_DOMCTL_sendtrigger		   28
#define XEN_DOMCTL_subscribe		   29
#define XEN_DOMCTL_gethvmcontext	   33
#define XEN_DOMCTL_sethvmcontext	   34
#define XEN_DOMCTL_set_address_size	   35
#define XEN_DOMCTL_get_address_size	   36
#define XEN_DOMCTL_assign_device	   37
#define XEN_DOMCTL_bind_pt_irq		   38
#define XEN_DOMCTL_memory_mapping	   39
#define XEN_DOMCTL_test_assign_device	   45
#define XEN_DOMCTL_set_target		   46
#define XEN_DOMCTL_deassign_device	   47
#define XEN_DOMCTL_unbind_pt_irq	   48
#define XEN_DOMCTL_get_device_group	   50
#define XEN_DOMCTL_vm_event_op		   56
#define XEN_DOMCTL_getpageframeinfo3	   61
#define XEN_DOMCTL_set_access_required	   64
#define XEN_DOMCTL_set_virq_handler	   66
#define XEN_DOMCTL_setnodeaffinity	   68
#define XEN_DOMCTL_getnodeaffinity	   69
#define XEN_DOMCTL_cacheflush		   71
#define XEN_DOMCTL_setvnumainfo		   74
#define XEN_DOMCTL_monitor_op		   77
#define XEN_DOMCTL_soft_reset		   79
#define XEN_DOMCTL_vuart_op		   81
#define XEN_DOMCTL_get_paging_mempool_size 85
#define XEN_DOMCTL_set_paging_mempool_size 86
#define XEN_DOMCTL_dt_overlay		   87
#define XEN_DOMCTL_set_llc_colors	   89

/* createdomain: flags */
#define _XEN_DOMCTL_CDF_hvm	     0
#define XEN_DOMCTL_CDF_hvm	     (1U << _XEN_DOMCTL_CDF_hvm) /* always set on Arm */
#define _XEN_DOMCTL_CDF_hap	     1
#define XEN_DOMCTL_CDF_hap	     (1U << _XEN_DOMCTL_CDF_hap) /* always set on Arm */
#define _XEN_DOMCTL_CDF_s3_integrity 2
#define XEN_DOMCTL_CDF_s3_integrity  (1U << _XEN_DOMCTL_CDF_s3_integrity)
#define _XEN_DOMCTL_CDF_oos_off	     3
#define XEN_DOMCTL_CDF_oos_off	     (1U << _XEN_DOMCTL_CDF_oos_off)
#define _XEN_DOMCTL_CDF_xs_domain    4
#define XEN_DOMCTL_CDF_xs_domain     (1U << _XEN_DOMCTL_CDF_xs_domain) /* runs xenstored */
#define _XEN_DOMCTL_CDF_iommu	     5
#define XEN_DOMCTL_CDF_iommu	     (1U << _XEN_DOMCTL_CDF_iommu)
#define _XEN_DOMCTL_CDF_nested_virt  6
#define XEN_DOMCTL_CDF_nested_virt   (1U << _XEN_DOMCTL_CDF_nested_virt)
#define XEN_DOMCTL_CDF_vpmu	     (1U << 7)
#define XEN_DOMCTL_CDF_MAX	     XEN_DOMCTL_CDF_vpmu

#define _XEN_DOMCTL_IOMMU_no_sharept 0
#define XEN_DOMCTL_IOMMU_no_sharept  (1U << _XEN_DOMCTL_IOMMU_no_sharept)
#define XEN_DOMCTL_IOMMU_MAX	     XEN_DOMCTL_IOMMU_no_sharept

#define XEN_DOMCTL_GRANT_version_mask 0xf
#define XEN_DOMCTL_GRANT_version(v)   ((v) & XEN_DOMCTL_GRANT_version_mask)

struct xen_domctl_createdomain {
	uint32_t ssidref;		   /* in: label, 0 without one */
	uint8_t handle[16];		   /* in: UUID */
	uint32_t flags;			   /* in: XEN_DOMCTL_CDF_* */
	uint32_t iommu_opts;		   /* in: XEN_DOMCTL_IOMMU_* */
	uint32_t max_vcpus;		   /* in: at least 1 */
	uint32_t max_evtchn_port;	   /* in: highest port allowed */
	int32_t max_grant_frames;	   /* in: negative = default */
	int32_t max_maptrack_frames;	   /* in: negative = default */
	uint32_t grant_opts;		   /* in: XEN_DOMCTL_GRANT_version(1) */
	uint32_t altp2m_opts;		   /* in: 0 */
	uint32_t vmtrace_size;		   /* in: 0 */
	uint32_t cpupool_id;		   /* in */
	struct xen_arch_domainconfig arch; /* in/out */
};

/* getdomaininfo: flags */
#define _XEN_DOMINF_dying	 0
#define XEN_DOMINF_dying	 (1U << _XEN_DOMINF_dying)
#define _XEN_DOMINF_hvm_guest	 1
#define XEN_DOMINF_hvm_guest	 (1U << _XEN_DOMINF_hvm_guest)
#define _XEN_DOMINF_shutdown	 2
#define XEN_DOMINF_shutdown	 (1U << _XEN_DOMINF_shutdown)
#define _XEN_DOMINF_paused	 3
#define XEN_DOMINF_paused	 (1U << _XEN_DOMINF_paused) /* by the toolstack */
#define _XEN_DOMINF_blocked	 4
#define XEN_DOMINF_blocked	 (1U << _XEN_DOMINF_blocked)
#define _XEN_DOMINF_running	 5
#define XEN_DOMINF_running	 (1U << _XEN_DOMINF_running)
#define _XEN_DOMINF_debugged	 6
#define XEN_DOMINF_debugged	 (1U << _XEN_DOMINF_debugged)
#define _XEN_DOMINF_xs_domain	 7
#define XEN_DOMINF_xs_domain	 (1U << _XEN_DOMINF_xs_domain)
#define _XEN_DOMINF_hap		 8
#define XEN_DOMINF_hap		 (1U << _XEN_DOMINF_hap)
#define XEN_DOMINF_shutdownmask	 255 /* SHUTDOWN_* of a domain that is shut down */
#define XEN_DOMINF_shutdownshift 16

#define XEN_INVALID_MAX_VCPU_ID (~0U)

struct xen_domctl_getdomaininfo {
	uint16_t domain; /* the id once more */
	uint16_t pad1;
	uint32_t flags; /* XEN_DOMINF_* */
	uint64_t tot_pages;
	uint64_t max_pages;
	uint64_t outstanding_pages; /* claimed, not yet allocated */
	uint64_t shr_pages;
	uint64_t paged_pages;
	uint64_t shared_info_frame; /* as a guest frame; ~0 = not mapped */
	uint64_t cpu_time;	    /* ns, all vCPUs */
	uint32_t nr_online_vcpus;
	uint32_t max_vcpu_id; /* XEN_INVALID_MAX_VCPU_ID: no vCPU yet */
	uint32_t ssidref;
	uint8_t handle[16];
	uint32_t cpupool;
	uint8_t gpaddr_bits; /* width of guest physical addresses */
	uint8_t pad2[7];
	struct xen_arch_domainconfig arch_config;
};

struct xen_domctl_max_mem {
	uint64_t max_memkb; /* KiB */
};

struct xen_domctl_vcpucontext {
	uint32_t vcpu;
	GUEST_HANDLE(struct vcpu_guest_context) ctxt; /* NULL on set: reset the vCPU */
};

struct xen_domctl_getvcpuinfo {
	uint32_t vcpu;	   /* in */
	uint8_t online;	   /* out: not taken down by the guest */
	uint8_t blocked;   /* out */
	uint8_t running;   /* out */
	uint64_t cpu_time; /* out: ns */
	uint32_t cpu;	   /* out: physical CPU it is on or was last */
};

struct xen_domctl_nodeaffinity {
	struct xenctl_bitmap nodemap;
};

#define _XEN_VCPUAFFINITY_HARD	0
#define XEN_VCPUAFFINITY_HARD	(1U << _XEN_VCPUAFFINITY_HARD)
#define _XEN_VCPUAFFINITY_SOFT	1
#define XEN_VCPUAFFINITY_SOFT	(1U << _XEN_VCPUAFFINITY_SOFT)
#define _XEN_VCPUAFFINITY_FORCE 2
#define XEN_VCPUAFFINITY_FORCE	(1U << _XEN_VCPUAFFINITY_FORCE) /* undo a pin_override */

struct xen_domctl_vcpuaffinity {
	uint32_t vcpu;			  /* in */
	uint32_t flags;			  /* in: which of the two, XEN_VCPUAFFINITY_* */
	struct xenctl_bitmap cpumap_hard; /* in; out: what is in force */
	struct xenctl_bitmap cpumap_soft;
};

struct xen_domctl_max_vcpus {
	uint32_t max; /* must equal createdomain's */
};

#define XEN_SCHEDULER_CREDIT   5
#define XEN_SCHEDULER_CREDIT2  6
#define XEN_SCHEDULER_ARINC653 7
#define XEN_SCHEDULER_RTDS     8
#define XEN_SCHEDULER_NULL     9

#define XEN_DOMCTL_SCHEDOP_putinfo     0
#define XEN_DOMCTL_SCHEDOP_getinfo     1
#define XEN_DOMCTL_SCHEDOP_putvcpuinfo 2
#define XEN_DOMCTL_SCHEDOP_getvcpuinfo 3

struct xen_domctl_sched_credit {
	uint16_t weight; /* 1 to 65535, 256 by default; 0 on put: unchanged */
	uint16_t cap;	 /* percent of one CPU, 0 = none; 65535 on put: unchanged */
};

struct xen_domctl_sched_credit2 {
	uint16_t weight;
	uint16_t cap;
};

#define _XEN_DOMCTL_SCHEDRT_extra 0
#define XEN_DOMCTL_SCHEDRT_extra  (1U << _XEN_DOMCTL_SCHEDRT_extra)

struct xen_domctl_sched_rtds {
	uint32_t period; /* microseconds */
	uint32_t budget; /* microseconds */
	uint32_t flags;	 /* XEN_DOMCTL_SCHEDRT_*: may use idle time */
};

struct xen_domctl_schedparam_vcpu {
	union {
		struct xen_domctl_sched_credit credit;
		struct xen_domctl_sched_credit2 credit2;
		struct xen_domctl_sched_rtds rtds;
	} u;
	uint32_t vcpuid;
};

struct xen_domctl_scheduler_op {
	uint32_t sched_id; /* in: must be the scheduler of the domain's pool */
	uint32_t cmd;	   /* in: XEN_DOMCTL_SCHEDOP_* */
	union {
		struct xen_domctl_sched_credit credit;
		struct xen_domctl_sched_credit2 credit2;
		struct xen_domctl_sched_rtds rtds;
		struct {
			GUEST_HANDLE(struct xen_domctl_schedparam_vcpu) vcpus;
			uint32_t nr_vcpus; /* in: elements; out: elements done */
			uint32_t padding;
		} v; /* putvcpuinfo, getvcpuinfo */
	} u;
};

struct xen_domctl_setdomainhandle {
	uint8_t handle[16];
};

struct xen_domctl_setdebugging {
	uint8_t enable;
};

struct xen_domctl_irq_permission {
	uint32_t pirq;
	uint8_t allow_access;
	uint8_t pad[3];
};

struct xen_domctl_iomem_permission {
	uint64_t first_mfn;
	uint64_t nr_mfns;
	uint8_t allow_access;
};

struct xen_domctl_settimeoffset {
	int64_t time_offset_seconds;
};

struct xen_domctl_address_size {
	uint32_t size; /* 32 or 64: execution state of EL1 */
};

#define XEN_DOMCTL_SENDTRIGGER_NMI   0
#define XEN_DOMCTL_SENDTRIGGER_RESET 1
#define XEN_DOMCTL_SENDTRIGGER_INIT  2
#define XEN_DOMCTL_SENDTRIGGER_POWER 3
#define XEN_DOMCTL_SENDTRIGGER_SLEEP 4

struct xen_domctl_sendtrigger {
	uint32_t trigger; /* XEN_DOMCTL_SENDTRIGGER_* */
	uint32_t vcpu;
};

#define XEN_DOMCTL_DEV_PCI 0
#define XEN_DOMCTL_DEV_DT  1

#define XEN_DOMCTL_DEV_RDM_RELAXED 1

struct xen_domctl_assign_device {
	uint32_t dev;	/* XEN_DOMCTL_DEV_* */
	uint32_t flags; /* XEN_DOMCTL_DEV_RDM_RELAXED */
	union {
		struct {
			uint32_t machine_sbdf;
		} pci;
		struct {
			uint32_t size; /* of path, without a NUL */
			GUEST_HANDLE(char) path;
		} dt;
	} u;
};

/* Kinds of passed-through interrupt; Arm has the last one only. */
#define PT_IRQ_TYPE_PCI		  0
#define PT_IRQ_TYPE_ISA		  1
#define PT_IRQ_TYPE_MSI		  2
#define PT_IRQ_TYPE_MSI_TRANSLATE 3
#define PT_IRQ_TYPE_SPI		  4

struct xen_domctl_bind_pt_irq {
	uint32_t machine_irq; /* INTID on the host */
	uint32_t irq_type;    /* PT_IRQ_TYPE_SPI */
	union {
		struct {
			uint8_t isa_irq;
		} isa;
		struct {
			uint8_t bus;
			uint8_t device;
			uint8_t intx;
		} pci;
		struct {
			uint8_t gvec;
			uint32_t gflags;
			uint64_t gtable;
		} msi;
		struct {
			uint16_t spi; /* INTID in the guest */
		} spi;
	} u;
};

#define DPCI_ADD_MAPPING    1
#define DPCI_REMOVE_MAPPING 0

struct xen_domctl_memory_mapping {
	uint64_t first_gfn;
	uint64_t first_mfn;
	uint64_t nr_mfns;
	uint32_t add_mapping; /* DPCI_*_MAPPING */
	uint32_t padding;
};

struct xen_domctl_set_target {
	uint16_t target;
};

struct xen_domctl_subscribe {
	uint32_t port;
};

struct xen_domctl_set_access_required {
	uint8_t access_required;
};

/* Let another domain receive a VIRQ of the machine. */
struct xen_domctl_set_virq_handler {
	uint32_t virq;
};

/* Clean and invalidate guest memory that somebody wrote on the guest's behalf. */
struct xen_domctl_cacheflush {
	uint64_t start_pfn, nr_pfns;
};

struct xen_domctl_paging_mempool {
	uint64_t size; /* bytes, a multiple of the page size */
};

#define XEN_DOMCTL_VUART_OP_INIT     0
#define XEN_DOMCTL_VUART_TYPE_VPL011 0

struct xen_domctl_vuart_op {
	uint32_t cmd;		/* in: XEN_DOMCTL_VUART_OP_* */
	uint32_t type;		/* in: XEN_DOMCTL_VUART_TYPE_* */
	uint64_t gfn;		/* in: page of the ring, in the guest */
	uint16_t console_domid; /* in: whose daemon serves the ring */
	uint8_t pad[2];
	uint32_t evtchn; /* out: port for that daemon */
};

#define XEN_DOMCTL_DT_OVERLAY_ATTACH 1

struct xen_domctl_dt_overlay {
	GUEST_HANDLE(const void) overlay_fdt;
	uint32_t overlay_fdt_size;
	uint8_t overlay_op; /* XEN_DOMCTL_DT_OVERLAY_* */
	uint8_t pad[3];
};

struct xen_domctl_set_llc_colors {
	uint32_t num_llc_colors;
	uint32_t pad;
	GUEST_HANDLE(uint32_t) llc_colors;
};

struct xen_domctl {
	uint32_t cmd;		    /* XEN_DOMCTL_* */
	uint32_t interface_version; /* XEN_DOMCTL_INTERFACE_VERSION */
	uint16_t domain;
	uint16_t _pad[3];
	union {
		struct xen_domctl_createdomain createdomain;
		struct xen_domctl_getdomaininfo getdomaininfo;
		struct xen_domctl_nodeaffinity nodeaffinity;
		struct xen_domctl_vcpuaffinity vcpuaffinity;
		struct xen_domctl_max_mem max_mem;
		struct xen_domctl_vcpucontext vcpucontext;
		struct xen_domctl_getvcpuinfo getvcpuinfo;
		struct xen_domctl_max_vcpus max_vcpus;
		struct xen_domctl_scheduler_op scheduler_op;
		struct xen_domctl_setdomainhandle setdomainhandle;
		struct xen_domctl_setdebugging setdebugging;
		struct xen_domctl_irq_permission irq_permission;
		struct xen_domctl_iomem_permission iomem_permission;
		struct xen_domctl_settimeoffset settimeoffset;
		struct xen_domctl_address_size address_size;
		struct xen_domctl_sendtrigger sendtrigger;
		struct xen_domctl_assign_device assign_device;
		struct xen_domctl_bind_pt_irq bind_pt_irq;
		struct xen_domctl_memory_mapping memory_mapping;
		struct xen_domctl_set_target set_target;
		struct xen_domctl_subscribe subscribe;
		struct xen_domctl_set_access_required access_required;
		struct xen_domctl_set_virq_handler set_virq_handler;
		struct xen_domctl_cacheflush cacheflush;
		struct xen_domctl_vuart_op vuart_op;
		struct xen_domctl_paging_mempool paging_mempool;
		struct xen_domctl_dt_overlay dt_overlay;
		struct xen_domctl_set_llc_colors set_llc_colors;
		uint8_t pad[128];
	} u;
};

_Static_assert(sizeof(struct xen_domctl) == 144, "size of xen_domctl");
_Static_assert(offsetof(struct xen_domctl, domain) == 8, "offset of domain");
_Static_assert(offsetof(struct xen_domctl, u) == 16, "offset of u");
_Static_assert(sizeof(struct xen_domctl_createdomain) == 72, "size of createdomain");
_Static_assert(offsetof(struct xen_domctl_createdomain, arch) == 60, "offset of arch");
_Static_assert(sizeof(struct xen_domctl_getdomaininfo) == 120, "size of getdomaininfo");
_Static_assert(offsetof(struct xen_domctl_getdomaininfo, cpu_time) == 56, "offset of cpu_time");
_Static_assert(offsetof(struct xen_domctl_getdomaininfo, cpupool) == 92, "offset of cpupool");
_Static_assert(sizeof(struct xen_domctl_vcpucontext) == 16, "size of vcpucontext");
_Static_assert(sizeof(struct xen_domctl_getvcpuinfo) == 24, "size of getvcpuinfo");
_Static_assert(sizeof(struct xen_domctl_vcpuaffinity) == 40, "size of vcpuaffinity");
_Static_assert(sizeof(struct xen_domctl_scheduler_op) == 24, "size of scheduler_op");
_Static_assert(sizeof(struct xen_domctl_schedparam_vcpu) == 16, "size of schedparam_vcpu");
_Static_assert(sizeof(struct xen_domctl_assign_device) == 24, "size of assign_device");
_Static_assert(sizeof(struct xen_domctl_bind_pt_irq) == 24, "size of bind_pt_irq");
_Static_assert(sizeof(struct xen_domctl_memory_mapping) == 32, "size of memory_mapping");
_Static_assert(sizeof(struct xen_domctl_vuart_op) == 24, "size of vuart_op");
_Static_assert(sizeof(struct xen_domctl_set_llc_colors) == 16, "size of set_llc_colors");

#endif
