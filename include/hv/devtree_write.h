/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device tree in the making, by libfdt's sequential writer: nodes begin and end, properties come
 * before children. Nothing returns an error: the end does, when something did not fit, or was to be
 * copied from a node that is none. Boot only, no locks.
 */
#ifndef HV_DEVTREE_WRITE_H
#define HV_DEVTREE_WRITE_H

#include <hv/devtree.h>

#define DEVTREE_CELLS_MAX 128U

struct devtree_writer {
	void *fdt;
	int rc; /* libfdt's, the first that is not 0 */
	u32 nr; /* cells for the next property */
	u32 cells[DEVTREE_CELLS_MAX];
};

/* Begin a tree, and its root, in so many bytes. */
void devtree_write(struct devtree_writer *w, void *room, int bytes);
/* End both. Returns how many bytes the tree has, 0: it is broken. */
u32 devtree_write_end(struct devtree_writer *w);

void devtree_begin(struct devtree_writer *w, const char *name);
void devtree_end(struct devtree_writer *w);

void devtree_put(struct devtree_writer *w, const char *name, const void *value, int bytes);
void devtree_put_text(struct devtree_writer *w, const char *name, const char *text);
/* Collect a number of so many cells; the property of all that have been collected. */
void devtree_add_cells(struct devtree_writer *w, u64 value, int nr_cells);
void devtree_put_cells(struct devtree_writer *w, const char *name);
/* The properties of a node of another tree, but for those in a list (or NULL) that ends with NULL.
 */
void devtree_copy(struct devtree_writer *w, int node, const char *const *without);

#endif
