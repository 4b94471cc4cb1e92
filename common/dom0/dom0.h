/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files that build Dom0: its memory, its device tree, its modules. Boot only, no lock.
 * Nobody else includes this.
 */
#ifndef DOM0_H
#define DOM0_H

#include <hv/bootinfo.h>
#include <hv/domain.h>

#define DOM0_BANKS_MAX 16U
/* Enough for the host's tree with its modules out and Dom0's nodes in; heap_pages_alloc's largest
 * order. */
#define DOM0_TREE_ORDER 6U
#define DOM0_TREE_BYTES (PAGE_SIZE << DOM0_TREE_ORDER)

struct dom0 {
	struct domain *d;
	struct devtree_range bank[DOM0_BANKS_MAX];
	unsigned int nr_banks;
	u64 grant_region, extended_region; /* guest addresses outside everything else */
	struct boot_images images;
	void *fdt; /* DOM0_TREE_BYTES */
};

#define DOM0_GRANT_REGION_BYTES	   MIB(16)
#define DOM0_EXTENDED_REGION_BYTES GIB(4)
#define DOM0_EVTCHN_PPI		   31U

/* RAM, 1:1, in as few banks as possible. */
int dom0_alloc_memory(struct dom0 *dom0, u64 bytes);
/* Registers of all devices 1:1, their interrupts hardware-linked. */
int dom0_map_devices(struct dom0 *dom0);
/* Dom0's tree out of the host's, in dom0->fdt. */
int dom0_make_tree(struct dom0 *dom0);
/*
 * True for a device that the hypervisor keeps: its console and what shares a page of registers with
 * it, its interrupt controller. parent is that of node.
 */
bool dom0_is_kept(int node, int parent);

#endif
