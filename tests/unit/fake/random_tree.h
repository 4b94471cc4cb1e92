/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random device trees made by libfdt, and the comparison of a tree of the index with what libfdt
 * says of it.
 */
#ifndef RANDOM_TREE_H
#define RANDOM_TREE_H

#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <hv/devtree_write.h>
#include <hv/errno.h>

#define BYTES 65536

static char blob[BYTES] __attribute__((aligned(8)));

static const char *const names[] = { "compatible", "reg", "status", "y", "#size-cells", "x" };
static const char *const texts[] = { "a,b", "arm,gic-v3", "okay", "xen,domain", "", "memory" };

/* Some nodes and properties below the node that is open; returns how many nodes. */
static int add_random(int depth, int most)
{
	static u32 phandle;
	int nr = 0;

	for (int i = rand() % 5; i > 0; i--) {
		const char *text = texts[rand() % 6];
		int name = rand() % 6, bytes = (int)strlen(text) + 1;

		fdt_property(blob, names[name], text, name ? bytes - rand() % 2 : bytes);
	}
	if (rand() % 3 == 0) {
		fdt_property_u32(blob, "phandle", ++phandle);
	}
	for (int i = rand() % 6; i > 0 && nr < most && depth < 7; i--) {
		char name[16];

		snprintf(name, sizeof(name), rand() % 2 ? "n%d@%d" : "n%d%d", i, rand() % 100);
		assert_int_equal(fdt_begin_node(blob, name), 0);
		nr += 1 + add_random(depth + 1, most - nr - 1);
		assert_int_equal(fdt_end_node(blob), 0);
	}
	return nr;
}

static int make_random(void)
{
	int nr;

	fdt_create(blob, sizeof(blob));
	fdt_add_reservemap_entry(blob, 0x1000, 0x2000);
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	nr = 1 + add_random(0, 200);
	fdt_end_node(blob);
	assert_int_equal(fdt_finish(blob), 0);
	return nr;
}

/* The first properties are compared one by one, the others by name. */
static void compare_properties(const void *fdt, int offset, int node)
{
	struct devtree_property p = { .bytes = 0 };
	int at, bytes, own;
	const char *name;

	fdt_for_each_property_offset(at, fdt, offset) {
		const void *value = fdt_getprop_by_offset(fdt, at, &name, &bytes);

		assert_true(devtree_next_property(node, &p));
		assert_string_equal(p.name, name);
		assert_int_equal(p.bytes, bytes);
		assert_ptr_equal(p.value, value);
		assert_ptr_equal(devtree_property(node, name, &own),
				 fdt_getprop(fdt, offset, name, &bytes));
		assert_int_equal(own, bytes);
	}
	assert_false(devtree_next_property(node, &p));
	assert_null(devtree_property(node, "none", &own));
	assert_int_equal(own, 0);
}

/* All nodes in order, from node root on. */
static int compare(const void *fdt, int root)
{
	int stack[1100], depth = 0, node = root;

	for (int at = 0; at >= 0 && depth >= 0; at = fdt_next_node(fdt, at, &depth), node++) {
		int first = fdt_first_subnode(fdt, at), next = fdt_next_subnode(fdt, at);
		int inner = 0, behind = fdt_next_node(fdt, at, &inner), nr = 1;

		for (; behind >= 0 && inner > 0; behind = fdt_next_node(fdt, behind, &inner)) {
			nr++;
		}
		stack[depth] = node;
		assert_string_equal(devtree_name(node), fdt_get_name(fdt, at, NULL));
		assert_int_equal(devtree_parent(node), depth ? stack[depth - 1] : -1);
		assert_int_equal(devtree_behind(node), node + nr);
		assert_int_equal(devtree_child(node), first < 0 ? -1 : node + 1);
		assert_int_equal(devtree_next(node), depth && next >= 0 ? node + nr : -1);
		compare_properties(fdt, at, node);
	}
	return node - root;
}

#endif
