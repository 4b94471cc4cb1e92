/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant_table_op: arrays of operations, copied element by element around common/grant/grant.c,
 * with a preemption point between elements: pointer and count then stand on what is left. Version 1
 * only: no transfer, no transitive grants, no status frames.
 */
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

/* Any of the elements. */
union grant_arg {
	struct gnttab_map_grant_ref map;
	struct gnttab_unmap_grant_ref unmap;
	struct gnttab_setup_table setup;
	struct gnttab_copy copy;
	struct gnttab_query_size query;
	struct gnttab_set_version set_version;
	struct gnttab_cache_flush flush;
};

/* The domain an element names, referenced; returns GNTST_*. */
static int get_granter(u16 id, enum xsm_hook hook, struct domain **out)
{
	int err = xsm_target(id, hook, out);

	return err == 0 ? GNTST_okay : err == -EPERM ? GNTST_permission_denied : GNTST_bad_domain;
}

static int do_map(union grant_arg *arg)
{
	struct domain *granter;
	int status = get_granter(arg->map.dom, XSM_GRANT_PEER, &granter);

	arg->map.status = (int16_t)status;
	if (status == GNTST_okay) {
		grant_map(current_domain(), granter, &arg->map);
		domain_put(granter);
	}
	return 0;
}

static int do_unmap(union grant_arg *arg)
{
	grant_unmap(current_domain(), &arg->unmap);
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

static int do_copy(union grant_arg *arg)
{
	struct gnttab_copy *copy = &arg->copy;
	struct domain *from, *to = NULL;
	int status = get_side(&copy->source, (copy->flags & GNTCOPY_source_gref) != 0, &from);

	if (status == GNTST_okay) {
		status = get_side(&copy->dest, (copy->flags & GNTCOPY_dest_gref) != 0, &to);
	}
	copy->status = (int16_t)status;
	if (status == GNTST_okay) {
		grant_copy(current_domain(), from, to, copy);
	}
	if (from != NULL) {
		domain_put(from);
	}
	if (to != NULL) {
		domain_put(to);
	}
	return 0;
}

static int do_query_size(union grant_arg *arg)
{
	struct domain *d;
	int status = get_granter(arg->query.dom, XSM_GRANT_SETUP, &d);

	arg->query.status = (int16_t)status;
	if (status == GNTST_okay) {
		arg->query.nr_frames = grant_nr_frames(d);
		arg->query.max_nr_frames = grant_max_frames(d);
		domain_put(d);
	}
	return 0;
}

/* Arm guests map the table through memory_op; here it only grows, frame numbers mean nothing. */
static int do_setup_table(union grant_arg *arg)
{
	struct domain *d;
	int err = get_granter(arg->setup.dom, XSM_GRANT_SETUP, &d);
	u64 none[FRAMES_MAX];

	arg->setup.status = (int16_t)err;
	if (err != GNTST_okay) {
		return 0;
	}
	err = grant_grow(d, arg->setup.nr_frames);
	if (err == -ERESTART) {
		domain_put(d);
		return err;
	}
	arg->setup.status = err == 0 ? GNTST_okay : GNTST_general_error;
	if (err == 0) {
		memset(none, 0xff, sizeof(none));
		err = guest_copy_to(arg->setup.frame_list.va, none,
				    MIN(arg->setup.nr_frames, FRAMES_MAX) * sizeof(none[0]));
	}
	domain_put(d);
	return err == -EFAULT ? -EFAULT : 0;
}

static int do_set_version(union grant_arg *arg)
{
	if (arg->set_version.version != 1) {
		return arg->set_version.version == 2 ? -ENOSYS : -EINVAL;
	}
	return 0;
}

/* Maintenance of a page the caller has mapped; Linux probes with a length of 0. */
static int do_cache_flush(union grant_arg *arg)
{
	const struct gnttab_cache_flush *flush = &arg->flush;

	if (flush->length == 0 || flush->op == 0) {
		return 0;
	}
	if (flush->offset >= PAGE_SIZE || flush->length > PAGE_SIZE - flush->offset ||
	    (flush->op & ~(GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL)) != 0) {
		return -EINVAL;
	}
	return grant_cache_flush(current_domain(), flush);
}

struct grant_command {
	int (*handler)(union grant_arg *arg);
	u8 bytes;
	bool is_out;
};

static const struct grant_command commands[] = {
	[GNTTABOP_map_grant_ref] = { do_map, sizeof(struct gnttab_map_grant_ref), true },
	[GNTTABOP_unmap_grant_ref] = { do_unmap, sizeof(struct gnttab_unmap_grant_ref), true },
	[GNTTABOP_setup_table] = { do_setup_table, sizeof(struct gnttab_setup_table), true },
	[GNTTABOP_copy] = { do_copy, sizeof(struct gnttab_copy), true },
	[GNTTABOP_query_size] = { do_query_size, sizeof(struct gnttab_query_size), true },
	[GNTTABOP_set_version] = { do_set_version, sizeof(struct gnttab_set_version), true },
	[GNTTABOP_cache_flush] = { do_cache_flush, sizeof(struct gnttab_cache_flush), false },
};

static int run_element(const struct grant_command *command, u64 gva)
{
	union grant_arg arg;
	int err;

	if (guest_copy_from(&arg, gva, command->bytes) != 0) {
		return -EFAULT;
	}
	err = command->handler(&arg);
	if (err == 0 && command->is_out) {
		err = guest_copy_to(gva, &arg, command->bytes);
	}
	return err;
}

s64 op_grant_table(u64 *args)
{
	const struct grant_command *command;
	int err;

	if (args[0] >= ARRAY_SIZE(commands) || commands[args[0]].handler == NULL) {
		return -ENOSYS;
	}
	if (args[2] > INT32_MAX) {
		return -EINVAL;
	}
	command = &commands[args[0]];
	while (args[2] != 0) {
		err = run_element(command, args[1]);
		if (err != 0) {
			return err;
		}
		args[1] += command->bytes;
		args[2]--;
		if (args[2] != 0 && softirq_preempt_needed()) {
			return -ERESTART;
		}
	}
	return 0;
}
