/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels where domains have nothing to do with each other and the hypervisor serves no
 * port: virtual interrupts, and events from one vCPU of a domain to another. Stands for evtchn.c.
 * All ports that there will ever be are allocated with the domain, which never ends.
 */
#include "evtchn_table.h"

#include <hv/errno.h>
#include <hv/heap.h>

int evtchn_init(struct domain *d, u32 max_port __unused)
{
	struct evtchn_table *table = heap_alloc(sizeof(*table));

	if (table == NULL) {
		return -ENOMEM;
	}
	spin_lock_init(&table->lock, LOCK_RANK_EVTCHN);
	table->max_port = EVTCHN_PER_BUCKET - 1;
	table->first_fresh = 1;
	table->bucket[0] = heap_pages_alloc(0);
	d->evtchn = table;
	return table->bucket[0] != NULL ? 0 : -ENOMEM;
}

/* *port: always the next. */
int evtchn_new_locked(struct domain *d, const struct evtchn *as, u32 *port)
{
	struct evtchn_table *table = d->evtchn;
	u32 p = table->first_free != 0 ? table->first_free : table->first_fresh;
	struct evtchn *chan = evtchn_at(table, p);

	if (chan == NULL) {
		return -ENOSPC;
	}
	if (p == table->first_free) {
		table->first_free = chan->peer;
	} else {
		table->first_fresh++;
	}
	chan->peer = as->peer;
	chan->vcpu = as->vcpu;
	store_release(&chan->state, as->state);
	*port = p;
	return 0;
}

int evtchn_close(struct domain *d, u32 port)
{
	struct evtchn *chan;

	spin_lock(&d->evtchn->lock);
	chan = evtchn_used(d, port);
	if (chan != NULL) {
		evtchn_free_locked(d, port, chan);
	}
	spin_unlock(&d->evtchn->lock);
	return chan != NULL ? 0 : -EINVAL;
}
