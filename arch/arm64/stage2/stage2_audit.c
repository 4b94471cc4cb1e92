/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a domain's stage-2 tables against the frame table: the evidence for isolation in memory
 * (hv/stage2.h). Read-only, for tests and the operator's debug key; takes as long as the tables are
 * large, with the domain's stage-2 lock held.
 */
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/mapping.h>
#include <hv/stage2.h>

struct audit {
	domid_t id;
	struct s2_audit *result;
};

/* May a leaf of this kind show this frame to domain id? */
static bool is_right(enum s2_kind kind, mfn_t frame, domid_t id)
{
	switch (kind) {
	case S2_RAM:
	case S2_RAM_RO:
		return frame_owner(frame) == id;
	case S2_FOREIGN:
	case S2_GRANT_RW:
	case S2_GRANT_RO:
		return frame_refs(frame) != 0;
	case S2_SHARED:
		return map_is_own(mfn_to_pa(frame));
	case S2_DEVICE:
		return !frame_is_ram(frame) && !map_is_own(mfn_to_pa(frame));
	default:
		return false;
	}
}

static int audit_leaf(const struct pgtable_leaf *leaf, void *arg)
{
	struct audit *audit = arg;
	struct s2_entry entry = s2_entry_of_leaf(leaf);
	u64 nr = BIT(entry.order);

	/* A device's window can be half a terabyte; RAM never lies inside one block of it only. */
	nr = entry.kind == S2_DEVICE ? MIN(nr, BIT(ORDER_2M)) : nr;
	for (u64 i = 0; i < nr; i++) {
		if (!is_right(entry.kind, mfn(entry.frame.v + i), audit->id)) {
			audit->result->nr_wrong++;
			audit->result->first_wrong = (leaf->addr >> PAGE_SHIFT) + i;
		}
	}
	audit->result->nr_leaves++;
	return 0;
}

void s2_audit(struct domain *d, struct s2_audit *result)
{
	struct s2 *s2 = &d->arch.s2;
	struct audit audit = { .id = d->id, .result = result };

	*result = (struct s2_audit){ 0 };
	spin_lock(&s2->lock);
	pgtable_visit(&s2->table, 0, BIT(s2->table.addr_bits), audit_leaf, &audit);
	spin_unlock(&s2->lock);
}
