/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RAM at boot: memory nodes minus everything in use = free ranges. From the top of them the
 * hypervisor takes one contiguous region that it keeps for ever (frame table, heap); the rest goes
 * to the frame allocator. Modules join later, when they have been copied. Boot CPU only; no locks.
 */
#include <hv/arch.h>
#include <hv/bootinfo.h>
#include <hv/cmdline.h>
#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/mapping.h>
#include <hv/percpu.h>
#include <hv/printk.h>
#include <hv/string.h>

#include "memory.h"

/*
 * The heap serves stage-2 tables, vCPUs, event channels, and a slot for each CPU; it grows with the
 * machine.
 */
#define HEAP_AT_LEAST MIB(1)
#define HEAP_SHARE    1024UL
#define RELEASE_STEP  256UL /* frames */

static __initdata struct ranges free_ranges;
static __sealed u64 kept_at;
static u64 kept_bytes;

__init int ranges_add(const struct devtree_range *range, void *arg)
{
	struct ranges *ranges = arg;
	u64 base = ALIGN_UP(range->base, PAGE_SIZE);
	u64 end = ALIGN_DOWN(range->base + range->bytes, PAGE_SIZE);

	if (end > base && ranges->nr < RANGES_MAX) {
		ranges->range[ranges->nr++] = (struct devtree_range){ base, end - base };
	}
	return 0;
}

/* Remove [base, end) from one range; what is left of it above the hole becomes a new range. */
static __init void cut(struct ranges *ranges, unsigned int i, u64 base, u64 end)
{
	struct devtree_range *range = &ranges->range[i];
	u64 range_end = range->base + range->bytes;

	if (end < range_end) {
		struct devtree_range upper = { end, range_end - end };

		ranges_add(&upper, ranges);
	}
	range->bytes = base > range->base ? base - range->base : 0;
}

__init int ranges_remove(const struct devtree_range *hole, void *arg)
{
	struct ranges *ranges = arg;
	u64 base = ALIGN_DOWN(hole->base, PAGE_SIZE);
	u64 end = ALIGN_UP(hole->base + hole->bytes, PAGE_SIZE);

	for (unsigned int i = 0; i < ranges->nr; i++) {
		struct devtree_range *range = &ranges->range[i];

		if (range->bytes && base < range->base + range->bytes && end > range->base) {
			cut(ranges, i, base, end);
		}
	}
	return 0;
}

/* The highest 2 MiB-aligned place of that size in one of the ranges; ~0 when there is none. */
static __init u64 find_top(u64 bytes)
{
	static __initdata struct ranges places;
	u64 best = ~0UL;

	places = free_ranges;
	if (IS_ENABLED(CONFIG_BOOT_DOMAINS)) {
		static_memory_apply(&free_ranges, &places);
	}
	for (unsigned int i = 0; i < places.nr; i++) {
		const struct devtree_range *range = &places.range[i];
		u64 place;

		if (range->bytes < bytes) {
			continue;
		}
		place = ALIGN_DOWN(range->base + range->bytes - bytes, MIB(2));
		if (place >= range->base && (best == ~0UL || place > best)) {
			best = place;
		}
	}
	return best;
}

/* What the hypervisor keeps: a table for nr frames from lowest on, and its heap. */
static __init int keep(u64 lowest, u64 nr, u64 heap_bytes)
{
	u64 table_bytes = ALIGN_UP(frame_table_bytes(nr), PAGE_SIZE);
	u64 bytes = table_bytes + heap_bytes;
	struct devtree_range kept = { find_top(bytes), bytes };
	char *va;

	if (kept.base == ~0UL) {
		pr_err("boot: no %lu KiB of contiguous RAM for the hypervisor itself: lower heap=, "
		       "or move or enlarge xen,static-heap\n",
		       bytes >> 10);
		return -ENOMEM;
	}
	va = map_kept(pa(kept.base), bytes);
	if (!va) {
		pr_err("boot: cannot map the hypervisor's memory at %#lx\n", kept.base);
		return -ENOMEM;
	}
	ranges_remove(&kept, &free_ranges);
	memset(va, 0, table_bytes);
	kept_at = kept.base;
	kept_bytes = bytes + boot_info.image.bytes;
	frame_table_init(va, mfn(lowest >> PAGE_SHIFT), nr, arch_scrub_frames);
	heap_init(va + table_bytes, heap_bytes);
	return 0;
}

