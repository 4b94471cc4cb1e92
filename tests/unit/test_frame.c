/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame allocator: alignment, splitting and merging, references, block release, and a random
 * walk against a simple model. Scrubbing is a fake that records which frames were zeroed.
 *
 * sources: common/mem/frame.c common/mem/heap.c common/mem/buddy.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <hv/debugkeys.h>
#include <hv/frame.h>

#define BASE 0x40000UL /* 1 GiB */
#define NR   2048UL
#define DOM  5

static u64 *table;
static u8 is_dirty[NR]; /* what the guest wrote: cleared by scrubbing */

static void scrub(mfn_t first, u64 nr)
{
	memset(&is_dirty[first.v - BASE], 0, nr);
}

static int setup(void **state)
{
	fake_reset(2);
	table = calloc(1, frame_table_bytes(NR));
	frame_table_init(table, mfn(BASE), NR, scrub);
	memset(is_dirty, 0, sizeof(is_dirty));
	return 0;
}

static int teardown(void **state)
{
	free(table);
	return 0;
}

static void test_add_and_count(void **state)
{
	assert_false(frame_is_ram(mfn(BASE)));
	frame_add_range(mfn(BASE + 3), 1000);
	assert_int_equal(frame_nr_free(), 1000);
	assert_int_equal(frame_nr_total(), 1000);
	assert_false(frame_is_ram(mfn(BASE + 2)));
	assert_true(frame_is_ram(mfn(BASE + 3)));
	assert_true(frame_is_ram(mfn(BASE + 1002)));
	assert_false(frame_is_ram(mfn(BASE + 1003)));
	assert_false(frame_is_ram(mfn(BASE - 1)));
	assert_false(frame_is_ram(mfn(BASE + NR)));
	assert_false(frame_is_ram(mfn(INVALID_FRAME)));
}

/* All frames free, and scrubbed once. */
static void add_clean(void)
{
	frame_add_range(mfn(BASE), NR);
	assert_int_equal(frame_alloc(11, DOM).v, BASE);
	for (u64 i = 0; i < NR; i++) {
		frame_put(mfn(BASE + i));
	}
}

static void test_boot_ram_is_scrubbed_once(void **state)
{
	mfn_t f;

	memset(is_dirty, 1, sizeof(is_dirty));
	frame_add_range(mfn(BASE), NR);
	f = frame_alloc(3, DOM);
	for (u64 i = 0; i < 8; i++) {
		assert_int_equal(is_dirty[f.v - BASE + i], 0);
	}
	/* Dom0's memory comes as it is. */
	f = frame_alloc_range(3, DOM, mfn(BASE + 512), mfn(BASE + NR));
	assert_int_equal(is_dirty[f.v - BASE], 1);
	frame_put_block(f, 3);
	assert_int_equal(is_dirty[f.v - BASE], 0);
}

static void test_alloc_is_aligned_and_merges(void **state)
{
	mfn_t f[11];

	add_clean();
	for (unsigned int order = 0; order <= 9; order++) {
		f[order] = frame_alloc(order, DOM);
		assert_true(mfn_is_valid_value(f[order]));
		assert_int_equal(f[order].v & (BIT(order) - 1), 0);
		assert_int_equal(frame_owner(f[order]), DOM);
		assert_int_equal(frame_refs(f[order]), 1);
		assert_int_equal(frame_owner(mfn(f[order].v + BIT(order) - 1)), DOM);
	}
	assert_int_equal(frame_nr_free(), NR - 1023);
	assert_int_equal(frame_alloc(10, DOM).v & 1023, 0);
	assert_int_equal(frame_alloc(10, DOM).v, INVALID_FRAME);
	for (unsigned int order = 0; order <= 9; order++) {
		frame_put_block(f[order], order);
	}
	/* All merged: the other 1024 are one block again. */
	assert_true(mfn_is_valid_value(frame_alloc(10, DOM)));
	assert_int_equal(frame_nr_free(), 0);
}

static void test_exhaustion(void **state)
{
	frame_add_range(mfn(BASE + 1), 2);
	assert_true(mfn_is_valid_value(frame_alloc(0, DOM)));
	assert_true(mfn_is_valid_value(frame_alloc(0, DOM)));
	assert_int_equal(frame_alloc(0, DOM).v, INVALID_FRAME);
	assert_int_equal(frame_alloc(19, DOM).v, INVALID_FRAME);
}

static void test_references(void **state)
{
	mfn_t f;

	frame_add_range(mfn(BASE), 16);
	f = frame_alloc(0, DOM);
	is_dirty[f.v - BASE] = 1;
	assert_false(frame_get(f, DOM + 1));
	assert_true(frame_get(f, DOM));
	assert_int_equal(frame_refs(f), 2);
	frame_put(f);
	assert_int_equal(frame_owner(f), DOM);
	assert_int_equal(is_dirty[f.v - BASE], 1);
	frame_put(f);
	assert_int_equal(is_dirty[f.v - BASE], 0);
	assert_int_equal(frame_owner(f), HV_DOMID_NONE);
	assert_false(frame_get(f, DOM));
	assert_int_equal(frame_nr_free(), 16);
	assert_false(frame_get(mfn(BASE + 100), DOM)); /* no RAM */
	assert_false(frame_get(mfn(BASE + NR), DOM));
	expect_panic(frame_put(f)); /* dropped once too often: our bug */
}

