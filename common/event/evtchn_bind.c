/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels: the states of the ports of a domain (two-level ABI,
 * include/public/event_channel.h), as far as they concern that domain alone: virtual interrupts,
 * vCPUs, closing all. What needs a look at another domain is in evtchn.c, which has the rules of
 * the locks.
 */
#include "evtchn_table.h"

#include <asm/guest_atomic.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/printk.h>
#include <public/xen.h>

/* Ports looked at between two preemption points; closing one is the work of many looks. */
#define CLOSE_SLICE 24U
#define CLOSE_COST  24U

int evtchn_new(struct domain *d, const struct evtchn *as, u32 *port)
{
	int err;

	*port = 0;
	spin_lock(&d->evtchn->lock);
	err = evtchn_new_locked(d, as, port);
	spin_unlock(&d->evtchn->lock);
	return err;
}

static bool virq_is_global(u32 virq)
{
	static const u32 per_vcpu = BIT(VIRQ_TIMER) | BIT(VIRQ_DEBUG) | BIT(VIRQ_XENOPROF) |
				    BIT(VIRQ_XENPMU) | BIT(VIRQ_ARGO);

	return (per_vcpu >> virq & 1) == 0;
}

int evtchn_bind_virq(struct domain *d, u32 virq, u32 vcpu, u32 *port)
{
	struct vcpu *v = domain_vcpu(d, vcpu);
	struct evtchn as = { .state = EVTCHN_VIRQ, .peer = virq, .vcpu = (u16)vcpu };
	int err;

	if (virq >= NR_VIRQS || (virq_is_global(virq) && vcpu != 0)) {
		return -EINVAL;
	}
	if (v == NULL) {
		return -ENOENT;
	}
	*port = 0;
	spin_lock(&d->evtchn->lock);
	err = v->virq_port[virq] != 0 ? -EEXIST : evtchn_new_locked(d, &as, port);
	if (err == 0) {
		WRITE_ONCE(v->virq_port[virq], *port);
	}
	spin_unlock(&d->evtchn->lock);
	return err;
}

int evtchn_bind_ipi(struct domain *d, u32 vcpu, u32 *port)
{
	struct evtchn as = { .state = EVTCHN_IPI, .vcpu = (u16)vcpu };

	return domain_vcpu(d, vcpu) == NULL ? -ENOENT : evtchn_new(d, &as, port);
}

int evtchn_bind_vcpu(struct domain *d, u32 port, u32 vcpu)
{
	struct evtchn *chan;
	int err = -EINVAL;

	if (domain_vcpu(d, vcpu) == NULL) {
		return -ENOENT;
	}
	spin_lock(&d->evtchn->lock);
	chan = evtchn_used(d, port);
	if (chan != NULL && chan->state != EVTCHN_IPI &&
	    (chan->state != EVTCHN_VIRQ || virq_is_global(chan->peer))) {
		WRITE_ONCE(chan->vcpu, (u16)vcpu);
		err = 0;
	}
	spin_unlock(&d->evtchn->lock);
	return err;
}

/*
 * Free a port and make it one for the next search; lock held. An event left pending would keep the
 * first one of the port's next life from being noticed; a guest that keeps the word busy has itself
 * to blame for that.
 */
void evtchn_free_locked(struct domain *d, u32 port, struct evtchn *chan)
{
	struct vcpu *v;
	u64 old;

	if (chan->state == EVTCHN_VIRQ) {
		v = domain_vcpu(d, virq_is_global(chan->peer) ? 0 : chan->vcpu);
		if (v != NULL && v->virq_port[chan->peer] == port) {
			WRITE_ONCE(v->virq_port[chan->peer], 0);
		}
	}
	if (!guest_atomic_clear(&d->shared_info->evtchn_pending[port / 64], BIT(port % 64), &old)) {
		pr_debug("domain %u: port %u stays pending", d->id, port);
	}
	chan->remote = NULL;
	WRITE_ONCE(chan->state, (u8)EVTCHN_FREE);
	/* A static one that was never reached stands for itself. */
	if (port < d->evtchn->first_fresh) {
		chan->peer = d->evtchn->first_free;
		d->evtchn->first_free = port;
	}
}

/* A slice of closing all ports from *next on. */
static int close_slice(struct domain *d, u32 *next)
{
	struct evtchn_table *table = d->evtchn;
	u32 work = 0;

	for (u32 port = *next; port <= table->max_port; port++) {
		struct evtchn *chan = evtchn_at(table, port);

		if (work >= CLOSE_SLICE) {
			*next = port;
			return -ERESTART;
		}
		if (chan == NULL) {
			/* No bucket, so nothing in the rest of it. */
			port |= EVTCHN_PER_BUCKET - 1;
		} else if (READ_ONCE(chan->state) != EVTCHN_FREE) {
			port -= evtchn_close(d, port) == -EAGAIN;
			work += CLOSE_COST;
		}
		work++;
	}
	*next = 0;
	return 0;
}

int evtchn_close_all(struct domain *d)
{
	return close_slice(d, &d->evtchn->closed);
}

int evtchn_reset(struct domain *d)
{
	return close_slice(d, &d->evtchn->reset);
}

int evtchn_status(struct domain *d, u32 port, struct evtchn_status *out)
{
	static const u8 public_state[] = {
		[EVTCHN_FREE] = EVTCHNSTAT_closed,
		[EVTCHN_UNBOUND] = EVTCHNSTAT_unbound,
		[EVTCHN_INTERDOMAIN] = EVTCHNSTAT_interdomain,
		[EVTCHN_VIRQ] = EVTCHNSTAT_virq,
		[EVTCHN_IPI] = EVTCHNSTAT_ipi,
		[EVTCHN_HYPERVISOR] = EVTCHNSTAT_interdomain,
	};
	static const struct evtchn unused = { .state = EVTCHN_FREE };
	const struct evtchn *chan;

	if (port > d->evtchn->max_port) {
		return -EINVAL;
	}
	spin_lock(&d->evtchn->lock);
	chan = evtchn_used(d, port);
	chan = chan != NULL ? chan : &unused;
	out->status = public_state[chan->state];
	out->vcpu = chan->vcpu;
	if (chan->state == EVTCHN_VIRQ) {
		out->u.virq = chan->peer;
	} else if (chan->state == EVTCHN_INTERDOMAIN) {
		out->u.interdomain.dom = chan->remote->id;
		out->u.interdomain.port = chan->peer;
	} else if (chan->state != EVTCHN_FREE && chan->state != EVTCHN_IPI) {
		out->u.unbound.dom = (domid_t)chan->peer;
	}
	spin_unlock(&d->evtchn->lock);
	return 0;
}
