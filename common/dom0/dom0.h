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
	u64 grant_region; /* guest address, outside everything else like the extended region */
	struct boot_images images;
	void *tree; /* DOM0_TREE_BYTES */
};

#define DOM0_GRANT_REGION_BYTES	   MIB(16)
#define DOM0_EXTENDED_REGION	   GIB(1) /* behind where that begins */
#define DOM0_EXTENDED_REGION_BYTES GIB(4)

/* RAM, 1:1, in as few banks as possible. */
int dom0_alloc_memory(struct dom0 *dom0, u64 bytes);
/* Registers of all devices 1:1, their interrupts hardware-linked. */
int dom0_map_devices(struct dom0 *dom0);
/* Dom0's tree, in dom0->tree: the host's, changed. 0 or -errno after a message. */
int dom0_make_tree(struct dom0 *dom0);
/*
 * Does the hypervisor keep this device? That is its console and what shares a page of registers
 * with it, and its interrupt controller. Dom0's tree does not have it then, but for the controller.
 */
bool dom0_is_kept(int node);

/* The command line's fault table. True: only while there are other domains. */
struct bulkhead_health_policy;
bool dom0_policy_read(struct bulkhead_health_policy *policy);
/* It is this one; what restarts need is noted, but for the checksum. -errno. */
int dom0_policy_set(struct domain *d, const struct bulkhead_health_policy *policy,
		    bool is_if_others);

#endif
