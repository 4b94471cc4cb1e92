/* SPDX-License-Identifier: MIT */
/*
 * The base of the guest interface: hypercall numbers, reserved domain ids, virtual interrupts
 * and the page that a guest shares with the hypervisor.
 *
 * Called by: every guest. Linux maps shared_info through XENMEM_add_to_physmap and registers a
 * vcpu_info for each vCPU through VCPUOP_register_vcpu_info; the tools wrap memory_op in
 * multicall_entry; domctl and sysctl carry xenctl_bitmap.
 *
 * All results are a signed 64-bit number in x0: 0 or a count, or -XEN_E* of errno.h. Numbers
 * that only x86 uses are left out: like every unknown number they return -XEN_ENOSYS.
 */
#ifndef PUBLIC_XEN_H
#define PUBLIC_XEN_H

#include <public/arch-arm.h>
#include <public/types.h>

#define __HYPERVISOR_platform_op      7
#define __HYPERVISOR_memory_op	      12
#define __HYPERVISOR_multicall	      13
#define __HYPERVISOR_set_timer_op     15
#define __HYPERVISOR_xen_version      17
#define __HYPERVISOR_console_io	      18
#define __HYPERVISOR_grant_table_op   20
#define __HYPERVISOR_vm_assist	      21
#define __HYPERVISOR_vcpu_op	      24
#define __HYPERVISOR_xsm_op	      27
#define __HYPERVISOR_sched_op	      29
#define __HYPERVISOR_callback_op      30
#define __HYPERVISOR_event_channel_op 32
#define __HYPERVISOR_physdev_op	      33
#define __HYPERVISOR_hvm_op	      34
#define __HYPERVISOR_sysctl	      35
#define __HYPERVISOR_domctl	      36
#define __HYPERVISOR_argo_op	      39
#define __HYPERVISOR_dm_op	      41
#define __HYPERVISOR_hypfs_op	      42
#define __HYPERVISOR_arch_0	      48
#define __HYPERVISOR_arch_1	      49
#define __HYPERVISOR_arch_2	      50
#define __HYPERVISOR_arch_3	      51
#define __HYPERVISOR_arch_4	      52
#define __HYPERVISOR_arch_5	      53
#define __HYPERVISOR_arch_6	      54
#define __HYPERVISOR_arch_7	      55 /* bulkhead.h */

/* Virtual interrupts. (v): one per vCPU; (g): one for the machine, bound by one domain. */
#define VIRQ_TIMER	0  /* (v) one-shot or periodic timer of vcpu_op */
#define VIRQ_DEBUG	1  /* (v) request to dump state */
#define VIRQ_CONSOLE	2  /* (g) Dom0: input bytes for console_io read */
#define VIRQ_DOM_EXC	3  /* (g) a domain was shut down, crashed or died */
#define VIRQ_TBUF	4  /* (g) trace buffer has records */
#define VIRQ_DEBUGGER	6  /* (g) a domain stopped for its debugger */
#define VIRQ_XENOPROF	7  /* (v) */
#define VIRQ_CON_RING	8  /* (g) the hypervisor's log has new bytes */
#define VIRQ_PCPU_STATE 9  /* (g) a physical CPU came or went */
#define VIRQ_MEM_EVENT	10 /* (g) */
#define VIRQ_ARGO	11 /* (v) */
#define VIRQ_ENOMEM	12 /* (g) heap low on memory */
#define VIRQ_XENPMU	13 /* (v) */
#define VIRQ_ARCH_0	16
#define VIRQ_ARCH_1	17
#define VIRQ_ARCH_2	18
#define VIRQ_ARCH_3	19
#define VIRQ_ARCH_4	20
#define VIRQ_ARCH_5	21
#define VIRQ_ARCH_6	22
#define VIRQ_ARCH_7	23
#define NR_VIRQS	24

/* console_io(cmd, count, buffer). write: count bytes out; read: returns the bytes copied. */
#define CONSOLEIO_write 0
#define CONSOLEIO_read	1

/* vm_assist(cmd, type). Only the last type means something on Arm. */
#define VMASST_CMD_enable		 0
#define VMASST_CMD_disable		 1
#define VMASST_TYPE_runstate_update_flag 5

/* Ids from DOMID_FIRST_RESERVED on are never those of a real domain. */
#define DOMID_FIRST_RESERVED 0x7FF0U
#define DOMID_SELF	     0x7FF0U /* the caller, where an operation allows it */
#define DOMID_IO	     0x7FF1U /* owner of device memory */
#define DOMID_XEN	     0x7FF2U /* owner of the hypervisor's shared pages */
#define DOMID_COW	     0x7FF3U
#define DOMID_INVALID	     0x7FF4U
#define DOMID_IDLE	     0x7FFFU
#define DOMID_MASK	     0x7FFFU

/* One call of multicall(entries, count); a failure is in its result and does not end the list. */
struct multicall_entry {
	uint64_t op, result;
	uint64_t args[6];
};

/* Time page of x86 guests; on Arm it stays zero and only takes its place in vcpu_info. */
struct vcpu_time_info {
	uint32_t version;
	uint32_t pad0;
	uint64_t tsc_timestamp;
	uint64_t system_time;
	uint32_t tsc_to_system_mul;
	int8_t tsc_shift;
	uint8_t flags;
	uint8_t pad1[2];
};

/*
 * Two-level event channels. Port p is bit p % 64 of shared_info.evtchn_pending[p / 64]. The
 * hypervisor sets that bit, then (if the mask bit is clear) bit p / 64 of evtchn_pending_sel,
 * then evtchn_upcall_pending of the vCPU the port is bound to, and raises the event-channel PPI.
 */
struct vcpu_info {
	uint8_t evtchn_upcall_pending;
	uint8_t pad0;
	uint64_t evtchn_pending_sel;
	struct vcpu_time_info time;
};

struct shared_info {
	struct vcpu_info vcpu_info[XEN_LEGACY_MAX_VCPUS];
	uint64_t evtchn_pending[64];
	uint64_t evtchn_mask[64];
	/* Wall clock at the time the counter was zero; odd version = being written. */
	uint32_t wc_version;
	uint32_t wc_sec;
	uint32_t wc_nsec;
	uint32_t wc_sec_hi;
};

/* A set of small numbers (CPUs, nodes) in the caller's memory; nr_bits says how much is there. */
struct xenctl_bitmap {
	GUEST_HANDLE(uint8_t) bitmap;
	uint32_t nr_bits;
};

_Static_assert(sizeof(struct multicall_entry) == 64, "size of multicall_entry");
_Static_assert(offsetof(struct multicall_entry, args) == 16, "offset of args");
_Static_assert(sizeof(struct vcpu_time_info) == 32, "size of vcpu_time_info");
_Static_assert(sizeof(struct vcpu_info) == 48, "size of vcpu_info");
_Static_assert(offsetof(struct vcpu_info, evtchn_pending_sel) == 8, "offset of pending_sel");
_Static_assert(sizeof(struct shared_info) == 1088, "size of shared_info");
_Static_assert(offsetof(struct shared_info, evtchn_pending) == 48, "offset of evtchn_pending");
_Static_assert(offsetof(struct shared_info, evtchn_mask) == 560, "offset of evtchn_mask");
_Static_assert(offsetof(struct shared_info, wc_version) == 1072, "offset of wc_version");
_Static_assert(sizeof(struct xenctl_bitmap) == 16, "size of xenctl_bitmap");

#endif
