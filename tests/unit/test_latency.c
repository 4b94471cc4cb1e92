/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histogram of latencies: each border of each bucket, the smallest and the longest value.
 *
 * sources: common/trace/latency.c
 */
#include "fake.h"

#include <hv/latency.h>

/* The smallest value of a bucket. */
static u64 start_of(unsigned int bucket)
{
	return bucket < 4 ? bucket : (4UL + bucket % 4) << (bucket / 4 - 1);
}

static bool is_in(u64 ticks, unsigned int bucket)
{
	struct latency histogram = { 0 };

	latency_add(&histogram, ticks);
	return histogram.buckets[bucket] == 1;
}

static void test_borders(void **state)
{
	assert_int_equal(start_of(0), 0);
	for (unsigned int i = 1; i < LATENCY_NR_BUCKETS; i++) {
		u64 start = start_of(i);

		assert_true(start > start_of(i - 1));
		assert_true(is_in(start, i));
		assert_true(is_in(start - 1, i - 1));
	}
	assert_int_equal(start_of(LATENCY_NR_BUCKETS - 1), 7UL << 30);
	assert_true(is_in(~0UL, LATENCY_NR_BUCKETS - 1));
}

static void test_sums(void **state)
{
	struct latency histogram = { 0 };

	latency_add(&histogram, 300);
	latency_add(&histogram, 100);
	latency_add(&histogram, 200);
	assert_int_equal(histogram.count, 3);
	assert_int_equal(histogram.min, 100);
	assert_int_equal(histogram.max, 300);
	assert_int_equal(histogram.sum, 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_borders),
		cmocka_unit_test(test_sums),
	};

	return cmocka_run_group_tests_name("latency", tests, NULL, NULL);
}
