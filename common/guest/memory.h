/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of memory_op, as op_memory.c has them in its table. Each gets its target and a
 * struct memory_call, of which the argument is the beginning.
 */
#ifndef GUEST_MEMORY_H
#define GUEST_MEMORY_H

#include <hv/call.h>
#include <hv/stage2.h>
#include <hv/types.h>
#include <public/memory.h>

/* The command is in the lower bits of its word. */
#define COMMAND_BITS 6
#define COMMAND_MASK (BIT(COMMAND_BITS) - 1)

struct memory_call {
	union {
		struct xen_memory_domain domain;
		struct xen_memory_reservation reservation;
		struct xen_add_to_physmap add;
		struct xen_add_to_physmap_batch batch;
		struct xen_remove_from_physmap remove;
		struct xen_mem_acquire_resource acquire;
	} u;
	u64 gva;	     /* of the argument */
	struct domain *from; /* the domain whose frames a batch maps, or NULL */
	/* What is done with each extent of a reservation, under the domain's lock. */
	int (*extent_locked)(struct domain *d, gfn_t g, unsigned int order);
	u64 done;   /* elements done, by earlier slices and this one; kept with -ERESTART */
	s64 answer; /* to the guest, when there is no error */
};

/*
 * Run one() for each element from call->done on up to nr, with a preemption point after each;
 * -ERESTART of one(): the element is not done yet. Any other error ends it.
 */
int memory_for_each(struct domain *d, struct memory_call *call, u64 nr,
		    int (*one)(struct domain *d, const struct memory_call *call));

/*
 * Map one frame in place of what is there; with S2_FOREIGN the caller's reference goes with it, or
 * is put when this fails.
 */
int memory_replace(struct domain *d, gfn_t g, mfn_t frame, enum s2_kind kind);
/* The page of XENMAPSPACE_shared_info, of which there is number 0 only, at g. */
int memory_add_shared_info(struct domain *d, u64 idx, gfn_t g);
/* Something of the domain's own (XENMAPSPACE_*) at g. */
int memory_add_own(struct domain *d, u32 space, u64 idx, gfn_t g);

int memory_current(struct domain *d, void *arg);
int memory_maximum(struct domain *d, void *arg);
int memory_maximum_gpfn(struct domain *d, void *arg);
int memory_none_shared(struct domain *d, void *arg);
int memory_check_reservation(void *arg);
int memory_populate(struct domain *d, void *arg);
int memory_decrease(struct domain *d, void *arg);
int memory_add_batch(struct domain *d, void *arg);
int memory_remove(struct domain *d, void *arg);
int memory_check_acquire(void *arg);
int memory_acquire(struct domain *d, void *arg);

#endif
