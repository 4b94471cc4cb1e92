/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap of a system whose domains are all made at boot (CONFIG_SEALED_HEAP): objects come from
 * its lower end, pages and what is as large as one from its upper end, and nothing is given back
 * but the pages that were taken last, so it needs no lists and no entries. What a domain had that
 * could not be built is lost until the next boot. Once it is sealed, nothing is left to be had.
 *
 * Lock: heap_lock (LOCK_RANK_HEAP).
 */
#include <hv/arch.h>
#include <hv/heap.h>
#include <hv/spinlock.h>
#include <hv/string.h>

#define ORDER_LIMIT 6U
#define OBJECT_UNIT 64UL

static struct spinlock heap_lock = SPINLOCK_INIT(LOCK_RANK_HEAP);
static uintptr_t low, high; /* what is free */
static u64 nr_pages __sealed;

void heap_init(void *va, size_t bytes)
{
	low = (uintptr_t)va;
	high = low + bytes;
	nr_pages = bytes >> PAGE_SHIFT;
}

void *heap_pages_alloc(unsigned int order)
{
	u64 bytes = PAGE_SIZE << order;
	uintptr_t at = 0;

	spin_lock(&heap_lock);
	if (order <= ORDER_LIMIT && bytes <= high - low && ALIGN_DOWN(high - bytes, bytes) >= low) {
		high = ALIGN_DOWN(high - bytes, bytes);
		at = high;
	}
	spin_unlock(&heap_lock);
	if (at) {
		arch_zero_pages((void *)at, bytes);
	}
	return (void *)at;
}

void *heap_alloc(size_t size)
{
	u64 bytes = ALIGN_UP(MAX(size, 1UL), OBJECT_UNIT);
	uintptr_t at = 0;

	spin_lock(&heap_lock);
	if (bytes <= high - low && bytes < PAGE_SIZE) {
		at = low;
		low += bytes;
	} else if (bytes <= high - low && ALIGN_DOWN(high - bytes, PAGE_SIZE) >= low) {
		high = ALIGN_DOWN(high - bytes, PAGE_SIZE);
		at = high;
	}
	spin_unlock(&heap_lock);
	return at ? memset((void *)at, 0, bytes) : NULL;
}

/* What was taken last goes back, as boot's buffers do. */
void heap_pages_free(void *va, unsigned int order)
{
	spin_lock(&heap_lock);
	if (va && (uintptr_t)va == high) {
		high += PAGE_SIZE << order;
	}
	spin_unlock(&heap_lock);
}

void heap_free(void *object __unused)
{
}

void heap_seal(void (*give)(void *va, size_t bytes))
{
	uintptr_t first, end;

	spin_lock(&heap_lock);
	first = ALIGN_UP(low, PAGE_SIZE);
	end = ALIGN_DOWN(high, PAGE_SIZE);
	low = 0;
	high = 0;
	spin_unlock(&heap_lock);
	if (first < end) {
		give((void *)first, end - first);
	}
}

u64 heap_nr_free_pages(void)
{
	return (READ_ONCE(high) - READ_ONCE(low)) >> PAGE_SHIFT;
}

u64 heap_nr_total_pages(void)
{
	return nr_pages;
}
