/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall: consoles of domains, between common/console/dom_console.c and the
 * caller's buffers, in pieces with a preemption point after each: what was copied until then is the
 * answer, and the caller comes again.
 */
#include <hv/dom_console.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/softirq.h>

#include "ext.h"

#define PIECE 1024U
/* Bytes in one call at most. */
#define READ_MAX  (8U * 1024U)
#define WRITE_MAX 2048U

int ext_console_read(struct domain *d, void *arg)
{
	struct bulkhead_console_read *op = arg;
	struct dom_console_span span = { .offset = op->offset };
	char piece[PIECE];
	u32 room = MIN(op->len, READ_MAX);
	u32 done = 0;
	u64 dropped = 0;
	u32 nr;

	if (op->which >= NR_DOM_CONSOLES) {
		return -EINVAL;
	}
	do {
		nr = dom_console_get(d, op->which, &span, piece, MIN(room - done, PIECE));
		if (nr != 0 && guest_copy_to(op->data.va + done, piece, nr) != 0) {
			return -EFAULT;
		}
		dropped = done == 0 ? span.dropped : dropped;
		done += nr;
	} while (nr != 0 && done < room && !softirq_preempt_needed());
	op->len = done;
	op->offset = span.offset;
	op->dropped = dropped;
	op->end = span.end;
	return 0;
}

int ext_console_write(struct domain *d, void *arg)
{
	struct bulkhead_console_write *op = arg;
	char piece[PIECE];
	u32 left = MIN(op->len, WRITE_MAX);
	u32 done = 0;
	u32 nr, taken;

	if (op->which >= NR_DOM_CONSOLES) {
		return -EINVAL;
	}
	do {
		nr = MIN(left - done, PIECE);
		if (guest_copy_from(piece, op->data.va + done, nr) != 0) {
			return -EFAULT;
		}
		taken = nr != 0 ? dom_console_feed(d, op->which, piece, nr) : 0;
		done += taken;
	} while (done < left && taken == nr && !softirq_preempt_needed());
	op->len = done;
	return 0;
}

int ext_console_attach(struct domain *d, void *arg)
{
	const struct bulkhead_console_attach *op = arg;
	struct domain *caller = current_domain();

	if (op->which >= NR_DOM_CONSOLES ||
	    (op->port != 0 && !evtchn_is_unbound(caller, op->port, caller->id))) {
		return -EINVAL;
	}
	dom_console_attach(d, op->which, caller->id, op->port);
	return 0;
}
