/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table that finds domains by id, and their references.
 *
 * CONFIG_MAX_DOMAINS slots, a domain sits in slot id % CONFIG_MAX_DOMAINS, so a look-up is one
 * load. Ids are handed out in rising order and come again only after the whole range has been
 * used, so that a stale id finds nobody. The table holds one reference until destruction is
 * complete; the last reference queues the work that whoever built the domain has left in it. Lock:
 * domain_table_lock (LOCK_RANK_DOMAIN_LIST) for slots; references are atomic.
 */
#include <hv/domain.h>
#include <hv/errno.h>

#include "table.h"

struct domain *hardware_domain;

struct spinlock domain_table_lock = SPINLOCK_INIT(LOCK_RANK_DOMAIN_LIST);
struct domain *domain_table[CONFIG_MAX_DOMAINS];
static u32 nr_domains;
static domid_t next_id; /* 0 is Dom0's alone */

static struct domain **slot_of(u32 id)
{
	return &domain_table[id % CONFIG_MAX_DOMAINS];
}

struct domain *domain_get(domid_t id)
{
	struct domain *d;

	spin_lock(&domain_table_lock);
	d = *slot_of(id);
	if (d != NULL && d->id == id) {
		domain_hold(d);
	} else {
		d = NULL;
	}
	spin_unlock(&domain_table_lock);
	return d;
}

struct vcpu *domain_vcpu(const struct domain *d, u64 id)
{
	return id < d->nr_vcpus ? load_acquire(&d->vcpus[id]) : NULL;
}

u32 domain_count(void)
{
	return READ_ONCE(nr_domains);
}

/* The next id whose slot is free, HV_DOMID_NONE when none is. */
static domid_t next_free_id(void)
{
	u32 id = next_id;

	for (u32 i = 0; i < CONFIG_MAX_DOMAINS; i++, id++) {
		if (id == 0 || id >= HV_DOMID_FIRST_RESERVED) {
			id = 1;
		}
		if (*slot_of(id) == NULL) {
			return (domid_t)id;
		}
	}
	return HV_DOMID_NONE;
}

int domain_choose_id(domid_t hint, domid_t *out)
{
	int err;

	spin_lock(&domain_table_lock);
	*out = hint == HV_DOMID_NONE ? next_free_id() : hint;
	err = *out < HV_DOMID_FIRST_RESERVED && *slot_of(*out) != NULL ? -EEXIST : 0;
	spin_unlock(&domain_table_lock);
	if (*out >= HV_DOMID_FIRST_RESERVED) {
		err = hint == HV_DOMID_NONE ? -ENOSPC : -EINVAL;
	}
	return err;
}

int domain_publish(struct domain *d)
{
	int err = -EEXIST;

	spin_lock(&domain_table_lock);
	if (*slot_of(d->id) == NULL) {
		err = 0;
		*slot_of(d->id) = d;
		nr_domains++;
		next_id = MAX(next_id, (domid_t)(d->id + 1));
	}
	spin_unlock(&domain_table_lock);
	return err;
}

void domain_unpublish(struct domain *d)
{
	spin_lock(&domain_table_lock);
	if (*slot_of(d->id) == d) {
		*slot_of(d->id) = NULL;
		nr_domains--;
	}
	spin_unlock(&domain_table_lock);
}

void domain_put(struct domain *d)
{
	if (d != NULL && atomic_fetch_sub(&d->refs, 1) == 1) {
		defer_queue(&d->free_work);
	}
}
