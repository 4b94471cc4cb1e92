/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of ranges of RAM, at boot. Boot CPU only, no lock. Only memory.c and static_memory.c
 * include this.
 */
#ifndef BOOT_MEMORY_H
#define BOOT_MEMORY_H

#include <hv/devtree.h>

#define RANGES_MAX 64U

struct ranges {
	struct devtree_range range[RANGES_MAX];
	unsigned int nr;
};

/* Visitors of a range, with the list: add its whole pages; take it out. 0, to go on. */
int ranges_add(const struct devtree_range *range, void *ranges);
int ranges_remove(const struct devtree_range *hole, void *ranges);

/*
 * Of what is free, places that the hypervisor may take its memory from, by the tree; on entry they
 * are the same. What is for the hypervisor alone is free no more. (CONFIG_BOOT_DOMAINS)
 */
void static_memory_apply(struct ranges *free, struct ranges *places);

#endif
