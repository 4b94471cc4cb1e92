/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's heap: a buddy allocator for pages, and slabs of equal objects on top of it.
 *
 * The region begins with a struct page_info per page; objects carry no headers, so that sizes of
 * a power of two waste nothing. A slab is one page of objects of a class (64 bytes … 2 KiB); larger
 * objects are blocks of pages. Contents are zeroed when handed out. heap_lock (LOCK_RANK_HEAP)
 * protects all of it. Work per call is bounded: no list is searched, at most 64 pages are zeroed.
 */
#include <hv/arch.h>
#include <hv/heap.h>
#include <hv/panic.h>
#include <hv/spinlock.h>
#include <hv/string.h>

#define NR_ORDERS   11U /* free blocks merge up to 4 MiB */
#define ORDER_LIMIT 6U
#define NIL	    0xFFFFFFFFU
#define CLASS_SHIFT 6U
#define NR_CLASSES  6U
#define OBJECT_MAX  KIB(16)

enum page_state {
	PAGE_INSIDE, /* not the first page of anything */
	PAGE_FREE,   /* first page of a free block */
	PAGE_BLOCK,  /* first page of a block in use */
	PAGE_SLAB,
};

struct page_info {
	u64 free_objects; /* PAGE_SLAB: one bit per object */
	u32 prev, next;	  /* list of free blocks, or of slabs with free objects */
	u8 state;
	u8 order; /* of the block; class of a slab */
};

static struct spinlock heap_lock = SPINLOCK_INIT(LOCK_RANK_HEAP);
static struct page_info *pages __sealed;
static char *base __sealed;
static u64 nr_pages __sealed; /* entries of pages */
static u64 nr_total __sealed;
static u64 nr_free;
static u32 free_head[NR_ORDERS];
static u32 slab_head[NR_CLASSES]; /* slabs of a class that have free objects */

static void list_add(u32 *head, u32 index)
{
	pages[index].prev = NIL;
	pages[index].next = *head;
	if (*head != NIL) {
		pages[*head].prev = index;
	}
	*head = index;
}

static void list_remove(u32 *head, u32 index)
{
	const struct page_info *page = &pages[index];

	if (page->prev != NIL) {
		pages[page->prev].next = page->next;
	} else {
		*head = page->next;
	}
	if (page->next != NIL) {
		pages[page->next].prev = page->prev;
	}
}

static void *page_va(u32 index)
{
	return base + (size_t)index * PAGE_SIZE;
}

static u32 page_index(const void *va)
{
	return (u32)(((uintptr_t)va - (uintptr_t)base) >> PAGE_SHIFT);
}

static void put_free(u32 index, unsigned int order)
{
	pages[index].state = PAGE_FREE;
	pages[index].order = (u8)order;
	list_add(&free_head[order], index);
}

static void free_block(u32 index, unsigned int order)
{
	nr_free += BIT(order);
	pages[index].state = PAGE_INSIDE;
	for (; order < NR_ORDERS - 1; order++) {
		u32 buddy = index ^ (u32)BIT(order);

		if (buddy >= nr_pages || pages[buddy].state != PAGE_FREE ||
		    pages[buddy].order != order) {
			break;
		}
		list_remove(&free_head[order], buddy);
		pages[buddy].state = PAGE_INSIDE;
		index = MIN(index, buddy);
	}
	put_free(index, order);
}

/* A block of 2^order pages in the given state, or NIL. */
static u32 alloc_block(unsigned int order, enum page_state state)
{
	unsigned int from = order;
	u32 index;

	while (from < NR_ORDERS && free_head[from] == NIL) {
		from++;
	}
	if (from >= NR_ORDERS) {
		return NIL;
	}
	index = free_head[from];
	list_remove(&free_head[from], index);
	while (from > order) {
		from--;
		put_free(index + (u32)BIT(from), from);
	}
	pages[index].state = (u8)state;
	pages[index].order = (u8)order;
	nr_free -= BIT(order);
	return index;
}

/*
 * Index 0 is the multiple of the largest block at or below the region, so that blocks are aligned
 * by address; the pages before the region and those of the infos stay PAGE_INSIDE for ever.
 */
