/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer of device trees: random trees that it copies are what they were; values; errors are
 * kept; in too little room nothing is made, and nothing is written beyond it (the sanitizers
 * watch).
 *
 * sources: common/devtree/devtree.c common/devtree/devtree_read.c common/devtree/devtree_write.c
 * sources: common/devtree/devtree_phandle.c
 */
#include "random_tree.h"

static void copy_all(struct devtree_writer *w, int node)
{
	int child;

	devtree_copy(w, node, NULL);
	devtree_for_each_child(child, node) {
		devtree_begin(w, devtree_name(child));
		copy_all(w, child);
		devtree_end(w);
	}
}

/* What is written is what libfdt reads; in too little room nothing is, and nothing goes beyond. */
static void test_copies(void **state)
{
	srand(5);
	for (int round = 0; round < 100; round++) {
		int nr = make_random(), least = BYTES;
		struct devtree_writer w;

		assert_int_equal(devtree_init(blob, sizeof(blob)), 0);
		for (int room = BYTES; room > 0; room = room / 16 * 8) {
			char *copy = malloc((size_t)room);
			u32 bytes;

			devtree_write(&w, copy, room);
			copy_all(&w, 0);
			bytes = devtree_write_end(&w);
			assert_true(bytes <= (u32)room);
			if (bytes) {
				assert_int_equal(fdt_check_full(copy, bytes), 0);
				assert_int_equal(devtree_add(copy, bytes), nr);
				assert_int_equal(compare(copy, nr), nr);
				devtree_drop(nr);
				least = room;
			}
			assert_true(bytes || room < BYTES);
			free(copy);
		}
		assert_true(least < BYTES);
	}
}

static void test_values(void **state)
{
	static const char *const without[] = { "x", "reg", NULL };
	static char room[4096] __attribute__((aligned(8)));
	struct devtree_writer w;

	devtree_write(&w, room, sizeof(room));
	devtree_add_cells(&w, 0x1234, 1);
	devtree_put_cells(&w, "one");
	devtree_add_cells(&w, 0x123456789abcdef0, 2);
	devtree_add_cells(&w, 7, 1);
	devtree_put_cells(&w, "reg");
	devtree_put_text(&w, "x", "text");
	assert_int_equal(devtree_init(room, devtree_write_end(&w)), 0);
	assert_int_equal(devtree_u32(0, "one", 0), 0x1234);
	assert_memory_equal(devtree_property(0, "reg", NULL),
			    "\x12\x34\x56\x78\x9a\xbc\xde\xf0\0\0\0\7", 12);
	assert_string_equal(devtree_string(0, "x"), "text");
	devtree_write(&w, blob, 512);
	devtree_copy(&w, 0, without);
	assert_int_equal(devtree_init(blob, devtree_write_end(&w)), 0);
	assert_true(devtree_has(0, "one") && !devtree_has(0, "reg") && !devtree_has(0, "x"));
}

/* Errors are kept until the end. */
static void test_errors(void **state)
{
	struct devtree_writer w;

	devtree_write(&w, blob, 512);
	devtree_copy(&w, -1, NULL); /* what is not there */
	assert_int_equal(devtree_write_end(&w), 0);
	devtree_write(&w, blob, BYTES);
	for (u32 i = 0; i <= DEVTREE_CELLS_MAX; i++) {
		devtree_add_cells(&w, i, 1);
	}
	devtree_put_cells(&w, "too long");
	devtree_put_text(&w, "x", "y");
	assert_int_equal(devtree_write_end(&w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
