/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall: budgets of a domain (hv/throttle.h) and what has come of them.
 * control_lock orders those who set them.
 */
#include <hv/domain.h>
#include <hv/string.h>
#include <hv/throttle.h>

#include "ext.h"

_Static_assert(BULKHEAD_NR_RATES == THROTTLE_NR_KINDS && BULKHEAD_RATE_log == THROTTLE_LOG &&
		       BULKHEAD_RATE_interrupts == THROTTLE_INTERRUPTS,
	       "the same budgets in the same order");
_Static_assert(BULKHEAD_RATE_min == THROTTLE_RATE_MIN && BULKHEAD_RATE_max == THROTTLE_RATE_MAX &&
		       BULKHEAD_RATE_default == THROTTLE_RATE_DEFAULT,
	       "the same limits");

int ext_get_throttle(struct domain *d, void *arg)
{
	struct bulkhead_throttle *out = arg;
	struct throttle t;

	throttle_get(&d->sched, &t);
	memset(out, 0, sizeof(*out));
	for (u32 i = 0; i < BULKHEAD_NR_RATES; i++) {
		out->rates[i] = t.now[i];
		out->defaults |= t.asked[i] == THROTTLE_RATE_DEFAULT ? 1U << i : 0;
	}
	out->is_throttled = t.is_held;
	out->exceeded = t.reasons;
	out->nr_throttled = t.nr_held;
	out->throttled_ns = t.held_ns;
	return 0;
}

int ext_set_throttle(struct domain *d, void *arg)
{
	const struct bulkhead_throttle *in = arg;
	int err = throttle_set(&d->sched, in->rates);

	return err != 0 ? err : ext_get_throttle(d, arg);
}
