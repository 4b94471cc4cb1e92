/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A buddy allocator for pages that lie beside each other, by their numbers: frames of RAM
 * (frame.c), pages of the heap (heap.c). One 64-bit entry per page:
 *
 *   63 62  61 60  56 55            28 27             0
 *    0  0   (zero)                                       nothing to hand out
 *    0  1   D  order  previous         next              head of a free block of 2^order pages
 *    1  0   (anything)                                   free, inside a block
 *    1  1   (its owner's)                                in use
 *
 * Dirty (D) and clean blocks never merge. Every call but buddy_init() is bounded by the number of
 * orders and the pages that it is about. No locks: the owner brings one for the free blocks; the
 * entries of pages in use are the owner's.
 */
#ifndef CORE_BUDDY_H
#define CORE_BUDDY_H

#include <hv/types.h>

#define BUDDY_ORDER_MAX	   ORDER_1G
#define BUDDY_NR_MAX	   (BIT(28) - 1)
#define BUDDY_NONE	   (~0UL)
#define BUDDY_USED	   (3UL << 62)
#define BUDDY_STATE(entry) ((entry) & BUDDY_USED) /* 0: nothing to hand out */

struct buddy_lists {
	u64 head[BUDDY_ORDER_MAX + 1];
	u64 orders; /* bit n: the list of order n has blocks */
	u64 nr_free;
};

struct buddy {
	u64 *table;
	u64 base, nr; /* the table is for pages [base, base + nr) */
	struct buddy_lists *lists;
};

/* An allocator without free pages; the table is zeroed, nr at most BUDDY_NR_MAX. */
void buddy_init(const struct buddy *b);
/* Pages of the table that are not free are from now on. */
void buddy_free(const struct buddy *b, u64 first, u64 nr, bool is_dirty);
/*
 * 2^order pages, naturally aligned, which have this entry (with BUDDY_USED) from now on. Returns
 * the first one, or BUDDY_NONE.
 */
u64 buddy_alloc(const struct buddy *b, unsigned int order, u64 entry, bool *is_dirty);
/* The same inside [min, max), dirty or not; looks at all free blocks. */
u64 buddy_alloc_range(const struct buddy *b, unsigned int order, u64 entry, u64 min, u64 max);
/* Free blocks of an order, at most max. */
u64 buddy_count(const struct buddy *b, unsigned int order, u64 max);

#endif
