/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one walker for translation tables, stage 1 of EL2 and stage 2 of domains alike (4 KiB
 * granule, VMSAv8-64, Arm ARM D8.2). It knows levels, blocks and splitting; what an entry's
 * attributes mean is its caller's business. It takes no lock and flushes no TLB except through the
 * hook that its owner supplies: break-before-make happens here, by calling flush() between the
 * invalid and the new entry.
 */
#ifndef HV_PGTABLE_H
#define HV_PGTABLE_H

#include <hv/types.h>

#define PT_ENTRIES   512U
#define PT_VALID     BIT(0)
#define PT_TABLE     BIT(1)
#define PT_PAGE	     BIT(1) /* at level 3 */
#define PT_ADDR_MASK 0x0000FFFFFFFFF000UL

struct pgtable;

struct pgtable_ops {
	void *(*table_alloc)(struct pgtable *pt); /* one zeroed page, NULL when none */
	pa_t (*table_pa)(const void *va);
	void (*flush)(struct pgtable *pt, u64 addr, u64 bytes); /* TLB, and wait */
};

struct pgtable {
	u64 *root; /* first of 2^root_order concatenated tables */
	const struct pgtable_ops *ops;
	u8 start_level; /* 0, 1 or 2 */
	u8 addr_bits;	/* input addresses are below 2^addr_bits */
};

struct pgtable_leaf {
	u64 entry; /* 0: not mapped */
	u64 addr;  /* first input address that the leaf (or hole) covers */
	u8 shift;  /* log2 of the bytes it covers: 12, 21, 30 or 39 (a hole) */
};

struct pgtable_range {
	u64 addr;  /* first input address */
	u64 bytes; /* a multiple of pages, as both addresses are */
	u64 pa;	   /* what addr becomes */
};

/*
 * Map [addr, addr + bytes) to pa with the attributes attr, with the largest blocks that alignment
 * permits; max_shift caps them (12, 21 or 30). -EEXIST when something in the range is mapped,
 * -ENOMEM when tables run out: what this call mapped is unmapped again.
 */
int pgtable_map(struct pgtable *pt, const struct pgtable_range *range, u64 attr,
		unsigned int max_shift);

/* The slot that decides about addr at level `to` or above it; *level gets where it stands. */
u64 *pgtable_walk(const struct pgtable *pt, u64 addr, unsigned int to, unsigned int *level);
static inline bool pgtable_is_table(u64 entry, unsigned int level)
{
	return level < 3 && (entry & (PT_VALID | PT_TABLE)) == (PT_VALID | PT_TABLE);
}

/* The leaf or hole at an address. */
struct pgtable_leaf pgtable_lookup(const struct pgtable *pt, u64 addr);

/*
 * Clear one page or block: the leaf at addr is split down to 2^shift bytes if it is larger. Returns
 * the cleared leaf in *old. The TLB is not flushed. -ENOMEM when a split needs a table and there is
 * none.
 */
int pgtable_clear(struct pgtable *pt, u64 addr, unsigned int shift, struct pgtable_leaf *old);

/* Call visit for each leaf from addr on until it returns non-zero; returns that. */
int pgtable_visit(const struct pgtable *pt, u64 addr, u64 end,
		  int (*visit)(const struct pgtable_leaf *leaf, void *arg), void *arg);

/*
 * Take out the table below the slot for addr that covers 2^shift bytes (30 or 21), whose entries
 * are not looked at; NULL when there is no table. Nobody walks it any more.
 */
void *pgtable_detach(struct pgtable *pt, u64 addr, unsigned int shift);

#endif
