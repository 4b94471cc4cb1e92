/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grant table as its files see it: grant.c (entries, pins, frames) and grant_map.c (operations
 * and the track of what a domain has mapped).
 */
#ifndef DOMAIN_GRANT_TABLE_H
#define DOMAIN_GRANT_TABLE_H

#include <hv/grant.h>
#include <hv/spinlock.h>
#include <hv/types.h>
#include <public/grant_table.h>

#define GRANT_FRAMES_MAX 64U
#define GRANT_PER_FRAME	 ((u32)(PAGE_SIZE / sizeof(struct grant_entry_v1)))
#define TRACK_PAGES_MAX	 64U

/* How often an entry is in use now. */
struct grant_pins {
	u32 nr[2]; /* read-only uses, uses that may write */
};

/* One mapping that this domain has made of another's grant. */
struct grant_track {
	struct domain *granter; /* referenced; NULL: free */
	u64 gfn;		/* where it is mapped */
	mfn_t frame;		/* what is mapped there */
	u32 ref;
	bool is_write;
	bool is_live; /* the leaf is in place: the handle may be used */
};

#define TRACK_PER_PAGE ((u32)(PAGE_SIZE / sizeof(struct grant_track)))

struct grant_table {
	struct spinlock lock; /* LOCK_RANK_GRANT: everything below */
	u32 nr_freed;	      /* pages, at the end of the domain */
	u32 unmapped;	      /* handles below are free, while a dying domain lets go */
	u32 nr_frames, max_frames;
	mfn_t frame[GRANT_FRAMES_MAX];
	struct grant_pins *pins[GRANT_FRAMES_MAX]; /* a page for each frame */

	u32 nr_track_pages, max_track_pages;
	u32 track_hint; /* no free entry below */
	struct grant_track *track[TRACK_PAGES_MAX];
};

/* A grant in use: the frame with a reference, the entry pinned. */
struct grant_use {
	struct domain *granter;
	u32 ref;
	bool is_write;
	mfn_t frame;
};

/*
 * Start to use entry ref of use->granter on behalf of user. Returns GNTST_*; on GNTST_okay
 * use->frame is valid until grant_use_end(), or the mapping that takes the reference over.
 */
int grant_use_begin(struct domain *user, struct grant_use *use);
/* Give the pin back; the reference is the caller's or the mapping's. */
void grant_use_end(const struct grant_use *use);

#endif