void heap_init(void *va, size_t bytes)
{
	uintptr_t start = ALIGN_DOWN((uintptr_t)va, PAGE_SIZE << ORDER_LIMIT);
	u64 first;

	base = (char *)start;
	pages = va;
	nr_pages = ((uintptr_t)va + bytes - start) >> PAGE_SHIFT;
	memset(pages, 0, nr_pages * sizeof(pages[0]));
	for (unsigned int i = 0; i < NR_ORDERS; i++) {
		free_head[i] = NIL;
	}
	for (unsigned int i = 0; i < NR_CLASSES; i++) {
		slab_head[i] = NIL;
	}
	nr_free = 0;
	first = page_index((char *)va + nr_pages * sizeof(pages[0]) + PAGE_SIZE - 1);
	for (u64 i = first; i < nr_pages; i += BIT(pages[i].order)) {
		unsigned int fit = 63 - (unsigned int)__builtin_clzl(nr_pages - i);
		unsigned int order = MIN((unsigned int)__builtin_ctzl(i | BIT(NR_ORDERS - 1)), fit);

		put_free((u32)i, order);
		nr_free += BIT(order);
	}
	nr_total = bytes >> PAGE_SHIFT;
}

void *heap_pages_alloc(unsigned int order)
{
	u32 index;

	if (order > ORDER_LIMIT) {
		return NULL;
	}
	spin_lock(&heap_lock);
	index = alloc_block(order, PAGE_BLOCK);
	spin_unlock(&heap_lock);
	if (index == NIL) {
		return NULL;
	}
	arch_zero_pages(page_va(index), PAGE_SIZE << order);
	return page_va(index);
}

void heap_pages_free(void *va, unsigned int order)
{
	u32 index = page_index(va);

	if (!va) {
		return;
	}
	ASSERT(index < nr_pages && pages[index].state == PAGE_BLOCK && pages[index].order == order);
	spin_lock(&heap_lock);
	free_block(index, order);
	spin_unlock(&heap_lock);
}

/* log2 of the smallest power of two that holds size, counted from shift. */
static unsigned int order_of(size_t size, unsigned int shift)
{
	size_t units = (size - 1) >> shift;

	return units ? 64 - (unsigned int)__builtin_clzl(units) : 0;
}

static void *slab_alloc(unsigned int class)
{
	unsigned int shift = CLASS_SHIFT + class, object;
	u32 index = slab_head[class];

	if (index == NIL) {
		index = alloc_block(0, PAGE_SLAB);
		if (index == NIL) {
			return NULL;
		}
		pages[index].order = (u8) class;
		pages[index].free_objects = ~0UL >> (64 - (PAGE_SIZE >> shift));
		list_add(&slab_head[class], index);
	}
	object = (unsigned int)__builtin_ctzl(pages[index].free_objects);
	pages[index].free_objects &= pages[index].free_objects - 1;
	if (!pages[index].free_objects) {
		list_remove(&slab_head[class], index);
	}
	return (char *)page_va(index) + ((size_t)object << shift);
}

static void slab_free(u32 index, size_t offset)
{
	struct page_info *page = &pages[index];
	unsigned int class = page->order, shift = CLASS_SHIFT + class;
	u64 bit = BIT(offset >> shift);

	ASSERT(!(offset & (BIT(shift) - 1)) && !(page->free_objects & bit));
	if (!page->free_objects) {
		list_add(&slab_head[class], index);
	}
	page->free_objects |= bit;
	if (page->free_objects == ~0UL >> (64 - (PAGE_SIZE >> shift))) {
		list_remove(&slab_head[class], index);
		free_block(index, 0);
	}
}

void *heap_alloc(size_t size)
{
	unsigned int class = order_of(MAX(size, 1UL), CLASS_SHIFT);
	void *object;

	if (size > OBJECT_MAX) {
		return NULL;
	}
	if (class >= NR_CLASSES) {
		return heap_pages_alloc(order_of(size, PAGE_SHIFT));
	}
	spin_lock(&heap_lock);
	object = slab_alloc(class);
	spin_unlock(&heap_lock);
	return object ? memset(object, 0, BIT(CLASS_SHIFT + class)) : NULL;
}

void heap_free(void *object)
{
	u32 index = page_index(object);

	if (!object) {
		return;
	}
	ASSERT(index < nr_pages);
	spin_lock(&heap_lock);
	if (pages[index].state == PAGE_SLAB) {
		slab_free(index, (uintptr_t)object & (PAGE_SIZE - 1));
	} else {
		ASSERT(pages[index].state == PAGE_BLOCK);
		free_block(index, pages[index].order);
	}
	spin_unlock(&heap_lock);
}

u64 heap_nr_free_pages(void)
{
	return READ_ONCE(nr_free);
}

u64 heap_nr_total_pages(void)
{
	return nr_total;
}
