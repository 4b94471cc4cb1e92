/* SPDX-License-Identifier: MIT */
/*
 * Parameters of a domain: hvm_op(cmd, argument). (Arm domains are of the kind that Xen calls HVM.)
 *
 * Called by: guests (get_param of their console and xenstore page and port), the toolstack
 * (set_param of the same, before the first start), guests with an upcall of their own choice
 * (set_param CALLBACK_IRQ).
 *
 * A parameter is a 64-bit number; most can be set once, by the toolstack only. Parameters that
 * describe x86 are absent: they return -XEN_EINVAL.
 */
#ifndef PUBLIC_HVM_H
#define PUBLIC_HVM_H

#include <public/types.h>

#define HVMOP_set_param		     0 /* xen_hvm_param */
#define HVMOP_get_param		     1 /* xen_hvm_param */
#define HVMOP_flush_tlbs	     5
#define HVMOP_get_time		     10
#define HVMOP_get_mem_type	     15
#define HVMOP_guest_request_vm_event 24
#define HVMOP_altp2m		     25

struct xen_hvm_param {
	uint16_t domid; /* in: DOMID_SELF allowed */
	uint16_t pad;
	uint32_t index; /* in: HVM_PARAM_* */
	uint64_t value; /* in or out */
};

/* How events interrupt the guest: bits 63:56 kind; for PPI bits 15:8 flags, 7:0 INTID. */
#define HVM_PARAM_CALLBACK_IRQ			   0
#define HVM_PARAM_CALLBACK_IRQ_TYPE_MASK	   0xFF00000000000000ULL
#define HVM_PARAM_CALLBACK_TYPE_GSI		   0
#define HVM_PARAM_CALLBACK_TYPE_PCI_INTX	   1
#define HVM_PARAM_CALLBACK_TYPE_PPI		   2
#define HVM_PARAM_CALLBACK_TYPE_PPI_FLAG_MASK	   0xFF00
#define HVM_PARAM_CALLBACK_TYPE_PPI_FLAG_LOW_LEVEL 2

#define HVM_PARAM_STORE_PFN	   1
#define HVM_PARAM_STORE_EVTCHN	   2
#define HVM_PARAM_IOREQ_PFN	   5
#define HVM_PARAM_BUFIOREQ_PFN	   6
#define HVM_PARAM_CONSOLE_PFN	   17
#define HVM_PARAM_CONSOLE_EVTCHN   18
#define HVM_PARAM_PAGING_RING_PFN  27
#define HVM_PARAM_MONITOR_RING_PFN 28
#define HVM_PARAM_SHARING_RING_PFN 29
#define HVM_PARAM_ALTP2M	   35
#define HVM_NR_PARAMS		   39

_Static_assert(sizeof(struct xen_hvm_param) == 16, "size of xen_hvm_param");
_Static_assert(offsetof(struct xen_hvm_param, index) == 4, "offset of index");
_Static_assert(offsetof(struct xen_hvm_param, value) == 8, "offset of value");

#endif
