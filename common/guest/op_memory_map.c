/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: putting frames of another domain, or several at once, into a guest's physical address
 * space, and taking them out again. A foreign frame carries a reference in the stage-2 entry, and a
 * dying domain gets no new users.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/grant.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/softirq.h>
#include <public/memory.h>

#include "memory.h"

/* Entries that are looked at between two preemption points. */
#define SLICE	    2U
#define ACQUIRE_MAX 64U

/* The frame at guest frame idx of from, into d. */
static int add_foreign(struct domain *d, struct domain *from, u64 idx, gfn_t g)
{
	mfn_t frame;
	int err;

	if (READ_ONCE(from->is_dying)) {
		return -EINVAL;
	}
	err = s2_get_frame(from, gfn(idx), true, &frame);
	return err != 0 ? err : memory_replace(d, g, frame, S2_FOREIGN);
}

/* Entry i of a batch: its outcome goes to errs[i]. Returns -EFAULT when the arrays cannot be used.
 */
static int add_batch_entry(struct domain *d, struct domain *from,
			   const struct xen_add_to_physmap_batch *arg, u64 i)
{
	u64 idx, g;
	s32 err;

	if (guest_copy_from(&idx, arg->idxs.va + i * sizeof(idx), sizeof(idx)) != 0 ||
	    guest_copy_from(&g, arg->gpfns.va + i * sizeof(g), sizeof(g)) != 0) {
		return -EFAULT;
	}
	err = from != NULL ? add_foreign(d, from, idx, gfn(g))
			   : memory_add_own(d, arg->space, idx, gfn(g));
	return err == -ERESTART ? err
				: guest_copy_to(arg->errs.va + i * sizeof(err), &err, sizeof(err));
}

static s64 add_batch(struct domain *d, struct domain *from,
		     const struct xen_add_to_physmap_batch *arg, struct memory_call *call)
{
	int err;

	for (u64 i = call->start; i < arg->size; i++) {
		if (i != call->start && i % SLICE == 0 && softirq_preempt_needed()) {
			call->done = i;
			return -ERESTART;
		}
		err = add_batch_entry(d, from, arg, i);
		if (err != 0) {
			call->done = i;
			return err;
		}
	}
	return 0;
}

s64 memory_add_batch(struct memory_call *call)
{
	struct xen_add_to_physmap_batch arg;
	struct domain *d, *from = NULL;
	s64 result;

	if (guest_copy_from(&arg, call->gva, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	result = xsm_target(arg.domid, XSM_MEMORY_ADJUST, &d);
	if (result != 0) {
		return result;
	}
	if (arg.space == XENMAPSPACE_gmfn_foreign) {
		result = xsm_target(arg.u.foreign_domid, XSM_MEMORY_FOREIGN, &from);
	}
	if (result == 0) {
		result = from == d ? -EINVAL : add_batch(d, from, &arg, call);
	}
	if (from != NULL) {
		domain_put(from);
	}
	domain_put(d);
	return result;
}

s64 memory_remove(struct memory_call *call)
{
	struct xen_remove_from_physmap arg;
	struct domain *d;
	s64 result;

	if (guest_copy_from(&arg, call->gva, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	result = xsm_target(arg.domid, XSM_MEMORY_ADJUST, &d);
	if (result != 0) {
		return result;
	}
	result = s2_unmap(d, gfn(arg.gpfn), 1);
	domain_put(d);
	return result < 0 ? result : result == 1 ? 0 : -ENOENT;
}

/* Map frames [arg->frame, + nr_frames) of the grant table of d into the caller. */
static int acquire_grant_frames(struct domain *d, const struct xen_mem_acquire_resource *arg,
				struct memory_call *call)
{
	mfn_t frame;
	u64 g;
	int err;

	for (u64 i = call->start; i < arg->nr_frames; i++) {
		if (guest_copy_from(&g, arg->frame_list.va + i * sizeof(g), sizeof(g)) != 0) {
			return -EFAULT;
		}
		err = grant_get_frame(d, (u32)(arg->frame + i), &frame);
		if (err == 0) {
			err = memory_replace(current_domain(), gfn(g), frame, S2_FOREIGN);
		}
		if (err != 0) {
			call->done = i;
			return err;
		}
		if (i + 1 < arg->nr_frames && softirq_preempt_needed()) {
			call->done = i + 1;
			return -ERESTART;
		}
	}
	return 0;
}

static int check_acquire(const struct xen_mem_acquire_resource *arg)
{
	if (arg->type != XENMEM_resource_grant_table) {
		return -EOPNOTSUPP;
	}
	if (arg->id != XENMEM_resource_grant_table_id_shared || arg->pad != 0 ||
	    arg->frame >= UINT32_MAX) {
		return -EINVAL;
	}
	return arg->nr_frames > ACQUIRE_MAX ? -E2BIG : 0;
}

s64 memory_acquire(struct memory_call *call)
{
	struct xen_mem_acquire_resource arg;
	struct domain *d;
	int err;

	if (guest_copy_from(&arg, call->gva, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	err = check_acquire(&arg);
	if (err == 0) {
		err = xsm_target(arg.domid, XSM_MEMORY_RESOURCE, &d);
	}
	if (err != 0) {
		return err;
	}
	if (arg.frame_list.va == 0 && arg.nr_frames == 0) {
		arg.nr_frames = grant_max_frames(d);
		err = guest_copy_to(call->gva, &arg, sizeof(arg));
	} else {
		err = READ_ONCE(d->is_dying) ? -EINVAL : acquire_grant_frames(d, &arg, call);
	}
	domain_put(d);
	return err;
}
