/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Construction of domains. A domain is built out of parts that know themselves whether they were
 * made, so the same freeing (free.c) serves a construction that failed half-way. It becomes visible
 * in the table when it is complete. Nothing here holds a lock.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/dom_console.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/grant.h>
#include <hv/heap.h>
#include <hv/images.h>
#include <hv/string.h>
#include <public/arch-arm.h>

static void set_fields(struct domain *d, domid_t id, const struct domain_config *config)
{
	d->id = id;
	d->refs = 2; /* the table's and the caller's */
	d->free_work.fn = IF_ENABLED(CONFIG_DESTROY, domain_free);
	d->pause_work.fn = domain_pause_slice;
	d->is_privileged = config->is_privileged;
	d->is_direct_mapped = config->is_host_layout;
	spin_lock_init(&d->lock, LOCK_RANK_DOMAIN);
	d->nr_vcpus = config->nr_vcpus;
	d->pause_count = 1;
	d->pause_next = config->nr_vcpus; /* vCPUs are made blocked */
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
	err = err ? err : grant_init(d, config->max_grant_frames, config->max_maptrack_frames);
	err = err ? err : dom_console_init(d);
	return err ? err : arch_domain_init(d, config);
}

int domain_create(domid_t id_hint, const struct domain_config *config, struct domain **out)
{
	struct domain *d;
	domid_t id;
	int err;

	err = domain_choose_id(id_hint, &id);
	if (err != 0) {
		return err;
	}
	d = heap_alloc(sizeof(*d));
	if (d == NULL) {
		return -ENOMEM;
	}
	set_fields(d, id, config);
	err = build(d, config);
	err = err ? err : domain_publish(d);
	if (err != 0) {
		if (IS_ENABLED(CONFIG_DESTROY)) {
			d->refs = 1;
			domain_put(d);
		}
		return err;
	}
	*out = d;
	domain_changed(d, false);
	return 0;
}
