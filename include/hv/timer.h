/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software timers on the hypervisor's own comparator. Time is nanoseconds since boot, monotonic and
 * the same on all CPUs. Each timer belongs to the CPU that armed it last; the handler runs on that
 * CPU, in EL2 between a trap and the return to a guest, with no lock held. It must be short.
 */
#ifndef HV_TIMER_H
#define HV_TIMER_H

#include <hv/tree.h>
#include <hv/types.h>

#define NSEC_PER_SEC  1000000000UL
#define NSEC_PER_MSEC 1000000UL
#define NSEC_PER_USEC 1000UL
#define TIME_NEVER    (~0UL)

struct timer {
	u64 deadline; /* ns, TIME_NEVER while not armed */
	void (*handler)(struct timer *timer);
	struct tree_node node; /* in the queue of cpu */
	unsigned int cpu;
};

/* Prepare a timer; not armed. */
void timer_init(struct timer *timer, void (*handler)(struct timer *timer));

/* (Re)arm on this CPU for an absolute time in ns. A deadline in the past fires at the next exit. */
void timer_set(struct timer *timer, u64 deadline);

/*
 * Disarm, from any CPU. The handler does not run afterwards; if it is running on another CPU, this
 * waits until it is done, so the caller holds no lock that a handler takes.
 */
void timer_cancel(struct timer *timer);

bool timer_is_armed(const struct timer *timer);

/*
 * Run the first timer that is due on this CPU, and raise SOFTIRQ_TIMER to look for another; when
 * none is due, program the comparator. Called by the softirq of the timer.
 */
void timer_run(void);

/* Interrupt handler of the comparator: raises SOFTIRQ_TIMER. */
void timer_interrupt(unsigned int irq, void *arg);

/* Nanoseconds since boot; 0 before time_init(). */
u64 time_now(void);
/* The same point of time as nanoseconds since boot and as a value of the counter (rounded up). */
u64 time_of_counter(u64 counter);
u64 time_to_counter(u64 ns);
u64 time_from_ticks(u64 ticks); /* counter ticks -> ns */
u64 time_to_ticks(u64 ns);	/* ns -> counter ticks, rounded up */

/*
 * Boot: the counter's frequency, 1 MHz to 4 GHz, and the time's origin. -EINVAL for any other.
 * Registers the softirq.
 */
int time_init(u64 frequency_hz);

#endif
