/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translation regime of EL2: memory attributes, table attributes and the register values that
 * select them (Arm ARM D8.3, D8.6). The same attribute indices are used by every EL2 mapping.
 */
#ifndef ASM_EL2_MAP_H
#define ASM_EL2_MAP_H

/* MAIR_EL2: 0 = Device-nGnRnE, 1 = Device-nGnRE, 2 = Normal write-back. */
#define MAIR_EL2_VALUE	  0xff0400
#define ATTR_INDEX_DEVICE 1UL
#define ATTR_INDEX_NORMAL 2UL

/* TCR_EL2: 48 bits, 4 KiB, walks inner-shareable write-back; RES1 bits 23 and 31. PS is filled in.
 */
#define TCR_EL2_VALUE 0x80803510

#ifndef __ASSEMBLER__
#include <hv/pgtable.h>
#include <hv/types.h>

/* Stage-1 leaf attributes at EL2. AP[1] (bit 6) is RES1 here. */
#define EL2_AF		BIT(10)
#define EL2_SH_INNER	(3UL << 8)
#define EL2_RO		BIT(7)
#define EL2_XN		BIT(54)
#define EL2_ATTR(index) ((index) << 2 | EL2_AF | BIT(6))
#define EL2_RX		(EL2_ATTR(ATTR_INDEX_NORMAL) | EL2_SH_INNER | EL2_RO)
#define EL2_R		(EL2_RX | EL2_XN)
#define EL2_RW		(EL2_ATTR(ATTR_INDEX_NORMAL) | EL2_SH_INNER | EL2_XN)
#define EL2_DEVICE	(EL2_ATTR(ATTR_INDEX_DEVICE) | EL2_XN)

/* Linker script. */
extern char image_start[], text_end[], rodata_end[], bss_start[], bss_end[], image_end[];

/* EL2's tables (el2_map.c), for el2_audit.c. */
extern struct pgtable el2_table;
/* Physical address of something in the image (el2_map.c). */
u64 image_pa(const void *va);

/* Boot CPU: learn where the image is and leave the boot tables. Other CPUs: only the latter. */
void el2_map_init(u64 image_base);
void el2_map_use_final(void);
#endif

#endif
