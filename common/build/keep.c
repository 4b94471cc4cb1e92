/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a boot-time domain's restarts need (common/health): its fault table, and unless that says
 * "never", its images, summed up, its channels, and which memory a WARM restart leaves alone. Boot
 * only, no lock.
 */
#include "describe.h"

#include <hv/images.h>

static __init int keep(struct build *b)
{
	struct health *h = b->d->health;
	int err;

	for (u32 i = b->nr_ram; i < b->nr_ranges; i++) {
		h->kept[h->nr_kept++] = (struct health_range){ b->range[i].gpa >> PAGE_SHIFT,
							       b->range[i].bytes >> PAGE_SHIFT,
							       b->range[i].pa >> PAGE_SHIFT };
	}
	h->reopen = build_open_channels;
	do {
		err = health_note(b->d);
		err = err ? err : health_seal(b->d);
	} while (err == -ERESTART);
	return err;
}

__init struct bulkhead_health_policy build_policy(const struct build *b)
{
	return (struct bulkhead_health_policy){ b->restart,    b->give_up,  b->warm_limit,
						b->cold_limit, b->window_s, b->watchdog_ms };
}

__init int build_keep(struct build *b)
{
	struct bulkhead_health_policy policy = build_policy(b);
	int err = health_set_policy(b->d, &policy);

	if (b->restart == BUILD_RESTART_NEVER) {
		images_drop(b->d);
		return err;
	}
	return err ? err : keep(b);
}
