/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small tree of text values, kept as a flat list of absolute paths: with at
 * most a few dozen nodes a list is the simplest thing that is fast enough. An
 * inner node exists when something below it exists.
 *
 * Paths are the domain's input: they are checked for length and characters
 * before anything else looks at them.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_tree.h"

/* Turns @path into an absolute one without a final '/'. */
static int tree_absolute(const struct store_tree *t, const char *path, char out[TREE_PATH])
{
	size_t n;

	if (!path[0] || strstr(path, "//")) {
		return -EINVAL;
	}
	for (const char *p = path; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("-/_@", *p)) {
			return -EINVAL;
		}
	}
	n = (size_t)snprintf(out, TREE_PATH, path[0] == '/' || path[0] == '@' ? "%s%s" : "%s/%s",
			     path[0] == '/' || path[0] == '@' ? "" : t->home, path);
	if (n >= TREE_PATH) {
		return -EINVAL;
	}
	if (n > 1 && out[n - 1] == '/') {
		out[n - 1] = '\0';
	}
	return 0;
}

/* Whether @path is @dir or lies below it. */
static bool tree_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (n == 1 && dir[0] == '/') {
		return path[0] == '/';
	}
	return !strncmp(path, dir, n) && (path[n] == '\0' || path[n] == '/');
}

static struct tree_node *tree_find(const struct store_tree *t, const char *abs)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		if (!strcmp(t->node[i].path, abs)) {
			return (struct tree_node *)&t->node[i];
		}
	}
	return NULL;
}

int tree_write(struct store_tree *t, const char *path, const void *value, size_t len)
{
	char abs[TREE_PATH];
	struct tree_node *n;
	char *copy;
	int rc = tree_absolute(t, path, abs);

	if (rc || len > TREE_VALUE || abs[0] == '@') {
		return -EINVAL;
	}
	n = tree_find(t, abs);
	if (!n && t->nr_nodes == TREE_NODES) {
		return -ENOSPC;
	}
	copy = malloc(len + 1);
	if (!copy) {
		return -ENOSPC;
	}
	memcpy(copy, value, len);
	copy[len] = '\0';
	if (!n) {
		n = &t->node[t->nr_nodes++];
		strcpy(n->path, abs);
		n->value = NULL;
	}
	free(n->value);
	n->value = copy;
	n->len = len;
	return 0;
}

int tree_read(const struct store_tree *t, const char *path, const char **value, size_t *len)
{
	char abs[TREE_PATH];
	const struct tree_node *n;
	int rc = tree_absolute(t, path, abs);

	if (rc) {
		return rc;
	}
	n = tree_find(t, abs);
	*value = n ? n->value : "";
	*len = n ? n->len : 0;
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		if (tree_below(t->node[i].path, abs)) {
			return 0;
		}
	}
	return -ENOENT;
}

int tree_remove(struct store_tree *t, const char *path)
{
	char abs[TREE_PATH];
	unsigned int kept = 0;
	unsigned int before = t->nr_nodes;
	int rc = tree_absolute(t, path, abs);

	if (rc) {
		return rc;
	}
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		if (tree_below(t->node[i].path, abs)) {
			free(t->node[i].value);
		} else {
			t->node[kept++] = t->node[i];
		}
	}
	t->nr_nodes = kept;
	return kept < before ? 0 : -ENOENT;
}

/* Appends the name if it is not in the list yet. */
static long tree_list_add(char *out, size_t size, long at, const char *name, size_t len)
{
	for (long i = 0; i < at; i += (long)strlen(out + i) + 1) {
		if (strlen(out + i) == len && !memcmp(out + i, name, len)) {
			return at;
		}
	}
	if ((size_t)at + len + 1 > size) {
		return -ENOSPC;
	}
	memcpy(out + at, name, len);
	out[(size_t)at + len] = '\0';
	return at + (long)len + 1;
}

long tree_list(const struct store_tree *t, const char *path, char *out, size_t size)
{
	char abs[TREE_PATH];
	const char *value;
	size_t dir;
	long at = 0;
	int rc = tree_read(t, path, &value, &dir);

	if (rc || tree_absolute(t, path, abs)) {
		return rc ? rc : -EINVAL;
	}
	dir = strlen(abs) == 1 ? 0 : strlen(abs);
	for (unsigned int i = 0; i < t->nr_nodes && at >= 0; i++) {
		const char *p = t->node[i].path;

		if (tree_below(p, abs) && p[dir] == '/' && p[dir + 1]) {
			at = tree_list_add(out, size, at, p + dir + 1, strcspn(p + dir + 1, "/"));
		}
	}
	return at;
}

int tree_watch_add(struct store_tree *t, const char *path, const char *token)
{
	char abs[TREE_PATH];
	struct tree_watch *w;
	int rc = tree_absolute(t, path, abs);

	if (rc || strlen(token) >= TREE_PATH || strlen(path) >= TREE_PATH) {
		return -EINVAL;
	}
	for (unsigned int i = 0; i < t->nr_watches; i++) {
		if (!strcmp(t->watch[i].path, path) && !strcmp(t->watch[i].token, token)) {
			return -EEXIST;
		}
	}
	if (t->nr_watches == TREE_WATCHES) {
		return -ENOSPC;
	}
	w = &t->watch[t->nr_watches++];
	strcpy(w->path, path);
	strcpy(w->token, token);
	return 0;
}

int tree_watch_remove(struct store_tree *t, const char *path, const char *token)
{
	for (unsigned int i = 0; i < t->nr_watches; i++) {
		if (!strcmp(t->watch[i].path, path) && !strcmp(t->watch[i].token, token)) {
			t->watch[i] = t->watch[--t->nr_watches];
			return 0;
		}
	}
	return -ENOENT;
}

bool tree_watch_hit(const struct store_tree *t, const struct tree_watch *w, const char *changed,
		    char *out)
{
	char watched[TREE_PATH];
	char abs[TREE_PATH];
	size_t home = strlen(t->home);

	if (tree_absolute(t, w->path, watched) || tree_absolute(t, changed, abs) ||
	    !tree_below(abs, watched)) {
		return false;
	}
	/* A relative watch reports relative paths. */
	if (w->path[0] != '/' && w->path[0] != '@' && tree_below(abs, t->home)) {
		strcpy(out, abs[home] ? abs + home + 1 : "");
	} else {
		strcpy(out, abs);
	}
	return true;
}

void tree_free(struct store_tree *t)
{
	for (unsigned int i = 0; i < t->nr_nodes; i++) {
		free(t->node[i].value);
	}
	t->nr_nodes = 0;
	t->nr_watches = 0;
}
