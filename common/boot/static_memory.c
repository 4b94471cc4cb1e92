/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory with a fixed use by the boot device tree (docs/bindings.md): the place of the hypervisor's
 * own, xen,static-heap, and what descriptions of domains claim by address, where the hypervisor
 * must not be. Boot CPU only; no locks.
 */
#include <hv/compiler.h>
#include <hv/devtree.h>

#include "memory.h"

#define STATIC_HEAP "xen,static-heap"

/* The pairs of address and size of a property. */
static __init void for_each_pair(int node, const char *name, devtree_visit_t visit, void *arg)
{
	int bytes;
	const u32 *cells = devtree_property(node, name, &bytes);

	for (; bytes >= 16; bytes -= 16, cells += 4) {
		struct devtree_range range = { devtree_cells(cells, 2),
					       devtree_cells(cells + 2, 2) };

		if (range.base + range.bytes > range.base) {
			visit(&range, arg);
		}
	}
}

/* Memory that the description of a domain names is not the hypervisor's. */
static __init void remove_claims(struct ranges *places)
{
	static const char shm[] = "xen,domain-shared-memory-v1";
	int node = devtree_find_compatible(-1, "xen,domain"), bytes;

	for (; node >= 0; node = devtree_find_compatible(node, "xen,domain")) {
		for_each_pair(node, "xen,static-mem", ranges_remove, places);
	}
	node = devtree_find_compatible(-1, shm);
	for (; node >= 0; node = devtree_find_compatible(node, shm)) {
		const u32 *cells = devtree_property(node, "xen,shared-mem", &bytes);

		if (bytes == 24) {
			ranges_remove(&(struct devtree_range){ devtree_cells(cells, 2),
							       devtree_cells(cells + 4, 2) },
				      places);
		}
	}
}

struct part {
	const struct ranges *of;
	struct ranges *to;
};

/* xen,static-heap: what is free of it is the only place for the hypervisor. */
static __init int add_inside(const struct devtree_range *heap, void *arg)
{
	struct part *part = arg;

	for (unsigned int i = 0; i < part->of->nr; i++) {
		const struct devtree_range *range = &part->of->range[i];
		u64 base = MAX(heap->base, range->base);
		u64 end = MIN(heap->base + heap->bytes, range->base + range->bytes);

		ranges_add(&(struct devtree_range){ base, end > base ? end - base : 0 }, part->to);
	}
	return 0;
}

__init void static_memory_apply(struct ranges *free, struct ranges *places)
{
	int chosen = devtree_chosen();

	if (devtree_has(chosen, STATIC_HEAP)) {
		places->nr = 0;
		for_each_pair(chosen, STATIC_HEAP, add_inside, &(struct part){ free, places });
		for_each_pair(chosen, STATIC_HEAP, ranges_remove, free);
	} else {
		remove_claims(places);
	}
}
