/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets ordered by a number, with nodes embedded in what they order: an AVL tree with the smallest
 * node at hand. Insertion, removal and the step to the next node take O(log n) time in the worst
 * case (at most 1.44 log2(n) levels), the smallest node O(1). Nothing is allocated or recurses.
 *
 * No locks: the owner of a tree brings one. A tree that is all zeros is empty; a node needs no
 * preparation.
 */
#ifndef HV_TREE_H
#define HV_TREE_H

#include <hv/types.h>

struct tree_node {
	struct tree_node *parent;
	struct tree_node *child[2]; /* 0: what comes before the node, 1: what comes after it */
	u64 key;		    /* smaller comes before */
	s32 balance;		    /* height of child[1] minus height of child[0]: -1, 0 or 1 */
};

struct tree {
	struct tree_node *root;
	struct tree_node *first; /* smallest, NULL = empty */
};

/*
 * Puts a node that is in no tree into its place by the key. Among equals the new node comes last:
 * first come, first served.
 */
void tree_insert(struct tree *tree, struct tree_node *node, u64 key);

/* Takes out a node that is in this tree. */
void tree_remove(struct tree *tree, struct tree_node *node);

/* The node after this one, NULL = it is the last. */
struct tree_node *tree_next(const struct tree_node *node);

/* The smallest node, NULL = the tree is empty. */
static inline struct tree_node *tree_first(const struct tree *tree)
{
	return tree->first;
}

#endif