static void test_block_with_foreign_references(void **state)
{
	mfn_t f;

	frame_add_range(mfn(BASE), 512);
	f = frame_alloc(9, DOM);
	assert_true(frame_get(mfn(f.v + 7), DOM));
	assert_true(frame_get(mfn(f.v + 400), DOM));
	frame_put_block(f, 9);
	assert_int_equal(frame_nr_free(), 510);
	assert_int_equal(frame_owner(mfn(f.v + 7)), DOM);
	frame_put(mfn(f.v + 7));
	frame_put(mfn(f.v + 400));
	assert_int_equal(frame_nr_free(), 512);
	assert_true(mfn_is_valid_value(frame_alloc(9, DOM)));
}

static void test_range(void **state)
{
	mfn_t f;

	frame_add_range(mfn(BASE), NR);
	f = frame_alloc_range(4, DOM, mfn(BASE + 1000), mfn(BASE + 1040));
	assert_int_equal(f.v, BASE + 1008);
	f = frame_alloc_range(4, DOM, mfn(BASE + 1000), mfn(BASE + 1040));
	assert_int_equal(f.v, BASE + 1024);
	f = frame_alloc_range(4, DOM, mfn(BASE + 1000), mfn(BASE + 1040));
	assert_int_equal(f.v, INVALID_FRAME);
	f = frame_alloc_range(0, DOM, mfn(BASE + 5), mfn(BASE + 6));
	assert_int_equal(f.v, BASE + 5);
	f = frame_alloc_range(10, DOM, mfn(0), mfn(~0UL));
	assert_int_equal(f.v, INVALID_FRAME);
	f = frame_alloc_range(9, DOM, mfn(0), mfn(~0UL));
	assert_true(mfn_is_valid_value(f));
	assert_int_equal(frame_nr_free(), NR - 32 - 1 - 512);
}

/* Random allocations and releases; each frame has one owner in the model, and counts add up. */
static void test_random(void **state)
{
	static u8 owner[NR];
	struct {
		mfn_t f;
		unsigned int order;
	} live[64];
	unsigned int nr_live = 0;
	u64 nr_used = 0;

	memset(owner, 0, sizeof(owner));
	frame_add_range(mfn(BASE + 1), NR - 9);
	srand(7);
	for (int round = 0; round < 20000; round++) {
		if (nr_live < 64 && rand() % 2) {
			unsigned int order = (unsigned int)rand() % 7;
			mfn_t f = frame_alloc(order, DOM);

			if (!mfn_is_valid_value(f)) {
				continue;
			}
			for (u64 i = 0; i < BIT(order); i++) {
				assert_int_equal(owner[f.v - BASE + i], 0);
				assert_int_equal(is_dirty[f.v - BASE + i], 0);
				owner[f.v - BASE + i] = 1;
				is_dirty[f.v - BASE + i] = 1;
			}
			live[nr_live].f = f;
			live[nr_live++].order = order;
			nr_used += BIT(order);
		} else if (nr_live) {
			unsigned int i = (unsigned int)rand() % nr_live;

			memset(&owner[live[i].f.v - BASE], 0, BIT(live[i].order));
			frame_put_block(live[i].f, live[i].order);
			nr_used -= BIT(live[i].order);
			live[i] = live[--nr_live];
		}
		assert_int_equal(frame_nr_free(), NR - 9 - nr_used);
	}
	while (nr_live) {
		nr_live--;
		frame_put_block(live[nr_live].f, live[nr_live].order);
	}
	/* Everything has merged: [1, 2040) holds an aligned 1024. */
	assert_true(mfn_is_valid_value(frame_alloc(9, DOM)));
	assert_int_equal(frame_nr_free(), NR - 9 - 512);
}

static void (*print_key)(char key);

void debugkeys_register(char key, void (*handler)(char key), const char *help)
{
	assert_int_equal(key, 'm');
	print_key = handler;
}

static void test_debug_key(void **state)
{
	frame_add_range(mfn(BASE), 1024 + 2);
	print_key('m');
	assert_non_null(strstr(fake_log, "memory: 4104 of 4104 KiB free"));
	assert_non_null(strstr(fake_log, " 4096 KiB blocks: 1\n"));
	assert_non_null(strstr(fake_log, " 8 KiB blocks: 1\n"));
}

/* A scrubbed frame beside one that is as the boot loader left it: both are clean when handed out.
 */
static void test_dirty_stays_apart(void **state)
{
	mfn_t frame;

	memset(is_dirty, 1, sizeof(is_dirty));
	frame_add_range(mfn(BASE), 2);
	frame_put(frame_alloc(0, DOM));
	for (int i = 0; i < 2; i++) {
		frame = frame_alloc(0, DOM);
		assert_in_range(frame.v, BASE, BASE + 1);
		assert_int_equal(is_dirty[frame.v - BASE], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dirty_stays_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_add_and_count, setup, teardown),
		cmocka_unit_test_setup_teardown(test_boot_ram_is_scrubbed_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alloc_is_aligned_and_merges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exhaustion, setup, teardown),
		cmocka_unit_test_setup_teardown(test_references, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_with_foreign_references, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_range, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
		cmocka_unit_test_setup_teardown(test_debug_key, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
