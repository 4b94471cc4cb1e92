/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flattened device trees, checked and indexed: one pass over the structure block checks each tag
 * and length, and notes for each node where its name and properties are, its parent and the end of
 * its subtree. What has been checked is relied on afterwards, so a look-up costs a few instructions
 * for each property in its way, and none for nodes that it does not ask for.
 *
 * The index is bounded (CONFIG_DEVTREE_NODES). The host's tree comes first; others are stacked on
 * it. Properties must come before children, as the specification says (5.4.1). Boot CPU only, no
 * locks. Devicetree Specification 0.4, chapter 5.
 */
#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/string.h>
#include <libfdt.h>

struct node {
	const char *name;
	const u32 *properties;
	const char *names;    /* of properties: the tree's block of them */
	short parent, behind; /* -1: a root; the first node that is not below this one */
};

static __initdata const void *host;
static __initdata struct node nodes[CONFIG_DEVTREE_NODES];
static __initdata int nr_nodes;

/* A block of words or names. */
struct block {
	const u32 *words;
	u32 nr; /* of words */
	const char *names;
	u32 bytes; /* of names */
};

/* libfdt's fdt32_to_cpu() takes each byte by itself. */
static u32 big_endian(u32 word)
{
	return __builtin_bswap32(word);
}

static u32 words_of(u32 bytes)
{
	return bytes / 4 + (bytes % 4 != 0);
}

/* How many words follow the tag of a property; who goes so far sees whether they are there. */
static int property_words(const struct block *b, u32 at)
{
	if (b->nr - at < 2 || big_endian(b->words[at + 1]) >= b->bytes) {
		return -EINVAL;
	}
	return 2 + (int)words_of(big_endian(b->words[at]));
}

static int begin_node(const struct block *b, u32 at, int parent)
{
	const char *name = (const char *)(b->words + at);
	size_t most = (b->nr - at) * 4UL, n = strnlen(name, most);

	if (n == most || nr_nodes == CONFIG_DEVTREE_NODES) {
		return n == most ? -EINVAL : -ENOSPC;
	}
	n = n / 4 + 1;
	nodes[nr_nodes++] = (struct node){ name, b->words + at + n, b->names, (short)parent, 0 };
	return (int)n;
}

/* All nodes of a tree; there is one root, which is not closed before the end. */
static int index_tree(const struct block *b)
{
	int root = nr_nodes, node = -1, n = 0;
	u32 before = FDT_END, tag;

	for (u32 at = 0; at < b->nr && n >= 0; at += (u32)n) {
		tag = big_endian(b->words[at++]);
		n = tag == FDT_NOP ? 0 : -EINVAL;
		if (tag == FDT_END) {
			return node < 0 && nr_nodes > root ? 0 : -EINVAL;
		}
		if (tag == FDT_BEGIN_NODE && (node >= 0 || nr_nodes == root)) {
			n = begin_node(b, at, node);
			node = nr_nodes - 1;
		} else if (tag == FDT_END_NODE && node >= 0) {
			n = 0;
			nodes[node].behind = (short)nr_nodes;
			node = nodes[node].parent;
		} else if (tag == FDT_PROP && node >= 0 && before != FDT_END_NODE) {
			n = property_words(b, at);
		}
		before = tag == FDT_NOP ? before : tag;
	}
	return n < 0 ? n : -EINVAL;
}

static bool is_header_broken(const void *fdt, size_t bytes)
{
	return !fdt || !IS_ALIGNED((uintptr_t)fdt, 4) || bytes < sizeof(struct fdt_header) ||
	       fdt_check_header(fdt) || fdt_totalsize(fdt) > bytes || fdt_version(fdt) < 17 ||
	       !IS_ALIGNED(fdt_off_dt_struct(fdt) | fdt_off_mem_rsvmap(fdt), 4);
}

int devtree_add(const void *fdt, size_t bytes)
{
	const char *blob = fdt;
	int root = nr_nodes, rc;
	struct block b;

	if (is_header_broken(fdt, bytes)) {
		return -EINVAL;
	}
	b = (struct block){ (const void *)(blob + fdt_off_dt_struct(fdt)),
			    fdt_size_dt_struct(fdt) / 4, blob + fdt_off_dt_strings(fdt),
			    fdt_size_dt_strings(fdt) };
	while (b.bytes && b.names[b.bytes - 1]) { /* a name that is cut off is none */
		b.bytes--;
	}
	rc = index_tree(&b);
	nr_nodes = rc ? root : nr_nodes;
	return rc ? rc : root;
}

void devtree_drop(int root)
{
	nr_nodes = root >= 0 ? root : nr_nodes;
}

int devtree_init(const void *fdt, size_t mapped_bytes)
{
	host = fdt;
	devtree_drop(0);
	return devtree_add(fdt, mapped_bytes);
}

u32 devtree_bytes(void)
{
	return fdt_totalsize(host);
}

bool devtree_reserve_map(u32 i, struct devtree_range *out)
{
	u64 at = fdt_off_mem_rsvmap(host) + 16UL * i;
	const u32 *entry = (const void *)((const char *)host + at);

	if (at + 16 > fdt_totalsize(host)) {
		return false;
	}
	*out = (struct devtree_range){ devtree_cells(entry, 2), devtree_cells(entry + 2, 2) };
	return out->bytes != 0;
}

const char *devtree_name(int node)
{
	return node < 0 ? "" : nodes[node].name;
}

int devtree_parent(int node)
{
	return node < 0 ? node : nodes[node].parent;
}

int devtree_behind(int node)
{
	return nodes[node].behind;
}

int devtree_child(int node)
{
	return node >= 0 && nodes[node].behind > node + 1 ? node + 1 : -1;
}

int devtree_next(int node)
{
	int next = nodes[node].behind, parent = nodes[node].parent;

	return parent >= 0 && next < nodes[parent].behind ? next : -1;
}

bool devtree_next_property(int node, struct devtree_property *p)
{
	if (node < 0) {
		return false;
	}
	p->next = p->next ? p->next : nodes[node].properties;
	while (big_endian(*p->next) == FDT_NOP) {
		p->next++;
	}
	if (big_endian(*p->next) != FDT_PROP) {
		return false;
	}
	p->bytes = (int)big_endian(p->next[1]);
	p->name = nodes[node].names + big_endian(p->next[2]);
	p->value = p->next + 3;
	p->next += 3 + words_of((u32)p->bytes);
	return true;
}

const void *devtree_property(int node, const char *name, int *bytes)
{
	struct devtree_property p = { .bytes = 0 };
	bool is_found = false;

	while (!is_found && devtree_next_property(node, &p)) {
		is_found = *p.name == *name && strcmp(p.name, name) == 0;
	}
	if (bytes) {
		*bytes = is_found ? p.bytes : 0;
	}
	return is_found ? p.value : NULL;
}

u64 devtree_cells(const void *cells, int nr_cells)
{
	const u32 *cell = cells;
	u64 value = 0;

	while (nr_cells-- > 0) {
		value = value << 32 | big_endian(*cell++);
	}
	return value;
}
