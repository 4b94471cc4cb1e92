/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Health of a domain: its fault table, what a fault does at once, and what may be asked about it.
 *
 * A fault is taken where a shutdown would be. That only stops the domain, under its lock; the rest
 * waits until its vCPUs have left their CPUs (deferred work), and then runs as its vCPU 0
 * (restart.c). Who has a fault while it is being restarted has that one restart.
 */
#include <hv/arch.h>
#include <hv/console.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/health.h>
#include <hv/heap.h>
#include <hv/printk.h>
#include <hv/trace.h>

#include "restart.h"

static const char *const fault_names[BULKHEAD_NR_FAULTS] = { "crash", "watchdog", "reboot" };
static const char *const action_names[] = { "left", "WARM restart", "COLD restart", "disabled",
					    "machine reset" };

struct health *health_get(struct domain *d)
{
	struct health *h = load_acquire(&d->health), *made;

	if (h != NULL) {
		return h;
	}
	made = heap_alloc(sizeof(*made));
	if (made == NULL) {
		return NULL;
	}
	made->d = d;
	health_watchdog_init(made);
	if (__atomic_compare_exchange_n(&d->health, &h, made, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE)) {
		return made;
	}
	heap_free(made); /* another CPU was first */
	return h;
}

int health_set_policy(struct domain *d, const struct bulkhead_health_policy *policy)
{
	struct health *h;

	if (!health_policy_is_valid(policy)) {
		return -EINVAL;
	}
	h = health_get(d);
	if (h == NULL) {
		return -ENOMEM;
	}
	spin_lock(&d->lock);
	h->table.policy = *policy;
	d->is_outlived = policy->restart != BULKHEAD_RESTART_never &&
			 policy->give_up == BULKHEAD_GIVE_UP_disable;
	h->table.warm.nr = 0;
	h->table.cold.nr = 0;
	if (h->shown.state == BULKHEAD_HEALTH_given_up) {
		h->shown.state = BULKHEAD_HEALTH_good;
	}
	spin_unlock(&d->lock);
	health_watchdog_reset(h, true);
	return 0;
}

void health_trace(const struct domain *d, u64 what, u64 ns)
{
	if (trace_is_on()) {
		trace_record_put(&(struct trace_record){
			.event = BULKHEAD_EVENT_health, .domain = d->id, .args = { what, ns } });
	}
}

int health_say(struct domain *d)
{
	struct health *h = d->health;

	pr_info("health: domain %u: %s: %s", d->id, fault_names[h->shown.last],
		action_names[h->action]);
	health_trace(d, h->shown.last, h->shown.last_ns);
	return 0;
}

/* Of who has been stopped: the rest of its shutdown. What is said first is an item by itself. */
static void shut(struct defer_work *work)
{
	struct health *h = container_of(work, struct health, shut);
	bool is_said = h->expired_ms == 0 && h->action != HEALTH_DISABLE;

	if (h->expired_ms != 0) {
		pr_guest("domain %u: watchdog of %lu ms expired", h->d->id, h->expired_ms);
		h->expired_ms = 0;
	} else if (!is_said) {
		(void)health_say(h->d);
		h->action = HEALTH_LEAVE;
	} else {
		domain_shutdown(h->d, h->code);
	}
	if (is_said || !defer_queue(work)) {
		domain_pause(h->d, false);
		domain_put(h->d);
	}
}

void health_shut_locked(struct health *h, u8 code)
{
	h->code = code;
	h->shut.fn = shut;
	if (defer_queue(&h->shut)) {
		domain_hold(h->d);
		domain_pause_locked(h->d, true);
	}
}

/* Lock held. */
static enum health_action decide_locked(struct health *h, u32 kind, u8 code)
{
	struct domain *d = h->d;
	u64 now = time_now();
	enum health_action action;

	if (d->is_dying || d->is_shut_down || h->shown.state != BULKHEAD_HEALTH_good) {
		return HEALTH_LEAVE;
	}
	h->shown.nr_faults[kind]++;
	h->shown.last = kind;
	h->shown.last_ns = now;
	if (!h->has_images || (h->is_if_others && domain_count() < 2)) {
		return HEALTH_LEAVE;
	}
	action = health_decide(&h->table, now);
	h->action = (u8)action;
	if (action == HEALTH_WARM || action == HEALTH_COLD) {
		h->is_cold = action == HEALTH_COLD;
		restart_begin_locked(h);
	} else if (action != HEALTH_LEAVE) {
		h->shown.state = BULKHEAD_HEALTH_given_up;
		health_shut_locked(h, code);
	}
	return action;
}

static bool fault(struct domain *d, u8 code)
{
	u32 kind = code == DOMAIN_SHUTDOWN_REBOOT     ? BULKHEAD_FAULT_reboot
		   : code == DOMAIN_SHUTDOWN_WATCHDOG ? BULKHEAD_FAULT_watchdog
						      : BULKHEAD_FAULT_crash;
	struct health *h = load_acquire(&d->health);
	enum health_action action;

	if (h == NULL || code == DOMAIN_SHUTDOWN_POWEROFF || code == DOMAIN_SHUTDOWN_SUSPEND) {
		return false;
	}
	spin_lock(&d->lock);
	action = decide_locked(h, kind, code);
	spin_unlock(&d->lock);
	if (action == HEALTH_LEAVE) {
		return READ_ONCE(h->shown.state) == BULKHEAD_HEALTH_restarting;
	}
	if (action == HEALTH_RESET) {
		(void)health_say(d);
		console_finish();
		arch_machine_reset();
	}
	return true;
}

void health_give_up(struct health *h, int err)
{
	struct domain *d = h->d;

	pr_err("health: domain %u: %s failed: %s (error %d)", d->id,
	       h->is_first ? "start" : "restart",
	       err == -EIO	? "its images have changed"
	       : err == -EBUSY	? "a page that it had given away is another domain's now"
	       : err == -EFAULT ? "an image of it is outside its memory"
				: "memory or channels are missing",
	       err);
	health_end_first(h);
	spin_lock(&d->lock);
	h->shown.state = BULKHEAD_HEALTH_given_up;
	health_shut_locked(h, DOMAIN_SHUTDOWN_CRASH);
	spin_unlock(&d->lock);
	if (h->table.policy.give_up == BULKHEAD_GIVE_UP_reset) {
		console_finish();
		arch_machine_reset();
	}
}

/* The end: no watchdog any more, and nobody waits for its images. */
static void changed(struct domain *d, bool is_end)
{
	struct health *h = load_acquire(&d->health);

	if (is_end && h != NULL && READ_ONCE(d->is_dying)) {
		health_end_first(h);
		health_watchdog_reset(h, false);
		timer_cancel(&h->timer);
	}
}

DOMAIN_LISTENER health_listener = { .changed = changed, .fault = fault };
