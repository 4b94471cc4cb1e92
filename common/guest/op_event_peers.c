/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of event_channel_op by which two domains meet: one offers a port, the other binds to
 * it. Both may be the same one. Without them (no CONFIG_EVTCHN_PEERS) the answer is -ENOSYS. No
 * lock of its own.
 */
#include "op_event.h"

#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/hypercall.h>
#include <hv/softirq.h>
#include <hv/xsm.h>
#include <public/event_channel.h>

int op_event_prepare(struct domain *d)
{
	return evtchn_prepare(d) && softirq_preempt_needed() ? -ERESTART : 0;
}

/* May d have a port to which the domain of this id binds? */
static int check_peer(struct domain *d, domid_t id)
{
	struct domain *peer;
	int err;

	if (id == HV_DOMID_HYP) {
		return xsm_check(XSM_DOMAIN_CONSOLE, current_domain(), d);
	}
	peer = domain_get(id);
	err = peer != NULL ? xsm_check(XSM_EVTCHN_PEER, d, peer) : -ESRCH;
	domain_put(peer);
	return err;
}

int op_event_alloc_unbound(struct domain *d, void *arg)
{
	struct evtchn_alloc_unbound *alloc = arg;
	domid_t remote = alloc->remote_dom == HV_DOMID_SELF ? current_domain()->id
							    : alloc->remote_dom;
	int err = check_peer(d, remote);

	err = err ? err : op_event_prepare(d);
	return err ? err : evtchn_alloc_unbound(d, remote, &alloc->port);
}

int op_event_bind_interdomain(struct domain *remote, void *arg)
{
	struct evtchn_bind_interdomain *bind = arg;
	int err = op_event_prepare(current_domain());

	return err ? err
		   : evtchn_bind_interdomain(current_domain(), remote, bind->remote_port,
					     &bind->local_port);
}
