/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grant operations: map, unmap, copy, cache maintenance; and the track of a domain's mappings.
 *
 * A mapping is a stage-2 leaf of kind GRANT, which holds the reference on the frame, and a track
 * entry, whose number is the handle and which stands for the pin in the granter's table. The handle
 * is good for nothing (not live) until the leaf is there: a guest that guesses it early must not
 * end a use that is still being set up. Taking the track entry out under the lock comes first when
 * unmapping: of two CPUs with one handle, one wins. The guest may have removed the leaf by other
 * means before: then only the pin is left to give back. Lock: the user's table lock for its track
 * (LOCK_RANK_GRANT), never together with the granter's.
 */
#include "grant_table.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/window.h>

/* Entries looked at between two preemption points; undoing one is the work of many looks. */
#define UNMAP_SLICE 128U
#define UNMAP_COST  64U

static struct grant_track *track_at(struct grant_table *t, u32 handle)
{
	if (handle / TRACK_PER_PAGE >= t->nr_track_pages) {
		return NULL;
	}
	return &t->track[handle / TRACK_PER_PAGE][handle % TRACK_PER_PAGE];
}

/* Lock held: a free entry's handle, or -ENOMEM. */
static int find_handle_locked(struct grant_table *t, u32 *handle)
{
	u32 nr = t->nr_track_pages * TRACK_PER_PAGE;

	for (u32 h = t->track_hint; h < nr; h++) {
		if (track_at(t, h)->granter == NULL) {
			*handle = h;
			return 0;
		}
	}
	if (t->nr_track_pages >= t->max_track_pages) {
		return -ENOMEM;
	}
	t->track[t->nr_track_pages] = heap_pages_alloc(0);
	if (t->track[t->nr_track_pages] == NULL) {
		return -ENOMEM;
	}
	t->nr_track_pages++;
	*handle = nr;
	return 0;
}

/* Enter a mapping, not live yet; it takes over the caller's reference on the granter. */
static int track_add(struct domain *d, const struct grant_track *entry, u32 *handle)
{
	struct grant_table *t = d->grant;
	int err;

	spin_lock(&t->lock);
	err = READ_ONCE(d->is_dying) ? -EINVAL : find_handle_locked(t, handle);
	if (err == 0) {
		*track_at(t, *handle) = *entry;
		t->track_hint = *handle + 1;
	}
	spin_unlock(&t->lock);
	return err;
}

static void clear_locked(struct grant_table *t, u32 handle)
{
	*track_at(t, handle) = (struct grant_track){ .granter = NULL };
	t->track_hint = MIN(t->track_hint, handle);
}

/* Make a mapping live, or take it back: nobody else can have touched it. */
static void track_settle(struct grant_table *t, u32 handle, bool is_live)
{
	spin_lock(&t->lock);
	if (is_live) {
		track_at(t, handle)->is_live = true;
	} else {
		clear_locked(t, handle);
	}
	spin_unlock(&t->lock);
}

/* Take a live mapping out; gfn must match unless it is INVALID_FRAME. */
static bool track_take(struct domain *d, u32 handle, u64 g, struct grant_track *out)
{
	struct grant_table *t = d->grant;
	struct grant_track *entry;
	bool is_found;

	spin_lock(&t->lock);
	entry = track_at(t, handle);
	is_found = entry != NULL && entry->is_live && (g == INVALID_FRAME || entry->gfn == g);
	if (is_found) {
		*out = *entry;
		clear_locked(t, handle);
	}
	spin_unlock(&t->lock);
	return is_found;
}

/* Put the leaf and the track entry of a use that has begun. */
static int install(struct domain *d, const struct grant_use *use, u64 g, u32 *handle)
{
	struct grant_track entry = { .granter = use->granter,
				     .gfn = g,
				     .frame = use->frame,
				     .ref = use->ref,
				     .is_write = use->is_write };
	enum s2_kind kind = use->is_write ? S2_GRANT_RW : S2_GRANT_RO;
	bool ok;

	if (track_add(d, &entry, handle) != 0) {
		return GNTST_no_device_space;
	}
	ok = s2_map(d, gfn(g), use->frame, 1, kind) == 0 ||
	     (s2_unmap(d, gfn(g), 1) >= 0 && s2_map(d, gfn(g), use->frame, 1, kind) == 0);
	track_settle(d->grant, *handle, ok);
	return ok ? GNTST_okay : GNTST_general_error;
}

int grant_map(struct domain *d, struct domain *granter, struct gnttab_map_grant_ref *op)
{
	const u32 unsupported = GNTMAP_application_map | GNTMAP_contains_pte;
	struct grant_use use = { .granter = granter,
				 .ref = op->ref,
				 .is_write = (op->flags & GNTMAP_readonly) == 0 };
	int status = GNTST_general_error;

	op->handle = ~0U;
	op->dev_bus_addr = 0;
	if ((op->flags & unsupported) == 0 && (op->flags & GNTMAP_host_map) != 0 &&
	    IS_ALIGNED(op->host_addr, PAGE_SIZE)) {
		status = grant_use_begin(d, &use);
	}
	if (status != GNTST_okay) {
		return status;
	}
	/* For the track entry: before its handle is live. */
	domain_hold(granter);
	status = install(d, &use, op->host_addr >> PAGE_SHIFT, &op->handle);
	if (status != GNTST_okay) {
		grant_use_end(&use);
		frame_put(use.frame);
		domain_put(granter);
		return status;
	}
	/* For DMA by devices of a directly mapped domain. */
	op->dev_bus_addr = mfn_to_pa(use.frame).v;
	return GNTST_okay;
}

