/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's address space (48-bit, TTBR0_EL2). Everything lives in one 512 GiB slot, so that one
 * level-1 table holds it all. Nothing of a guest is ever mapped here except through the window.
 *
 *   0x80_0000_0000   1 MiB   image: text RX, rodata R, data RW
 *   PERCPU_VA                per-CPU slots (32 KiB each; layout in hv/percpu.h)
 *   WINDOW_VA                windows: 8 pages per CPU
 *   0x80_0080_0000   4 MiB   boot only: device tree (read-only), unmapped afterwards
 *   0x80_1000_0000 128 MiB   blocks: one 2 MiB window slot per CPU
 *   0x80_2000_0000 256 MiB   devices (map_device)
 *   0x80_3000_0000   up      heap, frame table: memory kept at boot, linear
 *
 * The first three are the pages of one level-3 table when there are few CPUs, else of three; the
 * level-2 table above it has all the rest of small systems, too.
 */
#ifndef ASM_LAYOUT_H
#define ASM_LAYOUT_H

#if CONFIG_NR_CPUS <= 16
#define PERCPU_CPUS_MAX 16
#define EL2_L3_TABLES	1
#define PERCPU_VA	0x8000100000
#define WINDOW_VA	0x8000180000
#else
#define PERCPU_CPUS_MAX 64
#define EL2_L3_TABLES	3
#define PERCPU_VA	0x8000200000
#define WINDOW_VA	0x8000400000
#endif

#define IMAGE_VA	0x8000000000
#define IMAGE_SIZE_MAX	0x100000 /* what -mcmodel=tiny reaches */
#define WINDOW_SLOTS	8
#define BOOT_FDT_VA	0x8000800000
#define BOOT_FDT_MAX	0x200000
#define WINDOW_BLOCK_VA 0x8010000000
#define DEVICE_VA	0x8020000000
#define DEVICE_SIZE	0x10000000
#define KEPT_VA		0x8030000000

#define EL2_TABLE_BITS 48

#endif
