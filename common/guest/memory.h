/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of memory_op, as op_memory.c has them in its table. Each gets the guest's pointer
 * and the number of elements that an interrupted call has done already, and says in *done how far
 * it came when it returns -ERESTART.
 */
#ifndef GUEST_MEMORY_H
#define GUEST_MEMORY_H

#include <hv/types.h>

struct domain;

s64 memory_populate(u64 gva, u64 start, u64 *done);
s64 memory_increase(u64 gva, u64 start, u64 *done);
s64 memory_decrease(u64 gva, u64 start, u64 *done);
s64 memory_add(u64 gva, u64 start, u64 *done);
s64 memory_add_batch(u64 gva, u64 start, u64 *done);
s64 memory_remove(u64 gva, u64 start, u64 *done);
s64 memory_acquire(u64 gva, u64 start, u64 *done);

#endif
