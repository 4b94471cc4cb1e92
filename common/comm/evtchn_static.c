/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Static event channels: both ends are known before either runs. Each end is opened by itself, in
 * any order and again after a restart; until the other one is there it is a port that waits for it.
 * Locks as in evtchn.c.
 */
#include "../event/evtchn_table.h"

#include <hv/domain.h>
#include <hv/errno.h>

int evtchn_open(struct domain *d, u32 port, domid_t peer, u32 peer_port)
{
	struct evtchn waiting = { .state = EVTCHN_UNBOUND, .peer = peer };
	struct domain *remote = domain_get(peer);
	bool is_connected = false;
	int err = -EINVAL;

	evtchn_lock_pair(d, remote);
	if (remote != NULL && evtchn_at(remote->evtchn, peer_port) != NULL) {
		err = evtchn_connect_locked(d, remote, peer_port, &port);
		is_connected = err == 0;
	}
	if (err == -EINVAL) {
		err = evtchn_new_locked(d, &waiting, &port);
	}
	evtchn_unlock_pair(d, remote);
	if (is_connected) {
		evtchn_raise(d, port);
		evtchn_raise(remote, peer_port);
	}
	domain_put(remote);
	return err;
}
