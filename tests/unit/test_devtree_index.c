/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of device trees, with libfdt as the judge: the same nodes, parents, names and
 * properties in random trees and in damaged ones that both accept; each way of breaking a tree is
 * refused; no read goes beyond the blob (the sanitizers watch).
 *
 * sources: common/devtree/devtree.c common/devtree/devtree_read.c
 * sources: common/devtree/devtree_phandle.c common/devtree/devtree_device.c
 */
#include "random_tree.h"

#define ROUNDS 3000

static int offset_of(const void *fdt, int node)
{
	int at = 0;

	while (node-- > 0) {
		at = fdt_next_node(fdt, at, NULL);
	}
	return at;
}

static void test_random(void **state)
{
	srand(1);
	for (int round = 0; round < 200; round++) {
		int nr = make_random();

		assert_int_equal(devtree_init(blob, fdt_totalsize(blob)), 0);
		assert_int_equal(compare(blob, 0), nr);
	}
}

/* Paths, phandles and compatible strings. */
static void test_lookups(void **state)
{
	char path[256], own[256];

	srand(2);
	for (int round = 0; round < 40; round++) {
		int nr = make_random(), found = -1, theirs = -1;

		assert_int_equal(devtree_init(blob, sizeof(blob)), 0);
		for (int node = 0; node < nr; node++) {
			int at = offset_of(blob, node);
			int bytes = fdt_get_path(blob, at, path, sizeof(path));
			u32 phandle = fdt_get_phandle(blob, at);

			assert_int_equal(bytes, 0);
			assert_true(devtree_path(node, own, sizeof(own)));
			assert_string_equal(own, path);
			assert_false(devtree_path(node, own, (int)strlen(path)));
			assert_int_equal(offset_of(blob, devtree_find_path(path)),
					 fdt_path_offset(blob, path));
			path[strcspn(path, "@")] = '\0';
			assert_int_equal(devtree_find_path(path) < 0,
					 fdt_path_offset(blob, path) < 0);
			assert_int_equal(devtree_phandle(node), phandle);
			if (phandle) {
				assert_int_equal(devtree_find_phandle(phandle), node);
			}
		}
		do {
			found = devtree_find_compatible(found, "xen,domain");
			theirs = fdt_node_offset_by_compatible(blob, theirs, "xen,domain");
			assert_int_equal(found < 0, theirs < 0);
			assert_true(found < 0 || offset_of(blob, found) == theirs);
		} while (found >= 0);
		assert_int_equal(devtree_find_phandle(0), -1);
		assert_true(devtree_find_path("/none") < 0 && devtree_find_path("none") < 0);
	}
}

/* What libfdt lets pass: no root, properties after children, or with absurd lengths. */
static bool is_odd(const void *fdt)
{
	u32 tag, last = FDT_END;

	for (int at = 0, next; (tag = fdt_next_tag(fdt, at, &next)) != FDT_END; at = next) {
		const fdt32_t *words = fdt_offset_ptr(fdt, at, 8);

		if (tag == FDT_PROP &&
		    (last == FDT_END_NODE || fdt32_to_cpu(words[1]) > fdt_totalsize(fdt))) {
			return true;
		}
		last = tag == FDT_NOP ? last : tag;
	}
	return last == FDT_END;
}

/* Words and bytes of good trees are damaged, in a block that ends where the tree does. */
static void test_damaged(void **state)
{
	int nr_good = 0, nr_broken = 0;

	srand(3);
	for (int round = 0; round < ROUNDS; round++) {
		size_t size, from;
		char *copy;
		int rc;

		make_random();
		size = fdt_totalsize(blob);
		from = round % 4 ? fdt_off_dt_struct(blob) : 0;
		copy = malloc(size);
		memcpy(copy, blob, size);
		for (int i = rand() % 3; i >= 0; i--) {
			size_t at = from + (size_t)rand() % (size - from);

			if (rand() % 2) {
				copy[at] = (char)rand();
			} else {
				*(u32 *)(copy + (at & ~3UL) % (size & ~3UL)) = cpu_to_fdt32(
					(u32[]){ 1, 2, 3, 4, 9, 0xffffffff }[rand() % 6]);
			}
		}
		rc = devtree_init(copy, size);
		if (fdt_check_full(copy, size) == 0) {
			assert_true(rc == 0 || is_odd(copy) || fdt_version(copy) < 17);
		}
		if (rc == 0) {
			compare(copy, 0);
		}
		nr_good += rc == 0;
		nr_broken += rc != 0;
		free(copy);
	}
	assert_true(nr_good > ROUNDS / 10 && nr_broken > ROUNDS / 10);
}

