/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A restart in place: the domain keeps its structure, its vCPUs, its own memory and its devices, so
 * nothing has to be had that might not be there, and nobody else's place in the schedule changes.
 *
 * Once all of its vCPUs are off their CPUs (deferred work), vCPU 0 is made to fetch
 * its next instruction from where there is none. So it is scheduled as ever, by its own policy and
 * out of its own budget, and each of its aborts does a slice of the steps below, up to the next
 * preemption point, until the last step sets its registers to the kernel's entry. A domain that is
 * paused, destroyed or out of budget meanwhile is so as always. No lock is held from one slice to
 * the next.
 *
 * A boot-time domain's first life begins with some of these steps, too.
 */
#include <hv/arch.h>
#include <hv/device.h>
#include <hv/dom_console.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/grant.h>
#include <hv/images.h>
#include <hv/printk.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/wallclock.h>
#include <public/hvm.h>
#include <public/xen.h>

#include "restart.h"

/* Between two preemption points: places of stage 2 without work, frames that are cleared. */
#define LOOKS_SLICE  4U
#define FRAMES_SLICE 4U
/* Bytes of an image. */
#define COPY_PIECE  1024UL
#define VCPUS_SLICE 4U /* that are blocked already */

/* No vCPU is on a CPU, and all are off: also vCPU 0, until it works on the restart. */
static int stop(struct domain *d)
{
	struct health *h = d->health;
	int err = domain_wait_off_cpu(d);

	spin_lock(&d->lock);
	for (u32 end = MIN(d->nr_vcpus, h->at + VCPUS_SLICE); err == 0 && h->at < end; h->at++) {
		if (d->vcpus[h->at] != NULL) {
			d->vcpus[h->at]->is_up = h->at == 0;
			sched_block(&d->vcpus[h->at]->sched, SCHED_BLOCK_DOWN);
		}
	}
	spin_unlock(&d->lock);
	return h->at < d->nr_vcpus ? -ERESTART : 0;
}

static int calm_first(struct domain *d)
{
	health_watchdog_reset(d->health, false);
	d->images->at = 0;
	d->images->done = 0;
	arch_domain_forget(d);
	arch_vcpu_calm(d->vcpus[0]);
	return 0;
}

static int reset_first(struct domain *d)
{
	arch_vcpu_reset(d->vcpus[0], arch_domain_nowhere(d), 0);
	return 0;
}

static int check_images(struct domain *d)
{
	struct health *h = d->health;
	int err = health_sum_images(h);

	return err == 0 && h->sum != h->wanted ? -EIO : err;
}

/* What it has told the hypervisor. */
static int forget_words(struct domain *d)
{
	if (IS_ENABLED(CONFIG_TOOLSTACK)) {
		domain_watch_drop(d->id);
	}
	dom_console_unbind(d);
	spin_lock(&d->lock);
	domain_drop_fresh_locked(d);
	d->shared_info_frame = gfn(INVALID_FRAME);
	d->nr_covered = 0;
	d->hvm_params[HVM_PARAM_CALLBACK_IRQ] = 0;
	if (d == hardware_domain) {
		memset(d->hvm_params, 0, sizeof(d->hvm_params));
	}
	spin_unlock(&d->lock);
	memset(d->shared_info, 0, PAGE_SIZE);
	if (IS_ENABLED(CONFIG_TOOLSTACK)) {
		wallclock_show(d);
	}
	return 0;
}

/* vCPU 0 was reset before it came here. */
static int reset_vcpus(struct domain *d)
{
	struct health *h = d->health;
	struct vcpu *v = d->vcpus[h->at];

	if (v != NULL) {
		timer_cancel(&v->oneshot);
		evtchn_unregister_info(v);
		v->runstate_gva = 0;
		if (h->at != 0) {
			arch_vcpu_reset(v, 0, 0);
		}
	}
	return ++h->at < d->nr_vcpus ? -ERESTART : 0;
}

/* The range that has the guest frame h->done, or NULL. */
static const struct health_range *find(const struct health *h, const struct health_range *at,
				       u32 nr)
{
	for (; nr != 0; nr--, at++) {
		if (h->done - at->gfn < at->nr) {
			return at;
		}
	}
	return NULL;
}

static bool is_ram(const struct s2_entry *e)
{
	return e->kind == S2_RAM || e->kind == S2_RAM_RO;
}

