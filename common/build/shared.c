/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Static communication between boot-time domains: regions of memory that several of them map, and
 * event channels that are connected before they run. And how machine memory at a given address is
 * taken, which static memory needs, too.
 *
 * The frames of a region are the hypervisor's; each mapping holds a reference to each of them, so a
 * region lives as long as a domain has it. A side is compared with the sides before it that have no
 * fault, so that who is refused takes nobody with it. Boot only, no lock.
 */
#include "describe.h"

#include <hv/arch.h>
#include <hv/format.h>
#include <hv/frame.h>
#include <hv/refusals.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <libfdt.h>

#define PORT_MAX 1023UL
#define ID_MAX	 15U
#define PLACE	 "xen,shared-mem"
#define SHM_ID	 "xen,shm-id"
#define ENDS	 "xen,evtchn"

/* The region as a domain before this one has it; *is_owner: one of them owns it. NULL: none has. */
static __init struct build_range *find_region(const struct build *b, const char *id, bool *is_owner)
{
	struct build_range *found = NULL;

	for (u32 i = 0; i + 1 < b->id; i++) {
		u32 nr = builds[i] ? builds[i]->nr_ranges - builds[i]->nr_ram : 0;

		for (u32 j = 0; j < nr; j++) {
			if (strcmp(builds[i]->shm_id[j], id) == 0) {
				found = &builds[i]->range[builds[i]->nr_ram + j];
				*is_owner = *is_owner || builds[i]->owns_shm >> j & 1;
			}
		}
	}
	return found;
}

/* Does the tree have a side of this region in another domain? */
static __init bool is_alone(const struct build *b, const char *id)
{
	const void *fdt = devtree_blob();
	int node = devtree_find_compatible(-1, BUILD_SHM);

	for (; node >= 0; node = devtree_find_compatible(node, BUILD_SHM)) {
		const char *other = devtree_string(node, SHM_ID);

		if (other && strcmp(other, id) == 0 && fdt_parent_offset(fdt, node) != b->node) {
			return false;
		}
	}
	return true;
}

/* The domain's memory or region at these guest addresses, or NULL. */
static __init const char *what_overlaps(const struct build *b, const struct build_range *place)
{
	for (u32 i = 0; i < b->nr_ranges; i++) {
		const struct build_range *other = &b->range[i];

		if (place->gpa < other->gpa + other->bytes &&
		    other->gpa < place->gpa + place->bytes) {
			return i < b->nr_ram ? "the domain's memory" : "other shared memory";
		}
	}
	return NULL;
}

static __init bool is_side_bad(struct build *b, int node, const struct build_range *place)
{
	const char *id = devtree_string(node, SHM_ID), *role = devtree_string(node, "role");
	const char *what = what_overlaps(b, place);
	bool is_owner = role && strcmp(role, "owner") == 0, has_owner = false;
	const struct build_range *other = find_region(b, id, &has_owner);
	u32 nr = b->nr_ranges - b->nr_ram;

	if (build_bad(b, what, PLACE, REFUSAL_SHM_GUEST, place->gpa, place->gpa + place->bytes,
		      what) ||
	    build_bad(b, nr == BUILD_SHM_MAX, SHM_ID, REFUSAL_SHM_MANY, BUILD_SHM_MAX) ||
	    build_bad(b, role && !is_owner && strcmp(role, "borrower") != 0, "role", REFUSAL_WORD,
		      role, "owner, borrower") ||
	    build_bad(b, other && (other->pa != place->pa || other->bytes != place->bytes), PLACE,
		      REFUSAL_SHM_DIFFERS, id) ||
	    build_bad(b, is_owner && has_owner, "role", REFUSAL_SHM_OWNERS, id) ||
	    build_bad(b, is_alone(b, id), SHM_ID, REFUSAL_SHM_ALONE, id)) {
		return true;
	}
	b->shm_id[nr] = id;
	b->owns_shm |= is_owner ? 1U << nr : 0;
	b->range[b->nr_ranges++] = *place;
	return false;
}

