/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall: switching traces on and off, reading rings and histograms
 * (hv/trace.h) in bounded pieces.
 *
 * control_lock orders the switches; reading takes no lock, what is being written meanwhile is
 * dropped by trace_read(). A histogram is copied while it may be counted in: its figures are of
 * the moment, not of one moment.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/percpu.h>
#include <hv/softirq.h>
#include <hv/string.h>
#include <hv/trace.h>

#include "ext.h"

#define READ_MAX 128U /* records in one call */
#define PIECE	 16U  /* between two preemption points */
#define ALL	 (BULKHEAD_TRACE_events | BULKHEAD_TRACE_latency)

_Static_assert(sizeof(struct trace_record) == sizeof(struct bulkhead_trace_record) &&
		       offsetof(struct trace_record, args) ==
			       offsetof(struct bulkhead_trace_record, args),
	       "records go out as they are kept");

static int switch_on_and_off(u32 on, u32 off)
{
	int err = (on & BULKHEAD_TRACE_events) != 0 ? trace_start() : 0;

	if (err != 0) {
		return err;
	}
	if ((on & BULKHEAD_TRACE_latency) != 0) {
		trace_latency_start();
	}
	if ((off & BULKHEAD_TRACE_events) != 0) {
		trace_stop();
	}
	if ((off & BULKHEAD_TRACE_latency) != 0) {
		trace_latency_stop();
	}
	return 0;
}

int ext_trace_control(struct domain *d __unused, void *arg)
{
	struct bulkhead_trace_control *op = arg;
	int err;

	if (((op->on | op->off) & ~ALL) != 0 || (op->on & op->off) != 0 || op->pad != 0) {
		return -EINVAL;
	}
	err = switch_on_and_off(op->on, op->off);
	op->state = READ_ONCE(trace_flags);
	op->ring_records = TRACE_NR_RECORDS;
	op->now = arch_counter();
	op->latency_buckets = LATENCY_NR_BUCKETS;
	return err;
}

int ext_trace_read(struct domain *d __unused, void *arg)
{
	struct bulkhead_trace_read *op = arg;
	struct trace_cursor cursor = { .next = op->next };
	struct trace_record piece[PIECE];
	u32 room = MIN(op->nr, READ_MAX);
	u32 done = 0, nr;

	if (op->cpu >= nr_cpus) {
		return -EINVAL;
	}
	do {
		nr = trace_read(op->cpu, &cursor, piece, MIN(room - done, PIECE));
		if (nr != 0 && guest_copy_to(op->data.va + done * sizeof(piece[0]), piece,
					     nr * sizeof(piece[0])) != 0) {
			return -EFAULT;
		}
		done += nr;
	} while (nr != 0 && done < room && !softirq_preempt_needed());
	op->nr = done;
	op->next = cursor.next;
	op->dropped = cursor.nr_dropped;
	return 0;
}

int ext_latency(struct domain *d, void *arg)
{
	struct bulkhead_latency *op = arg;
	struct vcpu *v = domain_vcpu(d, op->vcpu);
	struct latency *from;
	u32 nr = MIN(op->nr, LATENCY_NR_BUCKETS);

	if (op->which >= BULKHEAD_NR_LATENCIES || op->pad != 0) {
		return -EINVAL;
	}
	if (v == NULL) {
		return -ENOENT;
	}
	from = &v->trace->latency[op->which];
	op->nr = LATENCY_NR_BUCKETS;
	op->count = from->count;
	op->min = from->min;
	op->max = from->max;
	op->sum = from->sum;
	if (nr != 0 &&
	    guest_copy_to(op->buckets.va, from->buckets, nr * sizeof(from->buckets[0])) != 0) {
		return -EFAULT;
	}
	if ((container_of(arg, struct bulkhead_op, u)->flags & BULKHEAD_LATENCY_reset) != 0) {
		memset(from, 0, sizeof(*from));
	}
	return 0;
}
