/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a domain's stage 2: root, VMID, pool of table pages, TLB flush.
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

/* Beyond the tables for RAM: devices, grant frames, shared pages, foreign mappings. */
#define POOL_EXTRA 24U
/* Pages that a domain may take from the heap one by one before it is given a pool. */
#define POOL_AT_FIRST 24U

u64 s2_vmids[S2_NR_VMIDS / 64];

/* VMID 0 is nobody's: vCPUs that run no guest. */
static u16 vmid_alloc(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(s2_vmids); i++) {
		u64 none = i == 0, word = atomic_fetch_or(&s2_vmids[i], none) | none;

		while (~word) {
			unsigned int bit = (unsigned int)__builtin_ctzl(~word);

			word = atomic_fetch_or(&s2_vmids[i], BIT(bit));
			if (!(word & BIT(bit))) {
				return (u16)(i * 64 + bit);
			}
		}
	}
	return 0;
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

void *s2_pool_take(struct pgtable *pt)
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
	.table_alloc = s2_pool_take,
	.table_pa = hyp_pa,
	.flush = flush_hook,
};

int s2_init(struct domain *d)
{
	struct s2 *s2 = &d->arch.s2;
	u64 *root = heap_pages_alloc(S2_ROOT_ORDER);
	u16 vmid = root ? vmid_alloc() : 0;

	if (!vmid) {
		heap_pages_free(root, S2_ROOT_ORDER);
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
		void *page = i < S2_POOL_SLICE ? heap_pages_alloc(0) : NULL;

		if (!page) {
			return i < S2_POOL_SLICE ? -ENOMEM : -ERESTART;
		}
		spin_lock(&s2->lock);
		s2->pool.nr_total++;
		pool_put(&s2->pool, page);
		spin_unlock(&s2->lock);
	}
	return 0;
}

int s2_pool_set(struct domain *d, u32 nr_pages)
{
	struct s2 *s2 = &d->arch.s2;
	u64 need = DIV_ROUND_UP(d->max_pages, PT_ENTRIES) + POOL_EXTRA;
	u32 target = (u32)MIN((u64)nr_pages, need);
	int rc = target >= s2->pool.nr_total || !IS_ENABLED(CONFIG_DESTROY)
			 ? pool_grow(s2, target)
			 : s2_pool_shrink(s2, target);

	if (!rc) {
		s2->pool.nr_asked = nr_pages;
	}
	return rc;
}
