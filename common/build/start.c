/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting boot-time domains, at boot and again. At a restart (common/health) the domain's vCPUs
 * are down, so nobody else reads or writes what is its own, and its description changes no more. No
 * lock.
 */
#include "describe.h"

#include <hv/dom_console.h>
#include <hv/evtchn.h>
#include <hv/images.h>
#include <public/hvm.h>

/* Console and xenstore, as hvm_op (CONFIG_XENSTORE) tells the guest. */
static int set_params(const struct build *b, struct domain *d)
{
	u64 *params = d->hvm_params;
	u32 console = 0, store = 0;
	int err = b->has_vuart ? 0 : evtchn_alloc_unbound(d, HV_DOMID_HYP, &console);

	if (!err && b->enhanced == BUILD_ENHANCED) {
		err = evtchn_alloc_unbound(d, 0, &store);
	}
	if (err) {
		return err;
	}
	spin_lock(&d->lock);
	params[HVM_PARAM_CONSOLE_PFN] = console ? CONSOLE_GFN.v : 0;
	params[HVM_PARAM_CONSOLE_EVTCHN] = console;
	params[HVM_PARAM_STORE_EVTCHN] = store;
	params[HVM_PARAM_STORE_PFN] = store ? ~0UL : 0; /* Dom0 will give it */
	spin_unlock(&d->lock);
	return console ? dom_console_bind(d, CONSOLE_GFN, console) : 0;
}

/* What the domain finds, in each of its lives. */
int build_open_channels(struct domain *d)
{
	struct build *b = builds[d->id - 1];
	int err = 0;

	for (u32 i = 0; IS_ENABLED(CONFIG_STATIC_COMM) && !err && i < b->nr_ports; i++) {
		err = evtchn_open(d, b->ports[i].port, b->ports[i].peer, b->ports[i].peer_port);
	}
	return err || !IS_ENABLED(CONFIG_XENSTORE) ? err : set_params(b, d);
}

__init int build_start(struct build *b)
{
	int err = vcpu_power_on(b->d->vcpus[0], b->images.entry, b->images.tree);

	if (IS_ENABLED(CONFIG_HEALTH)) {
		return err ? err : build_keep(b);
	}
	err = err ? err : -ERESTART;
	while (err == -ERESTART) {
		err = images_load(b->d, IMAGES_PIECE);
	}
	images_drop(b->d);
	return err ? err : build_open_channels(b->d);
}
