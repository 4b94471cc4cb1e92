/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame table: the buddy allocator's entries (buddy.h), and what they say of frames in use:
 *
 *   63 62  61 48  47  32  31        0
 *    1  1    -    owner   references
 *
 * Freed frames are scrubbed, so that handing out is cheap; RAM as the boot loader left it is dirty
 * and scrubbed when it is first handed out. frame_lock (LOCK_RANK_FRAME) protects free blocks and
 * their lists; the references of a frame in use change by atomic operations without it. A frame
 * whose count has just become 0 belongs to the CPU that dropped the last one: frame_get() refuses
 * it.
 */
#include "buddy.h"

#include <hv/debugkeys.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/panic.h>
#include <hv/printk.h>
#include <hv/spinlock.h>

#define REFS_MASK      0xFFFFFFFFUL
#define BLOCKS_COUNTED 1000U /* of each order, for the debug key: bounds the walk */

static struct spinlock frame_lock = SPINLOCK_INIT(LOCK_RANK_FRAME);
static struct buddy_lists free_frames;
static struct buddy frames __sealed_value = { .lists = &free_frames };
static void (*scrub_frames)(mfn_t first, u64 nr) __sealed;
static u64 nr_total;

static u64 make_used(domid_t owner)
{
	return BUDDY_USED | (u64)owner << 32 | 1;
}

static domid_t used_owner(u64 entry)
{
	return (domid_t)(entry >> 32);
}

static bool is_in_use(u64 entry)
{
	return BUDDY_STATE(entry) == BUDDY_USED && (entry & REFS_MASK);
}

/* The entry of a frame, NULL outside the table. */
static u64 *entry_of(mfn_t frame)
{
	u64 index = frame.v - frames.base;

	return index < frames.nr ? &frames.table[index] : NULL;
}

/* What a frame's entry says now; 0 (no RAM) outside the table. */
static u64 value_of(mfn_t frame)
{
	const u64 *entry = entry_of(frame);

	return entry ? READ_ONCE(*entry) : 0;
}

mfn_t frame_alloc(unsigned int order, domid_t owner)
{
	bool is_dirty = false;
	mfn_t frame = frame_alloc_dirty(order, owner, &is_dirty);

	for (u64 done = 0; is_dirty && done < BIT(order); done += BIT(ORDER_2M)) {
		scrub_frames(mfn(frame.v + done), MIN(BIT(order), BIT(ORDER_2M)));
	}
	return frame;
}

mfn_t frame_alloc_dirty(unsigned int order, domid_t owner, bool *is_dirty)
{
	u64 frame;

	spin_lock(&frame_lock);
	frame = buddy_alloc(&frames, order, make_used(owner), is_dirty);
	spin_unlock(&frame_lock);
	return mfn(frame);
}

mfn_t frame_alloc_range(unsigned int order, domid_t owner, mfn_t min, mfn_t max)
{
	u64 frame;

	spin_lock(&frame_lock);
	frame = buddy_alloc_range(&frames, order, make_used(owner), min.v, max.v);
	spin_unlock(&frame_lock);
	return mfn(frame);
}

bool frame_is_ram(mfn_t frame)
{
	return BUDDY_STATE(value_of(frame)) != 0;
}

domid_t frame_owner(mfn_t frame)
{
	u64 value = value_of(frame);

	return is_in_use(value) ? used_owner(value) : HV_DOMID_NONE;
}

unsigned int frame_refs(mfn_t frame)
{
	u64 value = value_of(frame);

	return is_in_use(value) ? (unsigned int)(value & REFS_MASK) : 0;
}

bool frame_get(mfn_t frame, domid_t owner)
{
	u64 *entry = entry_of(frame);
	u64 value = entry ? READ_ONCE(*entry) : 0;

	/* At most one retry per reference that other CPUs take or drop meanwhile. */
	do {
		if (!is_in_use(value) || used_owner(value) != owner ||
		    (value & REFS_MASK) == REFS_MASK) {
			return false;
		}
	} while (!__atomic_compare_exchange_n(entry, &value, value + 1, false, __ATOMIC_ACQ_REL,
					      __ATOMIC_RELAXED));
	return true;
}