/*
 * Call leaf() for what is at the guest frame h->done, and nr - 1 frames behind it that are alike.
 * It returns how many it is done with, 0 to look at it again, or -errno.
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
		h->ram[h->nr_ram++] = (struct health_range){ .gfn = h->done, .nr = nr };
	}
	return (s64)nr;
}

int restart_note_ram(struct health *h)
{
	return walk(h, note_leaf);
}

static s64 unmap(struct health *h)
{
	s64 err = s2_unmap(h->d, gfn(h->done), 1);

	return MIN(err, 0);
}

/* The caller's reference to the frame goes with the mapping. */
static int map(struct health *h, mfn_t frame, enum s2_kind kind)
{
	if (s2_map(h->d, gfn(h->done), frame, 1, kind) != 0) {
		frame_put(frame);
		return -ENOMEM;
	}
	return 0;
}

/* Where there is but one: it may still be the domain's, covered by something else. */
static mfn_t get_direct(const struct domain *d, u64 g)
{
	if (frame_owner(mfn(g)) == d->id && frame_refs(mfn(g)) == 1) {
		return mfn(g);
	}
	return frame_alloc_range(0, d->id, mfn(g), mfn(g + 1));
}

/* A frame for one that was given away or covered, or that another domain reaches. */
static s64 fill_hole(struct health *h)
{
	struct domain *d = h->d;
	mfn_t frame = d->is_direct_mapped ? get_direct(d, h->done) : frame_alloc(0, d->id);

	if (!mfn_is_valid_value(frame)) {
		return d->is_direct_mapped ? -EBUSY : -ENOMEM;
	}
	arch_scrub_frames(frame, 1);
	return map(h, frame, S2_RAM) != 0 ? -ENOMEM : 1;
}

/* Shared memory is the frame that it was at first, even if the guest has put another there. */
static s64 renew_shared(struct health *h, const struct s2_entry *e, u64 frame)
{
	if (e->kind == S2_NONE) {
		return frame_get(mfn(frame), HV_DOMID_HYP) ? map(h, mfn(frame), S2_FOREIGN)
							   : -EBUSY;
	}
	if (e->frame.v != frame) {
		return unmap(h);
	}
	if (h->is_cold) {
		arch_scrub_frames(e->frame, 1);
	}
	return 1;
}

static s64 renew_leaf(struct health *h, const struct s2_entry *e, u64 nr)
{
	const struct health_range *shared = find(h, h->kept, h->nr_kept);
	u64 n = 0;

	if (shared != NULL) {
		return renew_shared(h, e, shared->frame + h->done - shared->gfn);
	}
	if (e->kind == S2_NONE && find(h, h->ram, h->nr_ram) != NULL) {
		return fill_hole(h);
	}
	if (e->kind == S2_NONE || e->kind == S2_DEVICE) {
		return (s64)nr;
	}
	while (is_ram(e) && n < MIN(nr, FRAMES_SLICE) && frame_refs(mfn(e->frame.v + n)) == 1) {
		n++;
	}
	if (n == 0) {
		return unmap(h); /* another's, or another domain reaches it */
	}
	arch_scrub_frames(e->frame, n);
	return (s64)n;
}

/* Nothing is mapped of others; its own memory is all there, and clear. */
static int renew_memory(struct domain *d)
{
	return walk(d->health, renew_leaf);
}

/* The channels that the toolstack has made before the first life, under the same numbers. */
static int reopen(struct domain *d)
{
	u64 console = d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN];
	u64 store = d->hvm_params[HVM_PARAM_STORE_EVTCHN];

	if (d->health->reopen != NULL) {
		return d->health->reopen(d);
	}
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

/* A first life: sum up the images that restarts need, or drop them. */
static int keep_images(struct domain *d)
{
	if (d->health->table.policy.restart == BULKHEAD_RESTART_never) {
		return images_free_slice(d) ? -ERESTART : 0;
	}
	return health_seal(d);
}

static int load_images(struct domain *d)
{
	return images_load(d, COPY_PIECE);
}

static int tell(struct domain *d)
{
	struct health *h = d->health;

	h->shown.took_ns = time_now() - h->shown.last_ns;
	h->shown.nr_warm += !h->is_cold;
	h->shown.nr_cold += h->is_cold;
	pr_info("health: domain %u runs again after %lu us", d->id,
		h->shown.took_ns / NSEC_PER_USEC);
	health_trace(d, ~0UL, h->shown.took_ns);
	return 0;
}

