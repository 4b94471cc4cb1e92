/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grant tables, version 1: entries, pins and frames of one domain's table.
 *
 * An entry as the granter sees it, and the pins that the hypervisor keeps beside it:
 *
 *	invalid --granter writes--> permit_access, 0 pins
 *	permit_access --begin (read)--> readers + 1, GTF_reading set
 *	permit_access --begin (write), not readonly--> writers + 1, GTF_reading and GTF_writing set
 *	... --end--> the last writer clears GTF_writing, the last user clears both
 *	0 pins --granter, compare and swap--> invalid
 *
 * The flag is set with a compare-and-swap over flags and domid together, so the granter either sees
 *the entry in use or has withdrawn it before. The frame number is read after that. Pins are the
 *hypervisor's own counts and the only state it believes. A use holds a reference on the frame, so
 *withdrawing, freeing or dying in between never gives a page away that somebody maps. Lock: table
 *lock of the granter (LOCK_RANK_GRANT); tables of two domains are never locked together.
 */
#include "grant_table.h"

#include <asm/guest_atomic.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/stage2.h>
#include <hv/window.h>

#define CMPXCHG_TRIES 8
/* Frames given back, and pages freed, between two preemption points. */
#define RELEASE_SLICE 4U
#define FREE_SLICE    4U

_Static_assert(sizeof(struct grant_pins) == sizeof(struct grant_entry_v1),
	       "a page of pins a frame");

int grant_init(struct domain *d, u32 max_frames, u32 max_maptrack_frames)
{
	struct grant_table *t = heap_alloc(sizeof(*t));

	if (t == NULL) {
		return -ENOMEM;
	}
	spin_lock_init(&t->lock, LOCK_RANK_GRANT);
	t->max_frames = max_frames == 0 ? GRANT_FRAMES_MAX : MIN(max_frames, GRANT_FRAMES_MAX);
	t->max_track_pages = max_maptrack_frames == 0 ? TRACK_PAGES_MAX
						      : MIN(max_maptrack_frames, TRACK_PAGES_MAX);
	d->grant = t;
	return 0;
}

int grant_release(struct domain *d)
{
	struct grant_table *t = d->grant;
	u32 left;

	for (u32 i = 0; i < RELEASE_SLICE; i++) {
		spin_lock(&t->lock);
		t->max_frames = READ_ONCE(d->is_dying) ? 0 : t->max_frames;
		left = t->nr_frames;
		t->nr_frames -= left != 0;
		spin_unlock(&t->lock);
		if (left == 0) {
			return 0;
		}
		frame_put(t->frame[left - 1]);
	}
	return -ERESTART;
}

bool grant_free_slice(struct domain *d)
{
	struct grant_table *t = d->grant;

	if (t == NULL) {
		return false;
	}
	for (u32 i = 0; i < FREE_SLICE; i++, t->nr_freed++) {
		if (t->nr_freed == GRANT_FRAMES_MAX + t->nr_track_pages) {
			heap_free(t);
			d->grant = NULL;
			return true;
		}
		heap_pages_free(t->nr_freed < GRANT_FRAMES_MAX
					? (void *)t->pins[t->nr_freed]
					: t->track[t->nr_freed - GRANT_FRAMES_MAX],
				0);
	}
	return true;
}

u32 grant_nr_frames(const struct domain *d)
{
	return READ_ONCE(d->grant->nr_frames);
}

u32 grant_max_frames(const struct domain *d)
{
	return READ_ONCE(d->grant->max_frames);
}

/* One more frame if there are less than nr. */
static int grow_locked(struct grant_table *t, u32 nr)
{
	struct grant_pins *pins;
	mfn_t frame;

	if (nr > t->max_frames || nr <= t->nr_frames) {
		return nr > t->max_frames ? -EINVAL : 0;
	}
	pins = heap_pages_alloc(0);
	if (pins == NULL) {
		return -ENOMEM;
	}
	frame = frame_alloc(0, HV_DOMID_HYP);
	if (!mfn_is_valid_value(frame)) {
		heap_pages_free(pins, 0);
		return -ENOMEM;
	}
	t->frame[t->nr_frames] = frame;
	t->pins[t->nr_frames] = pins;
	t->nr_frames++;
	return -ERESTART;
}

int grant_grow(struct domain *d, u32 nr)
{
	int err;

	spin_lock(&d->grant->lock);
	err = grow_locked(d->grant, nr);
	spin_unlock(&d->grant->lock);
	return err;
}

