/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading and starting boot-time domains, at boot and again (include/hv/build.h). After boot the
 * domain's vCPUs are down, so nobody else reads or writes its description or its memory; what it
 * has given away of that is left out. No lock.
 */
#include "describe.h"

#include <hv/arch.h>
#include <hv/dom_console.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/health.h>
#include <hv/stage2.h>
#include <public/hvm.h>

void build_drop_images(struct build *b)
{
	if (b->has_tree) {
		frame_put_block(pa_to_mfn(pa(b->image[BUILD_TREE].from)), BUILD_TREE_ORDER);
	}
	b->has_tree = false;
	b->image[BUILD_KERNEL].bytes = 0;
}

struct build *build_of(const struct domain *d)
{
	struct build *b = d->id - 1U < BUILD_MAX ? builds[d->id - 1] : NULL;

	return b && b->d == d ? b : NULL;
}

/* Copy what one page of the guest gets of an image; returns how much, or -EFAULT. */
static int load_page(struct build *b, const struct build_image *image, u64 done)
{
	u64 to = image->to + done, in_page = to & (PAGE_SIZE - 1);
	u64 bytes = MIN(image->bytes - done, PAGE_SIZE - in_page);
	mfn_t frame;

	if (s2_get_frame(b->d, ipa_to_gfn(ipa(to)), true, &frame)) {
		return -EFAULT;
	}
	boot_copy(pa(mfn_to_pa(frame).v + in_page), pa(image->from + done), bytes);
	frame_put(frame);
	return (int)bytes;
}

/* A page of all the work, which is b->loaded bytes on: bytes done, 0: nothing was left, -EFAULT. */
static int load_step(struct build *b)
{
	u64 at = b->loaded;

	for (u32 i = 0; i < BUILD_IMAGES; i++) {
		if (at < b->image[i].bytes) {
			return load_page(b, &b->image[i], at);
		}
		at -= b->image[i].bytes;
	}
	return 0;
}

int build_load(struct build *b)
{
	int done = b->image[BUILD_KERNEL].bytes ? 1 : -ENOENT;

	while (done > 0) {
		done = load_step(b);
		b->loaded = done > 0 ? b->loaded + (u64)done : 0;
		if (done > 0 && softirq_preempt_needed()) {
			return -ERESTART;
		}
	}
	return done;
}

/* Console and xenstore, as hvm_op tells the guest. */
static int set_params(struct build *b)
{
	u64 *params = b->d->hvm_params;
	u32 console = 0, store = 0;
	int err = b->has_vuart ? 0 : evtchn_alloc_unbound(b->d, HV_DOMID_HYP, &console);

	if (!err && b->enhanced == BUILD_ENHANCED) {
		err = evtchn_alloc_unbound(b->d, 0, &store);
	}
	if (err) {
		return err;
	}
	spin_lock(&b->d->lock);
	params[HVM_PARAM_CONSOLE_PFN] = console ? CONSOLE_GFN.v : 0;
	params[HVM_PARAM_CONSOLE_EVTCHN] = console;
	params[HVM_PARAM_STORE_EVTCHN] = store;
	params[HVM_PARAM_STORE_PFN] = store ? ~0UL : 0; /* Dom0 will give it */
	spin_unlock(&b->d->lock);
	return console ? dom_console_bind(b->d, CONSOLE_GFN, console) : 0;
}

/* What the domain finds, in each of its lives. */
static int open_channels(struct domain *d)
{
	struct build *b = build_of(d);
	int err = b ? 0 : -ESRCH;

	for (u32 i = 0; !err && i < b->nr_ports; i++) {
		err = evtchn_open(d, b->ports[i].port, b->ports[i].peer, b->ports[i].peer_port);
	}
	return err ? err : set_params(b);
}

int build_keep(struct build *b)
{
	struct bulkhead_health_policy policy = { b->restart,	b->give_up,  b->warm_limit,
						 b->cold_limit, b->window_s, b->watchdog_ms };
	int err = 0;

	if (!b->restart && !b->watchdog_ms) {
		return 0;
	}
	for (u32 i = 0; b->restart && i < BUILD_IMAGES && !err; i++) {
		err = health_add_image(b->d, b->image[i].from, b->image[i].bytes, b->image[i].to);
	}
	err = err ? err : health_set_policy(b->d, &policy);
	for (u32 i = b->nr_ram; !err && i < b->nr_ranges; i++) {
		b->d->health->kept[b->d->health->nr_kept++] =
			(struct health_range){ b->range[i].gpa >> PAGE_SHIFT,
					       b->range[i].bytes >> PAGE_SHIFT };
	}
	if (!err && b->restart) {
		b->d->health->reopen = open_channels;
		do {
			err = health_seal_images(b->d, b->image[BUILD_KERNEL].to,
						 b->image[BUILD_TREE].to);
		} while (err == -ERESTART);
	}
	return err;
}

int build_start(struct build *b)
{
	int err = open_channels(b->d);

	return err ? err
		   : vcpu_power_on(b->d->vcpus[0], b->image[BUILD_KERNEL].to,
				   b->image[BUILD_TREE].to);
}

/* A domain that is destroyed is no longer held; its memory goes back as any other's. */
static void on_change(struct domain *d, bool is_end)
{
	struct build *b = is_end && READ_ONCE(d->is_dying) ? build_of(d) : NULL;

	if (b) {
		b->d = NULL;
		build_drop_images(b);
		domain_put(d);
	}
}

DOMAIN_LISTENER build_listener = { .changed = on_change };