static int start(struct domain *d)
{
	struct health *h = d->health;
	struct vcpu *v = d->vcpus[0];

	arch_domain_forget(d);
	v->arch.regs.pc = h->entry;
	v->arch.regs.x[0] = h->x0;
	health_end_first(h);
	health_watchdog_reset(h, true);
	store_release(&h->shown.state, (u32)BULKHEAD_HEALTH_good);
	domain_changed(d, false);
	return 0;
}

static int give_up(struct domain *d)
{
	health_give_up(d->health, d->health->error);
	return 0;
}

/*
 * The first NR_FIRST on the CPU of who has seen the fault, the others by vCPU 0. Devices are quiet
 * before memory is cleared: a disk must not write into the next life's.
 */
#define NR_FIRST 4U
static const struct step {
	int (*run)(struct domain *d);	/* or NULL: not in this build */
	bool is_in_first, is_in_others; /* lives */
} steps[] = {
	{ health_say, false, true },
	{ stop, false, true },
	{ calm_first, false, true },
	{ reset_first, false, true },
	{ check_images, false, true },
	{ evtchn_reset, false, true },
	{ grant_unmap_all, false, true },
	{ forget_words, false, true },
	{ reset_vcpus, false, true },
	{ IF_ENABLED(CONFIG_PASSTHROUGH, device_quiet_all), false, true },
	{ arch_domain_reset, false, true },
	{ renew_memory, IS_ENABLED(CONFIG_BOOT_SCRUB), true },
	{ grant_release, false, true },
	{ load_images, true, true },
	{ keep_images, true, false },
	{ reopen, true, true },
	{ tell, false, true },
	{ start, true, true },
	{ give_up, true, true }, /* instead of what could not be done */
};

void restart_enter(struct health *h, u8 step)
{
	h->step = step;
	h->at = 0;
	h->done = 0;
	h->sum = 0;
}

bool health_run(struct vcpu *v)
{
	struct health *h = load_acquire(&v->domain->health);
	int err;

	/* It may not have been stopped yet, and this abort be its own. */
	if (h == NULL || load_acquire(&h->shown.state) != BULKHEAD_HEALTH_restarting ||
	    h->step < NR_FIRST) {
		return false;
	}
	do {
		const struct step *step = &steps[h->step];
		bool is_in = h->is_first ? step->is_in_first : step->is_in_others;

		err = is_in && step->run != NULL ? step->run(h->d) : 0;
		if (err == 0) {
			restart_enter(h, h->step + 1);
		} else if (err != -ERESTART) {
			h->error = err;
			h->step = ARRAY_SIZE(steps) - 1; /* give_up */
		}
	} while (READ_ONCE(h->shown.state) == BULKHEAD_HEALTH_restarting &&
		 !softirq_preempt_needed());
	return true;
}

static u32 nr_loading; /* in their first lives, and do not run yet */

bool health_is_loading(void)
{
	return READ_ONCE(nr_loading) != 0;
}

void health_end_first(struct health *h)
{
	if (__atomic_exchange_n(&h->is_first, false, __ATOMIC_ACQ_REL)) {
		atomic_fetch_sub(&nr_loading, 1);
	}
}

void health_begin(struct domain *d)
{
	struct health *h = d->health;

	restart_enter(h, NR_FIRST);
	h->is_first = true;
	atomic_fetch_add(&nr_loading, 1);
	h->shown.state = BULKHEAD_HEALTH_restarting;
	health_watchdog_reset(h, false);
	d->vcpus[0]->arch.regs.pc = arch_domain_nowhere(d);
}

static void begin(struct defer_work *work)
{
	struct health *h = container_of(work, struct health, work);
	struct domain *d = h->d;

	if (current_domain() == d) {
		/* It is blocked, so the scheduler takes it off this CPU first. */
		softirq_raise(SOFTIRQ_SCHED);
	} else if (READ_ONCE(d->is_dying)) {
		domain_put(d);
		return;
	} else if (h->step == NR_FIRST) {
		/* From now on it runs, and aborts. */
		sched_unblock(&d->vcpus[0]->sched, SCHED_BLOCK_DOWN | SCHED_BLOCK_WAIT);
		domain_pause(d, false);
		domain_put(d);
		return;
	} else if (steps[h->step].run(d) == 0) {
		restart_enter(h, h->step + 1);
	}
	defer_queue(work);
}

void restart_begin_locked(struct health *h)
{
	restart_enter(h, 0);
	/* Pairs with health_run(). */
	store_release(&h->shown.state, (u32)BULKHEAD_HEALTH_restarting);
	domain_hold(h->d);
	domain_pause_locked(h->d, true);
	h->work.fn = begin;
	defer_queue(&h->work);
}
