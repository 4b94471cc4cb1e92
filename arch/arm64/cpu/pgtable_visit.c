/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables as a whole, for audits and for the end of a domain: all leaves, and a table with all that
 * is below it. The caller has the lock of the tables, or nobody else has them.
 */
#include <hv/compiler.h>
#include <hv/mapping.h>
#include <hv/pgtable.h>

int pgtable_visit(const struct pgtable *pt, u64 addr, u64 end,
		  int (*visit)(const struct pgtable_leaf *leaf, void *arg), void *arg)
{
	while (addr < end) {
		struct pgtable_leaf leaf = pgtable_lookup(pt, addr);
		int rc = leaf.entry ? visit(&leaf, arg) : 0;

		if (rc) {
			return rc;
		}
		addr = leaf.addr + BIT(leaf.shift);
	}
	return 0;
}

void *pgtable_detach(struct pgtable *pt, u64 addr, unsigned int shift)
{
	unsigned int to = (39 - shift) / 9, level;
	u64 *slot = pgtable_walk(pt, addr, to, &level);
	u64 entry = *slot;

	if (level != to || !pgtable_is_table(entry, level)) {
		return NULL;
	}
	WRITE_ONCE(*slot, 0);
	return hyp_va(pa(entry & PT_ADDR_MASK));
}
