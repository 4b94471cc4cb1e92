/* SPDX-License-Identifier: MIT */
/*
 * Event channels: event_channel_op(cmd, argument), one structure per command.
 *
 * Called by: every guest with paravirtual drivers (init_control, bind_vcpu, alloc_unbound, send,
 * unmask, close), Dom0's daemons through /dev/xen/evtchn (bind_interdomain, bind_virq), the
 * toolstack (alloc_unbound on behalf of a domain, status).
 *
 * Only the two-level ABI of xen.h is offered: init_control, expand_array and set_priority return
 * -XEN_ENOSYS, on which Linux falls back to it. Ports run from 1 to EVTCHN_2L_NR_CHANNELS - 1;
 * port 0 is never valid. (in)/(out) mark who fills a field.
 */
#ifndef PUBLIC_EVENT_CHANNEL_H
#define PUBLIC_EVENT_CHANNEL_H

#include <public/types.h>

#define EVTCHNOP_bind_interdomain 0
#define EVTCHNOP_bind_virq	  1
#define EVTCHNOP_bind_pirq	  2
#define EVTCHNOP_close		  3
#define EVTCHNOP_send		  4
#define EVTCHNOP_status		  5
#define EVTCHNOP_alloc_unbound	  6
#define EVTCHNOP_bind_ipi	  7
#define EVTCHNOP_bind_vcpu	  8
#define EVTCHNOP_unmask		  9
#define EVTCHNOP_reset		  10
#define EVTCHNOP_init_control	  11
#define EVTCHNOP_expand_array	  12
#define EVTCHNOP_set_priority	  13

#define EVTCHN_2L_NR_CHANNELS 4096

/* A new port of dom that remote_dom may bind to. dom other than the caller needs privilege. */
struct evtchn_alloc_unbound {
	uint16_t dom, remote_dom; /* in; DOMID_SELF allowed */
	uint32_t port;		  /* out */
};

/* Connect a new local port to the unbound remote_port; the new port starts pending. */
struct evtchn_bind_interdomain {
	uint16_t remote_dom;  /* in */
	uint32_t remote_port; /* in */
	uint32_t local_port;  /* out */
};

struct evtchn_bind_virq {
	uint32_t virq; /* in: VIRQ_* */
	uint32_t vcpu; /* in: must be 0 for a VIRQ of the machine */
	uint32_t port; /* out */
};

#define BIND_PIRQ__WILL_SHARE 1

struct evtchn_bind_pirq {
	uint32_t pirq;	/* in */
	uint32_t flags; /* in: BIND_PIRQ__* */
	uint32_t port;	/* out */
};

struct evtchn_bind_ipi {
	uint32_t vcpu; /* in: which vCPU receives it */
	uint32_t port; /* out */
};

/* The peer of a closed interdomain port becomes unbound again. */
struct evtchn_close {
	uint32_t port; /* in */
};

struct evtchn_send {
	uint32_t port; /* in: local port; the event arrives at its peer */
};

#define EVTCHNSTAT_closed      0
#define EVTCHNSTAT_unbound     1 /* waits for somebody to bind */
#define EVTCHNSTAT_interdomain 2
#define EVTCHNSTAT_pirq	       3
#define EVTCHNSTAT_virq	       4
#define EVTCHNSTAT_ipi	       5

struct evtchn_status {
	uint16_t dom;	 /* in */
	uint32_t port;	 /* in */
	uint32_t status; /* out: EVTCHNSTAT_* */
	uint32_t vcpu;	 /* out: vCPU that is notified */
	union {
		struct {
			uint16_t dom; /* who may bind */
		} unbound;
		struct {
			uint16_t dom;
			uint32_t port;
		} interdomain; /* the peer */
		uint32_t pirq;
		uint32_t virq;
	} u; /* out */
};

struct evtchn_bind_vcpu {
	uint32_t port; /* in: not a per-vCPU VIRQ and not an IPI */
	uint32_t vcpu; /* in */
};

/* Clear the mask bit and deliver again if the port is pending. */
struct evtchn_unmask {
	uint32_t port; /* in */
};

/* Close every port of dom. */
struct evtchn_reset {
	uint16_t dom; /* in */
};

/* FIFO ABI: layouts for the sake of completeness. */
struct evtchn_init_control {
	uint64_t control_gfn; /* in */
	uint32_t offset;      /* in */
	uint32_t vcpu;	      /* in */
	uint8_t link_bits;    /* out */
	uint8_t _pad[7];
};

struct evtchn_expand_array {
	uint64_t array_gfn; /* in */
};

struct evtchn_set_priority {
	uint32_t port;	   /* in */
	uint32_t priority; /* in */
};

_Static_assert(sizeof(struct evtchn_alloc_unbound) == 8, "size of evtchn_alloc_unbound");
_Static_assert(sizeof(struct evtchn_bind_interdomain) == 12, "size of evtchn_bind_interdomain");
_Static_assert(offsetof(struct evtchn_bind_interdomain, local_port) == 8, "offset of local_port");
_Static_assert(sizeof(struct evtchn_bind_virq) == 12, "size of evtchn_bind_virq");
_Static_assert(sizeof(struct evtchn_bind_ipi) == 8, "size of evtchn_bind_ipi");
_Static_assert(sizeof(struct evtchn_status) == 24, "size of evtchn_status");
_Static_assert(offsetof(struct evtchn_status, u) == 16, "offset of u");
_Static_assert(sizeof(struct evtchn_bind_vcpu) == 8, "size of evtchn_bind_vcpu");
_Static_assert(sizeof(struct evtchn_init_control) == 24, "size of evtchn_init_control");

#endif
