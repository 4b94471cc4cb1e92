/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of memory_op, as op_memory.c has them in its table. Each gets the guest's pointer
 * and the number of elements that an interrupted call has done already, and says in done how far it
 * came when it returns -ERESTART.
 */
#ifndef GUEST_MEMORY_H
#define GUEST_MEMORY_H

#include <hv/stage2.h>
#include <hv/types.h>

struct domain;

struct memory_call {
	u64 gva;   /* of the argument */
	u64 start; /* elements done by an earlier slice */
	u64 done;  /* elements done, with -ERESTART */
};

/*
 * Map one frame in place of what is there; with S2_FOREIGN the caller's reference goes with it, or
 * is put when this fails.
 */
int memory_replace(struct domain *d, gfn_t g, mfn_t frame, enum s2_kind kind);
/* Something of the domain's own (XENMAPSPACE_*) at g. */
int memory_add_own(struct domain *d, u32 space, u64 idx, gfn_t g);

s64 memory_current(struct memory_call *call);
s64 memory_maximum(struct memory_call *call);
s64 memory_maximum_gpfn(struct memory_call *call);
s64 memory_none_shared(struct memory_call *call);
s64 memory_populate(struct memory_call *call);
s64 memory_decrease(struct memory_call *call);
s64 memory_add(struct memory_call *call);
s64 memory_add_batch(struct memory_call *call);
s64 memory_remove(struct memory_call *call);
s64 memory_acquire(struct memory_call *call);

#endif
