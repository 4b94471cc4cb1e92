/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels between domains, and ports that the hypervisor itself serves. evtchn_own.c stands
 * for this file where neither exists; evtchn_bind.c has what both need.
 *
 * One locking rule for all of close, reset, bind and send: the table's lock (LOCK_RANK_EVTCHN)
 * guards the domain's own ports, and a connected pair is made and broken only with the locks of
 * *both* domains held, the lower domain id first. So either lock keeps a pair as it is, and sending
 * takes one lock only. A pair does not count as a reference: destroying a domain closes its ports
 * first, which leaves the peers unbound, before the structure can go.
 */
#include "evtchn_table.h"

#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/heap.h>

#define BUCKETS_SLICE 8U /* freed in one work item */
#define CLOSE_TRIES   4

int evtchn_init(struct domain *d, u32 max_port)
{
	struct evtchn_table *table = heap_alloc(sizeof(*table));

	if (table == NULL) {
		return -ENOMEM;
	}
	spin_lock_init(&table->lock, LOCK_RANK_EVTCHN);
	table->max_port = max_port == 0 ? EVTCHN_2L_NR_CHANNELS - 1
					: MIN(max_port, EVTCHN_2L_NR_CHANNELS - 1U);
	table->first_fresh = 1;
	d->evtchn = table;
	if (IS_ENABLED(CONFIG_SEALED_HEAP)) {
		/* All that it will ever have. */
		table->max_port = MIN(table->max_port, EVTCHN_PER_BUCKET - 1);
		table->bucket[0] = heap_pages_alloc(0);
		return table->bucket[0] != NULL ? 0 : -ENOMEM;
	}
	return 0;
}

bool evtchn_free_slice(struct domain *d)
{
	if (d->evtchn == NULL) {
		return false;
	}
	for (u32 i = 0, nr = 0; i < EVTCHN_NR_BUCKETS; i++) {
		if (d->evtchn->bucket[i] != NULL && nr++ == BUCKETS_SLICE) {
			return true;
		}
		heap_pages_free(d->evtchn->bucket[i], 0);
		d->evtchn->bucket[i] = NULL;
	}
	heap_free(d->evtchn);
	d->evtchn = NULL;
	return true;
}

void evtchn_lock_pair(struct domain *a, struct domain *b)
{
	struct domain *first = b != NULL && b->id < a->id ? b : a;

	spin_lock(&first->evtchn->lock);
	if (b != NULL && a != b) {
		spin_lock_second(first == a ? &b->evtchn->lock : &a->evtchn->lock);
	}
}

void evtchn_unlock_pair(struct domain *a, struct domain *b)
{
	if (b != NULL && a != b) {
		spin_unlock(&b->evtchn->lock);
	}
	spin_unlock(&a->evtchn->lock);
}

/* The port that is taken next, above max_port when there is none; lock held. */
static u32 next_free(struct evtchn_table *table)
{
	const struct evtchn *chan;

	if (table->first_free != 0) {
		return table->first_free;
	}
	/* Static ones, of which there are few, may stand in the way. */
	while ((chan = evtchn_at(table, table->first_fresh)) != NULL &&
	       chan->state != EVTCHN_FREE) {
		table->first_fresh++;
	}
	return table->first_fresh;
}

/* Allocate the bucket of a port unless it is there; lock held. 1: allocated. */
static int add_bucket(struct evtchn_table *table, u32 port)
{
	struct evtchn **bucket = &table->bucket[port / EVTCHN_PER_BUCKET];
	struct evtchn *new;

	if (*bucket != NULL) {
		return 0;
	}
	new = heap_pages_alloc(0);
	if (new == NULL) {
		return -ENOMEM;
	}
	store_release(bucket, new);
	return 1;
}

bool evtchn_prepare(struct domain *d)
{
	int rc = 0;
	u32 port;

	spin_lock(&d->evtchn->lock);
	port = next_free(d->evtchn);
	if (port <= d->evtchn->max_port && !READ_ONCE(d->is_dying)) {
		rc = add_bucket(d->evtchn, port);
	}
	spin_unlock(&d->evtchn->lock);
	return rc > 0;
}

/* *port 0: the next, else that one, which must never have been in use. */
int evtchn_new_locked(struct domain *d, const struct evtchn *as, u32 *port)
{
	struct evtchn_table *table = d->evtchn;
	u32 p = *port != 0 ? *port : next_free(table);
	struct evtchn *chan;
	int rc;

	if (READ_ONCE(d->is_dying)) {
		return -ESRCH;
	}
	if (p > table->max_port || p < (*port != 0 ? table->first_fresh : 0)) {
		return -ENOSPC;
	}
	rc = add_bucket(table, p);
	if (rc < 0) {
		return rc;
	}
	chan = evtchn_at(table, p);
	if (chan->state != EVTCHN_FREE) {
		return -ENOSPC;
	}
	if (p == table->first_free) {
		table->first_free = chan->peer;
	}
	chan->remote = as->remote;
	chan->peer = as->peer;
	chan->vcpu = as->vcpu;
	store_release(&chan->state, as->state);
	*port = p;
	return 0;
}

