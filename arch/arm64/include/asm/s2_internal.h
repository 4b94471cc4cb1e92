/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of stage 2 (virt/stage2*.c). Nobody else includes this; the interface is
 * hv/stage2.h.
 */
#ifndef ASM_S2_INTERNAL_H
#define ASM_S2_INTERNAL_H

#include <hv/stage2.h>

/* Remove every translation of [addr, addr + bytes) from all CPUs' TLBs and wait for it. */
void s2_flush(struct s2 *s2, u64 addr, u64 bytes);

#define S2_ROOT_ORDER 1
#define S2_NR_VMIDS   256U
/* Pages that a pool grows or shrinks by between two preemption points. */
#define S2_POOL_SLICE 4U

extern u64 s2_vmids[S2_NR_VMIDS / 64]; /* bit per VMID in use; atomic */

/* A page of the domain's pool, or NULL. s2->lock. */
void *s2_pool_take(struct pgtable *pt);
/* Make the pool smaller (stage2_teardown.c): 0, -ERESTART, -EBUSY. */
int s2_pool_shrink(struct s2 *s2, u32 nr);
/* Drop what a removed leaf (at most 2 MiB) held: nothing for shared pages and devices. */
void s2_leaf_put(const struct pgtable_leaf *leaf);
/* Frames of RAM that a leaf maps. */
u64 s2_leaf_ram_frames(const struct pgtable_leaf *leaf);

#endif
