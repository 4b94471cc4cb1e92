/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a domain as a structure, once nobody refers to it any more. What gives its memory and
 * its connections back before that is in destroy.c. Runs as deferred work, in slices, without a
 * lock.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/dom_console.h>
#include <hv/evtchn.h>
#include <hv/grant.h>
#include <hv/heap.h>
#include <hv/images.h>

/* Off its CPU for good. */
static void free_vcpu(struct vcpu *v)
{
	timer_cancel(&v->oneshot);
	sched_unit_remove(&v->sched);
	arch_vcpu_free(v);
	heap_free(v);
}

/* Free a vCPU or another part that there may be many of; false when there is none left. */
static bool free_slice(struct domain *d)
{
	if (d->vcpus != NULL && d->nr_vcpus != 0) {
		struct vcpu *v = d->vcpus[--d->nr_vcpus];

		if (v != NULL) {
			free_vcpu(v);
		}
		return true;
	}
	return grant_free_slice(d) || evtchn_free_slice(d) || images_free_slice(d) ||
	       arch_domain_free_slice(d);
}

void domain_free(struct defer_work *work)
{
	struct domain *d = container_of(work, struct domain, free_work);

	if (free_slice(d)) {
		defer_queue(work);
		return;
	}
	throttle_free(&d->sched);
	sched_group_free(&d->sched);
	dom_console_free(d);
	heap_pages_free(d->shared_info, 0);
	heap_free(d->tag);
	heap_free(d->health);
	heap_free(d->vcpus);
	heap_free(d);
}
