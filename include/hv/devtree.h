/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's device tree, read-only, at boot, and other trees beside it: all checked and indexed
 * once. A node is a number in the order of the tree, 0 is the host's root, and < 0 is no node: it
 * has no properties, children or parent either. Everything in a tree is checked input: a malformed
 * property is an error value, never a panic. Devicetree Specification 0.4, chapters 2, 3 and 5.
 */
#ifndef HV_DEVTREE_H
#define HV_DEVTREE_H

#include <hv/irq.h>
#include <hv/types.h>

struct devtree_range {
	u64 base, bytes;
};

/*
 * Use this tree as the host's. -EINVAL when it is none or anything of its format is broken;
 * -ENOSPC: it has more than CONFIG_DEVTREE_NODES nodes.
 */
int devtree_init(const void *fdt, size_t mapped_bytes);
/* One more tree, of at most so many bytes: its root, or as devtree_init(). */
int devtree_add(const void *fdt, size_t bytes);
/* Forget the tree with this root (< 0: none), and what was added after it. */
void devtree_drop(int root);
/* How many bytes the host's tree has. */
u32 devtree_bytes(void);

/* Nodes: name with unit address, parent, first child and next sibling (< 0: there is none). */
const char *devtree_name(int node);
int devtree_parent(int node);
int devtree_child(int node);
int devtree_next(int node);
/* The first node that is not in the node's subtree; the number of nodes when it is a root. */
int devtree_behind(int node);
#define devtree_for_each_child(child, node)                                                        \
	for ((child) = devtree_child(node); (child) >= 0; (child) = devtree_next(child))

/*
 * Look-ups, < 0 when there is none: a child by its name (a unit address may be left out); a node of
 * the host by path (which ends at ':', and may begin with an alias), by phandle, or the first after
 * `after` (-1: from the start) with a compatible string.
 */
int devtree_child_named(int node, const char *name);
int devtree_find_path(const char *path);
int devtree_find_phandle(u32 phandle);
int devtree_find_compatible(int after, const char *compatible);
bool devtree_is_compatible(int node, const char *compatible);
/* False when status is there and neither "okay" nor "ok". */
bool devtree_is_available(int node);
/* Is device_type this? */
bool devtree_has_type(int node, const char *type);
/* The node's path; false: it needs more than size bytes. */
bool devtree_path(int node, char *path, int size);

/* A property's value and, unless bytes is NULL, its length; NULL and 0: there is none. */
const void *devtree_property(int node, const char *name, int *bytes);
static inline bool devtree_has(int node, const char *name)
{
	return devtree_property(node, name, NULL) != NULL;
}
/* One after the other: begin with all zeros. False: that was the last. */
struct devtree_property {
	const char *name;
	const void *value;
	int bytes;
	const u32 *next;
};
bool devtree_next_property(int node, struct devtree_property *p);

/* Values: text (NULL when absent or unterminated), a first cell, a big-endian number of n cells. */
const char *devtree_string(int node, const char *name);
/* Number i of a list of texts (NULL: there is none), and how many it has (0: it is none). */
const char *devtree_string_of(int node, const char *name, u32 i, u32 *nr);
u32 devtree_u32(int node, const char *name, u32 absent);
u64 devtree_cells(const void *cells, int nr_cells);
/* A property of 1 or 2 cells (linux,initrd-start and its kin). -ENOENT, -EINVAL. */
int devtree_number(int node, const char *name, u64 *value);
/* The node's own phandle, 0: it has none. */
u32 devtree_phandle(int node);

/* How many cells addresses and sizes of the node's children have; < 0: nothing sensible. */
int devtree_address_cells(int node);
int devtree_size_cells(int node);
/*
 * Row i of ranges or dma-ranges of a bus: what its devices' addresses mean to its parent; of
 * addresses with more than 2 cells (PCI) the last two count. False behind the last, or when they
 * are broken.
 */
struct devtree_window {
	u64 child, parent, bytes;
};
bool devtree_window(int bus, const char *name, int i, struct devtree_window *out);
/* Entry number index of reg, translated to CPU addresses. -ENOENT (no such entry), -EINVAL. */
int devtree_reg(int node, unsigned int index, struct devtree_range *out);

/*
 * Call visit for each node that may be a device: the children of the root and of buses (nodes with
 * ranges), parents first; not CPUs, memory, /chosen and the like. Stops at the first non-zero
 * result.
 */
typedef int (*devtree_node_visit_t)(int node, void *arg);
int devtree_for_each_device(devtree_node_visit_t visit, void *arg);
/* False for those of the root's children. */
bool devtree_is_device(int node);

struct devtree_irq {
	unsigned int number; /* the GIC's number */
	enum irq_type type;
};

/* Entry number index of interrupts, for nodes below a GIC (3 cells). -ENOENT, -EINVAL. */
int devtree_irq(int node, unsigned int index, struct devtree_irq *out);

/* Call visit with node and reg of each CPU below /cpus, in the tree's order. */
void devtree_for_each_cpu(void (*visit)(int node, u64 mpidr));

/*
 * Call visit for each range of: memory nodes; memory that must not be used (/reserved-memory and
 * the header's reserve map). Stops at the first non-zero result and returns it.
 */
typedef int (*devtree_visit_t)(const struct devtree_range *range, void *arg);
int devtree_for_each_memory(devtree_visit_t visit, void *arg);
int devtree_for_each_reserved(devtree_visit_t visit, void *arg);
/* Entry number i of the header's reserve map; false: that was the last. */
bool devtree_reserve_map(u32 i, struct devtree_range *out);

/* /chosen, or < 0. */
int devtree_chosen(void);
/* The node of stdout-path (aliases and ":options" understood), or < 0. */
int devtree_stdout(void);
/*
 * The hypervisor's command line: xen,xen-bootargs; else bootargs when Dom0's is elsewhere
 * (xen,dom0-bootargs or a kernel module's bootargs) or no kernel module is given at all; else NULL.
 * Dom0's: xen,dom0-bootargs; else the kernel module's bootargs; else bootargs beside
 * xen,xen-bootargs.
 */
const char *devtree_cmdline(bool is_dom0s);

#endif
