/* SPDX-License-Identifier: MIT */
/*
 * Control of the machine: sysctl(argument). One structure, cmd inside it.
 *
 * Called by: the toolstack (every xl command begins with physinfo), xenconsoled (readconsole,
 * getdomaininfolist), xentop, tools/bh. interface_version must match exactly, otherwise
 * -XEN_EACCES.
 *
 * Lists are filled into buffers of the caller, whose size goes in and whose number of entries
 * comes out in the same field; a NULL handle asks for the number alone.
 */
#ifndef PUBLIC_SYSCTL_H
#define PUBLIC_SYSCTL_H

#include <public/domctl.h>
#include <public/physdev.h>
#include <public/types.h>
#include <public/xen.h>

#define XEN_SYSCTL_INTERFACE_VERSION 0x00000015

#define XEN_SYSCTL_readconsole	     1
#define XEN_SYSCTL_tbuf_op	     2
#define XEN_SYSCTL_physinfo	     3
#define XEN_SYSCTL_sched_id	     4
#define XEN_SYSCTL_perfc_op	     5
#define XEN_SYSCTL_getdomaininfolist 6
#define XEN_SYSCTL_debug_keys	     7
#define XEN_SYSCTL_getcpuinfo	     8
#define XEN_SYSCTL_availheap	     9
#define XEN_SYSCTL_get_pmstat	     10
#define XEN_SYSCTL_cpu_hotplug	     11
#define XEN_SYSCTL_pm_op	     12
#define XEN_SYSCTL_page_offline_op   14
#define XEN_SYSCTL_lockprof_op	     15
#define XEN_SYSCTL_cputopoinfo	     16
#define XEN_SYSCTL_numainfo	     17
#define XEN_SYSCTL_cpupool_op	     18
#define XEN_SYSCTL_scheduler_op	     19
#define XEN_SYSCTL_coverage_op	     20
#define XEN_SYSCTL_pcitopoinfo	     22
#define XEN_SYSCTL_livepatch_op	     27
#define XEN_SYSCTL_dt_overlay	     30

/* The hypervisor's log: from index on when incremental, otherwise from the oldest byte. */
struct xen_sysctl_readconsole {
	uint8_t clear;	     /* in: drop what was read */
	uint8_t incremental; /* in */
	uint8_t pad0, pad1;
	uint32_t index; /* in: with incremental; out: where the next read goes on */
	GUEST_HANDLE(char) buffer;
	uint32_t count; /* in: room; out: bytes copied */
};

#define _XEN_SYSCTL_PHYSCAP_hvm		       0
#define XEN_SYSCTL_PHYSCAP_hvm		       (1u << _XEN_SYSCTL_PHYSCAP_hvm)
#define _XEN_SYSCTL_PHYSCAP_pv		       1
#define XEN_SYSCTL_PHYSCAP_pv		       (1u << _XEN_SYSCTL_PHYSCAP_pv)
#define _XEN_SYSCTL_PHYSCAP_directio	       2
#define XEN_SYSCTL_PHYSCAP_directio	       (1u << _XEN_SYSCTL_PHYSCAP_directio)
#define _XEN_SYSCTL_PHYSCAP_hap		       3
#define XEN_SYSCTL_PHYSCAP_hap		       (1u << _XEN_SYSCTL_PHYSCAP_hap)
#define _XEN_SYSCTL_PHYSCAP_shadow	       4
#define XEN_SYSCTL_PHYSCAP_shadow	       (1u << _XEN_SYSCTL_PHYSCAP_shadow)
#define _XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share 5
#define XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share  (1u << _XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share)
#define XEN_SYSCTL_PHYSCAP_vmtrace	       (1u << 6)
#define XEN_SYSCTL_PHYSCAP_vpmu		       (1u << 7)
#define XEN_SYSCTL_PHYSCAP_gnttab_v1	       (1u << 8)
#define XEN_SYSCTL_PHYSCAP_gnttab_v2	       (1u << 9)
#define XEN_SYSCTL_PHYSCAP_MAX		       XEN_SYSCTL_PHYSCAP_gnttab_v2
#define XEN_SYSCTL_PHYSCAP_ARM_SVE_MASK	       (0x1FU) /* arch_capabilities: SVE length / 128 */

