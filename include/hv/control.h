/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control operations: one at a time. Held over a domctl or one of Bulkhead's own that changes a
 * domain, and given back at preemption points, so its holder is never away for long.
 */
#ifndef HV_CONTROL_H
#define HV_CONTROL_H

#include <hv/spinlock.h>

extern struct spinlock control_lock; /* LOCK_RANK_CONTROL */

#endif
