/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: memory for a domain and back (populate, decrease and increase of its reservation).
 *
 * One extent is one block of 2^order frames, 2 MiB or at most 32 KiB, so that each element is
 * bounded; the tools fall back to smaller extents when a larger one fails. A block that has to be
 * scrubbed first is kept with the domain, not mapped yet, while that goes on in slices. Results are
 * counts: the first extent that cannot be had ends the call. The domain's lock is held over check,
 * allocation and mapping of an extent, so that two vCPUs together cannot exceed the limit.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/guest_access.h>

#include "memory.h"

/* Largest extent that may be mapped page by page. */
#define ORDER_LEAVES 3U
/* Pages that are taken out between two preemption points. */
#define PAGES_SLICE 2U

/*
 * A block of this order for the domain, clean. -ERESTART: it is the domain's fresh block now, and
 * less of it is dirty than before.
 */
static int get_fresh_locked(struct domain *d, unsigned int order, mfn_t *frame)
{
	bool is_dirty = false;
	u32 nr;

	if (d->fresh_nr != BIT(order)) {
		domain_drop_fresh_locked(d);
		d->fresh = frame_alloc_dirty(order, d->id, &is_dirty);
		if (!mfn_is_valid_value(d->fresh)) {
			return -ENOMEM;
		}
		d->fresh_nr = (u32)BIT(order);
		d->fresh_dirty = is_dirty ? d->fresh_nr : 0;
	} else if (d->fresh_dirty != 0) {
		nr = MIN(d->fresh_dirty, (u32)FRAME_SLICE);
		d->fresh_dirty -= nr;
		arch_scrub_frames(mfn(d->fresh.v + d->fresh_dirty), nr);
		is_dirty = true;
	}
	if (is_dirty) {
		return -ERESTART;
	}
	*frame = d->fresh;
	d->fresh_nr = 0;
	return 0;
}

/* One leaf, or few enough of them; what is in the way is looked for by s2_map(). */
static bool is_quick(struct domain *d, gfn_t g, unsigned int order)
{
	struct s2_entry there;

	if (order <= ORDER_LEAVES) {
		return true;
	}
	there = s2_lookup(d, g);
	return order == ORDER_2M && IS_ALIGNED(g.v, BIT(order)) && there.kind == S2_NONE &&
	       there.order >= order;
}

static int populate_locked(struct domain *d, gfn_t g, unsigned int order)
{
	u64 nr = BIT(order);
	mfn_t frame;
	int err = 0;

	if (domain_nr_pages(d) + nr > d->max_pages || READ_ONCE(d->is_dying) ||
	    (d->fresh_dirty == 0 && !is_quick(d, g, order))) {
		return -EINVAL;
	}
	if (d->is_direct_mapped) {
		frame = frame_alloc_range(order, d->id, mfn(g.v), mfn(g.v + nr));
		err = mfn_is_valid_value(frame) ? 0 : -ENOMEM;
	} else {
		err = get_fresh_locked(d, order, &frame);
	}
	if (err == 0) {
		err = s2_map(d, g, frame, nr, S2_RAM);
		if (err != 0) {
			frame_free_dirty(frame, order);
		} else {
			d->max_gfn = MAX(d->max_gfn, g.v + nr - 1);
		}
	}
	return err;
}

static bool is_ram(const struct s2_entry *entry)
{
	return entry->kind == S2_RAM || entry->kind == S2_RAM_RO;
}

/* Take out the pages that there are in the extent, few in a slice. */
static int release_pages(struct domain *d, gfn_t g, unsigned int order)
{
	u32 nr = 0;

	for (u64 i = 0; i < BIT(order); i++) {
		struct s2_entry entry = s2_lookup(d, gfn(g.v + i));

		if (!is_ram(&entry)) {
			continue;
		}
		if (nr++ == PAGES_SLICE) {
			return -ERESTART;
		}
		if (s2_unmap(d, gfn(g.v + i), 1) < 0) {
			return -ENOMEM;
		}
	}
	return nr != 0 ? 0 : -EINVAL;
}

static int release_locked(struct domain *d, gfn_t g, unsigned int order)
{
	if (READ_ONCE(d->is_dying)) {
		return -EINVAL;
	}
	if (order <= ORDER_LEAVES) {
		return release_pages(d, g, order);
	}
	return order == ORDER_2M && IS_ALIGNED(g.v, BIT(order)) ? s2_unmap_block(d, g) : -EINVAL;
}

/* One extent of the list, under the domain's lock. */
static int one_extent(struct domain *d, const struct memory_call *call)
{
	u64 at = call->u.reservation.extent_start.va + call->done * sizeof(u64), g;
	int err = guest_copy_from(&g, at, sizeof(g));

	if (err == 0) {
		spin_lock(&d->lock);
		err = call->extent_locked(d, gfn(g), call->u.reservation.extent_order);
		spin_unlock(&d->lock);
	}
	return err;
}

/* The answer is the number of extents done, also when there is an error. */
static int for_extents(struct domain *d, struct memory_call *call,
		       int (*extent_locked)(struct domain *d, gfn_t g, unsigned int order))
{
	int err;

	call->extent_locked = extent_locked;
	err = memory_for_each(d, call, call->u.reservation.nr_extents, one_extent);
	call->answer = (s64)call->done;
	return err == -ERESTART ? err : 0;
}

/* The count travels in the upper bits of the command word. */
int memory_check_reservation(void *arg)
{
	struct memory_call *call = arg;
	const struct xen_memory_reservation *list = &call->u.reservation;

	call->answer = (s64)call->done;
	return list->extent_order > ORDER_2M || call->done > list->nr_extents ||
	       list->nr_extents > UINT64_MAX >> 8;
}

int memory_populate(struct domain *d, void *arg)
{
	return for_extents(d, arg, populate_locked);
}

int memory_decrease(struct domain *d, void *arg)
{
	return for_extents(d, arg, release_locked);
}
