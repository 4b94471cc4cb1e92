/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The buddy allocator (buddy.h, which draws the entries). The free blocks of an order are a list
 * through the heads of the blocks; links are indices into the table, NIL ends a list. No state of
 * its own, no locks.
 */
#include "buddy.h"

#include <hv/string.h>

#define ENTRY_STATE(entry) ((entry) >> 62)
#define STATE_HEAD	   1UL
#define INSIDE_BYTE	   0x80 /* memset's pattern for entries inside a block */
#define INSIDE_ENTRY	   0x8080808080808080UL
#define HEAD_DIRTY	   BIT(61)
#define INDEX_BITS	   28
#define NIL		   BUDDY_NR_MAX

static u64 make_head(u64 dirty, unsigned int order, u64 prev, u64 next)
{
	return STATE_HEAD << 62 | dirty | (u64)order << 56 | prev << INDEX_BITS | next;
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

/* Is there a free block of this order at an index, which may be outside the table? */
static bool is_block(const struct buddy *b, u64 index, unsigned int order)
{
	return index < b->nr && ENTRY_STATE(b->table[index]) == STATE_HEAD &&
	       head_order(b->table[index]) == order;
}

/* Replace the links of a block's head. */
static void relink(u64 *head, u64 prev, u64 next)
{
	*head = make_head(*head & HEAD_DIRTY, head_order(*head), prev, next);
}

static void link_block(const struct buddy *b, u64 index, unsigned int order, u64 dirty)
{
	u64 next = b->lists->head[order];

	b->table[index] = make_head(dirty, order, NIL, next);
	if (next != NIL) {
		relink(&b->table[next], index, head_next(b->table[next]));
	}
	b->lists->head[order] = index;
	b->lists->orders |= BIT(order);
}

/* Take a block off its list; its head is an inside entry afterwards. */
static void unlink_block(const struct buddy *b, u64 index)
{
	u64 *table = b->table;
	unsigned int order = head_order(table[index]);
	u64 prev = head_prev(table[index]), next = head_next(table[index]);

	if (prev != NIL) {
		relink(&table[prev], head_prev(table[prev]), next);
	} else {
		b->lists->head[order] = next;
		if (next == NIL) {
			b->lists->orders &= ~BIT(order);
		}
	}
	if (next != NIL) {
		relink(&table[next], prev, head_next(table[next]));
	}
	table[index] = INSIDE_ENTRY;
}

/* Free a naturally aligned block of inside entries, merging it with free buddies of its kind. */
static void free_block(const struct buddy *b, u64 index, unsigned int order, u64 dirty)
{
	for (; order < BUDDY_ORDER_MAX; order++) {
		u64 buddy = ((b->base + index) ^ BIT(order)) - b->base;

		if (!is_block(b, buddy, order) || (b->table[buddy] & HEAD_DIRTY) != dirty) {
			break;
		}
		unlink_block(b, buddy);
		index = MIN(index, buddy);
	}
	link_block(b, index, order, dirty);
}

void buddy_init(const struct buddy *b)
{
	*b->lists = (struct buddy_lists){ .nr_free = 0 };
	for (unsigned int order = 0; order <= BUDDY_ORDER_MAX; order++) {
		b->lists->head[order] = NIL;
	}
}

/* As the largest aligned blocks. */
void buddy_free(const struct buddy *b, u64 first, u64 nr, bool is_dirty)
{
	u64 index = first - b->base;

	memset(&b->table[index], INSIDE_BYTE, nr * sizeof(b->table[0]));
	b->lists->nr_free += nr;
	while (nr) {
		u64 limits = (b->base + index) | BIT(BUDDY_ORDER_MAX);
		unsigned int fit = 63 - (unsigned int)__builtin_clzl(nr);
		unsigned int order = MIN((unsigned int)__builtin_ctzl(limits), fit);

		free_block(b, index, order, is_dirty ? HEAD_DIRTY : 0);
		index += BIT(order);
		nr -= BIT(order);
	}
}

/*
 * Take the part of 2^order that begins at target out of the free block at index, and mark it as
 * used; the rest stays free. Returns whether the part is dirty.
 */
static bool take_part(const struct buddy *b, u64 index, u64 target, unsigned int order, u64 entry)
{
	u64 dirty = b->table[index] & HEAD_DIRTY;
	unsigned int from = head_order(b->table[index]);

	unlink_block(b, index);
	while (from > order) {
		u64 upper = index + BIT(--from);

		if (target >= upper) {
			link_block(b, index, from, dirty);
			index = upper;
		} else {
			link_block(b, upper, from, dirty);
		}
	}
	b->lists->nr_free -= BIT(order);
	string_fill(&b->table[index], entry, BIT(order));
	return dirty != 0;
}

u64 buddy_alloc(const struct buddy *b, unsigned int order, u64 entry, bool *is_dirty)
{
	u64 orders = order > BUDDY_ORDER_MAX ? 0 : b->lists->orders >> order, index;

	if (!orders) {
		return BUDDY_NONE;
	}
	index = b->lists->head[order + (unsigned int)__builtin_ctzl(orders)];
	*is_dirty = take_part(b, index, index, order, entry);
	return b->base + index;
}

/* The first aligned part of 2^order of the block that lies in [min, max), or BUDDY_NONE. */
static u64 part_in_range(const struct buddy *b, u64 index, unsigned int order, u64 min, u64 max)
{
	u64 start = b->base + index;
	u64 end = MIN(start + BIT(head_order(b->table[index])), max);
	u64 part = MAX(start, ALIGN_UP(min, BIT(order)));

	return part < end && end - part >= BIT(order) ? part : BUDDY_NONE;
}

u64 buddy_alloc_range(const struct buddy *b, unsigned int order, u64 entry, u64 min, u64 max)
{
	for (unsigned int from = order; from <= BUDDY_ORDER_MAX; from++) {
		u64 index = b->lists->head[from];

		/* Only one block can hold the range when it is just as large as the part. */
		if (max - min == BIT(order)) {
			index = ALIGN_DOWN(min, BIT(from)) - b->base;
			index = is_block(b, index, from) ? index : NIL;
		}
		for (; index != NIL; index = head_next(b->table[index])) {
			u64 part = part_in_range(b, index, order, min, max);

			if (part != BUDDY_NONE) {
				take_part(b, index, part - b->base, order, entry);
				return part;
			}
		}
	}
	return BUDDY_NONE;
}

u64 buddy_count(const struct buddy *b, unsigned int order, u64 max)
{
	u64 nr = 0;

	for (u64 i = b->lists->head[order]; i != NIL && nr < max; i = head_next(b->table[i])) {
		nr++;
	}
	return nr;
}