__init bool build_shm_bad(struct build *b, int node)
{
	const char *id = devtree_string(node, SHM_ID), *cells;
	int bytes = 0;
	struct build_range place = { .pa = BUILD_ANYWHERE };
	u64 end, stop;

	id = id ? id : "";
	cells = fdt_getprop(devtree_blob(), node, PLACE, &bytes);
	if (build_bad(b, !*id || strlen(id) > ID_MAX, SHM_ID, REFUSAL_SHM_ID, id) ||
	    build_bad(b, bytes != 16 && bytes != 24, PLACE, REFUSAL_TYPE,
		      "address, guest address and size")) {
		return true;
	}
	place.pa = bytes == 24 ? devtree_cells(cells, 2) : BUILD_ANYWHERE;
	place.gpa = devtree_cells(cells + bytes - 16, 2);
	place.bytes = devtree_cells(cells + bytes - 8, 2);
	end = place.gpa + place.bytes;
	stop = place.pa + place.bytes;
	return build_bad(b, !IS_ALIGNED(place.gpa | place.bytes, PAGE_SIZE) || end <= place.gpa,
			 PLACE, REFUSAL_SHM_UNIT, place.gpa, end) ||
	       build_bad(b, bytes == 24 && (!IS_ALIGNED(place.pa, PAGE_SIZE) || stop < place.pa),
			 PLACE, REFUSAL_SHM_UNIT, place.pa, stop) ||
	       is_side_bad(b, node, &place);
}

static __init unsigned int block_order(u64 base, u64 bytes)
{
	u64 fit = 63 - (u64)__builtin_clzl(bytes >> PAGE_SHIFT);

	fit = base ? MIN(fit, (u64)__builtin_ctzl(base >> PAGE_SHIFT)) : fit;
	return (unsigned int)MIN(fit, (u64)ORDER_1G);
}

__init void build_unclaim(u64 base, u64 bytes)
{
	for (u64 n; bytes; base += n, bytes -= n) {
		n = PAGE_SIZE << block_order(base, bytes);
		frame_free_dirty(pa_to_mfn(pa(base)), block_order(base, bytes));
	}
}

/* What the first frame is that is not free, for the message. */
static __init const char *what_is_at(domid_t id, u64 at, u64 end)
{
	static __initdata char text[DOMAIN_NAME_MAX + 24];
	domid_t owner;

	while (at + PAGE_SIZE < end && frame_is_ram(pa_to_mfn(pa(at))) &&
	       !frame_refs(pa_to_mfn(pa(at)))) {
		at += PAGE_SIZE;
	}
	owner = frame_owner(pa_to_mfn(pa(at)));
	if (owner - 1U < BUILD_MAX && builds[owner - 1]) {
		format(text, sizeof(text), owner == id ? "another range of %s" : "the memory of %s",
		       builds[owner - 1]->name);
		return text;
	}
	return owner == HV_DOMID_HYP ? "shared memory" : "a module or the hypervisor's memory";
}

__init bool build_claim_bad(struct build *b, u64 base, u64 bytes, domid_t owner)
{
	bool is_shm = owner == HV_DOMID_HYP;
	const char *name = is_shm ? PLACE : "xen,static-mem", *what;
	u64 at = base, end = base + bytes;

	if (build_bad(b, !build_is_ram(base, bytes), name,
		      is_shm ? REFUSAL_SHM_RAM : REFUSAL_STATIC_RAM, base, end)) {
		return true;
	}
	while (at < end) {
		unsigned int order = block_order(at, end - at);
		mfn_t first = pa_to_mfn(pa(at)), stop = mfn(first.v + BIT(order));

		if (!mfn_is_valid_value(frame_alloc_range(order, owner, first, stop))) {
			what = what_is_at(b->id, at, end);
			build_unclaim(base, at - base);
			return build_bad(b, true, name,
					 is_shm ? REFUSAL_SHM_HOST : REFUSAL_STATIC_OVERLAP, base,
					 end, what);
		}
		at += PAGE_SIZE << order;
	}
	return false;
}

/* Frames for a new region, cleared: those at its address, or any block of at least that size. */
static __init bool is_region_bad(struct build *b, struct build_range *place)
{
	u64 nr = place->bytes >> PAGE_SHIFT, end = place->pa + place->bytes;
	unsigned int order = 64 - (unsigned int)__builtin_clzl(2 * nr - 1) - 1;
	mfn_t first;

	if (place->pa == BUILD_ANYWHERE) {
		first = frame_alloc(order, HV_DOMID_HYP);
		for (u64 i = nr; mfn_is_valid_value(first) && i < BIT(order); i++) {
			frame_put(mfn(first.v + i));
		}
		place->pa = mfn_to_pa(first).v;
		return build_bad(b, !mfn_is_valid_value(first), PLACE, REFUSAL_MEMORY_FREE,
				 place->bytes >> 10, frame_nr_free() << 2);
	}
	if (build_claim_bad(b, place->pa, place->bytes, HV_DOMID_HYP)) {
		return true;
	}
	for (u64 at = place->pa; at < end; at += MIB(2)) {
		arch_scrub_frames(pa_to_mfn(pa(at)), MIN(end - at, MIB(2)) >> PAGE_SHIFT);
	}
	return false;
}

