/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a boot-time domain reaches others by: its console's page, the ports of console and xenstore,
 * and those that the boot tree gives it. The ports are made anew in each of its lives, with its
 * vCPUs down. No lock.
 */
#include "describe.h"

#include <hv/dom_console.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/stage2.h>
#include <public/hvm.h>

__init bool build_console_bad(const struct build *b)
{
	mfn_t console = b->has_vuart ? mfn(INVALID_FRAME) : frame_alloc(0, b->id);

	if (mfn_is_valid_value(console) && s2_map(b->d, CONSOLE_GFN, console, 1, S2_RAM)) {
		frame_put(console);
		return true;
	}
	return !b->has_vuart && !mfn_is_valid_value(console);
}

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
