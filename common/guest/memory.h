/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of memory_op, as op_memory.c has them in its table. Each gets the guest's pointer
 * and the number of elements that an interrupted call has done already, and says in done how far it
 * came when it returns -ERESTART.
 */
#ifndef GUEST_MEMORY_H
#define GUEST_MEMORY_H

#include <hv/types.h>

struct memory_call {
	u64 gva;   /* of the argument */
	u64 start; /* elements done by an earlier slice */
	u64 done;  /* elements done, with -ERESTART */
};

s64 memory_populate(struct memory_call *call);
s64 memory_decrease(struct memory_call *call);
s64 memory_add(struct memory_call *call);
s64 memory_add_batch(struct memory_call *call);
s64 memory_remove(struct memory_call *call);
s64 memory_acquire(struct memory_call *call);

#endif
