/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage-2 translation of domains (hv/stage2.h): leaves, references, look-ups, TLB maintenance.
 *
 *	 63  59 58  55 54 53      12 11 10 9  8 7  6 5    2 1 0
 *	+------+------+--+----------+--+--+----+----+------+---+
 *	|      | kind |XN| address  |  |AF| SH |S2AP|MemAttr|typ|     Arm ARM D8.3.1
 *	+------+------+--+----------+--+--+----+----+------+---+
 *
 * Invariants: a leaf of kind RAM stands for the owner's reference of each of its frames; FOREIGN
 *and GRANT leaves are single pages and hold one reference each; a reference is dropped only after
 *the TLBs of all CPUs have forgotten the leaf. Lock: s2->lock (LOCK_RANK_STAGE2) around everything.
 */
#include <asm/cpu.h>
#include <asm/s2_internal.h>
#include <asm/sysreg.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/stage2.h>

#define S2_AF		BIT(10)
#define S2_SH_INNER	(3UL << 8)
#define S2_READ		(1UL << 6)
#define S2_WRITE	(2UL << 6)
#define S2_NORMAL	(0xfUL << 2)
#define S2_DEVICE_NGNRE (1UL << 2)
#define S2_XN		BIT(54)
#define S2_KIND_SHIFT	55
#define S2_KIND_MASK	0xfUL
/* Leaves removed before one TLB flush: bounds the time between two preemption points. */
#define BATCH 32U

#define RAM_RW (S2_AF | S2_SH_INNER | S2_NORMAL | S2_READ | S2_WRITE)
#define RAM_RO (S2_AF | S2_SH_INNER | S2_NORMAL | S2_READ)

static const u64 kind_attr[NR_S2_KINDS] = {
	[S2_RAM] = RAM_RW,
	[S2_RAM_RO] = RAM_RO,
	[S2_SHARED] = RAM_RW | S2_XN,
	[S2_DEVICE] = S2_AF | S2_DEVICE_NGNRE | S2_READ | S2_WRITE | S2_XN,
	[S2_FOREIGN] = RAM_RW | S2_XN,
	[S2_GRANT_RW] = RAM_RW | S2_XN,
	[S2_GRANT_RO] = RAM_RO | S2_XN,
};

static enum s2_kind leaf_kind(u64 entry)
{
	return entry ? (enum s2_kind)(entry >> S2_KIND_SHIFT & S2_KIND_MASK) : S2_NONE;
}

/* Mapped page by page, because references, or what is there, are of single pages. */
static bool kind_is_single(enum s2_kind kind)
{
	return kind == S2_FOREIGN || kind == S2_GRANT_RW || kind == S2_GRANT_RO ||
	       kind == S2_SHARED;
}

static bool kind_is_ram(enum s2_kind kind)
{
	return kind == S2_RAM || kind == S2_RAM_RO;
}

int s2_map(struct domain *d, gfn_t g, mfn_t m, u64 nr, enum s2_kind kind)
{
	struct s2 *s2 = &d->arch.s2;
	u64 attr = kind_attr[kind] | (u64)kind << S2_KIND_SHIFT;
	struct pgtable_range range = { gfn_to_ipa(g).v, nr << PAGE_SHIFT, mfn_to_pa(m).v };
	int rc;

	if (nr == 0 || nr > BIT(40 - PAGE_SHIFT) || g.v >= BIT(40 - PAGE_SHIFT)) {
		return -ERANGE;
	}
	spin_lock(&s2->lock);
	s2->end = MIN(MAX(s2->end, ALIGN_UP(g.v + nr, BIT(30 - PAGE_SHIFT))),
		      BIT(s2->table.addr_bits - PAGE_SHIFT));
	rc = pgtable_map(&s2->table, &range, attr, kind_is_single(kind) ? 12 : 30);
	if (!rc && kind_is_ram(kind)) {
		s2->nr_ram += nr;
	}
	spin_unlock(&s2->lock);
	return rc;
}

struct s2_entry s2_entry_of_leaf(const struct pgtable_leaf *leaf)
{
	u64 address = leaf->entry & PT_ADDR_MASK;

	return (struct s2_entry){
		.kind = leaf_kind(leaf->entry),
		.frame = leaf->entry ? pa_to_mfn(pa(address)) : mfn(INVALID_FRAME),
		.order = leaf->shift - PAGE_SHIFT,
	};
}

static inline struct s2_entry lookup_locked(const struct domain *d, gfn_t g)
{
	struct s2_entry entry = { .frame = mfn(INVALID_FRAME) };
	unsigned int level;
	u64 leaf;

	if (g.v >> (d->arch.s2.table.addr_bits - PAGE_SHIFT) == 0) {
		leaf = *pgtable_walk(&d->arch.s2.table, gfn_to_ipa(g).v, 3, &level);
		entry.order = 9 * (3 - level);
		entry.kind = leaf_kind(leaf);
		if (leaf != 0) {
			entry.frame = mfn((leaf & PT_ADDR_MASK) >> PAGE_SHIFT |
					  (g.v & (BIT(entry.order) - 1)));
		}
	}
	return entry;
}