/* A tree by hand: words of the structure, all with names "a" and "b". */
static int add_words(const u32 *words, size_t nr, size_t strings)
{
	struct fdt_header *h = (struct fdt_header *)blob;
	size_t structure = sizeof(*h) + 16;

	memset(blob, 0, 256);
	*h = (struct fdt_header){ .magic = cpu_to_fdt32(FDT_MAGIC),
				  .totalsize = cpu_to_fdt32((u32)(structure + nr * 4 + strings)),
				  .off_dt_struct = cpu_to_fdt32((u32)structure),
				  .off_dt_strings = cpu_to_fdt32((u32)(structure + nr * 4)),
				  .off_mem_rsvmap = cpu_to_fdt32(sizeof(*h)),
				  .version = cpu_to_fdt32(17),
				  .last_comp_version = cpu_to_fdt32(16),
				  .size_dt_strings = cpu_to_fdt32((u32)strings),
				  .size_dt_struct = cpu_to_fdt32((u32)(nr * 4)) };
	for (size_t i = 0; i < nr; i++) {
		((u32 *)(blob + structure))[i] = cpu_to_fdt32(words[i]);
	}
	memcpy(blob + structure + nr * 4, "a\0bc", strings);
	return devtree_init(blob, sizeof(blob));
}

#define TREE(...) add_words((const u32[]){ __VA_ARGS__ }, sizeof((u32[]){ __VA_ARGS__ }) / 4, 4)

enum {
	B = FDT_BEGIN_NODE,
	E = FDT_END_NODE,
	P = FDT_PROP,
	N = FDT_NOP,
	S = FDT_END
};

static void test_structure(void **state)
{
	assert_int_equal(TREE(B, 0, E, S), 0);
	assert_int_equal(TREE(N, B, 0, N, P, 4, 0, 7, N, B, 0x41000000, E, N, E, N, S), 0);
	assert_int_equal(devtree_u32(0, "a", 0), 7);
	assert_int_equal(TREE(B, 0, P, 0, 0, E, S), 0); /* empty */
	assert_int_equal(TREE(B, 0, P, 0, 1, E, S), 0); /* the name "" */
	assert_int_equal(TREE(B, 0, E), -EINVAL);	/* no end */
	assert_int_equal(TREE(B, 0, S), -EINVAL);	/* nodes without end */
	assert_int_equal(TREE(B, 0, B, 0x41000000, E, S), -EINVAL);
	assert_int_equal(TREE(S), -EINVAL); /* no root, two of them, none open */
	assert_int_equal(TREE(B, 0, E, B, 0, E, S), -EINVAL);
	assert_int_equal(TREE(E, S), -EINVAL);
	assert_int_equal(TREE(B, 0, E, E, S), -EINVAL);
	assert_int_equal(TREE(P, 0, 0, B, 0, E, S), -EINVAL); /* property of no node */
	assert_int_equal(TREE(B, 0, E, P, 0, 0, S), -EINVAL);
	assert_int_equal(TREE(B, 0, B, 0x41000000, E, P, 0, 0, E, S), -EINVAL); /* late */
	assert_int_equal(TREE(B, 0, B, 0x41000000, E, N, P, 0, 0, E, S), -EINVAL);
	assert_int_equal(TREE(B, 0x41414141), -EINVAL);		  /* a name without end */
	assert_int_equal(TREE(B, 0, P, 4), -EINVAL);		  /* half a property */
	assert_int_equal(TREE(B, 0, P, 12, 0, 7, E, S), -EINVAL); /* longer than all */
	assert_int_equal(TREE(B, 0, P, 0xffffffff, 0, 7, E, S), -EINVAL);
	assert_int_equal(TREE(B, 0, P, 0xfffffffd, 0, 7, E, S), -EINVAL);
	assert_int_equal(TREE(B, 0, P, 0, 4, E, S), -EINVAL); /* names out of their block */
	assert_int_equal(TREE(B, 0, P, 0, 2, E, S), -EINVAL); /* or cut off */
	assert_int_equal(TREE(B, 0, P, 0, 0xffffffff, E, S), -EINVAL);
	assert_int_equal(TREE(B, 0, 5, E, S), -EINVAL); /* no tag */
	assert_int_equal(TREE(B, 0, 0, E, S), -EINVAL);
}

