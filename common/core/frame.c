/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame table and the buddy allocator that lives in it.
 *
 * One 64-bit entry per frame between the lowest and the highest frame of RAM:
 *
 *   63 62  61 60  56 55            28 27             0
 *    0  0   (zero)                                       no RAM
 *    0  1   D  order  previous         next              head of a free block of 2^order frames
 *    1  0   (anything)                                   free, inside a block
 *    1  1   -    -    47..32 owner     31..0 references  in use
 *
 * Links are indices into the table; NIL ends a list. Freed frames are scrubbed, so that handing out
 * is cheap; RAM as the boot loader left it is dirty (D) and scrubbed when it is first handed out.
 * Dirty and clean blocks never merge. frame_lock (LOCK_RANK_FRAME) protects free blocks and their
 * lists; the references of a frame in use change by atomic operations without it. A frame whose
 * count has just become 0 belongs to the CPU that dropped the last one: frame_get() refuses it.
 */
#include <hv/debugkeys.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/panic.h>
#include <hv/printk.h>
#include <hv/spinlock.h>
#include <hv/string.h>

#define ENTRY_STATE(entry) ((entry) >> 62)
#define STATE_HEAD	   1UL
#define STATE_INSIDE	   2UL
#define STATE_USED	   3UL
#define INSIDE_BYTE	   0x80 /* memset's pattern for entries of STATE_INSIDE */
#define INSIDE_ENTRY	   0x8080808080808080UL
#define HEAD_DIRTY	   BIT(61)
#define INDEX_BITS	   28
#define NIL		   (BIT(INDEX_BITS) - 1)
#define REFS_MASK	   0xFFFFFFFFUL
#define ORDER_MAX	   ORDER_1G
#define BLOCKS_COUNTED	   1000U /* of each order, for the debug key: bounds the walk */
#define NR_ORDERS	   (ORDER_MAX + 1)

static struct spinlock frame_lock = SPINLOCK_INIT(LOCK_RANK_FRAME);
static u64 *table __sealed;
static u64 table_base __sealed, table_nr __sealed;
static void (*scrub_frames)(mfn_t first, u64 nr) __sealed;

static u64 free_head[NR_ORDERS];
static u64 free_orders; /* bit n: the list of order n has blocks */
static u64 nr_free, nr_total;

static u64 make_head(u64 dirty, unsigned int order, u64 prev, u64 next)
{
	return STATE_HEAD << 62 | dirty | (u64)order << 56 | prev << INDEX_BITS | next;
}

static u64 make_used(domid_t owner)
{
	return STATE_USED << 62 | (u64)owner << 32 | 1;
}

static unsigned int head_order(u64 entry)
{
	return entry >> 56 & 0x1f;
}

static u64 head_prev(u64 entry)
{
	return entry >> INDEX_BITS & NIL;
}

static u64 head_next(u64 entry)
{
	return entry & NIL;
}

static domid_t used_owner(u64 entry)
{
	return (domid_t)(entry >> 32);
}

static bool is_in_use(u64 entry)
{
	return ENTRY_STATE(entry) == STATE_USED && (entry & REFS_MASK);
}

/* The entry of a frame, NULL outside the table. */
static u64 *entry_of(mfn_t frame)
{
	u64 index = frame.v - table_base;

	return index < table_nr ? &table[index] : NULL;
}

/* Replace the links of a block's head. */
static void relink(u64 index, u64 prev, u64 next)
{
	table[index] = make_head(table[index] & HEAD_DIRTY, head_order(table[index]), prev, next);
}

static void link_block(u64 index, unsigned int order, u64 dirty)
{
	u64 next = free_head[order];

	table[index] = make_head(dirty, order, NIL, next);
	if (next != NIL) {
		relink(next, index, head_next(table[next]));
	}
	free_head[order] = index;
	free_orders |= BIT(order);
}

/* Take a block off its list; its head is an inside entry afterwards. */
static void unlink_block(u64 index)
{
	unsigned int order = head_order(table[index]);
	u64 prev = head_prev(table[index]), next = head_next(table[index]);

	if (prev != NIL) {
		relink(prev, head_prev(table[prev]), next);
	} else {
		free_head[order] = next;
		if (next == NIL) {
			free_orders &= ~BIT(order);
		}
	}
	if (next != NIL) {
		relink(next, prev, head_next(table[next]));
	}
	table[index] = INSIDE_ENTRY;
}

