/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watchdogs of a domain (SCHEDOP_watchdog of include/public/sched.h), and the one that its policy
 * starts with the domain, which the first of its own replaces: a domain that hangs before it has
 * come that far is noticed as well.
 *
 * A domain has one timer, set for the first of them that is due. Its handler takes no lock, because
 * who sets it anew may wait for the handler; what is due is looked at in deferred work, which keeps
 * a reference. A watchdog that is due while the toolstack has paused the domain starts anew: being
 * paused is no fault. Lock: the domain's lock.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/health.h>

#include "restart.h"

#define WATCHDOG_POLICY	     HEALTH_NR_WATCHDOGS
#define WATCHDOG_SECONDS_MAX (HEALTH_WATCHDOG_MAX / 1000U)

static void set_timer_locked(struct health *h)
{
	u64 first = TIME_NEVER;

	for (u32 i = 0; i < ARRAY_SIZE(h->watchdog); i++) {
		first = h->watchdog[i].ns != 0 ? MIN(first, h->watchdog[i].due) : first;
	}
	timer_set(&h->timer, first);
}

static void arm_locked(struct health *h, u32 i, u64 ns)
{
	h->watchdog[i].ns = ns;
	h->watchdog[i].due = time_now() + ns;
}

/* Shut down for one that is due, unless the toolstack has paused the domain. Lock held. */
static void take_due_locked(struct health *h)
{
	for (u32 i = 0; i < ARRAY_SIZE(h->watchdog); i++) {
		if (h->watchdog[i].ns == 0 || h->watchdog[i].due > time_now()) {
			continue;
		}
		arm_locked(h, i, h->watchdog[i].ns);
		if (!h->d->is_control_paused) {
			h->expired_ms = h->watchdog[i].ns / NSEC_PER_MSEC;
			health_shut_locked(h, DOMAIN_SHUTDOWN_WATCHDOG);
			return; /* its next life sets the timer */
		}
	}
	set_timer_locked(h);
}

static void look(struct defer_work *work)
{
	struct health *h = container_of(work, struct health, look);

	spin_lock(&h->d->lock);
	if (!h->d->is_dying) {
		take_due_locked(h);
	}
	spin_unlock(&h->d->lock);
	domain_put(h->d);
}

static void expired(struct timer *timer)
{
	struct health *h = container_of(timer, struct health, timer);

	if (defer_queue(&h->look)) {
		domain_hold(h->d);
	}
}

void health_watchdog_init(struct health *h)
{
	timer_init(&h->timer, expired);
	h->look.fn = look;
}

/* The watchdog of an id, or a free one for 0; lock held. */
static int find_locked(const struct health *h, u32 id)
{
	if (id != 0) {
		return h->watchdog[id - 1].ns != 0 ? (int)id - 1 : -EINVAL;
	}
	for (u32 i = 0; i < HEALTH_NR_WATCHDOGS; i++) {
		if (h->watchdog[i].ns == 0) {
			return (int)i;
		}
	}
	return -ENOSPC;
}

int health_watchdog(struct domain *d, u32 id, u32 seconds)
{
	struct health *h;
	int i;

	if (id > HEALTH_NR_WATCHDOGS || seconds > WATCHDOG_SECONDS_MAX ||
	    (id == 0 && seconds == 0)) {
		return -EINVAL;
	}
	h = health_get(d);
	if (h == NULL) {
		return -ENOMEM;
	}
	spin_lock(&d->lock);
	i = find_locked(h, id);
	if (i >= 0) {
		arm_locked(h, (u32)i, seconds * NSEC_PER_SEC);
		arm_locked(h, WATCHDOG_POLICY, 0);
		set_timer_locked(h);
	}
	spin_unlock(&d->lock);
	return i < 0 || id != 0 ? MIN(i, 0) : i + 1;
}

void health_watchdog_reset(struct health *h, bool is_on)
{
	struct domain *d = h->d;

	spin_lock(&d->lock);
	for (u32 i = 0; i < HEALTH_NR_WATCHDOGS; i++) {
		arm_locked(h, i, 0);
	}
	arm_locked(h, WATCHDOG_POLICY, is_on ? h->table.policy.watchdog_ms * NSEC_PER_MSEC : 0);
	set_timer_locked(h);
	spin_unlock(&d->lock);
}
