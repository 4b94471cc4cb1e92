/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames by ranges: alignment, splitting and joining, references, a full table, and a random walk
 * against an entry per frame.
 *
 * sources: common/mem/frame_ranges.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <hv/frame.h>

#define BASE 0x40000UL /* 1 GiB */
#define NR   4096UL
#define DOM  5

static u8 is_dirty[NR];

static void scrub(mfn_t first, u64 nr)
{
	memset(&is_dirty[first.v - BASE], 0, nr);
}

static int setup(void **state)
{
	fake_reset(2);
	frame_table_init(NULL, mfn(BASE), NR, scrub);
	frame_add_range(mfn(BASE), NR);
	memset(is_dirty, 1, sizeof(is_dirty));
	return 0;
}

static void test_counts_and_bounds(void **state)
{
	assert_int_equal(frame_table_bytes(1 << 20), 0);
	assert_int_equal(frame_nr_total(), NR);
	assert_int_equal(frame_nr_free(), NR);
	assert_true(frame_is_ram(mfn(BASE)));
	assert_true(frame_is_ram(mfn(BASE + NR - 1)));
	assert_false(frame_is_ram(mfn(BASE - 1)));
	assert_false(frame_is_ram(mfn(BASE + NR)));
	assert_false(frame_is_ram(mfn(INVALID_FRAME)));
	assert_int_equal(frame_owner(mfn(BASE)), HV_DOMID_NONE);
	assert_int_equal(frame_refs(mfn(BASE)), 0);
	assert_false(frame_get(mfn(BASE), HV_DOMID_NONE));
}

static void test_contents_are_zero(void **state)
{
	bool dirty = false;
	mfn_t first = frame_alloc(4, DOM), second;

	assert_true(mfn_is_valid_value(first));
	for (u64 i = 0; i < 16; i++) {
		assert_int_equal(is_dirty[first.v - BASE + i], 0);
	}
	second = frame_alloc_dirty(4, DOM, &dirty);
	assert_true(dirty);
	assert_int_equal(frame_nr_free(), NR - 32);
	frame_free_dirty(second, 4);
	assert_int_equal(frame_nr_free(), NR - 32); /* its neighbour of the same owner holds it */
	frame_put_block(first, 4);
	assert_int_equal(frame_nr_free(), NR);
}

static void test_ranges_are_met_exactly(void **state)
{
	mfn_t frame = frame_alloc_range(9, DOM, mfn(BASE + 1024), mfn(BASE + 1536));

	assert_int_equal(frame.v, BASE + 1024);
	assert_int_equal(frame_owner(mfn(BASE + 1535)), DOM);
	assert_int_equal(frame_owner(mfn(BASE + 1536)), HV_DOMID_NONE);
	assert_int_equal(frame_owner(mfn(BASE + 1023)), HV_DOMID_NONE);
	frame = frame_alloc_range(9, DOM + 1, mfn(BASE + 1024), mfn(BASE + 1536));
	assert_false(mfn_is_valid_value(frame));
	frame = frame_alloc_range(9, DOM + 1, mfn(BASE + 600), mfn(BASE + 1600));
	assert_false(mfn_is_valid_value(frame)); /* no aligned place is left */
	frame = frame_alloc_range(9, DOM + 1, mfn(BASE + 600), mfn(BASE + 2048));
	assert_int_equal(frame.v, BASE + 1536);
	assert_false(mfn_is_valid_value(frame_alloc(13, DOM)));
}

static void test_the_last_reference_frees(void **state)
{
	mfn_t frame = frame_alloc(0, DOM);

	assert_int_equal(frame_refs(frame), 1);
	assert_false(frame_get(frame, DOM + 1));
	assert_true(frame_get(frame, DOM));
	assert_int_equal(frame_refs(frame), 2);
	frame_put(frame);
	assert_int_equal(frame_refs(frame), 1);
	assert_int_equal(frame_nr_free(), NR - 1);
	frame_put(frame);
	assert_int_equal(frame_nr_free(), NR);
	assert_int_equal(frame_owner(frame), HV_DOMID_NONE);
	frame_put(mfn(BASE - 1)); /* no RAM: nothing happens */
}

static void test_a_full_table_refuses(void **state)
{
	mfn_t taken[NR];
	u32 n = 0;

	/* Owners alternate, so that nothing can be joined. */
	do {
		taken[n] = frame_alloc(0, (domid_t)(DOM + n % 2));
	} while (mfn_is_valid_value(taken[n]) && ++n < NR);
	assert_in_range(n, 100, 128);
	assert_int_equal(frame_nr_free(), NR - n);
	while (n-- != 0) {
		frame_put(taken[n]);
	}
	assert_int_equal(frame_nr_free(), NR);
	assert_true(mfn_is_valid_value(frame_alloc(12, DOM))); /* all of it is one range again */
}

static void test_random_walk(void **state)
{
	static domid_t owner[NR];
	static struct block {
		u64 first;
		unsigned int order;
	} blocks[40];
	u32 nr = 0;

	for (u64 i = 0; i < NR; i++) {
		owner[i] = HV_DOMID_NONE;
	}
	srand(7);
	for (u32 round = 0; round < 20000; round++) {
		if (nr < 40 && (nr == 0 || rand() % 2)) {
			unsigned int order = (unsigned int)rand() % 8;
			/* All owners differ: no two blocks are one range. */
			domid_t id = (domid_t)(100 + round);
			mfn_t at = frame_alloc(order, id);

			assert_true(mfn_is_valid_value(at));
			assert_int_equal(at.v % BIT(order), 0);
			for (u64 i = 0; i < BIT(order); i++) {
				assert_int_equal(owner[at.v - BASE + i], HV_DOMID_NONE);
				owner[at.v - BASE + i] = id;
			}
			blocks[nr++] = (struct block){ at.v, order };
		} else {
			u32 i = (u32)rand() % nr;

			frame_put_block(mfn(blocks[i].first), blocks[i].order);
			for (u64 j = 0; j < BIT(blocks[i].order); j++) {
				owner[blocks[i].first - BASE + j] = HV_DOMID_NONE;
			}
			blocks[i] = blocks[--nr];
		}
		for (u64 i = round % 64; i < NR; i += 64) {
			assert_int_equal(frame_owner(mfn(BASE + i)), owner[i]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_counts_and_bounds, setup),
		cmocka_unit_test_setup(test_contents_are_zero, setup),
		cmocka_unit_test_setup(test_ranges_are_met_exactly, setup),
		cmocka_unit_test_setup(test_the_last_reference_frees, setup),
		cmocka_unit_test_setup(test_a_full_table_refuses, setup),
		cmocka_unit_test_setup(test_random_walk, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