/* Free a naturally aligned block of inside entries, merging it with free buddies of its kind. */
static void free_block(u64 index, unsigned int order, u64 dirty)
{
	nr_free += BIT(order);
	for (; order < ORDER_MAX; order++) {
		u64 buddy = ((table_base + index) ^ BIT(order)) - table_base;

		if (buddy >= table_nr || ENTRY_STATE(table[buddy]) != STATE_HEAD ||
		    head_order(table[buddy]) != order || (table[buddy] & HEAD_DIRTY) != dirty) {
			break;
		}
		unlink_block(buddy);
		index = MIN(index, buddy);
	}
	link_block(index, order, dirty);
}

/* Free inside entries [index, index + nr) as the largest aligned blocks. */
static void free_run(u64 index, u64 nr, u64 dirty)
{
	while (nr) {
		u64 frame = table_base + index;
		unsigned int order = frame ? (unsigned int)__builtin_ctzl(frame) : ORDER_MAX;
		unsigned int fit = 63 - (unsigned int)__builtin_clzl(nr);

		order = MIN(MIN(order, fit), (unsigned int)ORDER_MAX);
		free_block(index, order, dirty);
		index += BIT(order);
		nr -= BIT(order);
	}
}

/*
 * Take the part of 2^order that begins at target out of the free block at index, and mark it as
 * owned; the rest stays free. Returns whether the part must be scrubbed.
 */
static bool take_part(u64 index, u64 target, unsigned int order, u64 entry)
{
	u64 dirty = table[index] & HEAD_DIRTY;
	unsigned int from = head_order(table[index]);

	unlink_block(index);
	while (from > order) {
		u64 upper = index + BIT(--from);

		if (target >= upper) {
			link_block(index, from, dirty);
			index = upper;
		} else {
			link_block(upper, from, dirty);
		}
	}
	nr_free -= BIT(order);
	string_fill(&table[index], entry, BIT(order));
	return dirty != 0;
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
	u64 orders, index = INVALID_FRAME - table_base;

	if (order > ORDER_MAX) {
		return mfn(INVALID_FRAME);
	}
	spin_lock(&frame_lock);
	orders = free_orders >> order;
	if (orders) {
		unsigned int from = order + (unsigned int)__builtin_ctzl(orders);

		index = free_head[from];
		*is_dirty = take_part(index, index, order, make_used(owner));
	}
	spin_unlock(&frame_lock);
	return mfn(table_base + index);
}

/* The first aligned part of 2^order of the block that lies in [min, max), or INVALID_FRAME. */
static u64 part_in_range(u64 index, unsigned int order, u64 min, u64 max)
{
	u64 start = table_base + index;
	u64 end = start + BIT(head_order(table[index]));
	u64 part = MAX(start, ALIGN_UP(min, BIT(order)));

	return part < MIN(end, max) && MIN(end, max) - part >= BIT(order) ? part : INVALID_FRAME;
}

/* The first free block of an order to look for [min, max) in: the one, when only one can hold it.
 */
static u64 first_block(unsigned int from, unsigned int order, u64 min, u64 max)
{
	u64 index = ALIGN_DOWN(min, BIT(from)) - table_base;

	if (max - min != BIT(order)) {
		return free_orders & BIT(from) ? free_head[from] : NIL;
	}
	return index < table_nr && ENTRY_STATE(table[index]) == STATE_HEAD &&
			       head_order(table[index]) == from
		       ? index
		       : NIL;
}

mfn_t frame_alloc_range(unsigned int order, domid_t owner, mfn_t min, mfn_t max)
{
	u64 found = INVALID_FRAME, index = NIL;

	spin_lock(&frame_lock);
	for (unsigned int from = order; from <= ORDER_MAX && found == INVALID_FRAME; from++) {
		index = first_block(from, order, min.v, max.v);
		while (index != NIL) {
			found = part_in_range(index, order, min.v, max.v);
			if (found != INVALID_FRAME) {
				break;
			}
			index = head_next(table[index]);
		}
	}
	if (found != INVALID_FRAME) {
		take_part(index, found - table_base, order, make_used(owner));
	}
	spin_unlock(&frame_lock);
	return mfn(found);
}

bool frame_is_ram(mfn_t frame)
{
	const u64 *entry = entry_of(frame);

	return entry && ENTRY_STATE(READ_ONCE(*entry)) != 0;
}