struct xen_sysctl_physinfo {
	uint32_t threads_per_core;
	uint32_t cores_per_socket;
	uint32_t nr_cpus;    /* in use */
	uint32_t max_cpu_id; /* highest number a CPU may have */
	uint32_t nr_nodes;
	uint32_t max_node_id;
	uint32_t cpu_khz;      /* on Arm: of the architected counter */
	uint32_t capabilities; /* XEN_SYSCTL_PHYSCAP_* */
	uint32_t arch_capabilities;
	uint32_t pad;
	uint64_t total_pages;
	uint64_t free_pages;
	uint64_t scrub_pages; /* free but not yet cleaned */
	uint64_t outstanding_pages;
	uint64_t max_mfn;
	uint32_t hw_cap[8];
};

struct xen_sysctl_sched_id {
	uint32_t sched_id; /* out: XEN_SCHEDULER_* of the first pool */
};

struct xen_sysctl_getdomaininfolist {
	uint16_t first_domain; /* in: ids from here on */
	uint32_t max_domains;  /* in */
	GUEST_HANDLE(struct xen_domctl_getdomaininfo) buffer;
	uint32_t num_domains; /* out */
};

struct xen_sysctl_debug_keys {
	GUEST_HANDLE(const char) keys;
	uint32_t nr_keys;
};

struct xen_sysctl_cpuinfo {
	uint64_t idletime; /* ns */
};

struct xen_sysctl_getcpuinfo {
	uint32_t max_cpus; /* in */
	GUEST_HANDLE(struct xen_sysctl_cpuinfo) info;
	uint32_t nr_cpus; /* out */
};

struct xen_sysctl_availheap {
	uint32_t min_bitwidth; /* in: 0 = any */
	uint32_t max_bitwidth; /* in: 0 = any */
	int32_t node;	       /* in: -1 = any */
	uint64_t avail_bytes;  /* out */
};

#define XEN_SYSCTL_CPU_HOTPLUG_ONLINE  0
#define XEN_SYSCTL_CPU_HOTPLUG_OFFLINE 1

struct xen_sysctl_cpu_hotplug {
	uint32_t cpu;
	uint32_t op; /* XEN_SYSCTL_CPU_HOTPLUG_* */
};

#define XEN_INVALID_CORE_ID   (~0U)
#define XEN_INVALID_SOCKET_ID (~0U)
#define XEN_INVALID_NODE_ID   (~0U)
#define XEN_INVALID_MEM_SZ    (~0U)
#define XEN_INVALID_NODE_DIST (~0U)
#define XEN_INVALID_DEV	      (XEN_INVALID_NODE_ID - 1)

struct xen_sysctl_cputopo {
	uint32_t core;
	uint32_t socket;
	uint32_t node;
};

struct xen_sysctl_cputopoinfo {
	uint32_t num_cpus; /* in/out */
	GUEST_HANDLE(struct xen_sysctl_cputopo) cputopo;
};

struct xen_sysctl_meminfo {
	uint64_t memsize; /* bytes */
	uint64_t memfree;
};

struct xen_sysctl_numainfo {
	uint32_t num_nodes; /* in/out */
	GUEST_HANDLE(struct xen_sysctl_meminfo) meminfo;
	GUEST_HANDLE(uint32_t) distance; /* num_nodes * num_nodes; 10 = local */
};

struct xen_sysctl_pcitopoinfo {
	uint32_t num_devs;
	GUEST_HANDLE(struct physdev_pci_device) devs;
	GUEST_HANDLE(uint32_t) nodes;
};

#define XEN_SYSCTL_CPUPOOL_OP_CREATE	 1
#define XEN_SYSCTL_CPUPOOL_OP_DESTROY	 2
#define XEN_SYSCTL_CPUPOOL_OP_INFO	 3
#define XEN_SYSCTL_CPUPOOL_OP_ADDCPU	 4
#define XEN_SYSCTL_CPUPOOL_OP_RMCPU	 5
#define XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN 6
#define XEN_SYSCTL_CPUPOOL_OP_FREEINFO	 7
#define XEN_SYSCTL_CPUPOOL_PAR_ANY	 0xFFFFFFFFU

struct xen_sysctl_cpupool_op {
	uint32_t op;		     /* in: XEN_SYSCTL_CPUPOOL_OP_* */
	uint32_t cpupool_id;	     /* in; INFO: next pool at or above it; out: CREATE, INFO */
	uint32_t sched_id;	     /* CREATE: in; INFO: out */
	uint32_t domid;		     /* MOVEDOMAIN: in */
	uint32_t cpu;		     /* ADDCPU, RMCPU: in, or PAR_ANY */
	uint32_t n_dom;		     /* INFO: out */
	struct xenctl_bitmap cpumap; /* INFO, FREEINFO: out */
};

