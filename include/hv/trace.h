/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event rings and latencies of vCPUs. There is a ring per physical CPU, of fixed records,
 * overwriting the oldest; written by its own CPU without a lock, read by anyone while it is
 * written. Off by default: a point then costs one load and a branch, and nothing at all without
 * CONFIG_TRACE. A point is
 *
 *	if (trace_is_on()) {
 *		trace_exit(v, ...);
 *	}
 */
#ifndef HV_TRACE_H
#define HV_TRACE_H

#include <hv/compiler.h>
#include <hv/kconfig.h>
#include <hv/latency.h>
#include <hv/types.h>
#include <public/bulkhead.h>

struct sched_unit;
struct vcpu;

#define TRACE_RING_SHIFT 11U /* records per CPU, a power of two: 64 KiB */
#define TRACE_NR_RECORDS (1U << TRACE_RING_SHIFT)

struct trace_record {
	u64 time;   /* ticks of the counter */
	u32 event;  /* BULKHEAD_EVENT_* */
	u16 domain; /* whom it is about */
	u16 vcpu;
	u64 args[2]; /* what the event says about them */
};
_Static_assert(sizeof(struct trace_record) == 32, "two records per cache line");

/* Where a reader is in one CPU's ring; zero it for the oldest record. */
struct trace_cursor {
	u64 next;	/* count of the record to read next */
	u64 nr_dropped; /* records that were overwritten before they were read */
};

/* What is kept for each vCPU. Touched while tracing is on only. */
struct trace_vcpu {
	u64 woken;	/* ticks, when it might run again; 0 = it has run since */
	u64 preempted;	/* ticks, when another took its place; 0 = it has run or slept since */
	u64 pending;	/* ticks, since when an interrupt waits for its entry; 0 = none */
	u64 seen;	/* ticks, when it last came to EL2, or left it */
	u64 interrupts; /* exits by interrupt that are in a ring */
	struct latency latency[BULKHEAD_NR_LATENCIES]; /* by BULKHEAD_LATENCY_* */
};

extern u32 trace_flags; /* BULKHEAD_TRACE_* */

/* Is anything kept? The one test of each point. */
static inline bool trace_is_on(void)
{
	return IS_ENABLED(CONFIG_TRACE) && unlikely(READ_ONCE(trace_flags) != 0);
}

/*
 * Allocate the rings if there are none yet, and keep events from now on. -ENOMEM. The caller holds
 * control_lock, as for trace_stop().
 */
int trace_start(void);
/* Keep no further events; those kept can still be read. */
void trace_stop(void);

/* Keep an event of this CPU; time is filled in. Bounded, no lock, any context. */
void trace_record_put(const struct trace_record *event);

/*
 * Copy at most max records of a CPU, oldest first, and move the cursor. Returns how many. What was
 * overwritten meanwhile is counted in the cursor, never returned torn. No lock; any CPU below
 * nr_cpus.
 */
u32 trace_read(unsigned int cpu, struct trace_cursor *cursor, struct trace_record *to, u32 max);

/* For a panic: print the last TRACE_NR_LAST events of each CPU. Bounded, no lock, no heap. */
#define TRACE_NR_LAST 8U
void trace_print_last(void);

/* Count latencies or no longer; what began before does not count. control_lock, as above. */
void trace_latency_start(void);
void trace_latency_stop(void);

/*
 * The points, to be called while trace_is_on(), by the CPU that it happens on. exit: v left the
 * guest for a BULKHEAD_EXIT_* and an ESR; hypercall: by this one; softirq: v is on its slow way
 * back, and may have come by an interrupt that nobody has told of; entry: v is entered now.
 */
void trace_exit(struct vcpu *v, u32 reason, u64 esr);
void trace_hypercall(struct vcpu *v, u64 nr);
void trace_softirq(struct vcpu *v);
void trace_entry(struct vcpu *v);
/* An interrupt is pending for v since a tick, at which v can not have been seen any more. */
void trace_inject(struct vcpu *v, u32 intid, u64 since);
void trace_wake(struct sched_unit *unit);
/* For schedulers with deadlines: nr so far. */
void trace_missed(struct sched_unit *unit, u64 nr);
void trace_pick(struct vcpu *next, u64 until);
void trace_switch(struct vcpu *prev, struct vcpu *next);

#endif
