/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What common/health needs to load a boot-time domain, now and at its restarts: its fault table,
 * its channels, and which memory a WARM restart leaves alone. It keeps the images unless the table
 * says "never". Boot only, no lock.
 */
#include "describe.h"

__init struct bulkhead_health_policy build_policy(const struct build *b)
{
	return (struct bulkhead_health_policy){ b->restart,    b->give_up,  b->warm_limit,
						b->cold_limit, b->window_s, b->watchdog_ms };
}

__init int build_keep(struct build *b)
{
	struct bulkhead_health_policy policy = build_policy(b);
	int err = health_set_policy(b->d, &policy);
	struct health *h = b->d->health;

	if (err) {
		return err;
	}
	for (u32 i = b->nr_ram; i < b->nr_ranges; i++) {
		h->kept[h->nr_kept++] = (struct health_range){ b->range[i].gpa >> PAGE_SHIFT,
							       b->range[i].bytes >> PAGE_SHIFT,
							       b->range[i].pa >> PAGE_SHIFT };
	}
	h->reopen = build_open_channels;
	do {
		err = health_note(b->d);
	} while (err == -ERESTART);
	if (!err) {
		health_begin(b->d);
	}
	return err;
}