#define ARINC653_MAX_DOMAINS_PER_SCHEDULE 64

struct xen_sysctl_arinc653_schedule {
	uint64_t major_frame; /* ns */
	uint8_t num_sched_entries;
	struct {
		uint8_t dom_handle[16]; /* UUID of the domain */
		uint32_t vcpu_id;
		uint64_t runtime; /* ns */
	} sched_entries[ARINC653_MAX_DOMAINS_PER_SCHEDULE];
};

#define XEN_SYSCTL_SCHED_RATELIMIT_MAX	 500000 /* microseconds */
#define XEN_SYSCTL_SCHED_RATELIMIT_MIN	 100
#define XEN_SYSCTL_CSCHED_TSLICE_MAX	 1000 /* milliseconds */
#define XEN_SYSCTL_CSCHED_TSLICE_MIN	 1
#define XEN_SYSCTL_CSCHED_MGR_DLY_MAX_US (100 * 1000)

struct xen_sysctl_credit_schedule {
	uint32_t tslice_ms;
	uint32_t ratelimit_us; /* 0 = none */
	uint32_t vcpu_migr_delay_us;
};

struct xen_sysctl_credit2_schedule {
	uint32_t ratelimit_us;
};

#define XEN_SYSCTL_SCHEDOP_putinfo 0
#define XEN_SYSCTL_SCHEDOP_getinfo 1

struct xen_sysctl_sched_arinc653 {
	GUEST_HANDLE(struct xen_sysctl_arinc653_schedule) schedule;
};

struct xen_sysctl_scheduler_op {
	uint32_t cpupool_id; /* in */
	uint32_t sched_id;   /* in: must be the pool's */
	uint32_t cmd;	     /* in: XEN_SYSCTL_SCHEDOP_* */
	union {
		struct xen_sysctl_sched_arinc653 sched_arinc653;
		struct xen_sysctl_credit_schedule sched_credit;
		struct xen_sysctl_credit2_schedule sched_credit2;
	} u;
};

struct xen_sysctl {
	uint32_t cmd;		    /* XEN_SYSCTL_* */
	uint32_t interface_version; /* XEN_SYSCTL_INTERFACE_VERSION */
	union {
		struct xen_sysctl_readconsole readconsole;
		struct xen_sysctl_physinfo physinfo;
		struct xen_sysctl_sched_id sched_id;
		struct xen_sysctl_getdomaininfolist getdomaininfolist;
		struct xen_sysctl_debug_keys debug_keys;
		struct xen_sysctl_getcpuinfo getcpuinfo;
		struct xen_sysctl_availheap availheap;
		struct xen_sysctl_cpu_hotplug cpu_hotplug;
		struct xen_sysctl_cputopoinfo cputopoinfo;
		struct xen_sysctl_numainfo numainfo;
		struct xen_sysctl_pcitopoinfo pcitopoinfo;
		struct xen_sysctl_cpupool_op cpupool_op;
		struct xen_sysctl_scheduler_op scheduler_op;
		uint8_t pad[128];
	} u;
};

_Static_assert(sizeof(struct xen_sysctl) == 136, "size of xen_sysctl");
_Static_assert(offsetof(struct xen_sysctl, u) == 8, "offset of u");
_Static_assert(sizeof(struct xen_sysctl_readconsole) == 24, "size of readconsole");
_Static_assert(sizeof(struct xen_sysctl_physinfo) == 112, "size of physinfo");
_Static_assert(offsetof(struct xen_sysctl_physinfo, total_pages) == 40, "offset of total_pages");
_Static_assert(sizeof(struct xen_sysctl_getdomaininfolist) == 24, "size of getdomaininfolist");
_Static_assert(sizeof(struct xen_sysctl_debug_keys) == 16, "size of debug_keys");
_Static_assert(sizeof(struct xen_sysctl_getcpuinfo) == 24, "size of getcpuinfo");
_Static_assert(sizeof(struct xen_sysctl_availheap) == 24, "size of availheap");
_Static_assert(sizeof(struct xen_sysctl_cputopoinfo) == 16, "size of cputopoinfo");
_Static_assert(sizeof(struct xen_sysctl_numainfo) == 24, "size of numainfo");
_Static_assert(sizeof(struct xen_sysctl_cpupool_op) == 40, "size of cpupool_op");
_Static_assert(sizeof(struct xen_sysctl_arinc653_schedule) == 2064, "size of arinc653_schedule");
_Static_assert(sizeof(struct xen_sysctl_scheduler_op) == 32, "size of scheduler_op");

#endif
