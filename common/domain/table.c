/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table that finds domains by id, and their references.
 *
 * CONFIG_MAX_DOMAINS slots, a domain sits in slot id % CONFIG_MAX_DOMAINS, so a look-up is one
 * load. Ids are handed out in rising order and come again only after the whole range has been
 * used, so that a stale id finds nobody. The table holds one reference until destruction is
 * complete; the last reference queues the work that whoever built the domain has left in it. Lock:
 * table_lock (LOCK_RANK_DOMAIN_LIST) for slots; references are atomic.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/string.h>

struct domain *hardware_domain;

static struct spinlock table_lock = SPINLOCK_INIT(LOCK_RANK_DOMAIN_LIST);
static struct domain *table[CONFIG_MAX_DOMAINS];
static u32 nr_domains;
static domid_t next_id = 1;

static struct domain **slot_of(u32 id)
{
	return &table[id % CONFIG_MAX_DOMAINS];
}

struct domain *domain_get(domid_t id)
{
	struct domain *d;

	spin_lock(&table_lock);
	d = *slot_of(id);
	if (d != NULL && d->id == id) {
		domain_hold(d);
	} else {
		d = NULL;
	}
	spin_unlock(&table_lock);
	return d;
}

struct domain *domain_get_next(domid_t from)
{
	struct domain *best = NULL;

	spin_lock(&table_lock);
	for (u32 i = 0; i < CONFIG_MAX_DOMAINS; i++) {
		struct domain *d = table[i];

		if (d != NULL && d->id >= from && (best == NULL || d->id < best->id)) {
			best = d;
		}
	}
	if (best != NULL) {
		domain_hold(best);
	}
	spin_unlock(&table_lock);
	return best;
}

struct domain *domain_next(struct domain *d)
{
	struct domain *next = domain_get_next(d != NULL ? d->id + 1 : 0);

	domain_put(d);
	return next;
}

struct domain *domain_find(bool (*is_it)(struct domain *d, const void *arg), const void *arg)
{
	struct domain *found = NULL;

	spin_lock(&table_lock);
	for (u32 i = 0; i < CONFIG_MAX_DOMAINS && found == NULL; i++) {
		if (table[i] != NULL && is_it(table[i], arg)) {
			found = table[i];
			domain_hold(found);
		}
	}
	spin_unlock(&table_lock);
	return found;
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
		if (id >= HV_DOMID_FIRST_RESERVED) {
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

	spin_lock(&table_lock);
	*out = hint == HV_DOMID_NONE ? next_free_id() : hint;
	err = *out < HV_DOMID_FIRST_RESERVED && *slot_of(*out) != NULL ? -EEXIST : 0;
	spin_unlock(&table_lock);
	if (*out >= HV_DOMID_FIRST_RESERVED) {
		err = hint == HV_DOMID_NONE ? -ENOSPC : -EINVAL;
	}
	return err;
}

int domain_publish(struct domain *d)
{
	int err = -EEXIST;

	spin_lock(&table_lock);
	if (*slot_of(d->id) == NULL) {
		err = 0;
		*slot_of(d->id) = d;
		nr_domains++;
		next_id = MAX(next_id, (domid_t)(d->id + 1));
	}
	spin_unlock(&table_lock);
	return err;
}

static bool has_uuid(struct domain *d, const void *arg)
{
	const u8 *uuid = arg;

	return memcmp(uuid, d->uuid, sizeof(d->uuid)) == 0;
}

int domain_find_uuid(const u8 *uuid, u16 *id)
{
	u8 nobody[sizeof(((struct domain *)NULL)->uuid)];
	struct domain *d;

	memset(nobody, 0xff, sizeof(nobody));
	if (memcmp(uuid, nobody, sizeof(nobody)) == 0) {
		*id = SCHED_NOBODY;
		return 0;
	}
	d = domain_find(has_uuid, uuid);
	*id = d != NULL ? d->id : *id;
	domain_put(d);
	return d != NULL ? 0 : -ESRCH;
}

void domain_unpublish(struct domain *d)
{
	spin_lock(&table_lock);
	if (*slot_of(d->id) == d) {
		*slot_of(d->id) = NULL;
		nr_domains--;
	}
	spin_unlock(&table_lock);
}

void domain_put(struct domain *d)
{
	if (d != NULL && atomic_fetch_sub(&d->refs, 1) == 1) {
		defer_queue(&d->free_work);
	}
}
