/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The partial device tree of a boot-time domain, a module of the boot loader's: the devices that it
 * names are given to the domain (common/device), its nodes become part of the domain's tree. Boot
 * only, no lock.
 */
#include "describe.h"

#include <hv/heap.h>
#include <hv/refusals.h>

#define PARTIAL_ORDER 6U
#define PARTIAL_BYTES (PAGE_SIZE << PARTIAL_ORDER)

/* Copied and checked: its root, < 0: it has none, or it is broken. Goes with devtree_drop(). */
static __init int read_partial(const struct build *b)
{
	static __initdata void *room;
	u64 bytes = b->partial ? MIN(b->partial->at.bytes, PARTIAL_BYTES) : 0;

	room = room || !bytes ? room : heap_pages_alloc(PARTIAL_ORDER);
	if (!room || !bytes || build_template(NULL) < 0) {
		return -ENOENT;
	}
	boot_peek(room, pa(b->partial->at.base), bytes);
	return devtree_add(room, bytes);
}

__init void build_partial_needs(const struct build *b, struct device_needs *needs)
{
	int partial = read_partial(b);

	device_partial_needs(partial, needs);
	devtree_drop(partial);
}

/* A node with all that is below it, as Xen's toolstack has it. */
static __init bool are_nodes_bad(struct build *b, struct devtree_writer *w, int top)
{
	/* About the machine's device, not the guest's. */
	static const char *const about[] = { "xen,path", "xen,reg",
					     "xen,force-assign-without-iommu", NULL };

	for (int node = top; node >= 0 && node < devtree_behind(top); node++) {
		if (node != top && device_partial_bad(b->d, node)) {
			b->is_refused = true;
			return true;
		}
		devtree_begin(w, devtree_name(node));
		devtree_copy(w, node, about);
		for (int at = node; at >= top && devtree_behind(at) == node + 1;
		     at = devtree_parent(at)) {
			devtree_end(w);
		}
	}
	return false;
}

/* /passthrough and the aliases. */
__init bool build_partial_bad(struct build *b, struct devtree_writer *w)
{
	int partial = read_partial(b), aliases = devtree_child_named(partial, "aliases");
	bool is_bad = build_bad(b, partial < 0, "device-tree", REFUSAL_PARTIAL) ||
		      are_nodes_bad(b, w, devtree_child_named(partial, "passthrough"));

	if (aliases >= 0) {
		devtree_begin(w, "aliases");
		devtree_copy(w, aliases, NULL);
		devtree_end(w);
	}
	devtree_drop(partial);
	return is_bad;
}
