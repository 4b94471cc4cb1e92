/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Static communication between boot-time domains: regions of memory that several of them map, and
 * event channels that are connected before they run.
 *
 * The frames of a region are the hypervisor's; each mapping holds a reference to each of them, so a
 * region lives as long as a domain has it. A side is compared with the sides before it that have no
 * fault, so that who is refused takes nobody with it. Boot only, no lock.
 */
#include "describe.h"

#include <hv/arch.h>
#include <hv/frame.h>
#include <hv/refusals.h>
#include <hv/stage2.h>
#include <hv/string.h>

#define PORT_MAX 1023UL
#define ID_MAX	 15U
#define SHM_ID	 "xen,shm-id"

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
	int node = devtree_find_compatible(-1, BUILD_SHM);

	for (; node >= 0; node = devtree_find_compatible(node, BUILD_SHM)) {
		const char *other = devtree_string(node, SHM_ID);

		if (other && strcmp(other, id) == 0 && devtree_parent(node) != b->node) {
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

	if (build_bad(b, what, BUILD_SHM_PLACE, REFUSAL_SHM_GUEST, place->gpa,
		      place->gpa + place->bytes, what) ||
	    build_bad(b, nr == BUILD_SHM_MAX, SHM_ID, REFUSAL_SHM_MANY, BUILD_SHM_MAX) ||
	    build_bad(b, role && !is_owner && strcmp(role, "borrower") != 0, "role", REFUSAL_WORD,
		      role, "owner, borrower") ||
	    build_bad(b, other && (other->pa != place->pa || other->bytes != place->bytes),
		      BUILD_SHM_PLACE, REFUSAL_SHM_DIFFERS, id) ||
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
	const char *id = devtree_string(node, SHM_ID);
	int bytes;
	const u32 *cells = devtree_property(node, BUILD_SHM_PLACE, &bytes);
	struct build_range place = { .pa = BUILD_ANYWHERE };
	u64 end, stop;

	id = id ? id : "";
	if (build_bad(b, !*id || strlen(id) > ID_MAX, SHM_ID, REFUSAL_SHM_ID, id) ||
	    build_bad(b, bytes != 16 && bytes != 24, BUILD_SHM_PLACE, REFUSAL_TYPE,
		      "address, guest address and size")) {
		return true;
	}
	place.pa = bytes == 24 ? devtree_cells(cells, 2) : BUILD_ANYWHERE;
	place.gpa = devtree_cells(cells + bytes / 4 - 4, 2);
	place.bytes = devtree_cells(cells + bytes / 4 - 2, 2);
	end = place.gpa + place.bytes;
	stop = place.pa + place.bytes;
	return build_bad(b, !IS_ALIGNED(place.gpa | place.bytes, PAGE_SIZE) || end <= place.gpa,
			 BUILD_SHM_PLACE, REFUSAL_SHM_UNIT, place.gpa, end) ||
	       build_bad(b, bytes == 24 && (!IS_ALIGNED(place.pa, PAGE_SIZE) || stop < place.pa),
			 BUILD_SHM_PLACE, REFUSAL_SHM_UNIT, place.pa, stop) ||
	       is_side_bad(b, node, &place);
}

/* Frames for a new region, cleared: those at its address, or any block of at least that size. */
static __init bool is_region_bad(struct build *b, struct build_range *place)
{
	u64 nr = place->bytes >> PAGE_SHIFT;
	unsigned int order = 64 - (unsigned int)__builtin_clzl(2 * nr - 1) - 1;
	mfn_t first;

	if (place->pa == BUILD_ANYWHERE) {
		first = frame_alloc(order, HV_DOMID_HYP);
		for (u64 i = nr; mfn_is_valid_value(first) && i < BIT(order); i++) {
			frame_put(mfn(first.v + i));
		}
		place->pa = mfn_to_pa(first).v;
		return build_bad(b, !mfn_is_valid_value(first), BUILD_SHM_PLACE,
				 REFUSAL_MEMORY_FREE, place->bytes >> 10, frame_nr_free() << 2);
	}
	if (build_claim_bad(b, place->pa, place->bytes, HV_DOMID_HYP)) {
		return true;
	}
	arch_scrub_frames(pa_to_mfn(pa(place->pa)), nr);
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
	return build_bad(b, true, BUILD_SHM_PLACE, REFUSAL_SHM_GUEST, place->gpa,
			 place->gpa + place->bytes, "an emulated device");
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
	int bytes;
	const u32 *cells = devtree_property(node, BUILD_EVTCHN_ENDS, &bytes);

	return bytes == 8 && devtree_is_compatible(node, BUILD_EVTCHN) ? cells : NULL;
}

__init bool build_port_bad(struct build *b, int node)
{
	const u32 *ends = ends_of(node), *others;
	u64 port = ends ? devtree_cells(ends, 1) : 0;
	int other = ends ? devtree_find_phandle((u32)devtree_cells(ends + 1, 1)) : -1;
	domid_t peer = other < 0 ? 0 : id_of_node(devtree_parent(other));
	u32 own = devtree_phandle(node);
	bool is_twice = false;

	others = other == node ? NULL : ends_of(other);
	for (u32 i = 0; i < b->nr_ports; i++) {
		is_twice = is_twice || b->ports[i].port == port;
	}
	if (build_bad(b, !ends, BUILD_EVTCHN_ENDS, REFUSAL_TYPE, "a port and a phandle") ||
	    build_bad(b, port < 1 || port > PORT_MAX, BUILD_EVTCHN_ENDS, REFUSAL_PORT, port, 1UL,
		      PORT_MAX) ||
	    build_bad(b, is_twice, BUILD_EVTCHN_ENDS, REFUSAL_PORT_TWICE, port) ||
	    build_bad(b, b->nr_ports == BUILD_PORTS_MAX, BUILD_EVTCHN_ENDS, REFUSAL_RANGE,
		      BUILD_PORTS_MAX + 1, 0UL, BUILD_PORTS_MAX) ||
	    build_bad(b, !peer || !others, BUILD_EVTCHN_ENDS, REFUSAL_EVTCHN_PEER) ||
	    build_bad(b, !own || devtree_cells(others + 1, 1) != own, BUILD_EVTCHN_ENDS,
		      REFUSAL_EVTCHN_MUTUAL)) {
		return true;
	}
	b->ports[b->nr_ports++] =
		(struct build_port){ (u32)port, (u32)devtree_cells(others, 1), peer };
	return false;
}
