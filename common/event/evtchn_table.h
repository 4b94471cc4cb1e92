/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of event channels as its two files see it: evtchn.c changes states, evtchn_deliver.c
 * reads them to deliver. A channel takes 16 bytes, buckets of one page are allocated when first
 * needed and stay until the domain is freed, so that delivery may read them without a lock.
 */
#ifndef DOMAIN_EVTCHN_TABLE_H
#define DOMAIN_EVTCHN_TABLE_H

#include <hv/compiler.h>
#include <hv/evtchn.h>
#include <hv/spinlock.h>
#include <hv/types.h>
#include <public/event_channel.h>

struct evtchn {
	struct domain *remote; /* INTERDOMAIN */
	u32 peer;	       /* INTERDOMAIN: its port; UNBOUND: who may bind; VIRQ: number */
	u16 vcpu;	       /* whom it notifies */
	u8 state;	       /* enum evtchn_state */
	u8 pad;
};

_Static_assert(sizeof(struct evtchn) == 16, "256 channels make a page");

#define EVTCHN_PER_BUCKET ((u32)(PAGE_SIZE / sizeof(struct evtchn)))
#define EVTCHN_NR_BUCKETS (EVTCHN_2L_NR_CHANNELS / EVTCHN_PER_BUCKET)

struct evtchn_table {
	struct spinlock lock; /* LOCK_RANK_EVTCHN */
	u32 max_port;	      /* highest port allowed */
	u32 first_free;	      /* of the closed ones, a list through .peer; 0: none; lock */
	u32 first_fresh;      /* no port from here on was ever in use; lock */
	u32 closed, reset;    /* ports below are closed, while all are being closed, or reset */
	u32 nr_pollers;	      /* vCPUs in evtchn_poll; atomic */
	struct evtchn *bucket[EVTCHN_NR_BUCKETS];
};

/* The channel of a port, or NULL when no bucket holds it yet or there is no such port. */
static inline struct evtchn *evtchn_at(const struct evtchn_table *table, u32 port)
{
	struct evtchn *bucket;

	if (port > table->max_port) {
		return NULL;
	}
	bucket = load_acquire(&table->bucket[port / EVTCHN_PER_BUCKET]);
	return bucket != NULL ? &bucket[port % EVTCHN_PER_BUCKET] : NULL;
}

/* The port that is taken next, above max_port when there is none; lock held. */
static inline u32 evtchn_next_free(const struct evtchn_table *table)
{
	return table->first_free ? table->first_free : table->first_fresh;
}

/* Take that port, whose channel this is; lock held. */
static inline void evtchn_take_next(struct evtchn_table *table, const struct evtchn *chan)
{
	if (table->first_free) {
		table->first_free = chan->peer;
	} else {
		table->first_fresh++;
	}
}

/*
 * Set the pending bit of port of d and notify its vCPU. False when the guest kept the word busy:
 * the caller crashes d once it holds no lock. The lock of d or of the port's peer is held.
 */
bool __must_check evtchn_deliver(struct domain *d, u32 port);

#endif
