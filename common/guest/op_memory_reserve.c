/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: memory for a domain and back (populate, decrease and increase of its reservation).
 *
 * One extent is one block of 2^order frames, at most 2 MiB, so that each element is bounded; the
 * tools fall back to smaller extents when a larger one fails. Results are counts: the first extent
 * that cannot be had ends the call. The domain's lock is held over check, allocation and mapping of
 * an extent, so that two vCPUs together cannot exceed the limit.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/softirq.h>
#include <public/memory.h>

#include "memory.h"

static bool populate_locked(struct domain *d, gfn_t g, unsigned int order)
{
	u64 nr = BIT(order);
	mfn_t frame;

	if (domain_nr_pages(d) + nr > d->max_pages || READ_ONCE(d->is_dying)) {
		return false;
	}
	frame = d->is_direct_mapped ? frame_alloc_range(order, d->id, mfn(g.v), mfn(g.v + nr))
				    : frame_alloc(order, d->id);
	if (!mfn_is_valid_value(frame)) {
		return false;
	}
	if (s2_map(d, g, frame, nr, S2_RAM) != 0) {
		frame_put_block(frame, order);
		return false;
	}
	d->max_gfn = MAX(d->max_gfn, g.v + nr - 1);
	return true;
}

static bool populate_extent(struct domain *d, gfn_t g, unsigned int order)
{
	bool ok;

	spin_lock(&d->lock);
	ok = populate_locked(d, g, order);
	spin_unlock(&d->lock);
	return ok;
}

static bool release_extent(struct domain *d, gfn_t g, unsigned int order)
{
	enum s2_kind kind = s2_lookup(d, g).kind;

	return (kind == S2_RAM || kind == S2_RAM_RO) && s2_unmap(d, g, BIT(order)) > 0;
}

/* Run one of the above over a list of extents; returns the number done. */
static s64 for_extents(struct memory_call *call, const struct xen_memory_reservation *arg,
		       struct domain *d,
		       bool (*extent)(struct domain *d, gfn_t g, unsigned int order))
{
	u64 g;

	for (u64 i = call->start; i < arg->nr_extents; i++) {
		if (i != call->start && softirq_preempt_needed()) {
			call->done = i;
			return -ERESTART;
		}
		if (guest_copy_from(&g, arg->extent_start.va + i * sizeof(g), sizeof(g)) != 0 ||
		    !extent(d, gfn(g), arg->extent_order)) {
			return (s64)i;
		}
	}
	return (s64)arg->nr_extents;
}

static s64 reservation(struct memory_call *call,
		       bool (*extent)(struct domain *d, gfn_t g, unsigned int order))
{
	struct xen_memory_reservation arg;
	struct domain *d;
	s64 result;

	if (guest_copy_from(&arg, call->gva, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	/* The count travels in the upper bits of the command word. */
	if (arg.extent_order > ORDER_2M || call->start > arg.nr_extents ||
	    arg.nr_extents > UINT64_MAX >> 8) {
		return (s64)call->start;
	}
	result = xsm_target(arg.domid, XSM_MEMORY_ADJUST, &d);
	if (result != 0) {
		return result;
	}
	result = for_extents(call, &arg, d, extent);
	domain_put(d);
	return result;
}

s64 memory_populate(struct memory_call *call)
{
	return reservation(call, populate_extent);
}

s64 memory_decrease(struct memory_call *call)
{
	return reservation(call, release_extent);
}
