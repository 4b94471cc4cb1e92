/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AVL trees with parent pointers (Adelson-Velsky and Landis, 1962): in each node the heights of the
 * two subtrees differ by at most one. The two directions are indices of child[], so that each case
 * is written once: side 1 (right) has sign +1, side 0 (left) has sign -1.
 *
 * Invariants between calls: every balance is -1, 0 or 1; child and parent pointers agree;
 * tree->first is the leftmost node. No state, no locks.
 */
#include <hv/tree.h>

static s32 sign_of(unsigned int side)
{
	return side ? 1 : -1;
}

static unsigned int side_of(const struct tree_node *node)
{
	return node->parent && node->parent->child[1] == node;
}

/* Whoever points down to node points to by instead. */
static void relink(struct tree *tree, const struct tree_node *node, struct tree_node *by)
{
	if (node->parent) {
		node->parent->child[side_of(node)] = by;
	} else {
		tree->root = by;
	}
}

static void adopt(struct tree_node *parent, unsigned int side, struct tree_node *child)
{
	parent->child[side] = child;
	if (child) {
		child->parent = parent;
	}
}

/* The child of that side takes node's place, node becomes its child. Balances stay as they are. */
static void rotate(struct tree *tree, struct tree_node *node, unsigned int side)
{
	struct tree_node *riser = node->child[side];

	relink(tree, node, riser);
	riser->parent = node->parent;
	adopt(node, side, riser->child[!side]);
	adopt(riser, !side, node);
}

/* Mends a node whose balance is 2 or -2, else does nothing; the root of the subtree afterwards. */
static struct tree_node *mend(struct tree *tree, struct tree_node *node)
{
	unsigned int side = node->balance > 0;
	s32 heavy = sign_of(side);
	struct tree_node *child = node->child[side], *inner;

	if (node->balance != 2 * heavy) {
		return node;
	}
	if (child->balance != -heavy) {
		rotate(tree, node, side);
		/* A level child happens after a removal only, and leaves the height as it was. */
		node->balance = child->balance ? 0 : heavy;
		child->balance = child->balance ? 0 : -heavy;
		return child;
	}
	inner = child->child[!side];
	rotate(tree, child, !side);
	rotate(tree, node, side);
	node->balance = inner->balance == heavy ? -heavy : 0;
	child->balance = inner->balance == -heavy ? heavy : 0;
	inner->balance = 0;
	return inner;
}

void tree_insert(struct tree *tree, struct tree_node *node, u64 key)
{
	struct tree_node *at = NULL, **link = &tree->root;

	while (*link) {
		at = *link;
		link = &at->child[key >= at->key];
	}
	*node = (struct tree_node){ .parent = at, .key = key };
	*link = node;
	if (!tree->first || tree->first->child[0]) {
		tree->first = node;
	}
	/* Each subtree on the way up has grown by one, until one takes it without growing. */
	for (; at; node = at, at = at->parent) {
		at->balance += sign_of(side_of(node));
		if (at->balance % 2 == 0) {
			mend(tree, at);
			break;
		}
	}
}

/* Changes places with the next node, which has no left child as it is below a right child. */
static void swap_with_next(struct tree *tree, struct tree_node *node)
{
	struct tree_node *next = tree_next(node), old = *next;

	relink(tree, node, next);
	next->parent = node->parent;
	next->balance = node->balance;
	adopt(next, 0, node->child[0]);
	if (old.parent == node) {
		adopt(next, 1, node);
	} else {
		adopt(next, 1, node->child[1]);
		adopt(old.parent, 0, node);
	}
	node->child[0] = NULL;
	adopt(node, 1, old.child[1]);
}

void tree_remove(struct tree *tree, struct tree_node *node)
{
	struct tree_node *at, *child;
	unsigned int side;

	if (tree->first == node) {
		tree->first = tree_next(node);
	}
	if (node->child[0] && node->child[1]) {
		swap_with_next(tree, node);
	}
	at = node->parent;
	side = side_of(node);
	child = node->child[0] ? node->child[0] : node->child[1];
	relink(tree, node, child);
	if (child) {
		child->parent = at;
	}
	/* Each subtree on the way up is lower by one, until one was high on its other side. */
	while (at) {
		at->balance -= sign_of(side);
		at = at->balance ? mend(tree, at) : at;
		side = side_of(at);
		at = at->balance ? NULL : at->parent;
	}
}

struct tree_node *tree_next(const struct tree_node *node)
{
	struct tree_node *at = node->child[1];

	while (at && at->child[0]) {
		at = at->child[0];
	}
	if (at) {
		return at;
	}
	while (side_of(node) == 1) {
		node = node->parent;
	}
	return node->parent;
}
