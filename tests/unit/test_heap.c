/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap: sizes, alignment, zeroed contents, no overlap, nothing lost; on a region that is not
 * aligned to the largest block.
 *
 * sources: common/mem/heap.c common/mem/buddy.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <hv/heap.h>

#define BYTES MIB(1)

static char *memory;
static u64 nr_free_at_start;

static int setup(void **state)
{
	fake_reset(1);
	memory = aligned_alloc(MIB(1), 2 * MIB(1));
	memset(memory, 0xCC, 2 * MIB(1));
	heap_init(memory + 5 * PAGE_SIZE, BYTES);
	nr_free_at_start = heap_nr_free_pages();
	return 0;
}

static int teardown(void **state)
{
	/* Neither before nor behind the region was anything written. */
	for (size_t i = 0; i < 5 * PAGE_SIZE; i++) {
		assert_int_equal((u8)memory[i], 0xCC);
		assert_int_equal((u8)memory[5 * PAGE_SIZE + BYTES + i], 0xCC);
	}
	free(memory);
	return 0;
}

static bool is_zero(const char *p, size_t n)
{
	while (n--) {
		if (p[n]) {
			return false;
		}
	}
	return true;
}

static void test_pages(void **state)
{
	void *p[7];

	assert_int_equal(heap_nr_total_pages(), BYTES / PAGE_SIZE);
	assert_in_range(nr_free_at_start, 250, 255);
	for (unsigned int order = 0; order <= 6; order++) {
		p[order] = heap_pages_alloc(order);
		assert_non_null(p[order]);
		assert_true(IS_ALIGNED((uintptr_t)p[order], PAGE_SIZE << order));
		assert_true(is_zero(p[order], PAGE_SIZE << order));
		memset(p[order], 1, PAGE_SIZE << order);
	}
	assert_null(heap_pages_alloc(7));
	for (unsigned int order = 0; order <= 6; order++) {
		heap_pages_free(p[order], order);
	}
	heap_pages_free(NULL, 3);
	assert_int_equal(heap_nr_free_pages(), nr_free_at_start);
	expect_panic(heap_pages_free(p[3], 3)); /* a double free is our bug */
}

static void test_exhaustion(void **state)
{
	void *first = NULL, *last = NULL;
	u64 nr = 0;

	for (void *p = heap_pages_alloc(0); p; p = heap_pages_alloc(0)) {
		*(void **)p = last;
		last = p;
		nr++;
	}
	assert_int_equal(nr, nr_free_at_start);
	assert_null(heap_alloc(64));
	while (last) {
		first = *(void **)last;
		heap_pages_free(last, 0);
		last = first;
	}
	assert_int_equal(heap_nr_free_pages(), nr_free_at_start);
	assert_non_null(heap_pages_alloc(6));
}

static void test_object_sizes(void **state)
{
	for (size_t size = 0; size <= KIB(16); size += size < 300 ? 1 : 97) {
		char *a = heap_alloc(size), *b = heap_alloc(size);

		assert_non_null(a);
		assert_non_null(b);
		assert_true(IS_ALIGNED((uintptr_t)a, 64));
		assert_true(is_zero(a, size) && is_zero(b, size));
		assert_true(a + size <= b || b + size <= a);
		memset(a, 0x11, size);
		memset(b, 0x22, size);
		heap_free(a);
		heap_free(b);
	}
	heap_free(NULL);
	assert_null(heap_alloc(KIB(256) + 1));
	assert_int_equal(heap_nr_free_pages(), nr_free_at_start);
}

static void test_random(void **state)
{
	struct {
		u8 *p;
		size_t size;
		u8 mark;
	} live[100];
	unsigned int nr = 0;

	srand(3);
	for (int round = 0; round < 30000; round++) {
		if (nr < 100 && rand() % 2) {
			size_t size = (size_t)rand() % (rand() % 8 ? 700 : 9000);
			u8 *p = heap_alloc(size);

			if (!p) {
				continue;
			}
			assert_true(is_zero((char *)p, size));
			live[nr].p = p;
			live[nr].size = size;
			live[nr].mark = (u8)rand();
			memset(p, live[nr].mark, size);
			nr++;
		} else if (nr) {
			unsigned int i = (unsigned int)rand() % nr;

			for (size_t k = 0; k < live[i].size; k++) {
				assert_int_equal(live[i].p[k], live[i].mark);
			}
			heap_free(live[i].p);
			live[i] = live[--nr];
		}
	}
	while (nr) {
		heap_free(live[--nr].p);
	}
	assert_int_equal(heap_nr_free_pages(), nr_free_at_start);
	u8 *p = heap_alloc(64);

	heap_free(p);
	expect_panic(heap_free(p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exhaustion, setup, teardown),
		cmocka_unit_test_setup_teardown(test_object_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
