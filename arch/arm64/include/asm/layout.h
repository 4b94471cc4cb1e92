/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's address space (48-bit, TTBR0_EL2). Everything lives in one 512 GiB slot, so that one
 * level-1 table holds it all. Nothing of a guest is ever mapped here except through the window.
 *
 *   0x80_0000_0000   2 MiB   image: text RX, rodata R, data RW
 *   0x80_0020_0000   4 MiB   boot only: device tree (read-only), unmapped afterwards
 *   0x80_0100_0000   2 MiB   per-CPU slots (32 KiB × 64; layout in hv/percpu.h)
 *   0x80_0200_0000   2 MiB   windows: 8 pages per CPU
 *   0x80_4000_0000 128 MiB   blocks: one 2 MiB window slot per CPU
 *   0x80_8000_0000   1 GiB   devices (map_device)
 *   0x81_0000_0000   up      heap, frame table: memory kept at boot, linear
 */
#ifndef ASM_LAYOUT_H
#define ASM_LAYOUT_H

#define IMAGE_VA	0x8000000000
#define IMAGE_SIZE_MAX	0x100000 /* what -mcmodel=tiny reaches */
#define BOOT_FDT_VA	0x8000200000
#define BOOT_FDT_MAX	0x200000
#define PERCPU_VA	0x8001000000
#define WINDOW_VA	0x8002000000
#define WINDOW_SLOTS	8
#define WINDOW_BLOCK_VA 0x8040000000
#define DEVICE_VA	0x8080000000
#define DEVICE_SIZE	0x40000000
#define KEPT_VA		0x8100000000

#define EL2_TABLE_BITS 48

#endif