static __initdata u64 nr_slots;

static __init void count_slot(int node __unused, u64 mpidr __unused)
{
	nr_slots += nr_slots < CONFIG_NR_CPUS;
}

__init int boot_memory_init(void)
{
	u64 lowest = ~0UL, highest = 0, total = 0, heap_bytes;
	int rc;

	devtree_for_each_memory(ranges_add, &free_ranges);
	for (unsigned int i = 0; i < free_ranges.nr; i++) {
		const struct devtree_range *range = &free_ranges.range[i];

		lowest = MIN(lowest, range->base);
		highest = MAX(highest, range->base + range->bytes);
		total += range->bytes;
	}
	if (!total) {
		pr_err("boot: the device tree has no memory: a node with device_type = "
		       "\"memory\" and a reg property is needed\n");
		return -ENODEV;
	}
	ranges_remove(&boot_info.image, &free_ranges);
	ranges_remove(&boot_info.fdt, &free_ranges);
	devtree_for_each_reserved(ranges_remove, &free_ranges);
	for (unsigned int i = 0; i < boot_info.nr_modules; i++) {
		ranges_remove(&boot_info.modules[i].at, &free_ranges);
	}
	devtree_for_each_cpu(count_slot);
	heap_bytes = HEAP_AT_LEAST + total / HEAP_SHARE + nr_slots * PERCPU_SLOT_SIZE;
	heap_bytes = cmdline_size("heap", CONFIG_HEAP_KIB ? KIB(CONFIG_HEAP_KIB) : heap_bytes);
	rc = keep(lowest, (highest - lowest) >> PAGE_SHIFT, ALIGN_UP(heap_bytes, PAGE_SIZE));
	if (rc) {
		return rc;
	}
	for (unsigned int i = 0; i < free_ranges.nr; i++) {
		const struct devtree_range *range = &free_ranges.range[i];

		if (range->bytes) {
			frame_add_range(mfn(range->base >> PAGE_SHIFT), range->bytes >> PAGE_SHIFT);
		}
	}
	pr_info("boot: %lu MiB of RAM, %lu KiB kept by the hypervisor at %#lx\n", total >> 20,
		kept_bytes >> 10, kept_at);
	return 0;
}

int boot_memory_release_modules(void)
{
	static unsigned int i;
	static u64 next; /* frame */

	for (; i < boot_info.nr_modules; i++, next = 0) {
		const struct devtree_range *at = &boot_info.modules[i].at;
		u64 first = MAX(next, DIV_ROUND_UP(at->base, PAGE_SIZE));
		u64 end = (at->base + at->bytes) >> PAGE_SHIFT;

		if (end > first && !boot_info.modules[i].is_kept) {
			next = MIN(end, first + RELEASE_STEP);
			frame_add_range(mfn(first), next - first);
			return -ERESTART;
		}
	}
	return 0;
}

static void give_back(void *va, size_t bytes)
{
	mfn_t first = pa_to_mfn(hyp_pa(va));

	if (!map_drop(va, bytes)) {
		kept_bytes -= bytes;
		frame_add_range(first, bytes >> PAGE_SHIFT);
	}
}

void boot_memory_seal(void)
{
	give_back(init_start, (size_t)(init_end - init_start));
	give_back(init_bss_start, (size_t)(init_bss_end - init_bss_start));
	if (IS_ENABLED(CONFIG_SEALED_HEAP)) {
		heap_seal(give_back);
	}
	pr_info("boot: %lu KiB kept by the hypervisor\n", kept_bytes >> 10);
}
