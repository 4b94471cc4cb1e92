/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of event channels as its files see it: evtchn.c (or evtchn_own.c) and evtchn_bind.c
 * change states, evtchn_deliver.c reads them to deliver. A channel takes 16 bytes, buckets of one
 * page are allocated when first needed and stay until the domain is freed, so that delivery may
 * read them without a lock.
 */
#ifndef DOMAIN_EVTCHN_TABLE_H
#define DOMAIN_EVTCHN_TABLE_H

#include <hv/compiler.h>
#include <hv/domain.h>
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

/* Why a guest is stopped that keeps changing a word while the hypervisor tries to. */
#define EVTCHN_BUSY "kept a word of its event channels busy"

#define EVTCHN_PER_BUCKET ((u32)(PAGE_SIZE / sizeof(struct evtchn)))
#define EVTCHN_NR_BUCKETS (EVTCHN_2L_NR_CHANNELS / EVTCHN_PER_BUCKET)

struct evtchn_table {
	struct spinlock lock; /* LOCK_RANK_EVTCHN */
	u32 max_port;	      /* highest port allowed */
	u32 first_free;	      /* of the closed ones, a list through .peer; 0: none; lock */
	u32 first_fresh;      /* from here on only static ports were ever in use; lock */
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

/* A channel in use, or NULL; lock held. */
static inline struct evtchn *evtchn_used(struct domain *d, u32 port)
{
	struct evtchn *chan = evtchn_at(d->evtchn, port);

	return chan != NULL && chan->state != EVTCHN_FREE && port != 0 ? chan : NULL;
}

/* Lock one domain or two (b may be NULL or a), in the order of their ids. */
void evtchn_lock_pair(struct domain *a, struct domain *b);
void evtchn_unlock_pair(struct domain *a, struct domain *b);

/*
 * Give a free port (*port 0: the next, else that one) a state, which is stored last, for readers
 * without the lock. Lock held.
 */
int evtchn_new_locked(struct domain *d, const struct evtchn *as, u32 *port);
/* The same with the lock: the next free port. */
int evtchn_new(struct domain *d, const struct evtchn *as, u32 *port);
/* The port is nobody's any more; of a pair, the other end has been seen to. Lock held. */
void evtchn_free_locked(struct domain *d, u32 port, struct evtchn *chan);
/* Connect a free port of d, chosen as above, with an unbound one of remote. Both locks held. */
int evtchn_connect_locked(struct domain *d, struct domain *remote, u32 remote_port, u32 *port);

/*
 * Set the pending bit of port of d and notify its vCPU. False when the guest kept the word busy:
 * the caller crashes d once it holds no lock. The lock of d or of the port's peer is held.
 */
bool __must_check evtchn_deliver(struct domain *d, u32 port);

/* What evtchn_poll() has begun, if it has. */
void evtchn_poll_end(struct vcpu *v);

/* Who is called when a guest sends on a port of the hypervisor's (evtchn.c). */
extern int (*evtchn_service)(struct domain *d);

#endif
