/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first translation tables of EL2, built with the MMU off.
 *
 * This code runs at the load address, so it may use nothing but PC-relative addresses: no pointer
 * from static data, no jump table. It fills the tables that arch/arm64/hw/el2_map.c owns; from then
 * on only that file changes them. boot_l0 differs from the final root only by the identity mapping
 * of the image, which each CPU needs at the instruction that turns its MMU on (Arm ARM D8.4).
 */
#include <asm/boot.h>
#include <asm/el2_map.h>
#include <asm/layout.h>
#include <hv/compiler.h>
#include <hv/pgtable.h>

#define L2_INDEX(va) ((va) >> 21 & (PT_ENTRIES - 1))
#define L1_INDEX(va) ((va) >> 30 & (PT_ENTRIES - 1))
#define L0_INDEX(va) ((va) >> 39 & (PT_ENTRIES - 1))

static __init u64 table_entry(const void *table)
{
	return (u64)table | PT_VALID | PT_TABLE;
}

static __init void map_image_part(u64 first, u64 end, u64 base, u64 attr)
{
	for (u64 at = first; at < end; at += PAGE_SIZE) {
		el2_l3[(at - base) >> PAGE_SHIFT] = at | attr | PT_VALID | PT_PAGE;
	}
}

/*
 * Fill the boot tables: image is the physical address of the image's first byte, fdt that of the
 * device tree. Called once, from head.S, on the boot CPU, MMU off, bss cleared.
 */
__init void el2_boot_tables(u64 image, u64 fdt)
{
	u64 fdt_block = ALIGN_DOWN(fdt, MIB(2));

	el2_l0[L0_INDEX(IMAGE_VA)] = table_entry(el2_l1);
	el2_l1[L1_INDEX(IMAGE_VA)] = table_entry(el2_l2);
	for (unsigned int i = 0; i < EL2_L3_TABLES; i++) {
		el2_l2[L2_INDEX(IMAGE_VA) + i] = table_entry(&el2_l3[i * PT_ENTRIES]);
	}
	map_image_part((u64)image_start, (u64)text_end, image, EL2_RX);
	map_image_part((u64)text_end, (u64)rodata_end, image, EL2_R);
	map_image_part((u64)rodata_end, (u64)bss_end, image, EL2_RW);
	el2_map_slot(0, (u64)el2_cpu0_slot);

	for (unsigned int i = 0; i < BOOT_FDT_MAX / MIB(2) + 1; i++) {
		el2_l2[L2_INDEX(BOOT_FDT_VA) + i] = (fdt_block + i * MIB(2)) | EL2_R | PT_VALID;
	}

	/* The identity mapping: one 1 GiB block, executable, gone as soon as the CPU has jumped. */
	boot_l0[L0_INDEX(IMAGE_VA)] = table_entry(el2_l1);
	boot_l0[L0_INDEX(image)] = table_entry(boot_l1);
	boot_l1[L1_INDEX(image)] = ALIGN_DOWN(image, GIB(1)) | EL2_RX | PT_VALID;
}
