/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deferred work: a function to run soon on this CPU, with no lock held, on the way out of EL2. For
 * what a handler may not do itself because of the locks it holds or the time it would take.
 */
#ifndef HV_DEFER_H
#define HV_DEFER_H

#include <hv/types.h>

struct defer_work {
	void (*fn)(struct defer_work *work);
	struct defer_work *next;
	u32 is_queued;
};

/* SOFTIRQ_DEFER: runs one item. */
void defer_run(void);

/*
 * Queue on this CPU; false: it is queued already. fn may queue the work again (it then runs at the
 * next exit), and the structure may be freed by fn.
 */
bool defer_queue(struct defer_work *work);

#endif
