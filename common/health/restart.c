/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A restart in place: the domain keeps its structure, its vCPUs, its own memory and its devices, so
 * nothing has to be had that might not be there, and nobody else's place in the schedule changes.
 *
 * Once all of its vCPUs are off their CPUs (begin), vCPU 0 is made to fetch its next instruction
 * from where there is none. So it is scheduled as ever, by its own policy and out of its own
 * budget, and each of its aborts does a slice of the steps below, up to the next preemption point,
 * until the last step sets its registers to the kernel's entry. A domain that is paused, destroyed
 * or out of budget meanwhile is so as always. No lock is held from one slice to the next.
 */
#include <hv/arch.h>
#include <hv/device.h>
#include <hv/dom_console.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/grant.h>
#include <hv/printk.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/wallclock.h>
#include <public/hvm.h>
#include <public/xen.h>

#include "restart.h"

/* Between two preemption points: places of stage 2 without work, frames that are cleared. */
#define LOOKS_SLICE  4U
#define FRAMES_SLICE 8U

static int check_images(struct health *h)
{
	int err = health_sum_images(h);

	return err == 0 && h->sum != h->wanted ? -EIO : err;
}

static int close_channels(struct health *h)
{
	return evtchn_reset(h->d);
}

static int drop_grants(struct health *h)
{
	return grant_unmap_all(h->d);
}

/* vCPU 0 was reset before it came here. */
static int reset_vcpus(struct health *h)
{
	struct vcpu *v = h->d->vcpus[h->at];

	if (v != NULL) {
		timer_cancel(&v->oneshot);
		evtchn_unregister_info(v);
		v->runstate_gva = 0;
		if (h->at != 0) {
			arch_vcpu_reset(v, 0, 0);
		}
	}
	return ++h->at < h->d->nr_vcpus ? -ERESTART : 0;
}

/* Those of the machine first: a disk must not write into the memory of the next life. */
static int reset_devices(struct health *h)
{
	if (h->done == 0) {
		device_quiet_all(h->d);
		dom_console_unbind(h->d);
		h->done = 1;
	}
	return arch_domain_reset(h->d);
}

static bool is_in(const struct health_range *ranges, u32 nr, u64 g)
{
	for (u32 i = 0; i < nr; i++) {
		if (g - ranges[i].gfn < ranges[i].nr) {
			return true;
		}
	}
	return false;
}

static bool is_kept(const struct health *h)
{
	return is_in(h->kept, h->nr_kept, h->done);
}

static bool is_ram(const struct s2_entry *e)
{
	return e->kind == S2_RAM || e->kind == S2_RAM_RO;
}

/*
 * Call leaf() for what is at the guest frame h->done, and nr - 1 frames behind it that are alike.
 * It returns how many it is done with, or -errno.
 */
static int walk(struct health *h, s64 (*leaf)(struct health *h, const struct s2_entry *e, u64 nr))
{
	for (u32 i = 0; i < LOOKS_SLICE && h->done < h->d->arch.s2.end; i++) {
		struct s2_entry e = s2_lookup(h->d, gfn(h->done));
		s64 n = leaf(h, &e, BIT(e.order) - (h->done & (BIT(e.order) - 1)));

		if (n < 0) {
			return (int)n;
		}
		h->done += (u64)n;
		/* A hole or a device was nothing to do. */
		i = e.kind == S2_NONE || e.kind == S2_DEVICE ? i : LOOKS_SLICE;
	}
	return h->done < h->d->arch.s2.end ? -ERESTART : 0;
}

static s64 note_leaf(struct health *h, const struct s2_entry *e, u64 nr)
{
	struct health_range *last = h->nr_ram != 0 ? &h->ram[h->nr_ram - 1] : NULL;

	if (!is_ram(e)) {
		return (s64)nr;
	}
	if (last != NULL && last->gfn + last->nr == h->done) {
		last->nr += nr;
	} else if (h->nr_ram == HEALTH_RAM_MAX) {
		return -ENOSPC;
	} else {
		h->ram[h->nr_ram++] = (struct health_range){ h->done, nr };
	}
	return (s64)nr;
}

