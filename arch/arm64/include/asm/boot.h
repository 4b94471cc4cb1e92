/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the boot code and the owner of EL2's tables (hw/el2_map.c) share: the tables themselves, the
 * entry points of head.S, and the memory of the boot CPU's slot.
 */
#ifndef ASM_BOOT_H
#define ASM_BOOT_H

#include <asm/layout.h>
#include <hv/percpu.h>
#include <hv/pgtable.h>
#include <hv/types.h>

/* A slot has pages for data below its guard page and for the stack above it (hv/percpu.h). */
#define EL2_DATA_PAGES	4
#define EL2_STACK_PAGES 3
#define EL2_SLOT_PAGES	(EL2_DATA_PAGES + EL2_STACK_PAGES)
#define EL2_SLOT_BYTES	(EL2_SLOT_PAGES * PAGE_SIZE)
/* Index of the i-th page of a slot among its eight page-table entries: the guard has none. */
#define EL2_SLOT_PTE(i) ((i) < EL2_DATA_PAGES ? (i) : (i) + 1)

extern u64 el2_l0[PT_ENTRIES], el2_l1[PT_ENTRIES], el2_l2[PT_ENTRIES], el2_l2_blocks[PT_ENTRIES];
extern u64 el2_l3_image[PT_ENTRIES], el2_l3_percpu[PT_ENTRIES], el2_l3_window[PT_ENTRIES];
extern u64 boot_l0[PT_ENTRIES], boot_l1[PT_ENTRIES];
extern char el2_cpu0_slot[EL2_SLOT_BYTES];

/* head.S */
extern char _start[], secondary_entry[];

/* First C of each CPU, on its own stack, MMU on. fdt_pa: physical address of the device tree. */
void boot_start(u64 fdt_pa) __attribute__((noreturn));
void boot_secondary(unsigned int cpu) __attribute__((noreturn));
void el2_boot_tables(u64 image, u64 fdt);

#endif
