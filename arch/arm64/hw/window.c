/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window (hv/window.h): per-CPU slots through which EL2 reaches memory that is not its own.
 *
 * Each CPU writes only its own entries and uses only its own addresses, and EL2 is not preempted,
 * so there is no lock and all TLB maintenance is local. An entry is invalid whenever its slot is
 * not in use; therefore mapping needs no invalidation, only unmapping does (Arm ARM D8.16).
 */
#include <asm/boot.h>
#include <asm/el2_map.h>
#include <asm/layout.h>
#include <asm/sysreg.h>
#include <hv/panic.h>
#include <hv/percpu.h>
#include <hv/window.h>

static DEFINE_PER_CPU(u32, window_depth);
static u64 *const blocks = &el2_l2[(WINDOW_BLOCK_VA - IMAGE_VA) >> 21];

static void flush_local(u64 va)
{
	/* Pairs with the earlier accesses through the window: all of them are done before it
	 * closes. */
	dsb(nsh);
	__asm__ volatile("tlbi vae2, %0" : : "r"(va >> PAGE_SHIFT) : "memory");
	dsb(nsh);
	isb();
}

void *window_map(mfn_t frame)
{
	u32 slot = this_cpu(window_depth)++;
	u64 index = cpu_id() * WINDOW_SLOTS + slot;

	ASSERT(slot < WINDOW_SLOTS);
	WRITE_ONCE(el2_pte(WINDOW_VA)[index], mfn_to_pa(frame).v | EL2_RW | PT_VALID | PT_PAGE);
	/* Pairs with this CPU's walker. */
	dsb(nshst);
	isb();
	return (void *)(WINDOW_VA + index * PAGE_SIZE);
}

void window_unmap(void *va)
{
	u64 index = ((u64)va - WINDOW_VA) >> PAGE_SHIFT;

	this_cpu(window_depth)--;
	WRITE_ONCE(el2_pte(WINDOW_VA)[index], 0);
	flush_local(WINDOW_VA + index * PAGE_SIZE);
}

void *window_map_block(mfn_t frame)
{
	unsigned int cpu = cpu_id();

	ASSERT(!blocks[cpu]);
	WRITE_ONCE(blocks[cpu], ALIGN_DOWN(mfn_to_pa(frame).v, MIB(2)) | EL2_RW | PT_VALID);
	/* Pairs with this CPU's walker. */
	dsb(nshst);
	isb();
	return (void *)(WINDOW_BLOCK_VA + cpu * MIB(2));
}

void window_unmap_block(void)
{
	unsigned int cpu = cpu_id();

	WRITE_ONCE(blocks[cpu], 0);
	flush_local(WINDOW_BLOCK_VA + cpu * MIB(2));
}