int grant_get_frame(struct domain *d, u32 idx, mfn_t *frame)
{
	struct grant_table *t = d->grant;
	int err;

	spin_lock(&t->lock);
	err = idx >= GRANT_FRAMES_MAX ? -EINVAL : grow_locked(t, idx + 1);
	if (err == 0) {
		*frame = t->frame[idx];
		err = frame_get(*frame, HV_DOMID_HYP) ? 0 : -EINVAL;
	}
	spin_unlock(&t->lock);
	return err;
}

/* flags and domid of an entry as one word, as the compare-and-swap takes them. */
static u32 *entry_word(struct grant_entry_v1 *entry)
{
	return (u32 *)(void *)entry;
}

/* In a window, to be unmapped. */
static struct grant_entry_v1 *open_entry(const struct grant_table *t, u32 ref)
{
	struct grant_entry_v1 *entries = window_map(t->frame[ref / GRANT_PER_FRAME]);

	return &entries[ref % GRANT_PER_FRAME];
}

static struct grant_pins *pins_of(struct grant_table *t, u32 ref)
{
	return &t->pins[ref / GRANT_PER_FRAME][ref % GRANT_PER_FRAME];
}

/* May user use an entry with this word? */
static bool is_permitted(u32 word, const struct domain *user, bool is_write)
{
	return (word & GTF_type_mask) == GTF_permit_access && word >> 16 == user->id &&
	       !(is_write && (word & GTF_readonly) != 0);
}

/* Set the in-use flags of an entry if it permits the use. */
static int mark_entry(struct grant_entry_v1 *entry, const struct domain *user, bool is_write)
{
	u32 flags = is_write ? GTF_reading | GTF_writing : GTF_reading;
	u32 word = READ_ONCE(*entry_word(entry));

	for (int i = 0; i < CMPXCHG_TRIES; i++) {
		if (!is_permitted(word, user, is_write)) {
			return GNTST_general_error;
		}
		if (guest_atomic_cmpxchg(entry_word(entry), &word, word | flags)) {
			return GNTST_okay;
		}
	}
	return GNTST_eagain;
}

/* Clear flags that no pin stands for any more. False when the guest kept the word busy. */
static bool unmark_entry(struct grant_entry_v1 *entry, u32 flags)
{
	u32 word = READ_ONCE(*entry_word(entry));
	bool ok = false;

	for (int i = 0; i < CMPXCHG_TRIES && !ok; i++) {
		ok = guest_atomic_cmpxchg(entry_word(entry), &word, word & ~flags);
	}
	return ok;
}

static int pin_locked(struct domain *user, const struct grant_use *use, u32 *frame)
{
	struct grant_table *t = use->granter->grant;
	struct grant_entry_v1 *entry;
	int status;

	if (use->ref / GRANT_PER_FRAME >= t->nr_frames) {
		return GNTST_bad_gntref;
	}
	entry = open_entry(t, use->ref);
	status = mark_entry(entry, user, use->is_write);
	*frame = READ_ONCE(entry->frame);
	window_unmap(entry);
	if (status == GNTST_okay) {
		pins_of(t, use->ref)->nr[use->is_write]++;
	}
	return status;
}

/* False when the entry could not be unmarked. */
static bool unpin_locked(const struct grant_use *use)
{
	struct grant_table *t = use->granter->grant;
	struct grant_pins *pins = pins_of(t, use->ref);
	struct grant_entry_v1 *entry;
	u32 unused = 0;
	bool ok = true;

	pins->nr[use->is_write]--;
	if (pins->nr[true] == 0) {
		unused = pins->nr[false] == 0 ? GTF_reading | GTF_writing : GTF_writing;
	}
	/* The table's frames go with its dying owner, while others still map its pages. */
	if (use->ref / GRANT_PER_FRAME < t->nr_frames && unused != 0) {
		entry = open_entry(t, use->ref);
		ok = unmark_entry(entry, unused);
		window_unmap(entry);
	}
	return ok;
}

int grant_use_begin(struct domain *user, struct grant_use *use)
{
	struct grant_table *t = use->granter->grant;
	u32 frame;
	int status;

	if (READ_ONCE(use->granter->is_dying)) {
		return GNTST_bad_domain;
	}
	spin_lock(&t->lock);
	status = pin_locked(user, use, &frame);
	spin_unlock(&t->lock);
	if (status == GNTST_okay &&
	    s2_get_frame(use->granter, gfn(frame), use->is_write, &use->frame) != 0) {
		grant_use_end(use);
		status = GNTST_bad_page;
	}
	return status;
}

void grant_use_end(const struct grant_use *use)
{
	bool ok;

	spin_lock(&use->granter->grant->lock);
	ok = unpin_locked(use);
	spin_unlock(&use->granter->grant->lock);
	if (!ok) {
		domain_crash(use->granter, "kept an entry of its grant table busy");
	}
}
