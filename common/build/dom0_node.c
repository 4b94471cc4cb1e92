/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the boot device tree says of Dom0 beside its images (docs/bindings.md): its share of CPU
 * time and its fault table, in a node "bulkhead,dom0" with the properties that a boot-time domain's
 * node has for them. A fault of the node is told as a domain's is, and costs Dom0 alone. Boot only,
 * no lock.
 */
#include "describe.h"

#include <hv/heap.h>
#include <hv/string.h>

__init int build_dom0(struct domain *d, struct bulkhead_health_policy *policy)
{
	int node = devtree_find_compatible(-1, "bulkhead,dom0"), rc = 0;
	struct build *b = node < 0 ? NULL : heap_alloc(sizeof(*b));

	if (!b) {
		return node < 0 ? -ENOENT : -ENOMEM;
	}
	string_copy(b->name, d->name, sizeof(b->name));
	b->d = d;
	b->node = node;
	b->nr_vcpus = d->nr_vcpus;
	if (build_rows_bad(b) || build_schedule_bad(b)) {
		rc = -EINVAL;
	} else if (IS_ENABLED(CONFIG_HEALTH) && devtree_has(node, "bulkhead,restart")) {
		*policy = build_policy(b);
	} else {
		policy->watchdog_ms = b->watchdog_ms ? b->watchdog_ms : policy->watchdog_ms;
		rc = -ENOENT;
	}
	heap_free(b);
	return rc;
}
