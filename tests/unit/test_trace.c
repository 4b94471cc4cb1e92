/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event rings: order, overwriting, what a reader is told it lost, a ring per CPU, stop and
 * start, and a reader racing the writer.
 *
 * sources: common/trace/trace.c
 */
#include "fake.h"

#include <hv/errno.h>
#include <hv/heap.h>
#include <hv/trace.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct trace_record out[2 * TRACE_NR_RECORDS];
static unsigned int nr_allocs, nr_frees, allocs_allowed;

void *heap_pages_alloc(unsigned int order)
{
	return nr_allocs++ < allocs_allowed ? calloc(1, 4096UL << order) : NULL;
}

u64 time_of_counter(u64 counter)
{
	return counter;
}

void heap_pages_free(void *pages, unsigned int order)
{
	nr_frees += pages != NULL;
	free(pages);
}

static void put(u64 from, u64 nr)
{
	for (u64 i = from; i < from + nr; i++) {
		struct trace_record event = { .event = 7, .domain = 1, .args = { i, ~i } };

		fake_counter = 5000 + i;
		trace_record_put(&event);
	}
}

static void check_run(u32 nr, u64 first)
{
	for (u32 i = 0; i < nr; i++) {
		assert_int_equal(out[i].args[0], first + i);
		assert_int_equal(out[i].time, 5000 + first + i);
	}
}

static void test_no_memory(void **state)
{
	struct trace_cursor cursor = { 0 };

	fake_reset(2);
	allocs_allowed = 1;
	assert_int_equal(trace_start(), -ENOMEM);
	assert_false(trace_is_on());
	fake_cpu = 1;
	put(0, 1); /* no ring: nothing happens */
	assert_int_equal(trace_read(1, &cursor, out, 8), 0);
	assert_int_equal(nr_frees, 1); /* nothing is left of it */
	allocs_allowed = 2 + 2;
	assert_int_equal(trace_start(), 0);
	assert_int_equal(nr_allocs, 4);
	assert_int_equal(trace_start(), 0); /* again: the rings are there */
	assert_int_equal(nr_allocs, 4);
	assert_true(trace_is_on());
}

static void test_order_and_slices(void **state)
{
	struct trace_cursor cursor = { 0 };

	fake_reset(2);
	put(0, 10);
	assert_int_equal(trace_read(0, &cursor, out, 4), 4);
	check_run(4, 0);
	assert_int_equal(trace_read(0, &cursor, out, 100), 6);
	check_run(6, 4);
	assert_int_equal(trace_read(0, &cursor, out, 100), 0);
	assert_int_equal(cursor.nr_dropped, 0);
	cursor.next = 0;
	assert_int_equal(trace_read(1, &cursor, out, 100), 0); /* the other CPU's is empty */
}

static void test_overwritten_is_counted(void **state)
{
	struct trace_cursor cursor = { .next = 10 };

	fake_reset(2);
	put(10, 2UL * TRACE_NR_RECORDS);
	assert_int_equal(trace_read(0, &cursor, out, 2 * TRACE_NR_RECORDS), TRACE_NR_RECORDS - 1);
	check_run(TRACE_NR_RECORDS - 1, 10 + TRACE_NR_RECORDS + 1);
	assert_int_equal(cursor.nr_dropped, TRACE_NR_RECORDS + 1);
}

/* A cursor beyond the end, as a caller may hand in, reads nothing and comes back to the end. */
static void test_cursor_ahead(void **state)
{
	struct trace_cursor cursor = { .next = ~0UL };

	fake_reset(2);
	assert_int_equal(trace_read(0, &cursor, out, 8), 0);
	assert_int_equal(cursor.next, 10 + 2 * TRACE_NR_RECORDS);
	trace_stop();
	assert_false(trace_is_on());
}

#define NR_RACED 40000000UL

static void *race_writer(void *unused)
{
	fake_cpu = 1;
	for (u64 i = 0; i < NR_RACED; i++) {
		struct trace_record event = { .args = { i, ~i } };

		trace_record_put(&event);
	}
	return unused;
}

/* Read while another CPU writes: no record is torn, none comes twice, all others are counted. */
static void test_race(void **state)
{
	struct trace_cursor cursor = { 0 };
	pthread_t writer;
	u64 expected = 0, nr_read = 0;

	fake_reset(2);
	assert_int_equal(pthread_create(&writer, NULL, race_writer, NULL), 0);
	while (cursor.next < NR_RACED) {
		u32 nr = trace_read(1, &cursor, out, TRACE_NR_RECORDS);

		for (u32 i = 0; i < nr; i++) {
			assert_true(out[i].args[0] >= expected);
			assert_true(out[i].args[1] == ~out[i].args[0]);
			expected = out[i].args[0] + 1;
		}
		nr_read += nr;
	}
	pthread_join(writer, NULL);
	assert_int_equal(nr_read + cursor.nr_dropped, NR_RACED);
}

static void (*last_words)(void);

void panic_set_last_words(void (*print)(void))
{
	last_words = print;
}

/* What a panic prints: the newest of each CPU, oldest first, without any allocation. */
static void test_last_words(void **state)
{
	unsigned int nr;

	allocs_allowed = nr_allocs + 8;
	fake_reset(2);
	assert_int_equal(trace_start(), 0);
	nr = nr_allocs;
	allocs_allowed = 0;
	fake_cpu = 0;
	put(100, 20);
	fake_cpu = 1;
	put(200, 3);
	last_words();
	assert_null(strstr(fake_log, "CPU 0 5111 "));
	for (u64 i = 112; i < 120; i++) {
		char line[64];

		snprintf(line, sizeof(line), "  CPU 0 %lu missed d1v0 %#lx", 5000 + i, i);
		assert_non_null(strstr(fake_log, line));
	}
	assert_non_null(strstr(fake_log, "  CPU 1 5202 missed d1v0 0xca"));
	assert_true(strstr(fake_log, "CPU 0 5112") < strstr(fake_log, "CPU 0 5119"));
	assert_int_equal(nr_allocs, nr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_order_and_slices),
		cmocka_unit_test(test_overwritten_is_counted),
		cmocka_unit_test(test_cursor_ahead),
		cmocka_unit_test(test_race),
		cmocka_unit_test(test_last_words),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
