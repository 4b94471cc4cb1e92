/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage 1: identity map with 39-bit addresses, so that the caches are on and exclusives and atomics
 * work.
 *
 * GiB 0 is mapped by 2 MiB blocks: device memory, except the PV pages at 0x38000000-0x3a000000 and
 * what mmu_map_normal() adds. The GiB that hold the image and the device tree are cacheable, all
 * others device memory. The last GiB of the address space is the window of mmu_window().
 */
#include "lib.h"

#define GIB	    (1ull << 30)
#define BLOCK	    (1ull | 1ull << 10)		    /* valid block, access flag */
#define DEVICE	    (BLOCK | 3ull << 53)	    /* MAIR index 0, never executable */
#define NORMAL	    (BLOCK | 1ull << 2 | 3ull << 8) /* MAIR index 1, inner shareable */
#define WINDOW_SLOT 511
#define TCR_T0SZ_39 25ull
#define TCR_BASE    (TCR_T0SZ_39 | 1ull << 8 | 1ull << 10 | 3ull << 12 | 1ull << 23)

static uint64_t l1[512] __attribute__((aligned(4096)));
static uint64_t l2[512] __attribute__((aligned(4096)));
extern char _start[];

void mmu_build(uint64_t dtb);
void mmu_enable(void);

static void flush_tlb(void)
{
	__asm__ volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" : : : "memory");
}

/* Runs with the MMU off. */
void mmu_build(uint64_t dtb)
{
	for (uint64_t i = 0; i < 512; i++) {
		uint64_t pa = i << 21;

		l1[i] = i * GIB | DEVICE;
		l2[i] = pa | (pa >= 0x38000000 && pa < 0x3a000000 ? NORMAL : DEVICE);
	}
	l1[0] = (uint64_t)l2 | 3;
	l1[WINDOW_SLOT] = 0;
	mmu_map_normal((uint64_t)_start);
	mmu_map_normal(dtb);
	if ((uint64_t)_start < GIB) {
		for (uint64_t pa = (uint64_t)_start; pa < (uint64_t)_start + (8ull << 20);
		     pa += 2ull << 20) {
			mmu_map_normal(pa);
		}
	}
}

void mmu_map_normal(uint64_t pa)
{
	if (pa < GIB) {
		l2[pa >> 21] = (pa & ~((2ull << 20) - 1)) | NORMAL;
	} else {
		l1[pa >> 30] = (pa & ~(GIB - 1)) | NORMAL;
	}
	flush_tlb();
}

volatile void *mmu_window(uint64_t pa, bool normal)
{
	l1[WINDOW_SLOT] = 0;
	flush_tlb();
	l1[WINDOW_SLOT] = (pa & ~(GIB - 1)) | (normal ? NORMAL | 3ull << 53 : DEVICE);
	flush_tlb();
	return (volatile void *)(WINDOW_SLOT * GIB + (pa & (GIB - 1)));
}

void mmu_enable(void)
{
	uint64_t parange = sysreg_read(id_aa64mmfr0_el1) & 0xf;

	sysreg_write(mair_el1, 0xff04);
	sysreg_write(tcr_el1, TCR_BASE | (parange > 5 ? 5 : parange) << 32);
	sysreg_write(ttbr0_el1, (uint64_t)l1);
	flush_tlb();
	/* RES1 bits of ARMv8.0, then M, C, I; no alignment or W^X checks. */
	sysreg_write(sctlr_el1, 0x30d00800ull | 1 | 1 << 2 | 1 << 12);
}
