/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the boot code and the owner of EL2's tables (hw/el2_map.c) share: the tables themselves, the
 * entry points of head.S, and the memory of the boot CPU's slot.
 */
#ifndef ASM_BOOT_H
#define ASM_BOOT_H

#include <asm/el2_map.h>
#include <asm/layout.h>
#include <hv/percpu.h>
#include <hv/pgtable.h>
#include <hv/types.h>

extern u64 el2_l0[PT_ENTRIES], el2_l1[PT_ENTRIES], el2_l2[PT_ENTRIES];
extern u64 el2_l3[EL2_L3_TABLES * PT_ENTRIES]; /* from IMAGE_VA on */
extern u64 boot_l0[PT_ENTRIES], boot_l1[PT_ENTRIES];

/* Memory of the boot CPU's slot: as many pages as per-CPU data take, then the stack's. */
extern char el2_cpu0_slot[], el2_cpu0_slot_end[];
#define EL2_SLOT_BYTES	((size_t)(el2_cpu0_slot_end - el2_cpu0_slot))
#define EL2_STACK_PAGES 3U

/* The level-3 entry of an address of the image, a slot or a window of pages. */
static inline u64 *el2_pte(u64 va)
{
	return &el2_l3[(va - IMAGE_VA) >> PAGE_SHIFT];
}

/* Map a CPU's slot: data at its lower end, the stack at its upper, nothing between. */
static inline void el2_map_slot(unsigned int cpu, u64 first)
{
	u64 *entries = el2_pte(PERCPU_VA + cpu * PERCPU_SLOT_SIZE);
	unsigned int nr = (unsigned int)(EL2_SLOT_BYTES / PAGE_SIZE);

	for (unsigned int i = 0; i < nr; i++) {
		unsigned int at = i < nr - EL2_STACK_PAGES ? i : i + PERCPU_SLOT_PAGES - nr;

		entries[at] = (first + i * PAGE_SIZE) | EL2_RW | PT_VALID | PT_PAGE;
	}
}

/* head.S */
extern char _start[], secondary_entry[];

/* First C of each CPU, on its own stack, MMU on. fdt_pa: physical address of the device tree. */
void boot_start(u64 fdt_pa) __attribute__((noreturn));
void boot_secondary(unsigned int cpu) __attribute__((noreturn));
void el2_boot_tables(u64 image, u64 fdt);

#endif
