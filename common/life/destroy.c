/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Destruction of a domain: what it holds is given back, step by step, until only its references
 * are left.
 *
 * A list of steps, each of which runs in slices; d->teardown_step says where it is. The first stops
 * the domain for good, the last takes it out of the table. One CPU at a time: the control lock
 * (LOCK_RANK_CONTROL) is held by the caller. The domain's lock is taken for its fields only.
 */
#include <hv/arch.h>
#include <hv/control.h>
#include <hv/device.h>
#include <hv/domain.h>
#include <hv/dom_console.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/grant.h>
#include <hv/softirq.h>

#define VCPUS_SLICE 8U /* of a dying domain, between two preemption points */

static int step_stop(struct domain *d)
{
	bool is_new;

	spin_lock(&d->lock);
	is_new = !d->is_dying;
	if (is_new) {
		d->is_dying = true;
		domain_drop_fresh_locked(d);
		domain_pause_locked(d, true);
	}
	spin_unlock(&d->lock);
	if (is_new) {
		domain_changed(d, true);
	}
	return domain_wait_off_cpu(d);
}

/* Timers and registered frames. */
static int step_vcpus(struct domain *d)
{
	for (u32 i = 0; i < VCPUS_SLICE && d->nr_released < d->nr_vcpus; i++) {
		struct vcpu *v = d->vcpus[d->nr_released++];

		if (v != NULL) {
			timer_cancel(&v->oneshot);
			evtchn_unregister_info(v);
		}
	}
	return d->nr_released < d->nr_vcpus ? -ERESTART : 0;
}

static int step_finish(struct domain *d)
{
	domain_unpublish(d);
	domain_changed(d, true);
	domain_put(d);
	return 0;
}

/* NULL: a step of something that is not built in. */
static int (*const teardown_steps[])(struct domain *d) = {
	step_stop,
	evtchn_close_all,
	grant_unmap_all,
	step_vcpus,
	dom_console_release,
	grant_release,
	IF_ENABLED(CONFIG_PASSTHROUGH, device_quiet_all),
	arch_domain_teardown,
	IF_ENABLED(CONFIG_PASSTHROUGH, device_take_all),
	step_finish,
};

int domain_destroy(struct domain *d)
{
	int err;

	if (d == current_domain() || d == hardware_domain) {
		return -EINVAL;
	}
	while (d->teardown_step < ARRAY_SIZE(teardown_steps)) {
		int (*step)(struct domain *d) = teardown_steps[d->teardown_step];

		err = step != NULL ? step(d) : 0;
		if (err != 0 && err != -ERESTART) {
			return err;
		}
		d->teardown_step += err == 0;
		if (d->teardown_step < ARRAY_SIZE(teardown_steps) && softirq_preempt_needed()) {
			return -ERESTART;
		}
	}
	return 0;
}
