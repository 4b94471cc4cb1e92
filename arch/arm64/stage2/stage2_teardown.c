/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking a domain's stage 2 down (hv/stage2.h), in slices with preemption points between them: its
 * leaves, or one block of 2 MiB of them, its tables and pool, and in the end root and VMID. A leaf
 * is out of the tables and of all TLBs before its frames are freed. Lock: s2->lock for the tables;
 * where the work stands belongs to the one CPU that does it.
 */
#include <asm/s2_internal.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/softirq.h>
#include <hv/stage2.h>

/* Places that are searched for leaves, and for tables, between two preemption points. */
#define PLACES_SLICE 16U
#define TABLES_SLICE 8U

/* Free a slice of the frames of a leaf that is out of the tables already. */
static void teardown_slice(struct s2 *s2)
{
	u64 frame = s2->teardown_frame;
	bool is_whole = s2->teardown_left >= FRAME_SLICE;

	frame_put_block(mfn(frame), is_whole ? FRAME_SLICE_ORDER : 0);
	s2->teardown_frame += is_whole ? FRAME_SLICE : 1;
	s2->teardown_left -= is_whole ? FRAME_SLICE : 1;
}

/* Take out the block of 2 MiB at g, whose frames are then freed in slices. */
static int unmap_block(struct s2 *s2, gfn_t g)
{
	u64 at = gfn_to_ipa(g).v;
	struct pgtable_leaf old = pgtable_lookup(&s2->table, at);
	int rc;

	if (!s2_leaf_ram_frames(&old) || old.shift < PAGE_SHIFT + ORDER_2M) {
		return -EINVAL;
	}
	rc = pgtable_clear(&s2->table, at, PAGE_SHIFT + ORDER_2M, &old);
	if (!rc) {
		s2_flush(s2, at, MIB(2));
		s2->nr_ram -= BIT(ORDER_2M);
		s2->teardown_frame = (old.entry & PT_ADDR_MASK) >> PAGE_SHIFT;
		s2->teardown_left = BIT(ORDER_2M);
		s2->released = g.v;
	}
	return rc;
}

int s2_unmap_block(struct domain *d, gfn_t g)
{
	struct s2 *s2 = &d->arch.s2;
	int rc = 0;

	if (s2->teardown_left) {
		teardown_slice(s2);
	} else {
		spin_lock(&s2->lock);
		rc = unmap_block(s2, g);
		spin_unlock(&s2->lock);
	}
	return rc || (!s2->teardown_left && s2->released == g.v) ? rc : -ERESTART;
}

/* Take a leaf out, if there is one in the next places; false when the end was reached before. */
static bool teardown_leaf(struct s2 *s2)
{
	u64 at = s2->teardown_next << PAGE_SHIFT, end = s2->end << PAGE_SHIFT;
	struct pgtable_leaf old = { 0 };

	if (at >= end) {
		return false;
	}
	spin_lock(&s2->lock);
	for (u32 i = 0; i < PLACES_SLICE && at < end && !old.entry; i++) {
		pgtable_clear(&s2->table, at, 39, &old);
		at = old.addr + BIT(old.shift);
	}
	s2->nr_ram -= s2_leaf_ram_frames(&old);
	spin_unlock(&s2->lock);
	s2->teardown_next = at >> PAGE_SHIFT;
	if (s2_leaf_ram_frames(&old)) {
		s2->teardown_frame = (old.entry & PT_ADDR_MASK) >> PAGE_SHIFT;
		s2->teardown_left = BIT(old.shift - PAGE_SHIFT);
	} else if (old.entry) {
		s2_leaf_put(&old);
	}
	return true;
}

int s2_pool_shrink(struct s2 *s2, u32 nr)
{
	for (u32 i = 0; s2->pool.nr_total > nr; i++) {
		void *page = NULL;

		if (i == S2_POOL_SLICE) {
			return -ERESTART;
		}
		spin_lock(&s2->lock);
		if (s2->pool.nr_free != 0) {
			page = s2_pool_take(&s2->table);
			s2->pool.nr_total--;
		}
		spin_unlock(&s2->lock);
		if (!page) {
			return -EBUSY;
		}
		heap_pages_free(page, 0);
	}
	return 0;
}

/*
 * Move *next behind a hole of 1 GiB, or take out the table at *next and move behind that; the table
 * above goes with the last place below it.
 */
static void *next_table(struct s2 *s2, u64 *next)
{
	u64 at = *next << PAGE_SHIFT;
	void *table;

	if (pgtable_lookup(&s2->table, at).shift >= 30) {
		*next = ALIGN_DOWN(*next, BIT(30 - PAGE_SHIFT)) + BIT(30 - PAGE_SHIFT);
		return NULL;
	}
	table = pgtable_detach(&s2->table, at, 21);
	if (!table && IS_ALIGNED(at + MIB(2), GIB(1))) {
		table = pgtable_detach(&s2->table, at, 30);
	}
	/* The last place is looked at again when it had a table of its own. */
	if (!table || !IS_ALIGNED(at + MIB(2), GIB(1))) {
		*next += BIT(21 - PAGE_SHIFT);
	}
	return table;
}

/* Free some tables and pages of the pool of a domain without leaves; false when none are left. */
static bool free_slice(struct s2 *s2)
{
	void *table = NULL;

	spin_lock(&s2->lock);
	for (u32 i = 0; i < TABLES_SLICE && s2->teardown_table < s2->end && !table; i++) {
		table = next_table(s2, &s2->teardown_table);
	}
	s2->pool.nr_total -= table != NULL;
	spin_unlock(&s2->lock);
	heap_pages_free(table, 0);
	return s2->teardown_table < s2->end || s2_pool_shrink(s2, 0) == -ERESTART;
}

int s2_teardown(struct domain *d)
{
	struct s2 *s2 = &d->arch.s2;

	if (s2->teardown_next == 0) {
		s2_flush(s2, 0, BIT(s2->table.addr_bits));
	}
	for (;;) {
		if (s2->teardown_left) {
			teardown_slice(s2);
		} else if (!teardown_leaf(s2) && !free_slice(s2)) {
			return 0;
		}
		if (softirq_preempt_needed()) {
			return -ERESTART;
		}
	}
}

void s2_free(struct domain *d)
{
	struct s2 *s2 = &d->arch.s2;

	s2_flush(s2, 0, BIT(40));
	heap_pages_free(s2->table.root, S2_ROOT_ORDER);
	atomic_fetch_and(&s2_vmids[s2->vmid / 64], ~BIT(s2->vmid % 64));
	s2->vmid = 0;
}
