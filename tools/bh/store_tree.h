/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nodes and watches of one domain's store. Pure and bounded: the domain
 * can fill it, not more. Tested on the host.
 */
#ifndef BH_STORE_TREE_H
#define BH_STORE_TREE_H

#include <stdbool.h>
#include <stddef.h>

#define TREE_NODES   256
#define TREE_WATCHES 64
#define TREE_PATH    256 /* with the NUL */
#define TREE_VALUE   1024

struct tree_node {
	char path[TREE_PATH]; /* absolute, without a '/' at the end */
	size_t len;
	char *value;
};

struct tree_watch {
	char path[TREE_PATH]; /* as the domain wrote it */
	char token[TREE_PATH];
};

struct store_tree {
	char home[64]; /* what relative paths begin with: /local/domain/N */
	struct tree_node node[TREE_NODES];
	unsigned int nr_nodes;
	struct tree_watch watch[TREE_WATCHES];
	unsigned int nr_watches;
};

/* All return 0 or -errno: -EINVAL bad path, -ENOENT no such node, -ENOSPC full. */

int tree_write(struct store_tree *t, const char *path, const void *value, size_t len);
/* *value is not NUL-terminated; an inner node has an empty value. */
int tree_read(const struct store_tree *t, const char *path, const char **value, size_t *len);
/* Removes the node and all below. -ENOENT when there was none. */
int tree_remove(struct store_tree *t, const char *path);
/* Writes the names of the children, each with its NUL, to @out. Returns bytes or -errno. */
long tree_list(const struct store_tree *t, const char *path, char *out, size_t size);
int tree_watch_add(struct store_tree *t, const char *path, const char *token);
int tree_watch_remove(struct store_tree *t, const char *path, const char *token);
/*
 * Whether a change of @changed concerns watch @w; then @out (TREE_PATH bytes) is the path to
 * report, in the form the domain used.
 */
bool tree_watch_hit(const struct store_tree *t, const struct tree_watch *w, const char *changed,
		    char *out);
void tree_free(struct store_tree *t);

#endif
