/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's stage-1 tables. Owns every table page: static ones, a few spare ones until the heap is
 * there, then pages of the heap. EL2 maps nothing new after boot: only the boot CPU calls in here,
 * and only until map_seal(), so there is no lock. What each region is for stands in asm/layout.h.
 * Arm ARM D8.
 */
#include <asm/boot.h>
#include <asm/el2_map.h>
#include <asm/layout.h>
#include <asm/sysreg.h>
#include <hv/errno.h>
#include <hv/heap.h>
#include <hv/kconfig.h>
#include <hv/mapping.h>
#include <hv/panic.h>
#include <hv/pgtable.h>

/*
 * For the console, and for the kept memory itself: up to 3 GiB with a frame table, else 4 MiB by
 * pages or 256 MiB by blocks.
 */
#define SPARE_TABLES (IS_ENABLED(CONFIG_FRAME_RANGES) ? 3U : 5U)
#define __tables     __attribute__((section(".bss.page_aligned"), aligned(4096)))

u64 el2_l0[PT_ENTRIES] __tables;
u64 el2_l1[PT_ENTRIES] __tables;
u64 el2_l2[PT_ENTRIES] __tables;
u64 el2_l3[EL2_L3_TABLES * PT_ENTRIES] __tables;
u64 boot_l0[PT_ENTRIES] __tables;
u64 boot_l1[PT_ENTRIES] __tables;
static u64 spare_tables[SPARE_TABLES][PT_ENTRIES] __tables;
static __sealed unsigned int nr_spare_used;

static __sealed u64 devices_end; /* of what is mapped, in DEVICE_SIZE */
static __sealed bool is_sealed;

u64 image_pa(const void *va)
{
	return (u64)va - own_memory.image_offset;
}

static void *spare_alloc(struct pgtable *pt __unused)
{
	return nr_spare_used < SPARE_TABLES ? spare_tables[nr_spare_used++] : heap_pages_alloc(0);
}

static void flush_el2(struct pgtable *pt __unused, u64 addr __unused, u64 bytes __unused)
{
	dsb(ishst);
	__asm__ volatile("tlbi alle2is" : : : "memory");
	dsb(ish);
	isb();
}

static const struct pgtable_ops el2_ops = {
	.table_alloc = spare_alloc,
	.table_pa = hyp_pa,
	.flush = flush_el2,
};

struct pgtable el2_table;

void el2_map_init(u64 image_base)
{
	own_memory.image_offset = IMAGE_VA - image_base;
	el2_table = (struct pgtable){ el2_l0, &el2_ops, .addr_bits = EL2_TABLE_BITS };
	el2_map_use_final();
}

void el2_map_use_final(void)
{
	write_sysreg(image_pa(el2_l0), ttbr0_el2);
	isb();
	__asm__ volatile("tlbi alle2" : : : "memory");
	dsb(nsh);
	isb();
}

void *map_device(pa_t base, size_t bytes)
{
	u64 first = ALIGN_DOWN(base.v, PAGE_SIZE);
	u64 size = ALIGN_UP(base.v + bytes, PAGE_SIZE) - first;
	/* Large register files keep their offset inside 2 MiB, so that they become blocks. */
	u64 at = size < MIB(2) ? devices_end
			       : ALIGN_UP(devices_end, MIB(2)) + (first & (MIB(2) - 1));
	u64 va = DEVICE_VA + at;
	struct pgtable_range range = { va, size, first };

	if (is_sealed || at + size > DEVICE_SIZE ||
	    pgtable_map(&el2_table, &range, EL2_DEVICE, 21)) {
		return NULL;
	}
	devices_end = at + size;
	return (void *)(va + (base.v - first));
}

void *map_kept(pa_t base, size_t bytes)
{
	struct pgtable_range range = { KEPT_VA, bytes, base.v };
	unsigned int shift = IS_ENABLED(CONFIG_SEALED_HEAP) && bytes <= MIB(4) ? PAGE_SHIFT : 30;

	if (is_sealed || own_memory.kept_bytes || pgtable_map(&el2_table, &range, EL2_RW, shift)) {
		return NULL;
	}
	own_memory.kept_pa = base.v;
	own_memory.kept_bytes = bytes;
	own_memory.kept_offset = KEPT_VA - base.v;
	return (void *)KEPT_VA;
}

int map_cpu_slot(unsigned int cpu)
{
	void *memory = heap_alloc(EL2_SLOT_BYTES);

	if (!memory) {
		return -ENOMEM;
	}
	el2_map_slot(cpu, hyp_pa(memory).v);
	/* Pairs with the walker of that CPU, which starts later. */
	dsb(ish);
	isb();
	return 0;
}

int map_drop(void *va, size_t bytes)
{
	u64 end = (u64)va + bytes;
	struct pgtable_leaf leaf = pgtable_lookup(&el2_table, (u64)va);

	if (leaf.shift != PAGE_SHIFT) {
		return -EBUSY;
	}
	for (u64 at = (u64)va; at < end; at += PAGE_SIZE) {
		(void)pgtable_clear(&el2_table, at, PAGE_SHIFT, &leaf);
	}
	flush_el2(&el2_table, 0, 0);
	return 0;
}

void map_seal(void)
{
	for (unsigned int i = 0; i < BOOT_FDT_MAX / MIB(2) + 1; i++) {
		el2_l2[(BOOT_FDT_VA >> 21 & (PT_ENTRIES - 1)) + i] = 0;
	}
	is_sealed = true;
	flush_el2(&el2_table, 0, 0);
}

pa_t hyp_pa(const void *va)
{
	u64 address = (u64)va;

	if (address >= KEPT_VA && address < KEPT_VA + own_memory.kept_bytes) {
		return pa(address - own_memory.kept_offset);
	}
	if (address >= PERCPU_VA && address < WINDOW_VA) {
		return pa((*el2_pte(address) & PT_ADDR_MASK) | (address & (PAGE_SIZE - 1)));
	}
	return pa(image_pa(va));
}

bool map_is_own(pa_t address)
{
	bool is_inside = address.v - own_memory.kept_pa < own_memory.kept_bytes ||
			 address.v - image_pa(image_start) < (u64)(image_end - image_start);

	return is_inside && pgtable_lookup(&el2_table, (u64)hyp_va(address)).entry != 0;
}
