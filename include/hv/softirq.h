/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work deferred to the way out of EL2: a per-CPU word of pending bits, looked at by trap/run.c
 * before each return to a guest. Handlers (softirq.c) run with no lock held.
 */
#ifndef HV_SOFTIRQ_H
#define HV_SOFTIRQ_H

#include <hv/percpu.h>
#include <hv/types.h>

enum softirq {
	SOFTIRQ_TIMER, /* timers of this CPU are due */
	SOFTIRQ_SCHED, /* pick again: handled by trap/run.c itself */
	SOFTIRQ_DEFER, /* deferred work items (defer.h) */
	NR_SOFTIRQS
};

DECLARE_PER_CPU(u32, softirq_bits);

/* Mark pending on this CPU. */
void softirq_raise(enum softirq nr);
/* Mark pending on a CPU and, if it is another one, interrupt it. */
void softirq_raise_on(unsigned int cpu, enum softirq nr);
/* Anything pending on this CPU? One load. */
static inline bool softirq_is_pending(void)
{
	return READ_ONCE(this_cpu(softirq_bits)) != 0;
}
/* Take and clear one bit of this CPU; true when it was set. */
bool softirq_take(enum softirq nr);
/* Run the first pending handler of this CPU, except SOFTIRQ_SCHED. */
void softirq_run(void);

/* Should a long operation of this CPU stop at its next preemption point? */
bool softirq_preempt_needed(void);

#endif
