/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches: event channels of the toolstack that become pending when a domain changes (created,
 * paused or unpaused, shut down, renamed, gone), so that nobody has to poll.
 *
 * A watch names a port by domain id and number and holds no reference: a watch whose domain is
 * gone, or whose port is no longer one that waits for its own domain, is dropped when it would be
 * raised. Lock: watch_lock, of the rank of the table of domains, never held together with that.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>

#include <public/xen.h>

#define NR_WATCHES 32U

struct watch {
	u32 port; /* 0: unused */
	domid_t watcher;
	domid_t target; /* HV_DOMID_NONE: any */
};

static struct spinlock watch_lock = SPINLOCK_INIT(LOCK_RANK_DOMAIN_LIST);
static struct watch watches[NR_WATCHES];

int domain_watch_add(domid_t watcher, u32 port, domid_t target)
{
	int err = -ENOSPC;

	spin_lock(&watch_lock);
	for (u32 i = 0; i < NR_WATCHES && err != 0; i++) {
		if (watches[i].port == 0) {
			watches[i] = (struct watch){ port, watcher, target };
			err = 0;
		}
	}
	spin_unlock(&watch_lock);
	return err;
}

/* Forget what a watcher has on these ports. -ENOENT: nothing. */
static int forget(domid_t watcher, u32 first, u32 last)
{
	int err = -ENOENT;

	spin_lock(&watch_lock);
	for (u32 i = 0; i < NR_WATCHES; i++) {
		struct watch *w = &watches[i];

		if (w->watcher == watcher && w->port >= first && w->port <= last) {
			w->port = 0;
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

/* Raise the watches of d, and VIRQ_DOM_EXC for an end. */
static void notify(struct domain *d, bool is_end)
{
	struct watch w;

	if (is_end) {
		evtchn_raise_global(VIRQ_DOM_EXC);
	}
	for (u32 i = 0; i < NR_WATCHES; i++) {
		if (READ_ONCE(watches[i].port) == 0) {
			continue;
		}
		spin_lock(&watch_lock);
		w = watches[i];
		spin_unlock(&watch_lock);
		if (w.port != 0 && (w.target == HV_DOMID_NONE || w.target == d->id)) {
			raise_watch(w);
		}
	}
}

DOMAIN_LISTENER watch_listener = { .changed = notify };
