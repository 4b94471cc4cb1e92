/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Through all domains: in the order of their ids, or to the first of which something is true. For
 * the toolstack and the debug keys. Lock: domain_table_lock.
 */
#include "table.h"

struct domain *domain_get_next(domid_t from)
{
	struct domain *best = NULL;

	spin_lock(&domain_table_lock);
	for (u32 i = 0; i < CONFIG_MAX_DOMAINS; i++) {
		struct domain *d = domain_table[i];

		if (d != NULL && d->id >= from && (best == NULL || d->id < best->id)) {
			best = d;
		}
	}
	if (best != NULL) {
		domain_hold(best);
	}
	spin_unlock(&domain_table_lock);
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

	spin_lock(&domain_table_lock);
	for (u32 i = 0; i < CONFIG_MAX_DOMAINS && found == NULL; i++) {
		if (domain_table[i] != NULL && is_it(domain_table[i], arg)) {
			found = domain_table[i];
			domain_hold(found);
		}
	}
	spin_unlock(&domain_table_lock);
	return found;
}