/* Undo a mapping whose track entry has been taken out. */
static void drop(struct domain *d, const struct grant_track *entry)
{
	struct s2_entry leaf = s2_lookup(d, gfn(entry->gfn));
	struct grant_use use = { .granter = entry->granter,
				 .ref = entry->ref,
				 .is_write = entry->is_write };

	if ((leaf.kind == S2_GRANT_RW || leaf.kind == S2_GRANT_RO) &&
	    leaf.frame.v == entry->frame.v) {
		/* Never -ENOMEM: a leaf of this kind is a page. */
		s2_unmap(d, gfn(entry->gfn), 1);
	}
	grant_use_end(&use);
	domain_put(entry->granter);
}

int grant_unmap(struct domain *d, const struct gnttab_unmap_grant_ref *op)
{
	struct grant_track entry;

	if (!track_take(d, op->handle, op->host_addr >> PAGE_SHIFT, &entry)) {
		return GNTST_bad_handle;
	}
	drop(d, &entry);
	return GNTST_okay;
}

int grant_unmap_all(struct domain *d)
{
	struct grant_table *t = d->grant;
	struct grant_track entry;
	u32 nr = t->nr_track_pages * TRACK_PER_PAGE;

	for (u32 i = 0; i < UNMAP_SLICE && t->unmapped < nr; i++) {
		u32 h = t->unmapped++;

		if (track_at(t, h)->granter != NULL && track_take(d, h, INVALID_FRAME, &entry)) {
			drop(d, &entry);
			i += UNMAP_COST;
		}
	}
	if (t->unmapped < nr) {
		return -ERESTART;
	}
	t->unmapped = 0;
	return 0;
}

/* One side of a copy: the frame with a reference, and the pin when it is a grant. */
static int side_begin(struct domain *d, struct domain *granter, const struct gnttab_copy_ptr *ptr,
		      struct grant_use *use)
{
	use->granter = granter;
	use->ref = ptr->u.ref;
	if (granter != NULL) {
		return grant_use_begin(d, use);
	}
	return s2_get_frame(d, gfn(ptr->u.gmfn), use->is_write, &use->frame) == 0 ? GNTST_okay
										  : GNTST_bad_page;
}

static void side_end(const struct grant_use *use)
{
	if (use->granter != NULL) {
		grant_use_end(use);
	}
	frame_put(use->frame);
}

static void copy_between(const struct gnttab_copy *op, mfn_t from, mfn_t to)
{
	char *src = window_map(from);
	char *dst = window_map(to);

	memmove(dst + op->dest.offset, src + op->source.offset, op->len);
	window_unmap(dst);
	window_unmap(src);
}

int grant_copy(struct domain *d, struct domain *from_granter, struct domain *to_granter,
	       const struct gnttab_copy *op)
{
	struct grant_use from = { .is_write = false }, to = { .is_write = true };
	int status;

	if (op->source.offset > PAGE_SIZE || op->len > PAGE_SIZE - op->source.offset ||
	    op->dest.offset > PAGE_SIZE || op->len > PAGE_SIZE - op->dest.offset) {
		return GNTST_bad_copy_arg;
	}
	status = side_begin(d, from_granter, &op->source, &from);
	if (status != GNTST_okay) {
		return status;
	}
	status = side_begin(d, to_granter, &op->dest, &to);
	if (status == GNTST_okay) {
		copy_between(op, from.frame, to.frame);
		side_end(&to);
	}
	side_end(&from);
	return status;
}

/* Has d mapped this frame by a grant? Looked for where direct mapping or the track would have it.
 */
static bool has_mapped(struct domain *d, u64 frame)
{
	struct grant_table *t = d->grant;
	u32 nr = t->nr_track_pages * TRACK_PER_PAGE;

	for (u32 h = 0; h < nr; h++) {
		if (track_at(t, h)->granter != NULL && track_at(t, h)->frame.v == frame) {
			return true;
		}
	}
	return false;
}

int grant_cache_flush(struct domain *d, const struct gnttab_cache_flush *flush)
{
	u64 frame = flush->a.dev_bus_addr >> PAGE_SHIFT;
	char *page;
	bool ok;

	spin_lock(&d->grant->lock);
	ok = has_mapped(d, frame);
	if (ok) {
		page = window_map(mfn(frame));
		arch_cache_clean_invalidate(page + flush->offset, flush->length);
		window_unmap(page);
	}
	spin_unlock(&d->grant->lock);
	return ok ? 0 : -EPERM;
}
