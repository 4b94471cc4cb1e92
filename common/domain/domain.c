/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domains: the table that finds them by id, their construction, and their end as a structure.
 * What happens in between (pause, shutdown, destruction) is in lifecycle.c.
 *
 * Table: CONFIG_MAX_DOMAINS slots, a domain sits in slot id % CONFIG_MAX_DOMAINS, so a look-up is
 * one load. Ids are handed out in rising order and come again only after the whole range has been
 * used, so that a stale id finds nobody. The table holds one reference until destruction is
 * complete. Lock: table_lock (LOCK_RANK_DOMAIN_LIST) for slots; references are atomic.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/dom_console.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/grant.h>
#include <hv/heap.h>
#include <hv/string.h>
#include <public/arch-arm.h>

#include "domain_table.h"

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

/* The id for a new domain: the one asked for or the next free one. */
static int choose_id(domid_t hint, domid_t *out)
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

/* Make a finished domain visible. */
static int publish(struct domain *d)
{
	int err = 0;

	spin_lock(&table_lock);
	if (*slot_of(d->id) != NULL) {
		err = -EEXIST;
	} else {
		*slot_of(d->id) = d;
		nr_domains++;
		if (d->id >= next_id) {
			next_id = d->id + 1;
		}
	}
	spin_unlock(&table_lock);
	return err;
}

int domain_find_uuid(const u8 *uuid, u16 *id)
{
	u8 nobody[sizeof(((struct domain *)NULL)->uuid)];
	bool is_found = false;

	memset(nobody, 0xff, sizeof(nobody));
	if (memcmp(uuid, nobody, sizeof(nobody)) == 0) {
		*id = SCHED_NOBODY;
		return 0;
	}
	spin_lock(&table_lock);
	for (u32 i = 0; i < CONFIG_MAX_DOMAINS && !is_found; i++) {
		const struct domain *d = table[i];

		is_found = d != NULL && memcmp(uuid, d->uuid, sizeof(d->uuid)) == 0;
		*id = is_found ? d->id : *id;
	}
	spin_unlock(&table_lock);
	return is_found ? 0 : -ESRCH;
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

/* Free a vCPU or another part that there may be many of; false when there is none left. */
static bool free_slice(struct domain *d)
{
	if (d->vcpus != NULL && d->nr_vcpus != 0) {
		struct vcpu *v = d->vcpus[--d->nr_vcpus];

		if (v != NULL) {
			vcpu_free(v);
		}
		return true;
	}
	return grant_free_slice(d) || evtchn_free_slice(d) || arch_domain_free_slice(d);
}

/* Deferred work: free whatever a domain has; each part knows whether it was made. */
static void domain_free(struct defer_work *work)
{
	struct domain *d = container_of(work, struct domain, free_work);

	if (free_slice(d)) {
		defer_queue(work);
		return;
	}
	throttle_free(&d->sched);
	sched_group_free(&d->sched);
	dom_console_free(d);
	heap_pages_free(d->shared_info, 0);
	heap_free(d->tag);
	heap_free(d->vcpus);
	heap_free(d);
}

void domain_put(struct domain *d)
{
	if (atomic_fetch_sub(&d->refs, 1) == 1) {
		d->free_work.fn = domain_free;
		defer_queue(&d->free_work);
	}
}

static void set_fields(struct domain *d, domid_t id, const struct domain_config *config)
{
	d->id = id;
	d->refs = 2; /* the table's and the caller's */
	d->is_privileged = config->is_privileged;
	d->is_direct_mapped = config->is_host_layout;
	spin_lock_init(&d->lock, LOCK_RANK_DOMAIN);
	d->nr_vcpus = config->nr_vcpus;
	d->pause_count = 1;
	d->is_control_paused = true;
	d->evtchn_ppi = GUEST_EVTCHN_PPI;
	d->shared_info_frame = gfn(INVALID_FRAME);
	d->created_ns = time_now();
	memcpy(d->uuid, config->uuid, sizeof(d->uuid));
	d->ssidref = config->ssidref;
	d->config_flags = config->flags;
	if (id == 0) {
		string_copy(d->name, "Domain-0", sizeof(d->name));
		d->name_hash = domain_name_hash(d->name);
	}
	sched_group_init(&d->sched, id);
	throttle_init(&d->sched);
}

/* The parts, in an order in which domain_free() can take back what there is. */
static int build(struct domain *d, const struct domain_config *config)
{
	int err;

	d->vcpus = heap_alloc(config->nr_vcpus * sizeof(struct vcpu *));
	d->shared_info = heap_pages_alloc(0);
	if (d->vcpus == NULL || d->shared_info == NULL) {
		return -ENOMEM;
	}
	err = evtchn_init(d, config->max_evtchn);
	if (err == 0) {
		err = grant_init(d, config->max_grant_frames, config->max_maptrack_frames);
	}
	if (err == 0) {
		err = dom_console_init(d);
	}
	if (err == 0) {
		err = arch_domain_init(d, config);
	}
	return err;
}

int domain_create(domid_t id_hint, const struct domain_config *config, struct domain **out)
{
	struct domain *d;
	domid_t id;
	int err;

	if (config->nr_vcpus == 0 || config->nr_vcpus > DOMAIN_VCPUS_MAX) {
		return -EINVAL;
	}
	err = choose_id(id_hint, &id);
	if (err != 0) {
		return err;
	}
	d = heap_alloc(sizeof(*d));
	if (d == NULL) {
		return -ENOMEM;
	}
	set_fields(d, id, config);
	err = build(d, config);
	if (err == 0) {
		err = publish(d);
	}
	if (err != 0) {
		d->refs = 1;
		domain_put(d);
		return err;
	}
	*out = d;
	domain_changed(d, false);
	return 0;
}