static void test_header(void **state)
{
	static const struct {
		unsigned int word;
		u32 value;
		int rc;
	} rows[] = {
		{ 0, 0xd00dfeee, -EINVAL }, { 1, 39, -EINVAL },		{ 1, BYTES + 1, -EINVAL },
		{ 2, 57, -EINVAL },	    { 2, 0xfffffff0, -EINVAL }, { 3, BYTES, -EINVAL },
		{ 3, 0xffffffff, -EINVAL }, { 5, 16, -EINVAL },		{ 5, 18, 0 },
		{ 6, 18, -EINVAL },	    { 8, 0x10000, -EINVAL },	{ 8, 0xffffffff, -EINVAL },
		{ 9, 0x10000, -EINVAL },    { 9, 0xfffffffc, -EINVAL }, { 4, 0xfffffff8, -EINVAL },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(TREE(B, 0, P, 0, 0, E, S), 0);
		((u32 *)blob)[rows[i].word] = cpu_to_fdt32(rows[i].value);
		assert_int_equal(devtree_init(blob, sizeof(blob)), rows[i].rc);
	}
	assert_int_equal(TREE(B, 0, E, S), 0);
	assert_int_equal(devtree_init(blob, 39), -EINVAL);
	assert_int_equal(devtree_init(blob, fdt_totalsize(blob) - 1), -EINVAL);
	assert_int_equal(devtree_init(blob + 1, 200), -EINVAL);
	assert_int_equal(devtree_init(NULL, 200), -EINVAL);
}

/* A chain of nodes, which is as deep as there are, and one more than there is room for. */
static void test_bounds(void **state)
{
	for (int nr = CONFIG_DEVTREE_NODES - 1; nr <= CONFIG_DEVTREE_NODES + 1; nr++) {
		fdt_create(blob, sizeof(blob));
		fdt_finish_reservemap(blob);
		for (int i = 0; i < nr; i++) {
			assert_int_equal(fdt_begin_node(blob, i ? "n" : ""), 0);
		}
		for (int i = 0; i < nr; i++) {
			fdt_end_node(blob);
		}
		assert_int_equal(fdt_finish(blob), 0);
		assert_int_equal(devtree_init(blob, sizeof(blob)),
				 nr > CONFIG_DEVTREE_NODES ? -ENOSPC : 0);
		if (nr <= CONFIG_DEVTREE_NODES) {
			assert_int_equal(devtree_behind(0), nr);
			assert_int_equal(devtree_parent(nr - 1), nr - 2);
		}
	}
}

/* Trees on top of the host's come and go; a look-up by phandle or compatible stays in the host's.
 */
static void test_stack(void **state)
{
	static char other[BYTES] __attribute__((aligned(8)));
	int nr, own, more;

	srand(4);
	make_random();
	memcpy(other, blob, sizeof(blob));
	nr = make_random();
	assert_int_equal(devtree_init(blob, sizeof(blob)), 0);
	own = devtree_add(other, sizeof(other));
	assert_int_equal(own, nr);
	more = compare(other, own);
	assert_int_equal(compare(blob, 0), nr);
	assert_int_equal(devtree_add(other + 4, sizeof(other) - 4), -EINVAL);
	assert_int_equal(devtree_add(other, sizeof(other)), nr + more);
	((char *)other)[fdt_off_dt_struct(other) + fdt_size_dt_struct(other) - 5] = 0;
	assert_int_equal(devtree_add(other, sizeof(other)), -EINVAL); /* at its last END_NODE */
	((char *)other)[fdt_off_dt_struct(other) + fdt_size_dt_struct(other) - 5] = FDT_END_NODE;
	devtree_drop(-1);
	assert_int_equal(devtree_add(other, sizeof(other)), nr + 2 * more);
	devtree_drop(own);
	assert_int_equal(devtree_add(other, sizeof(other)), nr);
	assert_true(devtree_find_phandle(fdt_get_max_phandle(other)) < nr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),	cmocka_unit_test(test_lookups),
		cmocka_unit_test(test_damaged), cmocka_unit_test(test_structure),
		cmocka_unit_test(test_header),	cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