/* The references of the mapping are there; they go when it can not be made. */
static __init bool is_mapping_bad(struct build *b, const struct build_range *place)
{
	u64 first = place->pa >> PAGE_SHIFT, nr = place->bytes >> PAGE_SHIFT;

	if (!mmio_overlaps(b->d, place->gpa, place->bytes) &&
	    s2_map(b->d, gfn(place->gpa >> PAGE_SHIFT), mfn(first), nr, S2_FOREIGN) == 0) {
		return false;
	}
	for (u64 i = 0; i < nr; i++) {
		frame_put(mfn(first + i));
	}
	return build_bad(b, true, PLACE, REFUSAL_SHM_GUEST, place->gpa, place->gpa + place->bytes,
			 "an emulated device");
}

__init bool build_share_bad(struct build *b, bool is_anywhere)
{
	bool unused = false;

	for (u32 i = b->nr_ram; i < b->nr_ranges; i++) {
		struct build_range *place = &b->range[i];
		const struct build_range *other = find_region(b, b->shm_id[i - b->nr_ram], &unused);

		if ((place->pa == BUILD_ANYWHERE) != is_anywhere) {
			continue;
		}
		if (!other && is_region_bad(b, place)) {
			return true;
		}
		place->pa = other ? other->pa : place->pa;
		for (u64 at = 0; other && at < place->bytes; at += PAGE_SIZE) {
			if (!frame_get(pa_to_mfn(pa(place->pa + at)), HV_DOMID_HYP)) {
				return true;
			}
		}
		if (is_mapping_bad(b, place)) {
			return true;
		}
	}
	return false;
}

/* The id of the domain whose node it is, or 0. */
static __init domid_t id_of_node(int node)
{
	for (u32 i = 0; i < BUILD_MAX; i++) {
		if (node > 0 && build_nodes[i] == node) {
			return (domid_t)(i + 1);
		}
	}
	return 0;
}

/* Cells of xen,evtchn: own port, phandle of the other side; NULL: there are not two. */
static __init const u32 *ends_of(int node)
{
	int bytes = 0;
	const u32 *cells = node < 0 ? NULL : fdt_getprop(devtree_blob(), node, ENDS, &bytes);

	return bytes == 8 && devtree_is_compatible(node, BUILD_EVTCHN) ? cells : NULL;
}

__init bool build_port_bad(struct build *b, int node)
{
	const void *fdt = devtree_blob();
	const u32 *ends = ends_of(node), *others;
	u64 port = ends ? devtree_cells(ends, 1) : 0;
	int other = ends ? fdt_node_offset_by_phandle(fdt, (u32)devtree_cells(ends + 1, 1)) : -1;
	domid_t peer = other < 0 ? 0 : id_of_node(fdt_parent_offset(fdt, other));
	u32 own = fdt_get_phandle(fdt, node);
	bool is_twice = false;

	others = other == node ? NULL : ends_of(other);
	for (u32 i = 0; i < b->nr_ports; i++) {
		is_twice = is_twice || b->ports[i].port == port;
	}
	if (build_bad(b, !ends, ENDS, REFUSAL_TYPE, "a port and a phandle") ||
	    build_bad(b, port < 1 || port > PORT_MAX, ENDS, REFUSAL_PORT, port, 1UL, PORT_MAX) ||
	    build_bad(b, is_twice, ENDS, REFUSAL_PORT_TWICE, port) ||
	    build_bad(b, b->nr_ports == BUILD_PORTS_MAX, ENDS, REFUSAL_RANGE, BUILD_PORTS_MAX + 1,
		      0UL, BUILD_PORTS_MAX) ||
	    build_bad(b, !peer || !others, ENDS, REFUSAL_EVTCHN_PEER) ||
	    build_bad(b, !own || devtree_cells(others + 1, 1) != own, ENDS,
		      REFUSAL_EVTCHN_MUTUAL)) {
		return true;
	}
	b->ports[b->nr_ports++] =
		(struct build_port){ (u32)port, (u32)devtree_cells(others, 1), peer };
	return false;
}
