/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Life of a domain: pause, shutdown, crash, destruction.
 *
 *	created (paused) --unpause--> running <--pause/unpause--> paused
 *	running --shutdown, crash--> shut down
 *	any --destroy--> dying --slices--> gone
 *
 * A domain runs while pause_count is 0; the toolstack's pause, a shutdown and death each count
 *once. Stopping is two steps: block every vCPU in the scheduler (they leave their CPU at the next
 *exit), then wait until none is on a CPU; the wait is bounded by the longest path of EL2.
 * Destruction is a list of steps, each of which runs in slices; d->teardown_step says where it is.
 * Lock: d->lock (LOCK_RANK_DOMAIN) for the fields; nothing here holds it while it waits.
 */
#include <hv/budget.h>
#include <hv/control.h>
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/dom_console.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/grant.h>
#include <hv/printk.h>
#include <hv/softirq.h>
#include <public/xen.h>

#include "domain_table.h"

#define VCPUS_SLICE 8U /* of a dying domain, between two preemption points */

struct spinlock control_lock = SPINLOCK_INIT(LOCK_RANK_CONTROL);

static void pause_locked(struct domain *d)
{
	if (d->pause_count++ == 0) {
		for (u32 i = 0; i < d->nr_vcpus; i++) {
			if (d->vcpus[i] != NULL) {
				sched_block(&d->vcpus[i]->sched, SCHED_BLOCK_DOMAIN);
			}
		}
	}
}

static void unpause_locked(struct domain *d)
{
	if (--d->pause_count == 0) {
		for (u32 i = 0; i < d->nr_vcpus; i++) {
			if (d->vcpus[i] != NULL) {
				sched_unblock(&d->vcpus[i]->sched, SCHED_BLOCK_DOMAIN);
			}
		}
	}
}

static void wait_off_cpu(struct domain *d)
{
	for (u32 i = 0; i < d->nr_vcpus; i++) {
		struct vcpu *v = d->vcpus[i];

		if (v != NULL && v != current_vcpu()) {
			vcpu_wait_off_cpu(v);
		}
	}
}

void domain_pause(struct domain *d)
{
	spin_lock(&d->lock);
	pause_locked(d);
	spin_unlock(&d->lock);
	wait_off_cpu(d);
}

void domain_unpause(struct domain *d)
{
	spin_lock(&d->lock);
	unpause_locked(d);
	spin_unlock(&d->lock);
}

/* Change the toolstack's pause; true when that was a change. */
static bool set_control_pause(struct domain *d, bool pause)
{
	bool is_new;

	spin_lock(&d->lock);
	is_new = d->is_control_paused != pause && (pause || !d->is_dying);
	if (is_new) {
		d->is_control_paused = pause;
		if (pause) {
			pause_locked(d);
		} else {
			d->is_created = true;
			unpause_locked(d);
		}
	}
	spin_unlock(&d->lock);
	return is_new;
}

void domain_control_pause(struct domain *d)
{
	bool is_new = set_control_pause(d, true);

	wait_off_cpu(d);
	if (is_new) {
		domain_changed(d, false);
	}
}

void domain_control_unpause(struct domain *d)
{
	if (set_control_pause(d, false)) {
		domain_changed(d, false);
	}
}

void domain_changed(struct domain *d, bool is_end)
{
	if (is_end) {
		evtchn_raise_global(VIRQ_DOM_EXC);
	}
	domain_watch_notify(d);
}

/* The machine goes with the hardware domain. */
static void hardware_domain_ended(u8 code)
{
	pr_info("the hardware domain has stopped, reason %u: machine %s", code,
		code == DOMAIN_SHUTDOWN_POWEROFF ? "off" : "reset");
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		budget_print();
	}
	if (code == DOMAIN_SHUTDOWN_POWEROFF) {
		arch_machine_off();
	}
	arch_machine_reset();
}

void domain_shutdown(struct domain *d, u8 code)
{
	bool is_new;

	if (d == hardware_domain) {
		hardware_domain_ended(code);
	}
	spin_lock(&d->lock);
	is_new = !d->is_shut_down && !d->is_dying;
	if (is_new) {
		d->is_shut_down = true;
		d->shutdown_code = code;
		pause_locked(d);
	}
	spin_unlock(&d->lock);
	if (is_new) {
		dom_console_service(d);
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

static int step_stop(struct domain *d)
{
	bool is_new;

	spin_lock(&d->lock);
	is_new = !d->is_dying;
	if (is_new) {
		d->is_dying = true;
		domain_drop_fresh_locked(d);
		pause_locked(d);
	}
	spin_unlock(&d->lock);
	wait_off_cpu(d);
	if (is_new) {
		domain_changed(d, true);
	}
	return 0;
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

static int (*const teardown_steps[])(struct domain *d) = {
	step_stop,	     evtchn_close_all, grant_unmap_all,	     step_vcpus,
	dom_console_release, grant_release,    arch_domain_teardown, step_finish,
};

int domain_destroy(struct domain *d)
{
	int err;

	if (d == current_domain() || d == hardware_domain) {
		return -EINVAL;
	}
	while (d->teardown_step < ARRAY_SIZE(teardown_steps)) {
		err = teardown_steps[d->teardown_step](d);
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
