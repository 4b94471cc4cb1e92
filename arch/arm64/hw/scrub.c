/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scrubbing: frames are zeroed before they change hands. Goes through the 2 MiB window slot with
 * DC ZVA and cleans to the point of coherency, because the next owner may start with its caches off
 * (Arm ARM D7.5.9). Bounded by the caller to 2 MiB, which is one preemption slice.
 */
#include <asm/cpu.h>
#include <asm/sysreg.h>
#include <hv/arch.h>
#include <hv/compiler.h>
#include <hv/string.h>
#include <hv/window.h>

static size_t zva_bytes(void)
{
	u64 dczid = read_sysreg(dczid_el0);

	return dczid & BIT(4) ? 0 : 4UL << (dczid & 0xf);
}

#define LINES 32 /* a turn */

/* Zero and clean one line at a time while it is in the cache. */
static void zero_and_clean(char *at, size_t bytes, size_t step)
{
	char *end = at + bytes;

	while (at < end) {
		__asm__ volatile(
			".rept %c2\n\tdc zva, %0\n\tdc civac, %0\n\tadd %0, %0, %1\n\t.endr"
			: "+r"(at)
			: "r"(step), "i"(LINES)
			: "memory");
	}
	dsb(sy);
}

static void scrub(char *at, size_t bytes)
{
	size_t zva = zva_bytes();

	/* DC ZVA and cache lines are of one size on every CPU known; where not, do it in two
	 * passes. */
	if (zva && zva == cpu_dcache_line() && LINES * zva <= PAGE_SIZE) {
		zero_and_clean(at, bytes, zva);
		return;
	}
	memset(at, 0, bytes);
	arch_cache_clean_invalidate(at, bytes);
}

void arch_scrub_frames(mfn_t first, u64 nr)
{
	u64 done = 0;

	while (done < nr) {
		u64 frame = first.v + done;
		u64 in_block = frame & (BIT(ORDER_2M) - 1);
		u64 n = MIN(nr - done, BIT(ORDER_2M) - in_block);
		char *va = window_map_block(mfn(frame));

		scrub(va + in_block * PAGE_SIZE, n * PAGE_SIZE);
		window_unmap_block();
		done += n;
	}
}
