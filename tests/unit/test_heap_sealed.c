/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap that gives nothing back: pages and objects, mixed, are zero, aligned, apart from each
 * other and within the region until it is full; and once it is sealed there is nothing to be had.
 *
 * sources: common/mem/heap_sealed.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <hv/heap.h>

#define BYTES  MIB(1)
#define BEFORE (5 * PAGE_SIZE)

static u8 *memory;
static bool is_taken[BYTES];

static int setup(void **state)
{
	fake_reset(1);
	memory = aligned_alloc(MIB(1), 2 * MIB(1));
	memset(memory, 0xCC, 2 * MIB(1));
	memset(is_taken, 0, sizeof(is_taken));
	heap_init(memory + BEFORE, BYTES);
	return 0;
}

static int teardown(void **state)
{
	/* Neither before nor behind the region was anything written. */
	for (size_t i = 0; i < BEFORE; i++) {
		assert_int_equal(memory[i], 0xCC);
		assert_int_equal(memory[BEFORE + BYTES + i], 0xCC);
	}
	free(memory);
	return 0;
}

/* All of it must be zero and nobody's so far. */
static void take(u8 *p, u64 bytes, u64 align)
{
	assert_true(IS_ALIGNED((uintptr_t)p, align));
	assert_true(p >= memory + BEFORE && p + bytes <= memory + BEFORE + BYTES);
	for (u64 i = 0; i < bytes; i++) {
		bool *taken = &is_taken[p + i - memory - BEFORE];

		assert_int_equal(p[i], 0);
		assert_false(*taken);
		*taken = true;
		p[i] = 0x55;
	}
}

static void test_until_it_is_full(void **state)
{
	unsigned int nr_failed = 0, order;
	u64 nr;
	u8 *p;

	assert_int_equal(heap_nr_total_pages(), BYTES / PAGE_SIZE);
	assert_int_equal(heap_nr_free_pages(), BYTES / PAGE_SIZE);
	assert_null(heap_pages_alloc(7));
	srand(5);
	while (nr_failed < 100) {
		order = (unsigned int)rand() % 3;
		nr = (u64)rand() % 9000;
		p = rand() % 2 ? heap_alloc(nr) : NULL;
		if (p != NULL) {
			take(p, nr, nr > PAGE_SIZE - 64 ? PAGE_SIZE : 64);
		} else if ((p = heap_pages_alloc(order)) != NULL) {
			take(p, PAGE_SIZE << order, PAGE_SIZE << order);
		} else {
			nr_failed++;
		}
		heap_free(nr % 2 ? p : NULL); /* changes nothing */
	}
	assert_in_range(heap_nr_free_pages(), 0, 3);
}

static void test_the_last_pages_go_back(void **state)
{
	void *first = heap_pages_alloc(0), *second = heap_pages_alloc(2);
	u64 nr = heap_nr_free_pages();

	heap_pages_free(first, 0); /* is not the last */
	heap_pages_free(NULL, 0);
	assert_int_equal(heap_nr_free_pages(), nr);
	heap_pages_free(second, 2);
	assert_int_equal(heap_nr_free_pages(), nr + 4);
	assert_ptr_equal(heap_pages_alloc(2), second);
}

static u64 nr_given;

static void give(void *va, size_t bytes)
{
	take(va, bytes, PAGE_SIZE);
	nr_given += bytes / PAGE_SIZE;
}

static void test_sealed(void **state)
{
	void *page = heap_pages_alloc(0), *object = heap_alloc(64);

	memset(memory + BEFORE + PAGE_SIZE, 0, BYTES - PAGE_SIZE);
	take(object, 64, 64);
	take(page, PAGE_SIZE, PAGE_SIZE);
	heap_seal(give);
	assert_int_equal(nr_given, BYTES / PAGE_SIZE - 2); /* one has the object */
	assert_int_equal(heap_nr_free_pages(), 0);
	heap_free(object);
	heap_pages_free(page, 0);
	assert_null(heap_alloc(0));
	assert_null(heap_alloc(5000));
	assert_null(heap_pages_alloc(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_until_it_is_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_last_pages_go_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sealed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
