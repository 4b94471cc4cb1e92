/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The partial device tree of a boot-time domain, a module of the boot loader's: the devices that it
 * names are given to the domain (common/device), its nodes become part of the domain's tree. Boot
 * only, no lock.
 */
#include "describe.h"

#include <hv/heap.h>
#include <hv/refusals.h>
#include <libfdt.h>

#define DEPTH_MAX     8
#define PARTIAL_ORDER 6U
#define PARTIAL_BYTES (PAGE_SIZE << PARTIAL_ORDER)

/* Copied and checked; NULL: it has none, or it is broken. */
static __init const void *read_partial(const struct build *b)
{
	static __initdata void *room;
	u64 bytes = b->partial ? MIN(b->partial->at.bytes, PARTIAL_BYTES) : 0;

	if (bytes < sizeof(struct fdt_header)) {
		return NULL;
	}
	room = room ? room : heap_pages_alloc(PARTIAL_ORDER);
	if (!room) {
		return NULL;
	}
	boot_peek(room, pa(b->partial->at.base), bytes);
	return fdt_check_full(room, bytes) ? NULL : room;
}

__init void build_partial_needs(const struct build *b, struct device_needs *needs)
{
	const void *partial = read_partial(b);

	if (partial) {
		device_partial_needs(partial, needs);
	}
}

/* The node /passthrough with all that is below it, as Xen's toolstack has it, and the aliases. */
__init int build_partial_copy(struct build *b, void *fdt)
{
	const void *partial = read_partial(b);
	int to[DEPTH_MAX + 1] = { 0 }, depth = 0, rc = 0;
	int from, aliases;

	if (build_bad(b, !partial, "device-tree", REFUSAL_PARTIAL)) {
		return -FDT_ERR_BADSTRUCTURE;
	}
	from = fdt_path_offset(partial, "/passthrough");
	aliases = fdt_path_offset(partial, "/aliases");
	if (from >= 0) {
		to[0] = fdt_add_subnode(fdt, 0, "passthrough");
		rc = build_tree_copy(fdt, to[0], partial, from);
		from = fdt_next_node(partial, from, &depth);
	}
	for (; !rc && from >= 0 && depth > 0; from = fdt_next_node(partial, from, &depth)) {
		b->is_refused = depth <= DEPTH_MAX && device_partial_bad(b->d, partial, from);
		if (depth > DEPTH_MAX || b->is_refused) {
			return -FDT_ERR_BADSTRUCTURE;
		}
		to[depth] = fdt_add_subnode(fdt, to[depth - 1], fdt_get_name(partial, from, NULL));
		rc = build_tree_copy(fdt, to[depth], partial, from);
	}
	return rc || aliases < 0
		       ? rc
		       : build_tree_copy(fdt, fdt_path_offset(fdt, "/aliases"), partial, aliases);
}
