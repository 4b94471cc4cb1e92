/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making and freeing a domain's stage 2: root, VMID, pool of table pages, TLB flush.
 *
 * The root is two concatenated level-1 tables (40-bit guest addresses). Pool pages come from the
 * hypervisor's heap, are linked through their first word while unused, and belong to one domain
 * until it is gone: no domain can use up another's. Locks: s2->lock; VMIDs by atomic operations.
 * Arm ARM D8.2, D8.17.
 */
#include <asm/cpu.h>
#include <asm/s2_internal.h>
#include <asm/sysreg.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/heap.h>
#include <hv/mapping.h>
#include <hv/stage2.h>

#define ROOT_ORDER 1
#define NR_VMIDS   256U
/* Beyond the tables for RAM: devices, grant frames, shared pages, foreign mappings. */
#define POOL_EXTRA 24U
/* Pages that a domain may take from the heap one by one before it is given a pool. */
#define POOL_AT_FIRST 24U
/* Pages that a pool grows or shrinks by between two preemption points. */
#define POOL_SLICE 4U
/* Places that are searched for tables between two preemption points. */
#define PLACES_SLICE 8U

static u64 vmid_words[NR_VMIDS / 64] = { 1 }; /* VMID 0 is nobody's: vCPUs that run no guest */

static u16 vmid_alloc(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(vmid_words); i++) {
		u64 word = READ_ONCE(vmid_words[i]);

		while (~word) {
			unsigned int bit = (unsigned int)__builtin_ctzl(~word);

			word = atomic_fetch_or(&vmid_words[i], BIT(bit));
			if (!(word & BIT(bit))) {
				return (u16)(i * 64 + bit);
			}
		}
	}
	return 0;
}

static void vmid_free(u16 vmid)
{
	atomic_fetch_and(&vmid_words[vmid / 64], ~BIT(vmid % 64));
}

void s2_flush(struct s2 *s2, u64 addr, u64 bytes)
{
	u64 before = read_sysreg(vttbr_el2);

	/* Pairs with the walkers: the tables are changed before the TLBs are told. */
	dsb(ishst);
	if (before != s2->vttbr) {
		write_sysreg(s2->vttbr, vttbr_el2);
		isb();
	}
	if (bytes <= 32 * PAGE_SIZE) {
		for (u64 at = addr; at < addr + bytes; at += PAGE_SIZE) {
			__asm__ volatile("tlbi ipas2e1is, %0" : : "r"(at >> PAGE_SHIFT) : "memory");
		}
		dsb(ish);
		__asm__ volatile("tlbi vmalle1is" : : : "memory");
	} else {
		__asm__ volatile("tlbi vmalls12e1is" : : : "memory");
	}
	dsb(ish);
	if (before != s2->vttbr) {
		write_sysreg(before, vttbr_el2);
	}
	isb();
}

static struct s2 *s2_of_table(struct pgtable *pt)
{
	return container_of(pt, struct s2, table);
}

static void *pool_take(struct pgtable *pt)
{
	struct s2_pool *pool = &s2_of_table(pt)->pool;
	void **page = pool->free;

	if (page) {
		pool->free = *page;
		*page = NULL;
		pool->nr_free--;
	} else if (pool->nr_total < POOL_AT_FIRST) {
		page = heap_pages_alloc(0);
		pool->nr_total += page != NULL;
	}
	return page;
}

/* An empty page. */
static void pool_put(struct s2_pool *pool, void *table)
{
	void **page = table;

	*page = pool->free;
	pool->free = page;
	pool->nr_free++;
}

static void flush_hook(struct pgtable *pt, u64 addr, u64 bytes)
{
	s2_flush(s2_of_table(pt), addr, bytes);
}

static const struct pgtable_ops s2_ops = {
	.table_alloc = pool_take,
	.table_va = hyp_va,
	.table_pa = hyp_pa,
	.flush = flush_hook,
};

int s2_init(struct domain *d)
{
	struct s2 *s2 = &d->arch.s2;
	u64 *root = heap_pages_alloc(ROOT_ORDER);
	u16 vmid = root ? vmid_alloc() : 0;

	if (!vmid) {
		heap_pages_free(root, ROOT_ORDER);
		return -ENOMEM;
	}
	spin_lock_init(&s2->lock, LOCK_RANK_STAGE2);
	s2->vmid = vmid;
	s2->vttbr = hyp_pa(root).v | (u64)vmid << 48;
	s2->table = (struct pgtable){
		.root = root,
		.ops = &s2_ops,
		.start_level = 1,
		.addr_bits = (u8)cpu_ipa_bits(),
	};
	/* The VMID may have been another domain's. */
	s2_flush(s2, 0, BIT(40));
	return 0;
}

static int pool_grow(struct s2 *s2, u32 nr)
{
	if (s2->pool.nr_total < nr && heap_nr_free_pages() < nr - s2->pool.nr_total) {
		return -ENOMEM;
	}
	for (u32 i = 0; s2->pool.nr_total < nr; i++) {
		void *page = i < POOL_SLICE ? heap_pages_alloc(0) : NULL;

		if (!page) {
			return i < POOL_SLICE ? -ENOMEM : -ERESTART;
		}
		spin_lock(&s2->lock);
		s2->pool.nr_total++;
		pool_put(&s2->pool, page);
		spin_unlock(&s2->lock);
	}
	return 0;
}

static int pool_shrink(struct s2 *s2, u32 nr)
{
	for (u32 i = 0; s2->pool.nr_total > nr; i++) {
		void *page = NULL;

		if (i == POOL_SLICE) {
			return -ERESTART;
		}
		spin_lock(&s2->lock);
		if (s2->pool.nr_free != 0) {
			page = pool_take(&s2->table);
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

int s2_pool_set(struct domain *d, u32 nr_pages)
{
	struct s2 *s2 = &d->arch.s2;
	u64 need = DIV_ROUND_UP(d->max_pages, PT_ENTRIES) + POOL_EXTRA;
	u32 target = (u32)MIN((u64)nr_pages, need);
	int rc = target >= s2->pool.nr_total ? pool_grow(s2, target) : pool_shrink(s2, target);

	if (!rc) {
		s2->pool.nr_asked = nr_pages;
	}
	return rc;
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

bool s2_free_slice(struct s2 *s2)
{
	void *table = NULL;

	spin_lock(&s2->lock);
	for (u32 i = 0; i < PLACES_SLICE && s2->teardown_table < s2->end && !table; i++) {
		table = next_table(s2, &s2->teardown_table);
	}
	s2->pool.nr_total -= table != NULL;
	spin_unlock(&s2->lock);
	heap_pages_free(table, 0);
	return s2->teardown_table < s2->end || pool_shrink(s2, 0) == -ERESTART;
}

void s2_free(struct domain *d)
{
	struct s2 *s2 = &d->arch.s2;

	s2_flush(s2, 0, BIT(40));
	heap_pages_free(s2->table.root, ROOT_ORDER);
	vmid_free(s2->vmid);
	s2->vmid = 0;
}
