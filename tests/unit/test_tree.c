/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The balanced tree against a sorted array: after each of many random insertions and removals the
 * order, the order among equals, the smallest node, all pointers and all balances are right, and
 * the height stays below the bound that AVL trees have.
 *
 * sources: common/lib/tree.c
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <hv/tree.h>

#define N 600

struct item {
	unsigned int key;
	struct tree_node node;
};

static struct item items[N];
static struct item *sorted[N]; /* the oracle */
static unsigned int nr;
static struct tree tree;

static u32 seed;

static u32 next_random(void)
{
	seed = seed * 1664525U + 1013904223U;
	return seed >> 8;
}

/* Height of a subtree, with its pointers and balances checked. */
static int check_node(const struct tree_node *node, const struct tree_node *parent)
{
	int left, right;

	if (!node) {
		return 0;
	}
	assert_ptr_equal(node->parent, parent);
	left = check_node(node->child[0], node);
	right = check_node(node->child[1], node);
	assert_in_range(node->balance + 1, 0, 2);
	assert_int_equal(node->balance, right - left);
	return 1 + MAX(left, right);
}

/* Least number of nodes of an AVL tree of that height. */
static unsigned int least(int height)
{
	return height < 2 ? (unsigned int)height : 1 + least(height - 1) + least(height - 2);
}

static void check(void)
{
	const struct tree_node *at = tree_first(&tree);
	int height = check_node(tree.root, NULL);

	assert_true(least(height) <= nr);
	for (unsigned int i = 0; i < nr; i++) {
		assert_ptr_equal(at, &sorted[i]->node);
		at = tree_next(at);
	}
	assert_null(at);
}

static void add(struct item *item)
{
	unsigned int at = nr;

	while (at > 0 && sorted[at - 1]->key > item->key) {
		sorted[at] = sorted[at - 1];
		at--;
	}
	sorted[at] = item;
	nr++;
	memset(&item->node, 0xA5, sizeof(item->node)); /* a node needs no preparation */
	tree_insert(&tree, &item->node, item->key);
}

static struct item *drop(unsigned int at)
{
	struct item *item = sorted[at];

	tree_remove(&tree, &item->node);
	memmove(&sorted[at], &sorted[at + 1], (nr - at - 1) * sizeof(sorted[0]));
	nr--;
	return item;
}

static int setup(void **state)
{
	memset(&tree, 0, sizeof(tree));
	nr = 0;
	seed = 1;
	return 0;
}

static void test_ascending_and_descending(void **state)
{
	for (int up = 0; up < 2; up++) {
		for (unsigned int i = 0; i < N; i++) {
			items[i].key = up ? i : N - i;
			add(&items[i]);
			check();
		}
		while (nr) {
			drop(up ? 0 : nr - 1);
			check();
		}
		assert_null(tree.root);
		assert_null(tree_first(&tree));
	}
}

static void test_equals_keep_their_order(void **state)
{
	for (unsigned int i = 0; i < N; i++) {
		items[i].key = i % 3;
		add(&items[i]);
		check();
	}
	/* A queue in which everybody goes to the end of his equals each time. */
	for (unsigned int i = 0; i < 2 * N; i++) {
		add(drop(0));
		check();
	}
}

/* Trees of all sizes, keys from many to nearly all equal; every position is removed some time. */
static void test_random(void **state)
{
	static const unsigned int ranges[] = { 1, 2, 10, 100, 1000000 };
	struct item *idle[N];

	for (unsigned int r = 0; r < ARRAY_SIZE(ranges); r++) {
		unsigned int nr_idle = N;

		setup(NULL);
		seed = r;
		for (unsigned int i = 0; i < N; i++) {
			idle[i] = &items[i];
		}
		for (unsigned int step = 0; step < 6000; step++) {
			/* Waves: 1,000 steps of mostly growing, then 1,000 of mostly shrinking. */
			bool grow = next_random() % 4 != 0;

			grow = (step / 1000) % 2 == 0 ? grow : !grow;
			if (nr == 0 || (grow && nr_idle)) {
				struct item *item = idle[--nr_idle];

				item->key = next_random() % ranges[r];
				add(item);
			} else {
				idle[nr_idle++] = drop(next_random() % nr);
			}
			check();
		}
	}
}

static void remove_one_of(unsigned int n, unsigned int start, unsigned int victim)
{
	setup(NULL);
	seed = start * 977 + n;
	for (unsigned int i = 0; i < n; i++) {
		items[i].key = next_random() % 50;
		add(&items[i]);
	}
	drop(victim);
	check();
}

/* Each node of each small tree is removed once: all cases of mending. */
static void test_all_small(void **state)
{
	for (unsigned int n = 1; n <= 24; n++) {
		for (unsigned int i = 0; i < 40 * n; i++) {
			remove_one_of(n, i / n, i % n);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ascending_and_descending, setup),
		cmocka_unit_test_setup(test_equals_keep_their_order, setup),
		cmocka_unit_test_setup(test_random, setup),
		cmocka_unit_test_setup(test_all_small, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
