/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deferred work: a list per CPU, touched by that CPU only, and EL2 is never preempted: no lock. A
 * run does one item, whose bound is the run's; the next waits for the next exit.
 */
#include <hv/defer.h>
#include <hv/percpu.h>
#include <hv/softirq.h>

struct defer_list {
	struct defer_work *first, *last;
};

static DEFINE_PER_CPU(struct defer_list, defer_list);

bool defer_queue(struct defer_work *work)
{
	struct defer_list *list = this_cpu_ptr(defer_list);

	if (__atomic_exchange_n(&work->is_queued, 1, __ATOMIC_ACQ_REL)) {
		return false;
	}
	work->next = NULL;
	if (list->first) {
		list->last->next = work;
	} else {
		list->first = work;
	}
	list->last = work;
	softirq_raise(SOFTIRQ_DEFER);
	return true;
}

void defer_run(void)
{
	struct defer_list *list = this_cpu_ptr(defer_list);
	struct defer_work *work = list->first;

	list->first = work->next;
	if (list->first) {
		softirq_raise(SOFTIRQ_DEFER);
	}
	store_release(&work->is_queued, 0);
	work->fn(work);
}
