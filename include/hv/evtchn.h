/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels of a domain, two-level ABI: at most 4096 ports, port 0 is never valid.
 *
 * All functions may be called for any domain the caller keeps referenced, with no lock of rank
 * LOCK_RANK_EVTCHN or above held. They return 0 or -errno: -EINVAL for a port or vCPU that does not
 * exist or is in the wrong state, -ENOSPC when all ports are taken, -ENOMEM.
 */
#ifndef HV_EVTCHN_H
#define HV_EVTCHN_H

#include <hv/compiler.h>
#include <hv/types.h>

struct domain;
struct vcpu;
struct evtchn_status;

enum evtchn_state {
	EVTCHN_FREE,
	EVTCHN_UNBOUND,	    /* waits for a peer */
	EVTCHN_INTERDOMAIN, /* connected to a port of a domain */
	EVTCHN_VIRQ,
	EVTCHN_IPI,
	EVTCHN_HYPERVISOR /* its peer is the hypervisor: the domain's console */
};

/* Construction; max_port 0 means the ABI's limit. */
int evtchn_init(struct domain *d, u32 max_port);
/* Close every port in slices: -ERESTART until done. New ports are refused once the domain is dying.
 */
int evtchn_close_all(struct domain *d);
/* The same for a domain that lives on. */
int evtchn_reset(struct domain *d);
/* After evtchn_close_all, when nobody can look at the domain any more. */
bool evtchn_free_slice(struct domain *d); /* false when nothing was left */

/*
 * Allocate beforehand what the next port needs; true when that was something, which is work enough
 * for a preemption point behind it.
 */
bool evtchn_prepare(struct domain *d);
/* A port of d to which the domain of this id may bind; HV_DOMID_HYP: the hypervisor's own. */
int evtchn_alloc_unbound(struct domain *d, domid_t remote, u32 *port);
/* A port of d connected with the unbound port of remote; it starts pending. */
int evtchn_bind_interdomain(struct domain *d, struct domain *remote, u32 remote_port, u32 *port);
/*
 * A channel that both ends know beforehand: port of d and peer_port of the domain of id peer. The
 * first end waits for the second; once they are connected, both are pending. -ENOSPC: the port is
 * taken.
 */
int evtchn_open(struct domain *d, u32 port, domid_t peer, u32 peer_port);
int evtchn_bind_virq(struct domain *d, u32 virq, u32 vcpu, u32 *port);
int evtchn_bind_ipi(struct domain *d, u32 vcpu, u32 *port);
int evtchn_bind_vcpu(struct domain *d, u32 port, u32 vcpu);
int evtchn_close(struct domain *d, u32 port);
/* -ERESTART: the hypervisor, whose port it is, has done one step of its work; send again. */
int evtchn_send(struct domain *d, u32 port);
int evtchn_unmask(struct domain *d, u32 port);
int evtchn_status(struct domain *d, u32 port, struct evtchn_status *out);

/* Is the port an unbound one that waits for a peer of domain id remote? */
bool evtchn_is_unbound(struct domain *d, u32 port, domid_t remote);
/* Boot: who is called, without locks, when a guest sends on a port of the hypervisor's; 0 or
 * -ERESTART. */
void evtchn_set_service(int (*service)(struct domain *d));
/* Is the hypervisor the port's peer? */
bool evtchn_is_hypervisor(struct domain *d, u32 port);
/* Is the port in range and its pending bit set? */
bool evtchn_is_pending(struct domain *d, u32 port);

/*
 * Make a port pending from the hypervisor's side, whatever it is bound to; nothing when it is free.
 * Takes the domain's lock of event channels.
 */
void evtchn_raise(struct domain *d, u32 port);
/* The virtual interrupts of the machine go to hardware_domain; lost when it has not bound them. */
void evtchn_raise_global(u32 virq);
/* A virtual interrupt of one vCPU. */
void evtchn_raise_virq(struct vcpu *v, u32 virq);

/*
 * vcpu_info in guest memory: frame gfn, offset 8-byte aligned and inside the page. Once per vCPU;
 * the frame is referenced until evtchn_unregister_info(), which ends a poll as well; the vCPU is
 * off its CPU then, or the caller's. Pending events are delivered again.
 */
int evtchn_register_info(struct vcpu *v, gfn_t frame, u32 offset);
void evtchn_unregister_info(struct vcpu *v);
/* The vCPU has upcall_pending set. */
bool evtchn_upcall_pending(struct vcpu *v);

/*
 * Put the current vCPU to sleep until one of the ports is pending, an interrupt wakes it, or the
 * time (ns, 0 = none) is reached. Returns at once when one is pending already; -EINVAL for a bad
 * port.
 */
int evtchn_poll(struct vcpu *v, const u32 *ports, u32 nr, u64 deadline);

#endif
