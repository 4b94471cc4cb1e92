/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event rings: one per physical CPU, of fixed records, overwriting the oldest. Written by its own
 * CPU without a lock, read by anyone while it is written. Off by default: a point then costs one
 * load and a branch.
 */
#ifndef HV_TRACE_H
#define HV_TRACE_H

#include <hv/compiler.h>
#include <hv/types.h>

#define TRACE_RING_SHIFT 9U /* records per CPU, a power of two: 16 KiB */
#define TRACE_NR_RECORDS (1U << TRACE_RING_SHIFT)

struct trace_record {
	u64 time;   /* ticks of the counter */
	u32 event;  /* number of the event, chosen by the caller */
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

extern bool trace_enabled;

/* Are events kept? For the points themselves: call trace_record_put() only then. */
static inline bool trace_is_on(void)
{
	return unlikely(READ_ONCE(trace_enabled));
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

#endif