int restart_note_ram(struct health *h)
{
	return walk(h, note_leaf);
}

static s64 unmap_leaf(struct health *h, const struct s2_entry *e, u64 nr)
{
	s64 err;

	if (is_ram(e) || e->kind == S2_NONE || e->kind == S2_DEVICE || is_kept(h)) {
		return (s64)nr;
	}
	err = s2_unmap(h->d, gfn(h->done), 1);
	return err < 0 ? err : 1;
}

/* What is mapped of others, and of the hypervisor. */
static int unmap_foreign(struct health *h)
{
	return walk(h, unmap_leaf);
}

/* Where there is but one: it may still be the domain's, covered by something else. */
static mfn_t get_direct(const struct domain *d, u64 g)
{
	if (frame_owner(mfn(g)) == d->id && frame_refs(mfn(g)) == 1) {
		return mfn(g);
	}
	return frame_alloc_range(0, d->id, mfn(g), mfn(g + 1));
}

/* A frame at h->done, for one that was given away or covered, or that another domain reaches. */
static s64 fill_hole(struct health *h)
{
	struct domain *d = h->d;
	u64 g = h->done;
	mfn_t frame = d->is_direct_mapped ? get_direct(d, g) : frame_alloc(0, d->id);

	if (!mfn_is_valid_value(frame)) {
		return d->is_direct_mapped ? -EBUSY : -ENOMEM;
	}
	arch_scrub_frames(frame, 1);
	if (s2_map(d, gfn(g), frame, 1, S2_RAM) != 0) {
		frame_put(frame);
		return -ENOMEM;
	}
	return 1;
}

static s64 clear_leaf(struct health *h, const struct s2_entry *e, u64 nr)
{
	u64 n = 0;

	if (e->kind == S2_NONE && is_in(h->ram, h->nr_ram, h->done)) {
		return fill_hole(h);
	}
	if (e->kind == S2_NONE || e->kind == S2_DEVICE) {
		return (s64)nr;
	}
	if (is_kept(h)) {
		if (h->is_cold) {
			arch_scrub_frames(e->frame, 1);
		}
		return 1;
	}
	while (n < MIN(nr, FRAMES_SLICE) && frame_refs(mfn(e->frame.v + n)) == 1) {
		n++;
	}
	if (n == 0) {
		return s2_unmap(h->d, gfn(h->done), 1) < 0 ? -ENOMEM : fill_hole(h);
	}
	arch_scrub_frames(e->frame, n);
	return (s64)n;
}

static int clear_memory(struct health *h)
{
	return walk(h, clear_leaf);
}

static int release_grants(struct health *h)
{
	return grant_release(h->d);
}

static int clear_shared_info(struct health *h)
{
	memset(h->d->shared_info, 0, PAGE_SIZE);
	wallclock_show(h->d);
	return 0;
}

/* What it has told the hypervisor. */
static int forget_words(struct health *h)
{
	struct domain *d = h->d;
	bool is_hardware = d == hardware_domain;

	if (IS_ENABLED(CONFIG_TOOLSTACK)) {
		domain_watch_drop(d->id);
	}
	spin_lock(&d->lock);
	domain_drop_fresh_locked(d);
	d->shared_info_frame = gfn(INVALID_FRAME);
	d->features = 0;
	d->hvm_params[HVM_PARAM_CALLBACK_IRQ] = 0;
	if (is_hardware) {
		memset(d->hvm_params, 0, sizeof(d->hvm_params));
	}
	spin_unlock(&d->lock);
	return 0;
}

