/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's heap: pages of the buddy allocator (buddy.h), and slabs of equal objects on top.
 *
 * The region begins with an entry and a struct slab per page; objects carry no headers, so that
 * sizes of a power of two waste nothing. A slab is one page of objects of a class (64 bytes … 2
 * KiB); larger objects are blocks of pages. The entry of a page in use says which of them it is:
 *
 *   63 62   8    7      0
 *    1  1   0    order           of a block
 *    1  1   1    class           of a slab
 *
 * Contents are zeroed when handed out. heap_lock (LOCK_RANK_HEAP) protects all of it. Work per call
 * is bounded: no list is searched, at most 64 pages are zeroed.
 */
#include "buddy.h"

#include <hv/arch.h>
#include <hv/heap.h>
#include <hv/panic.h>
#include <hv/spinlock.h>
#include <hv/string.h>

#define ORDER_LIMIT	   6U
#define CLASS_SHIFT	   6U
#define NR_CLASSES	   6U
#define SLAB		   BIT(8)
#define ENTRY_BLOCK(order) (BUDDY_USED | (order))
#define ENTRY_SLAB(class)  (BUDDY_USED | SLAB | (class))
#define ENTRY_NUMBER(e)	   ((unsigned int)(e) & 0xFF)

struct slab {
	u64 free_objects;	  /* one bit per object */
	struct slab *prev, *next; /* of the class, with free objects */
};

static struct spinlock heap_lock = SPINLOCK_INIT(LOCK_RANK_HEAP);
static struct buddy_lists free_pages;
static struct buddy pages __sealed_value = { .lists = &free_pages };
static struct slab *slabs __sealed;
static struct slab *slab_head[NR_CLASSES];

static void list_add(struct slab **head, struct slab *slab)
{
	slab->prev = NULL;
	slab->next = *head;
	if (*head) {
		(*head)->prev = slab;
	}
	*head = slab;
}

static void list_remove(struct slab **head, const struct slab *slab)
{
	if (slab->prev) {
		slab->prev->next = slab->next;
	} else {
		*head = slab->next;
	}
	if (slab->next) {
		slab->next->prev = slab->prev;
	}
}

static u64 page_of(const void *va)
{
	return (uintptr_t)va >> PAGE_SHIFT;
}

static struct slab *slab_of(const void *va)
{
	return &slabs[page_of(va) - pages.base];
}

static u64 entry_of(const void *va)
{
	u64 index = page_of(va) - pages.base;

	ASSERT(index < pages.nr);
	return pages.table[index];
}

void heap_init(void *va, size_t bytes)
{
	u64 first;

	pages.base = page_of(va);
	pages.nr = bytes >> PAGE_SHIFT;
	pages.table = va;
	slabs = (struct slab *)(pages.table + pages.nr);
	memset(va, 0, pages.nr * sizeof(pages.table[0]));
	memset(slab_head, 0, sizeof(slab_head));
	buddy_init(&pages);
	first = page_of((char *)(slabs + pages.nr) + PAGE_SIZE - 1);
	buddy_free(&pages, first, pages.base + pages.nr - first, false);
}

/* Lock held. */
static void *alloc_locked(unsigned int order, u64 entry)
{
	bool is_dirty;
	u64 page = buddy_alloc(&pages, order, entry, &is_dirty);

	return page == BUDDY_NONE ? NULL : (void *)(page << PAGE_SHIFT);
}

void *heap_pages_alloc(unsigned int order)
{
	void *va;

	if (order > ORDER_LIMIT) {
		return NULL;
	}
	spin_lock(&heap_lock);
	va = alloc_locked(order, ENTRY_BLOCK(order));
	spin_unlock(&heap_lock);
	if (va) {
		arch_zero_pages(va, PAGE_SIZE << order);
	}
	return va;
}

void heap_pages_free(void *va, unsigned int order)
{
	if (!va) {
		return;
	}
	ASSERT(entry_of(va) == ENTRY_BLOCK(order));
	spin_lock(&heap_lock);
	buddy_free(&pages, page_of(va), BIT(order), false);
	spin_unlock(&heap_lock);
}

/* log2 of the smallest power of two that holds size, counted from shift. */
static unsigned int order_of(size_t size, unsigned int shift)
{
	size_t units = (size - 1) >> shift;

	return units ? 64 - (unsigned int)__builtin_clzl(units) : 0;
}

/* All objects of a slab. */
static u64 objects_of(unsigned int class)
{
	return ~0UL >> (64 - (PAGE_SIZE >> (CLASS_SHIFT + class)));
}

static void *slab_alloc(unsigned int class)
{
	struct slab *slab = slab_head[class];
	u64 object;

	if (!slab) {
		void *page = alloc_locked(0, ENTRY_SLAB(class));

		if (!page) {
			return NULL;
		}
		slab = slab_of(page);
		slab->free_objects = objects_of(class);
		list_add(&slab_head[class], slab);
	}
	object = (u64)__builtin_ctzl(slab->free_objects);
	slab->free_objects &= slab->free_objects - 1;
	if (!slab->free_objects) {
		list_remove(&slab_head[class], slab);
	}
	return (char *)((pages.base + (u64)(slab - slabs)) << PAGE_SHIFT) +
	       (object << (CLASS_SHIFT + class));
}

static void slab_free(void *object, unsigned int class)
{
	struct slab *slab = slab_of(object);
	size_t offset = (uintptr_t)object & (PAGE_SIZE - 1);
	u64 bit = BIT(offset >> (CLASS_SHIFT + class));

	ASSERT(IS_ALIGNED(offset, BIT(CLASS_SHIFT + class)) && !(slab->free_objects & bit));
	if (!slab->free_objects) {
		list_add(&slab_head[class], slab);
	}
	slab->free_objects |= bit;
	if (slab->free_objects == objects_of(class)) {
		list_remove(&slab_head[class], slab);
		buddy_free(&pages, page_of(object), 1, false);
	}
}

void *heap_alloc(size_t size)
{
	unsigned int class = order_of(MAX(size, 1UL), CLASS_SHIFT);
	void *object;

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
	u64 entry;

	if (!object) {
		return;
	}
	spin_lock(&heap_lock);
	entry = entry_of(object);
	ASSERT(BUDDY_STATE(entry) == BUDDY_USED);
	if (entry & SLAB) {
		slab_free(object, ENTRY_NUMBER(entry));
	} else {
		ASSERT(IS_ALIGNED((uintptr_t)object, PAGE_SIZE << ENTRY_NUMBER(entry)));
		buddy_free(&pages, page_of(object), BIT(ENTRY_NUMBER(entry)), false);
	}
	spin_unlock(&heap_lock);
}

u64 heap_nr_free_pages(void)
{
	return READ_ONCE(free_pages.nr_free);
}

u64 heap_nr_total_pages(void)
{
	return pages.nr;
}
