/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Machine frames: who owns each page of RAM, how many references keep it, and the allocator.
 *
 * Every frame of RAM has one 8-byte entry. While free, the entry is a link of the buddy allocator;
 * while in use it holds the owner's domain id and a reference count. The owner's own mapping is one
 * reference; each foreign or grant mapping holds one more, which lives in the stage-2 entry that
 * makes the mapping. The frame goes back to the allocator when the last reference is dropped, and
 * is scrubbed before it can be handed out again. Frames outside RAM have no entry: all look-ups say
 * so.
 */
#ifndef HV_FRAME_H
#define HV_FRAME_H

#include <hv/compiler.h>
#include <hv/types.h>

/* Frames that are scrubbed between two preemption points: 2^order, 3,500 instructions. */
#define FRAME_SLICE_ORDER 3U
#define FRAME_SLICE	  (1UL << FRAME_SLICE_ORDER)

/*
 * Allocate 2^order contiguous frames, naturally aligned, owned by owner with one reference each.
 * Contents are zero. Returns the first frame, or INVALID_FRAME when no block is free.
 */
mfn_t frame_alloc(unsigned int order, domid_t owner);

/*
 * The same, but contents may be anybody's when *is_dirty is set: no scrubbing in this call. The
 * caller scrubs all of it (arch_scrub_frames(), in slices) before anybody sees it, or gives it back
 * whole with frame_free_dirty(), unseen.
 */
mfn_t frame_alloc_dirty(unsigned int order, domid_t owner, bool *is_dirty);
void frame_free_dirty(mfn_t first, unsigned int order);

/*
 * The same inside [min, max) of machine frames, for 1:1 and DMA-limited memory. Boot and Dom0 only:
 * RAM that no domain has had yet comes as the boot loader left it.
 */
mfn_t frame_alloc_range(unsigned int order, domid_t owner, mfn_t min, mfn_t max);

/* Is this a frame of RAM that the allocator manages (free or not)? */
bool frame_is_ram(mfn_t frame);

/* Owner of a frame in use, HV_DOMID_NONE when it is free or no RAM. */
domid_t frame_owner(mfn_t frame);

/* Take a reference when the frame is in use and owned by owner; false (and no effect) otherwise. */
bool __must_check frame_get(mfn_t frame, domid_t owner);

/* Drop one reference; with the last one the frame is scrubbed and freed. */
void frame_put(mfn_t frame);

/*
 * Drop the owner's reference of 2^order frames that still belong to it, and to which no leaf leads
 * any more, so that no further reference can be taken: frames that nobody else references are freed
 * as the largest possible blocks. At most one 2 MiB block a call,
 * scrubbed in place: who has to be quick calls it for FRAME_SLICE_ORDER, with a preemption point
 * between calls.
 */
void frame_put_block(mfn_t first, unsigned int order);

/* Number of references (diagnostics and tests). */
unsigned int frame_refs(mfn_t frame);

/* Frames free now, and frames managed in all. */
u64 frame_nr_free(void);
u64 frame_nr_total(void);

/*
 * Boot: give the allocator its table (zeroed memory for the frames [base, base + nr), at most 2^28
 * of them, 1 TiB) and then each free range of RAM, in whatever state it is: it is scrubbed when
 * it is first handed out. Frames never added stay "not RAM"; so do those the table does not reach.
 * scrub zeroes frames (arch_scrub_frames, at most 2 MiB a call).
 */
size_t frame_table_bytes(u64 nr);
void frame_table_init(void *table, mfn_t base, u64 nr, void (*scrub)(mfn_t first, u64 nr));
void frame_add_range(mfn_t first, u64 nr);

#endif