/* Drop a reference; true when it was the last one: the caller must scrub and free. */
static bool drop(u64 *entry)
{
	ASSERT(is_in_use(READ_ONCE(*entry)));
	return (atomic_fetch_sub(entry, 1) & REFS_MASK) == 1;
}

static void give_back(u64 first, u64 nr, bool is_dirty)
{
	spin_lock(&frame_lock);
	buddy_free(&frames, first, nr, is_dirty);
	spin_unlock(&frame_lock);
}

/* Scrub frames whose last reference is gone, then free them. */
static void scrub_and_free(u64 first, u64 nr)
{
	scrub_frames(mfn(first), nr);
	give_back(first, nr, false);
}

void frame_free_dirty(mfn_t first, unsigned int order)
{
	give_back(first.v, BIT(order), true);
}

void frame_put(mfn_t frame)
{
	u64 *entry = entry_of(frame);

	if (entry && drop(entry)) {
		scrub_and_free(frame.v, 1);
	}
}

/*
 * Has each of these frames one reference, the same owner's? It stays so, for no leaf leads there
 * any more. Pairs with drop(): who had one before is done with the frame.
 */
static bool are_single(const u64 *entries, u64 nr)
{
	u64 first = READ_ONCE(entries[0]), differs = (first & REFS_MASK) ^ 1;

	for (u64 i = 1; i < nr; i++) {
		differs |= READ_ONCE(entries[i]) ^ first;
	}
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return differs == 0;
}

void frame_put_block(mfn_t first, unsigned int order)
{
	u64 *entries = entry_of(first), run = 0, nr = BIT(order);

	ASSERT(order <= ORDER_2M && entries && entry_of(mfn(first.v + nr - 1)));
	if (are_single(entries, nr)) {
		scrub_and_free(first.v, nr);
		return;
	}
	for (u64 i = 0; i <= nr; i++) {
		if (i < nr && drop(&entries[i])) {
			run++;
		} else if (run) {
			scrub_and_free(first.v + i - run, run);
			run = 0;
		}
	}
}

u64 frame_nr_free(void)
{
	return READ_ONCE(free_frames.nr_free);
}

u64 frame_nr_total(void)
{
	return nr_total;
}

static void print_memory(char key __unused)
{
	printk("memory: %lu of %lu KiB free; heap: %lu of %lu KiB free", frame_nr_free() << 2,
	       nr_total << 2, heap_nr_free_pages() << 2, heap_nr_total_pages() << 2);
	for (unsigned int order = 0; order <= BUDDY_ORDER_MAX; order++) {
		u64 nr;

		spin_lock(&frame_lock);
		nr = buddy_count(&frames, order, BLOCKS_COUNTED);
		spin_unlock(&frame_lock);
		if (nr) {
			printk("  %7lu KiB blocks: %lu%s", 4UL << order, nr,
			       nr == BLOCKS_COUNTED ? " or more" : "");
		}
	}
}

size_t frame_table_bytes(u64 nr)
{
	return MIN(nr, BUDDY_NR_MAX) * sizeof(frames.table[0]);
}

void frame_table_init(void *memory, mfn_t base, u64 nr, void (*scrub)(mfn_t first, u64 nr))
{
	scrub_frames = scrub;
	frames.table = memory;
	frames.base = base.v;
	frames.nr = MIN(nr, BUDDY_NR_MAX);
	buddy_init(&frames);
	nr_total = 0;
	debugkeys_register('m', print_memory, "free memory and heap");
}

void frame_add_range(mfn_t first, u64 nr)
{
	u64 index = first.v - frames.base;

	if (index < frames.nr) {
		nr = MIN(nr, frames.nr - index);
		nr_total += nr;
		give_back(first.v, nr, true);
	}
}
