/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The translation-table walker: what is mapped is found, with the largest blocks; a range that is
 * mapped in part is refused and stays as it was, whatever is in the way; tables run out.
 *
 * sources: arch/arm64/cpu/pgtable.c arch/arm64/cpu/pgtable_visit.c
 */
#include "fake.h"

#include <hv/errno.h>
#include <hv/mapping.h>
#include <hv/pgtable.h>
#include <hv/string.h>

#define NR_TABLES 12U
#define RW	  0x400UL

static u64 tables[NR_TABLES][PT_ENTRIES] __attribute__((aligned(4096)));
static unsigned int nr_used, nr_max;
static u64 flushed;

static void *take_table(struct pgtable *pt)
{
	return nr_used < nr_max ? tables[nr_used++] : NULL;
}

static pa_t table_pa(const void *va)
{
	return pa((u64)va - (u64)tables);
}

static void flush(struct pgtable *pt, u64 addr, u64 bytes)
{
	flushed += bytes;
}

static const struct pgtable_ops ops = { take_table, table_pa, flush };
static struct pgtable pt = { .ops = &ops, .start_level = 1, .addr_bits = 40 };

static int setup(void **state)
{
	memset(tables, 0, sizeof(tables));
	nr_used = 2;
	nr_max = NR_TABLES;
	flushed = 0;
	pt.root = tables[0];
	/* Some tables are in kept memory, as those from the heap, some in the image. */
	own_memory = (struct own_memory){ 4 * sizeof(tables[0]), 4 * sizeof(tables[0]), (u64)tables,
					  (u64)tables };
	return 0;
}

static int map(u64 addr, u64 bytes, u64 to)
{
	struct pgtable_range range = { addr, bytes, to };

	return pgtable_map(&pt, &range, RW, 30);
}

static void expect(u64 addr, u64 to, unsigned int shift)
{
	struct pgtable_leaf leaf = pgtable_lookup(&pt, addr);

	assert_int_equal(leaf.shift, shift);
	assert_int_equal(leaf.entry & PT_ADDR_MASK, to);
	assert_int_equal(leaf.addr, addr & ~(BIT(shift) - 1));
}

static void test_blocks(void **state)
{
	assert_int_equal(map(GIB(1) - MIB(2), GIB(1) + MIB(2) + KIB(4), GIB(3) - MIB(2)), 0);
	expect(GIB(1) - MIB(2), GIB(3) - MIB(2), 21);
	expect(GIB(1), GIB(3), 30);
	expect(GIB(2), GIB(4), 12);
	assert_int_equal(pgtable_lookup(&pt, GIB(2) + KIB(4)).entry, 0);
}

/* Behind a part of the range is a page, a block, or a page below a table in a block's way. */
static void test_exists(void **state)
{
	assert_int_equal(map(MIB(4) + KIB(8), KIB(4), GIB(1)), 0);
	assert_int_equal(map(MIB(8), MIB(2), GIB(2)), 0);
	assert_int_equal(map(MIB(4), KIB(16), GIB(3)), -EEXIST);
	assert_int_equal(flushed, KIB(8));
	assert_int_equal(map(MIB(2), MIB(4), GIB(3)), -EEXIST);
	assert_int_equal(map(MIB(8), KIB(4), GIB(3)), -EEXIST);
	assert_int_equal(map(MIB(8) - KIB(4), KIB(8), GIB(3)), -EEXIST);
	assert_int_equal(map(0, GIB(1), GIB(3)), -EEXIST);
	for (u64 at = 0; at < MIB(12); at += KIB(4)) {
		bool is_mapped = at == MIB(4) + KIB(8) || (at >= MIB(8) && at < MIB(10));

		assert_int_equal(pgtable_lookup(&pt, at).entry != 0, is_mapped);
	}
	expect(MIB(4) + KIB(8), GIB(1), 12);
	expect(MIB(8), GIB(2), 21);
}

static void test_below_an_empty_table(void **state)
{
	struct pgtable_leaf old;

	assert_int_equal(map(MIB(4) + KIB(8), KIB(4), GIB(1)), 0);
	assert_int_equal(pgtable_clear(&pt, MIB(4) + KIB(8), 12, &old), 0);
	assert_int_equal(old.entry & PT_ADDR_MASK, GIB(1));
	assert_int_equal(map(MIB(2), MIB(6), GIB(1)), 0);
	expect(MIB(2), GIB(1), 21);
	expect(MIB(4) + KIB(8), GIB(1) + MIB(2) + KIB(8), 12);
	expect(MIB(6), GIB(1) + MIB(4), 21);
}

static void test_no_tables(void **state)
{
	nr_max = nr_used + 2;
	assert_int_equal(map(MIB(2) - KIB(4), KIB(8), GIB(1)), -ENOMEM);
	assert_int_equal(pgtable_lookup(&pt, MIB(2) - KIB(4)).entry, 0);
	nr_max = NR_TABLES;
	assert_int_equal(map(MIB(2) - KIB(4), KIB(8), GIB(1)), 0);
	expect(MIB(2), GIB(1) + KIB(4), 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_blocks, setup),
		cmocka_unit_test_setup(test_exists, setup),
		cmocka_unit_test_setup(test_below_an_empty_table, setup),
		cmocka_unit_test_setup(test_no_tables, setup),
	};

	return cmocka_run_group_tests_name("pgtable", tests, NULL, NULL);
}
