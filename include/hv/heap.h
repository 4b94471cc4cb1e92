/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own memory, carved out once at boot and mapped in EL2: whole pages
 * (heap_pages_*) and small objects (heap_alloc, size classes on top of pages). Domain memory never
 * comes from here. All contents are zero when handed out.
 */
#ifndef HV_HEAP_H
#define HV_HEAP_H

#include <hv/types.h>

/* Boot: the mapped region [va, va + bytes), page-aligned, that the heap manages. */
void heap_init(void *va, size_t bytes);

/* 2^order zeroed pages, aligned to their size (order <= 6); NULL when none is free. */
void *heap_pages_alloc(unsigned int order);
void heap_pages_free(void *va, unsigned int order); /* NULL is allowed */

/* A zeroed object of up to 256 KiB, aligned to 64 bytes, from a page on to pages; NULL when the
 * heap is exhausted. */
void *heap_alloc(size_t size);
void heap_free(void *object); /* NULL is allowed */

/*
 * With CONFIG_SEALED_HEAP: from now on nothing is handed out any more. What is left in whole pages
 * is no longer the heap's: give() gets it, once, if there is any.
 */
void heap_seal(void (*give)(void *va, size_t bytes));

u64 heap_nr_free_pages(void);
u64 heap_nr_total_pages(void);

#endif
