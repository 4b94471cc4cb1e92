/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of Xen's guest ABI that the test guests speak, and the calls themselves.
 *
 * Deliberately not include/public: a guest that shared the hypervisor's header would share its
 * mistakes. A call is HVC #0xEA1 with the number in x16, arguments in x0-x4 and the result in x0;
 * PSCI and SMCCC are HVC #0.
 */
#ifndef GUEST_XEN_H
#define GUEST_XEN_H

#include <stdint.h>

#define XEN_MEMORY_OP	     12
#define XEN_MULTICALL	     13
#define XEN_VERSION	     17
#define XEN_CONSOLE_IO	     18
#define XEN_GRANT_TABLE_OP   20
#define XEN_VCPU_OP	     24
#define XEN_XSM_OP	     27
#define XEN_SCHED_OP	     29
#define XEN_EVENT_CHANNEL_OP 32
#define XEN_PHYSDEV_OP	     33
#define XEN_HVM_OP	     34
#define XEN_SYSCTL	     35
#define XEN_DOMCTL	     36
#define XEN_BULKHEAD_OP	     55

#define DOMID_SELF 0x7ff0

#define SCHEDOP_yield	  0
#define SCHEDOP_block	  1
#define SCHEDOP_shutdown  2
#define SCHEDOP_poll	  3
#define SCHEDOP_watchdog  6
#define SHUTDOWN_poweroff 0
#define SHUTDOWN_reboot	  1
#define SHUTDOWN_crash	  3

#define EVTCHNOP_bind_interdomain 0
#define EVTCHNOP_send		  4
#define EVTCHNOP_alloc_unbound	  6
#define EVTCHNOP_bind_ipi	  7

#define XENMEM_add_to_physmap	   7
#define XENMEM_remove_from_physmap 15
#define XENMAPSPACE_shared_info	   0
#define HVMOP_set_param		   0
#define HVMOP_get_param		   1
#define HVM_PARAM_CONSOLE_PFN	   17
#define HVM_PARAM_CONSOLE_EVTCHN   18
#define VCPUOP_register_vcpu_info  10

struct xen_add_to_physmap {
	uint16_t domid, size;
	uint32_t space;
	uint64_t idx, gpfn;
};

struct xen_hvm_param {
	uint16_t domid, pad;
	uint32_t index;
	uint64_t value;
};

struct xen_vcpu_info {
	uint8_t pending, pad[7];
	uint64_t pending_sel;
	uint8_t time[32];
};

struct xen_shared_info {
	struct xen_vcpu_info vcpu[1];
	uint64_t pending[64];
	uint64_t mask[64];
};

struct xen_console_ring {
	char in[1024], out[2048];
	uint32_t in_cons, in_prod, out_cons, out_prod;
};

static inline long xen_call(uint64_t nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	register uint64_t x0 __asm__("x0") = a0;
	register uint64_t x1 __asm__("x1") = a1;
	register uint64_t x2 __asm__("x2") = a2;
	register uint64_t x3 __asm__("x3") = a3;
	register uint64_t x4 __asm__("x4") = 0;
	register uint64_t x16 __asm__("x16") = nr;

	__asm__ volatile("hvc #0xea1"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x16)
			 :
			 : "memory");
	return (long)x0;
}

/* SMCCC by HVC #0; returns x0. */
static inline long smccc_call(uint64_t fn, uint64_t a1, uint64_t a2, uint64_t a3)
{
	register uint64_t x0 __asm__("x0") = fn;
	register uint64_t x1 __asm__("x1") = a1;
	register uint64_t x2 __asm__("x2") = a2;
	register uint64_t x3 __asm__("x3") = a3;

	__asm__ volatile("hvc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 :
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
			   "x15", "x16", "x17", "memory");
	return (long)x0;
}

#define PSCI_VERSION	       0x84000000u
#define PSCI_CPU_SUSPEND       0xc4000001u
#define PSCI_CPU_OFF	       0x84000002u
#define PSCI_CPU_ON	       0xc4000003u
#define PSCI_AFFINITY_INFO     0xc4000004u
#define PSCI_MIGRATE_INFO_TYPE 0x84000006u
#define PSCI_SYSTEM_OFF	       0x84000008u
#define PSCI_SYSTEM_RESET      0x84000009u
#define PSCI_FEATURES	       0x8400000au

#endif
