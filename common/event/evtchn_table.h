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

_Static_assert(EVTCHN_2L_NR_CHANNELS == 64 * 64, "two words find a free port");

struct evtchn_table {
	struct spinlock lock; /* LOCK_RANK_EVTCHN */
	u32 max_port;	      /* highest port allowed */
	u32 closed, reset;    /* ports below are closed, while all are being closed, or reset */
	u32 nr_pollers;	      /* vCPUs in evtchn_poll; atomic */
	struct evtchn *bucket[EVTCHN_NR_BUCKETS];
	u64 used[EVTCHN_2L_NR_CHANNELS / 64]; /* ports that are not free; lock */
	u64 full;			      /* words of used without a zero */
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

/* The lowest free port, above max_port when there is none; lock held. */
static inline u32 evtchn_next_free(const struct evtchn_table *table)
{
	u32 word;

	if (table->full == ~0UL) {
		return ~0U;
	}
	word = (u32)__builtin_ctzl(~table->full);
	return word * 64 + (u32)__builtin_ctzl(~table->used[word]);
}

static inline void evtchn_set_used(struct evtchn_table *table, u32 port, bool is_used)
{
	u64 *word = &table->used[port / 64];

	*word = (*word & ~BIT(port % 64)) | (is_used ? BIT(port % 64) : 0);
	table->full &= ~BIT(port / 64);
	table->full |= *word == ~0UL ? BIT(port / 64) : 0;
}

/*
 * Set the pending bit of port of d and notify its vCPU. False when the guest kept the word busy:
 * the caller crashes d once it holds no lock. The lock of d or of the port's peer is held.
 */
bool __must_check evtchn_deliver(struct domain *d, u32 port);

#endif
