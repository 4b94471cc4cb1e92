/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Life of a domain: pause, shutdown, crash, destruction.
 *
 *	created (paused) --unpause--> running <--pause/unpause--> paused
 *	running --shutdown, crash--> shut down
 *	any --destroy--> dying --slices--> gone
 *
 * A domain runs while pause_count is 0; the toolstack's pause, a shutdown and death each count
 * once. Stopping is two steps: block every vCPU in the scheduler (they leave their CPU at the next
 * exit), then wait until none is on a CPU; the wait is bounded by the longest path of EL2. Of many
 * vCPUs, the first and the current one are blocked or unblocked at once, the others by deferred
 * work, slice by slice, and by who waits and comes again; pause_next says how far that is.
 * Destruction is a list of steps, each of which runs in slices; d->teardown_step says where it is.
 * Lock: d->lock (LOCK_RANK_DOMAIN) for the fields; nothing here holds it while it waits.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/printk.h>
#include <hv/softirq.h>

#define VCPUS_SLICE 3U /* blocked or unblocked at once */

/* Blocks or unblocks the next vCPUs, as pause_count says; defers what is left. Lock held. */
static void apply_pause(struct domain *d, u32 max)
{
	for (; max != 0 && d->pause_next < d->nr_vcpus; max--) {
		struct vcpu *v = d->vcpus[d->pause_next++];

		if (v != NULL && d->pause_count != 0) {
			sched_block(&v->sched, SCHED_BLOCK_DOMAIN);
		} else if (v != NULL) {
			sched_unblock(&v->sched, SCHED_BLOCK_DOMAIN);
		}
	}
	if (d->pause_next < d->nr_vcpus && defer_queue(&d->pause_work)) {
		domain_hold(d);
	}
}

void domain_pause_slice(struct defer_work *work)
{
	struct domain *d = container_of(work, struct domain, pause_work);

	spin_lock(&d->lock);
	apply_pause(d, VCPUS_SLICE);
	spin_unlock(&d->lock);
	domain_put(d);
}

void domain_pause_locked(struct domain *d, bool pause)
{
	d->pause_count = pause ? d->pause_count + 1 : d->pause_count - 1;
	if (d->pause_count == pause) {
		d->pause_next = 0;
		apply_pause(d, VCPUS_SLICE);
		if (pause && d == current_domain()) {
			sched_block(&current_vcpu()->sched, SCHED_BLOCK_DOMAIN);
		}
	}
}

int domain_wait_off_cpu(struct domain *d)
{
	bool is_blocked;

	spin_lock(&d->lock);
	apply_pause(d, VCPUS_SLICE);
	is_blocked = d->pause_next >= d->nr_vcpus;
	spin_unlock(&d->lock);
	if (!is_blocked) {
		return -ERESTART;
	}
	for_each_vcpu(d, v) {
		if (v != current_vcpu()) {
			vcpu_wait_off_cpu(v);
		}
	}
	return 0;
}

void domain_pause(struct domain *d, bool pause)
{
	spin_lock(&d->lock);
	domain_pause_locked(d, pause);
	spin_unlock(&d->lock);
	while (pause && domain_wait_off_cpu(d) != 0) {}
}

int domain_control_pause(struct domain *d, bool pause)
{
	bool is_new;

	spin_lock(&d->lock);
	is_new = d->is_control_paused != pause && (pause || !d->is_dying);
	if (is_new) {
		d->is_control_paused = pause;
		d->is_created |= !pause;
		domain_pause_locked(d, pause);
	}
	spin_unlock(&d->lock);
	if (is_new) {
		domain_changed(d, false);
	}
	return pause ? domain_wait_off_cpu(d) : 0;
}

void domain_changed(struct domain *d, bool is_end)
{
	for (const struct domain_listener *l = __start_domain_listeners;
	     l != __stop_domain_listeners; l++) {
		l->changed(d, is_end);
	}
}

static bool has_taken_fault(struct domain *d, u8 code)
{
	for (const struct domain_listener *l = __start_domain_listeners;
	     l != __stop_domain_listeners; l++) {
		if (l->fault != NULL && l->fault(d, code)) {
			return true;
		}
	}
	return false;
}

void domain_shutdown(struct domain *d, u8 code)
{
	bool is_new;

	if (has_taken_fault(d, code)) {
		return;
	}
	spin_lock(&d->lock);
	is_new = !d->is_shut_down && !d->is_dying;
	if (is_new) {
		d->is_shut_down = true;
		d->shutdown_code = code;
		domain_pause_locked(d, true);
	}
	spin_unlock(&d->lock);
	if (is_new) {
		domain_changed(d, true);
	}
}

void domain_crash(struct domain *d, const char *why)
{
	if (!READ_ONCE(d->is_shut_down)) {
		pr_guest("domain %u crashed: it %s", d->id, why);
		domain_shutdown(d, DOMAIN_SHUTDOWN_CRASH);
	}
}
