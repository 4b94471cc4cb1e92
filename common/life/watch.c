/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches: event channels of the toolstack that become pending when a domain changes (created,
 * paused or unpaused, shut down, renamed, gone), so that nobody has to poll.
 *
 * A watch names a port by domain id and number and holds no reference: a watch whose domain is
 * gone, or whose port is no longer one that waits for its own domain, is dropped when it would be
 * raised. That is deferred work, one watch at a time: a change itself only notes which are due.
 * Lock: watch_lock, of the rank of the table of domains, never held together with that.
 */
#include <hv/defer.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>

#include <public/xen.h>

#define NR_WATCHES 32U

struct watch {
	u32 port;
	domid_t watcher;
	domid_t target; /* HV_DOMID_NONE: any */
};

static struct spinlock watch_lock = SPINLOCK_INIT(LOCK_RANK_DOMAIN_LIST);
static struct watch watches[NR_WATCHES];
static u32 used; /* bits of watches; lock */
static u32 due;	 /* those to be raised; atomic */

int domain_watch_add(domid_t watcher, u32 port, domid_t target)
{
	int err = -ENOSPC;

	spin_lock(&watch_lock);
	if (used != ~0U) {
		u32 i = (u32)__builtin_ctz(~used);

		watches[i] = (struct watch){ port, watcher, target };
		used |= (u32)BIT(i);
		err = 0;
	}
	spin_unlock(&watch_lock);
	return err;
}

/* Forget what a watcher has on these ports. -ENOENT: nothing. */
static int forget(domid_t watcher, u32 first, u32 last)
{
	int err = -ENOENT;

	spin_lock(&watch_lock);
	for (u32 left = used; left != 0; left &= left - 1) {
		const struct watch *w = &watches[__builtin_ctz(left)];

		if (w->watcher == watcher && w->port >= first && w->port <= last) {
			used &= ~(left & -left);
			err = 0;
		}
	}
	spin_unlock(&watch_lock);
	return err;
}

int domain_watch_remove(domid_t watcher, u32 port)
{
	return forget(watcher, port, port);
}

void domain_watch_drop(domid_t watcher)
{
	(void)forget(watcher, 0, UINT32_MAX);
}

static void raise_watch(struct watch w)
{
	struct domain *watcher = domain_get(w.watcher);

	if (watcher != NULL && evtchn_is_unbound(watcher, w.port, w.watcher)) {
		evtchn_raise(watcher, w.port);
	} else {
		domain_watch_remove(w.watcher, w.port);
	}
	domain_put(watcher);
}

static void raise_next(struct defer_work *work)
{
	u32 all = READ_ONCE(due), next = all & -all;
	struct watch w = { 0 };

	atomic_fetch_and(&due, ~next);
	spin_lock(&watch_lock);
	if ((used & next) != 0) {
		w = watches[__builtin_ctz(next)];
	}
	spin_unlock(&watch_lock);
	if (w.port != 0) {
		raise_watch(w);
	}
	if (READ_ONCE(due) != 0) {
		defer_queue(work);
	}
}

static struct defer_work raise_work = { .fn = raise_next };

/* The watches of d are due; VIRQ_DOM_EXC at once for an end. */
static void notify(struct domain *d, bool is_end)
{
	if (is_end) {
		evtchn_raise_global(VIRQ_DOM_EXC);
	}
	spin_lock(&watch_lock);
	for (u32 left = used; left != 0; left &= left - 1) {
		const struct watch *w = &watches[__builtin_ctz(left)];

		if (w->target == HV_DOMID_NONE || w->target == d->id) {
			atomic_fetch_or(&due, left & -left);
		}
	}
	spin_unlock(&watch_lock);
	if (READ_ONCE(due) != 0) {
		defer_queue(&raise_work);
	}
}

DOMAIN_LISTENER watch_listener = { .changed = notify };
