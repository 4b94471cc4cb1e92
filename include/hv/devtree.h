/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's device tree, read-only, at boot (libfdt needs the FP unit, which is off later). Nodes
 * are libfdt offsets, negative when there is none: it has no properties either. Everything in the
 * tree is checked input: a malformed property is an error value, never a panic. Devicetree
 * Specification 0.4, chapters 2 and 3.
 */
#ifndef HV_DEVTREE_H
#define HV_DEVTREE_H

#include <hv/irq.h>
#include <hv/types.h>

struct devtree_range {
	u64 base, bytes;
};

static inline bool devtree_overlap(const struct devtree_range *a, const struct devtree_range *b)
{
	return a->base < b->base ? b->base - a->base < a->bytes : a->base - b->base < b->bytes;
}

/* Use this tree; -EINVAL when it is none or its header is broken. */
int devtree_init(const void *fdt, size_t mapped_bytes);
/* The tree, for libfdt's functions. */
const void *devtree_blob(void);
size_t devtree_bytes(void);

/* The first node after `after` (-1: from the start) that has a compatible string; < 0 when none. */
int devtree_find_compatible(int after, const char *compatible);
bool devtree_is_compatible(int node, const char *compatible);
/* False when status is there and neither "okay" nor "ok". */
bool devtree_is_available(int node);

/* Properties: text (NULL when absent or unterminated), a first cell, a big-endian number of n
 * cells. */
const char *devtree_string(int node, const char *name);
u32 devtree_u32(int node, const char *name, u32 absent);
u64 devtree_cells(const void *cells, int nr_cells);
/* A property of 1 or 2 cells (linux,initrd-start and its kin). -ENOENT, -EINVAL. */
int devtree_number(int node, const char *name, u64 *value);

/* Entry number index of reg, translated to CPU addresses. -ENOENT (no such entry), -EINVAL. */
int devtree_reg(int node, unsigned int index, struct devtree_range *out);

/* The same for a node whose parent is known: no search for it. */
int devtree_reg_below(int parent, int node, unsigned int index, struct devtree_range *out);

/*
 * Call visit for each node that may be a device: the children of the root and of buses (nodes with
 * ranges), parents first; not CPUs, memory, /chosen and the like. Stops at the first non-zero
 * result.
 */
typedef int (*devtree_node_visit_t)(int node, int parent, void *arg);
int devtree_for_each_device(devtree_node_visit_t visit, void *arg);

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

/* /chosen, or < 0. */
int devtree_chosen(void);
/* The node of stdout-path (aliases and ":options" understood), or < 0. */
int devtree_stdout(void);
/*
 * The hypervisor's command line: xen,xen-bootargs; else bootargs when Dom0's is elsewhere
 * (xen,dom0-bootargs or a kernel module's bootargs) or no kernel module is given at all; else NULL.
 */
const char *devtree_cmdline(void);
/* Dom0's: xen,dom0-bootargs; else the kernel module's bootargs; else bootargs beside
 * xen,xen-bootargs. */
const char *devtree_dom0_cmdline(void);

#endif
