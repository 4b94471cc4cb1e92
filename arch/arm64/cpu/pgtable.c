/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The translation-table walker (hv/pgtable.h): one code for stage 1 of EL2 and stage 2 of domains.
 *
 *	level   bits of the input address   a leaf there covers
 *	  0     47:39                       (no leaf with the 4 KiB granule)
 *	  1     38:30                       1 GiB block
 *	  2     29:21                       2 MiB block
 *	  3     20:12                       4 KiB page
 *
 * Entries become visible to the walker hardware by the dsb that precedes their use: a new valid
 *entry in place of an invalid one needs no TLB maintenance; everything else goes through an invalid
 *entry and flush() (break-before-make, Arm ARM D8.16.1). No locks here; the owner of the table has
 *one.
 */
#include <asm/sysreg.h>
#include <hv/compiler.h>
#include <hv/errno.h>
#include <hv/mapping.h>
#include <hv/pgtable.h>

#define LAST_LEVEL 3U

__sealed struct own_memory own_memory;

static unsigned int level_shift(unsigned int level)
{
	return 39 - 9 * level;
}

u64 *pgtable_walk(const struct pgtable *pt, u64 addr, unsigned int to, unsigned int *level)
{
	unsigned int at = pt->start_level, shift = level_shift(at);
	/* The root may be several concatenated tables: its index is wider. */
	u64 *slot = &pt->root[addr >> shift];

	for (; at < to && pgtable_is_table(*slot, at); at++) {
		shift -= 9;
		slot = (u64 *)hyp_va(pa(*slot & PT_ADDR_MASK)) + (addr >> shift & (PT_ENTRIES - 1));
	}
	*level = at;
	return slot;
}

/* The leaf, or hole, of an entry that stands at this level of addr's way. */
static struct pgtable_leaf leaf_of(u64 entry, u64 addr, unsigned int level)
{
	return (struct pgtable_leaf){
		.entry = entry & PT_VALID ? entry : 0,
		.addr = ALIGN_DOWN(addr, BIT(level_shift(level))),
		.shift = (u8)level_shift(level),
	};
}

static bool range_is_valid(const struct pgtable *pt, u64 addr, u64 bytes)
{
	u64 end = addr + bytes;

	return bytes != 0 && end > addr && end <= BIT(pt->addr_bits);
}

static void publish(u64 *slot, u64 entry)
{
	/* Pairs with the walker: the table that the entry points to is complete before it is seen.
	 */
	dsb(ishst);
	WRITE_ONCE(*slot, entry);
}

/* Make *slot (a block) a table of leaves of the next level with the same attributes. */
static int split(struct pgtable *pt, u64 *slot, unsigned int level, u64 addr)
{
	unsigned int below = level_shift(level + 1);
	u64 block = *slot;
	u64 *table = pt->ops->table_alloc(pt);
	u64 leaf = (block & ~PT_TABLE) | (level + 1 == LAST_LEVEL ? PT_PAGE : 0);

	if (!table) {
		return -ENOMEM;
	}
	for (u64 i = 0; i < PT_ENTRIES; i += 4) {
		table[i] = leaf;
		table[i + 1] = leaf + BIT(below);
		table[i + 2] = leaf + 2 * BIT(below);
		table[i + 3] = leaf + 3 * BIT(below);
		leaf += 4 * BIT(below);
	}
	WRITE_ONCE(*slot, 0);
	pt->ops->flush(pt, ALIGN_DOWN(addr, BIT(level_shift(level))), BIT(level_shift(level)));
	publish(slot, pt->ops->table_pa(table).v | PT_VALID | PT_TABLE);
	return 0;
}

/*
 * Walk to `to`, making the tables on the way; NULL when there is no memory for one. Ends above at a
 * block.
 */
static u64 *walk_make(struct pgtable *pt, u64 addr, unsigned int to)
{
	unsigned int level;
	u64 *slot = pgtable_walk(pt, addr, to, &level);

	while (level < to && *slot == 0) {
		u64 *table = pt->ops->table_alloc(pt);

		if (!table) {
			return NULL;
		}
		publish(slot, pt->ops->table_pa(table).v | PT_VALID | PT_TABLE);
		slot = pgtable_walk(pt, addr, to, &level);
	}
	return slot;
}

/* The largest leaf level for this step: aligned, inside the range, at most 2^max_shift bytes. */
static unsigned int leaf_level(u64 addr, u64 bytes, u64 pa_value, unsigned int max_shift)
{
	for (unsigned int level = 1; level < LAST_LEVEL; level++) {
		u64 size = BIT(level_shift(level));

		if (level_shift(level) <= max_shift && bytes >= size &&
		    IS_ALIGNED(addr | pa_value, size)) {
			return level;
		}
	}
	return LAST_LEVEL;
}

static void undo(struct pgtable *pt, u64 addr, u64 end)
{
	u64 start = addr;

	while (addr < end) {
		unsigned int level;
		u64 *slot = pgtable_walk(pt, addr, LAST_LEVEL, &level);

		WRITE_ONCE(*slot, 0);
		addr += BIT(level_shift(level));
	}
	if (end > start) {
		pt->ops->flush(pt, start, end - start);
	}
}

int pgtable_map(struct pgtable *pt, const struct pgtable_range *range, u64 attr,
		unsigned int max_shift)
{
	u64 at = range->addr, end = at + range->bytes, pa_value = range->pa;

	if (!range_is_valid(pt, at, range->bytes) ||
	    !IS_ALIGNED(at | range->bytes | pa_value, PAGE_SIZE)) {
		return -ERANGE;
	}
	while (at < end) {
		unsigned int level = leaf_level(at, end - at, pa_value, max_shift);
		u64 *slot = walk_make(pt, at, level), size;

		/* Below an empty table, left by earlier mappings, that is in a block's way. */
		while (slot && pgtable_is_table(*slot, level)) {
			slot = walk_make(pt, at, ++level);
		}
		if (!slot || *slot) {
			undo(pt, range->addr, at);
			return slot ? -EEXIST : -ENOMEM;
		}
		/* What follows in the same table needs no walk. */
		size = BIT(level_shift(level));
		do {
			WRITE_ONCE(*slot++, pa_value | attr | PT_VALID |
						    (level == LAST_LEVEL ? PT_PAGE : 0));
			at += size;
			pa_value += size;
		} while (end - at >= size && !IS_ALIGNED(at, size * PT_ENTRIES) && !*slot &&
			 leaf_level(at, end - at, pa_value, max_shift) == level);
	}
	/* Pairs with the walker of any CPU that uses the range after this call. */
	dsb(ish);
	isb();
	return 0;
}

struct pgtable_leaf pgtable_lookup(const struct pgtable *pt, u64 addr)
{
	unsigned int level;
	u64 *slot;

	if (addr >> pt->addr_bits) {
		return leaf_of(0, addr, LAST_LEVEL);
	}
	slot = pgtable_walk(pt, addr, LAST_LEVEL, &level);
	return leaf_of(READ_ONCE(*slot), addr, level);
}

int pgtable_clear(struct pgtable *pt, u64 addr, unsigned int shift, struct pgtable_leaf *old)
{
	unsigned int level;
	u64 *slot = pgtable_walk(pt, addr, LAST_LEVEL, &level);

	while ((*slot & PT_VALID) && level_shift(level) > shift) {
		if (split(pt, slot, level, addr)) {
			return -ENOMEM;
		}
		slot = pgtable_walk(pt, addr, LAST_LEVEL, &level);
	}
	*old = leaf_of(*slot, addr, level);
	WRITE_ONCE(*slot, 0);
	return 0;
}