int evtchn_alloc_unbound(struct domain *d, domid_t remote, u32 *port)
{
	bool is_hyp = remote == HV_DOMID_HYP;
	struct evtchn as = { .state = is_hyp ? EVTCHN_HYPERVISOR : EVTCHN_UNBOUND, .peer = remote };

	return evtchn_new(d, &as, port);
}

int evtchn_connect_locked(struct domain *d, struct domain *remote, u32 remote_port, u32 *port)
{
	struct evtchn *theirs = evtchn_used(remote, remote_port);
	struct evtchn as = { .state = EVTCHN_INTERDOMAIN, .remote = remote, .peer = remote_port };
	int err;

	if (theirs == NULL || theirs->state != EVTCHN_UNBOUND || theirs->peer != d->id ||
	    READ_ONCE(remote->is_dying)) {
		return -EINVAL;
	}
	err = evtchn_new_locked(d, &as, port);
	if (err != 0) {
		return err;
	}
	theirs->peer = *port;
	theirs->remote = d;
	store_release(&theirs->state, (u8)EVTCHN_INTERDOMAIN);
	return 0;
}

int evtchn_bind_interdomain(struct domain *d, struct domain *remote, u32 remote_port, u32 *port)
{
	int err;

	*port = 0;
	evtchn_lock_pair(d, remote);
	err = evtchn_connect_locked(d, remote, remote_port, port);
	evtchn_unlock_pair(d, remote);
	if (err == 0) {
		/* The peer may have sent before anybody was there. */
		evtchn_raise(d, *port);
	}
	return err;
}

/* All locks held that the channel's state calls for. */
static void close_locked(struct domain *d, u32 port, struct evtchn *chan)
{
	struct evtchn *theirs;

	if (chan->state == EVTCHN_INTERDOMAIN) {
		theirs = evtchn_at(chan->remote->evtchn, chan->peer);
		if (theirs != chan) {
			theirs->remote = NULL;
			theirs->peer = d->id;
			WRITE_ONCE(theirs->state, (u8)EVTCHN_UNBOUND);
		}
	}
	evtchn_free_locked(d, port, chan);
}

/* The domain at the other end of a port, referenced, or NULL. */
static struct domain *get_peer(struct domain *d, u32 port)
{
	struct evtchn *chan;
	struct domain *peer = NULL;

	spin_lock(&d->evtchn->lock);
	chan = evtchn_used(d, port);
	if (chan != NULL && chan->state == EVTCHN_INTERDOMAIN && chan->remote != d) {
		peer = chan->remote;
		domain_hold(peer);
	}
	spin_unlock(&d->evtchn->lock);
	return peer;
}

/* One attempt: -EAGAIN when the port got another peer between the look and the locks. */
static int try_close(struct domain *d, u32 port)
{
	struct domain *peer = get_peer(d, port);
	struct evtchn *chan;
	int err = 0;

	evtchn_lock_pair(d, peer);
	chan = evtchn_used(d, port);
	if (chan == NULL) {
		err = -EINVAL;
	} else if (chan->state == EVTCHN_INTERDOMAIN && chan->remote != d && chan->remote != peer) {
		err = -EAGAIN;
	} else {
		close_locked(d, port, chan);
	}
	evtchn_unlock_pair(d, peer);
	domain_put(peer);
	return err;
}

int evtchn_close(struct domain *d, u32 port)
{
	int err = -EAGAIN;

	for (int i = 0; i < CLOSE_TRIES && err == -EAGAIN; i++) {
		err = try_close(d, port);
	}
	return err;
}

/* Is the port in a state, with this number as its peer? */
static bool port_is(struct domain *d, u32 port, enum evtchn_state state, u32 peer)
{
	struct evtchn *chan;
	bool is_so;

	spin_lock(&d->evtchn->lock);
	chan = evtchn_used(d, port);
	is_so = chan != NULL && chan->state == state && chan->peer == peer;
	spin_unlock(&d->evtchn->lock);
	return is_so;
}

bool evtchn_is_unbound(struct domain *d, u32 port, domid_t remote)
{
	return port_is(d, port, EVTCHN_UNBOUND, remote);
}

bool evtchn_is_hypervisor(struct domain *d, u32 port)
{
	return port_is(d, port, EVTCHN_HYPERVISOR, HV_DOMID_HYP);
}

void evtchn_raise_global(u32 virq)
{
	struct domain *d = READ_ONCE(hardware_domain);

	if (d != NULL && d->vcpus[0] != NULL) {
		evtchn_raise_virq(d->vcpus[0], virq);
	}
}

void evtchn_unregister_info(struct vcpu *v)
{
	mfn_t old;

	evtchn_poll_end(v);
	spin_lock(&v->domain->evtchn->lock);
	old = v->info_frame;
	store_release(&v->info_frame.v, INVALID_FRAME);
	spin_unlock(&v->domain->evtchn->lock);
	if (mfn_is_valid_value(old)) {
		frame_put(old);
	}
}

int (*evtchn_service)(struct domain *d) __sealed;

void evtchn_set_service(int (*service)(struct domain *d))
{
	evtchn_service = service;
}