struct s2_entry s2_lookup(struct domain *d, gfn_t g)
{
	struct s2_entry entry;

	spin_lock(&d->arch.s2.lock);
	entry = lookup_locked(d, g);
	spin_unlock(&d->arch.s2.lock);
	return entry;
}

static bool entry_allows(const struct s2_entry *entry, bool write)
{
	u64 need = write ? S2_READ | S2_WRITE : S2_READ;

	return entry->kind != S2_DEVICE && (kind_attr[entry->kind] & need) == need;
}

mfn_t s2_hold(struct domain *d, gfn_t g, bool write)
{
	struct s2_entry entry;

	spin_lock(&d->arch.s2.lock);
	entry = lookup_locked(d, g);
	if (!entry_allows(&entry, write)) {
		spin_unlock(&d->arch.s2.lock);
		return mfn(INVALID_FRAME);
	}
	return entry.frame;
}

void s2_release(struct domain *d)
{
	spin_unlock(&d->arch.s2.lock);
}

int s2_get_frame(struct domain *d, gfn_t g, bool write, mfn_t *frame)
{
	struct s2_entry entry;
	int rc = -EINVAL;

	spin_lock(&d->arch.s2.lock);
	entry = lookup_locked(d, g);
	if (kind_is_ram(entry.kind) && entry_allows(&entry, write) &&
	    frame_get(entry.frame, d->id)) {
		*frame = entry.frame;
		rc = 0;
	}
	spin_unlock(&d->arch.s2.lock);
	return rc;
}

/* Leaves taken out of the tables, whose references wait for the TLB flush. */
struct removed {
	unsigned int nr;
	u64 nr_frames;
	struct pgtable_leaf leaf[BATCH];
};

void s2_leaf_put(const struct pgtable_leaf *leaf)
{
	enum s2_kind kind = leaf_kind(leaf->entry);
	mfn_t first = pa_to_mfn(pa(leaf->entry & PT_ADDR_MASK));

	if (kind_is_ram(kind)) {
		frame_put_block(first, leaf->shift - PAGE_SHIFT);
	} else if (kind != S2_SHARED && kind != S2_DEVICE) {
		frame_put(first);
	}
}

u64 s2_leaf_ram_frames(const struct pgtable_leaf *leaf)
{
	return kind_is_ram(leaf_kind(leaf->entry)) ? BIT(leaf->shift - PAGE_SHIFT) : 0;
}

/* Take leaves out of [at, end) until the batch is full; returns where it stopped or -ENOMEM. */
static s64 remove_batch(struct s2 *s2, u64 at, u64 end, struct removed *removed)
{
	removed->nr = 0;
	removed->nr_frames = 0;
	while (at < end && removed->nr < BATCH) {
		struct pgtable_leaf *old = &removed->leaf[removed->nr];
		bool is_whole_block = IS_ALIGNED(at, MIB(2)) && end - at >= MIB(2);
		int rc = pgtable_clear(&s2->table, at, is_whole_block ? 21 : PAGE_SHIFT, old);

		if (rc) {
			return rc;
		}
		at = old->addr + BIT(old->shift);
		if (old->entry) {
			removed->nr_frames += BIT(old->shift - PAGE_SHIFT);
			s2->nr_ram -= s2_leaf_ram_frames(old);
			removed->nr++;
		}
	}
	return (s64)at;
}

s64 s2_unmap(struct domain *d, gfn_t g, u64 nr)
{
	struct s2 *s2 = &d->arch.s2;
	u64 at = gfn_to_ipa(g).v, end = at + (nr << PAGE_SHIFT);
	struct removed removed;
	u64 total = 0;
	s64 next = 0;

	if (g.v >= BIT(40 - PAGE_SHIFT) || nr > BIT(ORDER_2M)) {
		return -ERANGE;
	}
	end = MIN(end, BIT(s2->table.addr_bits));
	while (at < end && next >= 0) {
		spin_lock(&s2->lock);
		next = remove_batch(s2, at, end, &removed);
		if (removed.nr) {
			s2_flush(s2, removed.leaf[0].addr,
				 (next > 0 ? (u64)next : end) - removed.leaf[0].addr);
		}
		spin_unlock(&s2->lock);
		for (unsigned int i = 0; i < removed.nr; i++) {
			s2_leaf_put(&removed.leaf[i]);
		}
		total += removed.nr_frames;
		at = (u64)next;
	}
	return next < 0 ? next : (s64)total;
}