domid_t frame_owner(mfn_t frame)
{
	const u64 *entry = entry_of(frame);
	u64 value = entry ? READ_ONCE(*entry) : 0;

	return is_in_use(value) ? used_owner(value) : HV_DOMID_NONE;
}

unsigned int frame_refs(mfn_t frame)
{
	const u64 *entry = entry_of(frame);
	u64 value = entry ? READ_ONCE(*entry) : 0;

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

static void free_used(u64 index, u64 nr, u64 dirty)
{
	spin_lock(&frame_lock);
	memset(&table[index], INSIDE_BYTE, nr * sizeof(table[0]));
	free_run(index, nr, dirty);
	spin_unlock(&frame_lock);
}

/* Scrub frames whose last reference is gone, then free them. */
static void scrub_and_free(u64 index, u64 nr)
{
	scrub_frames(mfn(table_base + index), nr);
	free_used(index, nr, 0);
}

void frame_free_dirty(mfn_t first, unsigned int order)
{
	free_used(first.v - table_base, BIT(order), HEAD_DIRTY);
}

void frame_put(mfn_t frame)
{
	u64 *entry = entry_of(frame);

	if (entry && drop(entry)) {
		scrub_and_free(frame.v - table_base, 1);
	}
}

/*
 * Has each of these frames one reference, the same owner's? It stays so, for no leaf leads there
 * any more. Pairs with drop(): who had one before is done with the frame.
 */
static bool are_single(u64 index, u64 nr)
{
	u64 first = READ_ONCE(table[index]), differs = (first & REFS_MASK) ^ 1;

	for (u64 i = 1; i < nr; i++) {
		differs |= READ_ONCE(table[index + i]) ^ first;
	}
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return differs == 0;
}

void frame_put_block(mfn_t first, unsigned int order)
{
	u64 index = first.v - table_base, run = 0, nr = BIT(order);

	ASSERT(order <= ORDER_2M && index < table_nr && nr <= table_nr - index);
	if (are_single(index, nr)) {
		scrub_and_free(index, nr);
		return;
	}
	for (u64 i = 0; i < nr; i++) {
		if (drop(&table[index + i])) {
			run++;
		} else if (run) {
			scrub_and_free(index + i - run, run);
			run = 0;
		}
	}
	if (run) {
		scrub_and_free(index + nr - run, run);
	}
}

u64 frame_nr_free(void)
{
	return READ_ONCE(nr_free);
}

u64 frame_nr_total(void)
{
	return nr_total;
}

static void print_memory(char key)
{
	(void)key;
	printk("memory: %lu of %lu KiB free; heap: %lu of %lu KiB free", nr_free << 2,
	       nr_total << 2, heap_nr_free_pages() << 2, heap_nr_total_pages() << 2);
	for (unsigned int order = 0; order < NR_ORDERS; order++) {
		u64 nr = 0;

		spin_lock(&frame_lock);
		for (u64 i = free_head[order]; i != NIL && nr < BLOCKS_COUNTED;
		     i = head_next(table[i])) {
			nr++;
		}
		spin_unlock(&frame_lock);
		if (nr) {
			printk("  %7lu KiB blocks: %lu%s", 4UL << order, nr,
			       nr == BLOCKS_COUNTED ? " or more" : "");
		}
	}
}

size_t frame_table_bytes(u64 nr)
{
	return MIN(nr, NIL) * sizeof(table[0]);
}

void frame_table_init(void *memory, mfn_t base, u64 nr)
{
	table = memory;
	table_base = base.v;
	table_nr = MIN(nr, NIL);
	nr_free = 0;
	nr_total = 0;
	free_orders = 0;
	for (unsigned int order = 0; order < NR_ORDERS; order++) {
		free_head[order] = NIL;
	}
	debugkeys_register('m', print_memory, "free memory and heap");
}

void frame_add_range(mfn_t first, u64 nr)
{
	u64 index = first.v - table_base;

	if (index >= table_nr) {
		return;
	}
	nr = MIN(nr, table_nr - index);
	spin_lock(&frame_lock);
	memset(&table[index], INSIDE_BYTE, nr * sizeof(table[0]));
	free_run(index, nr, HEAD_DIRTY);
	nr_total += nr;
	spin_unlock(&frame_lock);
}

void frame_set_scrubber(void (*scrub)(mfn_t first, u64 nr))
{
	scrub_frames = scrub;
}
