/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant_table_op: arrays of operations, run element by element (hv/call.h) around common/grant/,
 * with a preemption point between elements: pointer and count then stand on what is left. Version 1
 * only: no transfer, no transitive grants, no status frames.
 */
#include <hv/call.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/grant.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/softirq.h>
#include <hv/string.h>
#include <public/grant_table.h>

#define FRAMES_MAX 64U /* of one table */

_Static_assert(INVALID_FRAME == ~0UL, "a frame that is none is all ones");

/* The domain an element names, referenced; returns GNTST_*. */
static int get_granter(u16 id, enum xsm_hook hook, struct domain **out)
{
	int err = xsm_target(id, hook, out);

	return err == 0 ? GNTST_okay : err == -EPERM ? GNTST_permission_denied : GNTST_bad_domain;
}

static int do_map(struct domain *caller, void *arg)
{
	struct gnttab_map_grant_ref *map = arg;
	struct domain *granter;
	int status = get_granter(map->dom, XSM_GRANT_PEER, &granter);

	if (status == GNTST_okay) {
		status = grant_map(caller, granter, map);
		domain_put(granter);
	}
	map->status = (int16_t)status;
	return 0;
}

static int do_unmap(struct domain *caller, void *arg)
{
	struct gnttab_unmap_grant_ref *unmap = arg;

	unmap->status = (int16_t)grant_unmap(caller, unmap);
	return 0;
}

/* The granter of one side of a copy; NULL for a page of the caller's own. */
static int get_side(const struct gnttab_copy_ptr *ptr, bool is_grant, struct domain **out)
{
	*out = NULL;
	if (is_grant) {
		return get_granter(ptr->domid, XSM_GRANT_PEER, out);
	}
	return ptr->domid == HV_DOMID_SELF || ptr->domid == current_domain()->id
		       ? GNTST_okay
		       : GNTST_permission_denied;
}

static int do_copy(struct domain *caller, void *arg)
{
	struct gnttab_copy *copy = arg;
	struct domain *from, *to = NULL;
	int status = get_side(&copy->source, (copy->flags & GNTCOPY_source_gref) != 0, &from);

	if (status == GNTST_okay) {
		status = get_side(&copy->dest, (copy->flags & GNTCOPY_dest_gref) != 0, &to);
	}
	if (status == GNTST_okay) {
		status = grant_copy(caller, from, to, copy);
	}
	copy->status = (int16_t)status;
	domain_put(from);
	domain_put(to);
	return 0;
}

static int do_query_size(struct domain *caller __unused, void *arg)
{
	struct gnttab_query_size *query = arg;
	struct domain *d;
	int status = get_granter(query->dom, XSM_GRANT_SETUP, &d);

	query->status = (int16_t)status;
	if (status == GNTST_okay) {
		query->nr_frames = grant_nr_frames(d);
		query->max_nr_frames = grant_max_frames(d);
		domain_put(d);
	}
	return 0;
}

/* Arm guests map the table through memory_op; here it only grows, frame numbers mean nothing. */
static int do_setup_table(struct domain *caller __unused, void *arg)
{
	struct gnttab_setup_table *setup = arg;
	struct domain *d;
	int err = get_granter(setup->dom, XSM_GRANT_SETUP, &d);
	u64 none[FRAMES_MAX];

	setup->status = (int16_t)err;
	if (err != GNTST_okay) {
		return 0;
	}
	err = grant_grow(d, setup->nr_frames);
	domain_put(d);
	if (err != 0) {
		setup->status = GNTST_general_error;
		return err == -ERESTART ? err : 0;
	}
	memset(none, 0xff, sizeof(none));
	return guest_copy_to(setup->frame_list.va, none,
			     MIN(setup->nr_frames, FRAMES_MAX) * sizeof(none[0]));
}

static int do_set_version(struct domain *caller __unused, void *arg)
{
	u32 version = ((const struct gnttab_set_version *)arg)->version;

	return version == 1 ? 0 : version == 2 ? -ENOSYS : -EINVAL;
}

/* Maintenance of a page the caller has mapped; Linux probes with a length of 0. */
static int do_cache_flush(struct domain *caller, void *arg)
{
	const struct gnttab_cache_flush *flush = arg;

	if (flush->length == 0 || flush->op == 0) {
		return 0;
	}
	if (flush->offset >= PAGE_SIZE || flush->length > PAGE_SIZE - flush->offset ||
	    (flush->op & ~(GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL)) != 0) {
		return -EINVAL;
	}
	return grant_cache_flush(caller, flush);
}

#define ROW(run, arg, flags) { run, XSM_ANY, flags, sizeof(struct gnttab_##arg) }

static const struct call_row rows[] = {
	[GNTTABOP_map_grant_ref] = ROW(do_map, map_grant_ref, CALL_OUT),
	[GNTTABOP_unmap_grant_ref] = ROW(do_unmap, unmap_grant_ref, CALL_OUT),
	[GNTTABOP_setup_table] = ROW(do_setup_table, setup_table, CALL_OUT),
	[GNTTABOP_copy] = ROW(do_copy, copy, CALL_OUT),
	[GNTTABOP_query_size] = ROW(do_query_size, query_size, CALL_OUT),
	[GNTTABOP_set_version] = ROW(do_set_version, set_version, CALL_OUT),
	[GNTTABOP_cache_flush] = ROW(do_cache_flush, cache_flush, 0),
};

s64 op_grant_table(u64 *args)
{
	int err;

	if (call_find(rows, ARRAY_SIZE(rows), args[0]) == NULL) {
		return -ENOSYS;
	}
	if (args[2] > INT32_MAX) {
		return -EINVAL;
	}
	while (args[2] != 0) {
		err = call_command(rows, ARRAY_SIZE(rows), args[0], args[1]);
		if (err != 0) {
			return err;
		}
		args[1] += rows[args[0]].bytes;
		args[2]--;
		if (args[2] != 0 && softirq_preempt_needed()) {
			return -ERESTART;
		}
	}
	return 0;
}