/* The channels that the toolstack has made before the first life, under the same numbers. */
static int reopen_params(struct domain *d)
{
	u64 console = d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN];
	u64 store = d->hvm_params[HVM_PARAM_STORE_EVTCHN];

	for (u32 port = 0; port < MAX(console, store) && port < HEALTH_PORTS_MAX;) {
		bool is_store = store == port + 1;
		int err = evtchn_alloc_unbound(d, is_store ? 0 : HV_DOMID_HYP, &port);

		if (err != 0) {
			return err;
		}
	}
	return console == 0 ? 0
			    : dom_console_bind(d, gfn(d->hvm_params[HVM_PARAM_CONSOLE_PFN]),
					       (u32)console);
}

static int reopen(struct health *h)
{
	return h->reopen != NULL ? h->reopen(h->d) : reopen_params(h->d);
}

static int tell(struct health *h)
{
	h->took_ns = time_now() - h->last_ns;
	pr_info("health: domain %u runs again after %lu us", h->d->id, h->took_ns / NSEC_PER_USEC);
	return 0;
}

static int start(struct health *h)
{
	struct domain *d = h->d;
	struct vcpu *v = d->vcpus[0];

	arch_domain_forget(d);
	v->arch.regs.pc = h->entry;
	v->arch.regs.x[0] = h->x0;
	h->nr_warm += !h->is_cold;
	h->nr_cold += h->is_cold;
	health_watchdog_restart(h);
	health_trace(d, ~0UL, h->took_ns);
	store_release(&h->state, (u8)BULKHEAD_HEALTH_good);
	domain_changed(d, false);
	return 0;
}

static int (*const steps[])(struct health *h) = {
	check_images,
	close_channels,
	drop_grants,
	reset_vcpus,
	reset_devices,
	unmap_foreign,
	clear_memory,
	release_grants,
	clear_shared_info,
	forget_words,
	health_load_images,
	reopen,
	tell,
	start,
};

void restart_next_step(struct health *h)
{
	h->step++;
	h->at = 0;
	h->done = 0;
	h->sum = 0;
}

bool health_run(struct vcpu *v)
{
	struct health *h = load_acquire(&v->domain->health);
	int err;

	if (h == NULL || READ_ONCE(h->state) != BULKHEAD_HEALTH_restarting) {
		return false;
	}
	do {
		err = steps[h->step](h);
		if (err == 0) {
			restart_next_step(h);
		} else if (err != -ERESTART) {
			health_give_up(h, err);
			return true;
		}
	} while (h->step < ARRAY_SIZE(steps) && !softirq_preempt_needed());
	return true;
}

/* No vCPU of it is on a CPU: all are off, and vCPU 0 works on the restart. */
static void prepare(struct health *h)
{
	struct domain *d = h->d;

	restart_next_step(h);
	h->step = 0;
	arch_domain_forget(d);
	arch_vcpu_reset(d->vcpus[0], arch_domain_nowhere(d), 0);
	spin_lock(&d->lock);
	for (u32 i = 0; i < d->nr_vcpus; i++) {
		struct vcpu *v = d->vcpus[i];

		if (v != NULL) {
			v->is_up = i == 0;
			sched_block(&v->sched, SCHED_BLOCK_DOWN);
		}
	}
	spin_unlock(&d->lock);
	sched_unblock(&d->vcpus[0]->sched, SCHED_BLOCK_DOWN | SCHED_BLOCK_WAIT);
}

static void begin(struct defer_work *work)
{
	struct health *h = container_of(work, struct health, work);
	struct domain *d = h->d;

	if (current_domain() == d) {
		/* It is blocked, so the scheduler takes it off this CPU first. */
		softirq_raise(SOFTIRQ_SCHED);
		defer_queue(work);
		return;
	}
	domain_wait_off_cpu(d);
	if (!READ_ONCE(d->is_dying)) {
		health_watchdog_stop(h);
		prepare(h);
		domain_unpause(d);
	}
	domain_put(d);
}

void restart_begin(struct health *h)
{
	h->work.fn = begin;
	defer_queue(&h->work);
}
