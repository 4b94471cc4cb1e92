/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivery of events: pending bits, the vCPU's vcpu_info, the interrupt, and sleepers in poll.
 *
 * The caller of evtchn_deliver() holds the lock of the domain whose port is raised, or of its peer:
 * each is taken when a domain that dies closes its ports, before its frames are let go. The words
 * that delivery changes belong to the guest as much as to the hypervisor, so they are changed with
 * bounded atomics (asm/guest_atomic.h) and never believed: the hypervisor keeps no state in them.
 * Buckets and vCPUs stay until the domain is freed.
 *
 * Order, as in include/public/xen.h: pending bit; if that was clear and is not masked, selector
 * bit, upcall_pending, the interrupt.
 */
#include "evtchn_table.h"

#include <asm/guest_atomic.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/inject.h>
#include <hv/sched.h>
#include <hv/stage2.h>
#include <hv/window.h>
#include <public/xen.h>

/* A vCPU's vcpu_info for a moment. */
struct info_ref {
	struct vcpu_info *info; /* NULL: the guest has not said where it is */
	void *window;		/* to be unmapped, or NULL */
};

static struct info_ref info_open(struct vcpu *v)
{
	struct info_ref ref = { NULL, NULL };
	u64 frame = load_acquire(&v->info_frame.v); /* pairs with evtchn_register_info() */

	if (frame != INVALID_FRAME) {
		ref.window = window_map(mfn(frame));
		ref.info = (struct vcpu_info *)((char *)ref.window + v->info_offset);
	} else if (v->id < XEN_LEGACY_MAX_VCPUS) {
		ref.info = &v->domain->shared_info->vcpu_info[v->id];
	}
	return ref;
}

static void info_close(const struct info_ref *ref)
{
	if (ref->window != NULL) {
		window_unmap(ref->window);
	}
}

/* The first 8 bytes of vcpu_info; byte 0 is upcall_pending. */
static u64 *upcall_word(struct vcpu_info *info)
{
	return (u64 *)(void *)info;
}

/*
 * Tell a vCPU that words (a bit each) of its domain's pending bits have something new. The
 * interrupt is injected even if upcall_pending was set before: a guest that has reset its interrupt
 * controller since has lost the first one, and would wait for ever.
 */
static bool notify_vcpu(struct vcpu *v, u64 words)
{
	struct info_ref ref = info_open(v);
	bool ok;
	u64 old;

	if (ref.info == NULL) {
		return true;
	}
	ok = guest_atomic_or(&ref.info->evtchn_pending_sel, words, &old) &&
	     guest_atomic_or(upcall_word(ref.info), 1, &old);
	info_close(&ref);
	if (ok) {
		v->nr_events++;
		inject_ppi(v, v->domain->evtchn_ppi);
	}
	return ok;
}

/* Wake whoever polls for this port. */
static void wake_pollers(struct domain *d, u32 port)
{
	struct vcpu *v;

	for (u32 i = 0; i < d->nr_vcpus && READ_ONCE(d->evtchn->nr_pollers) != 0; i++) {
		v = d->vcpus[i];
		if (v != NULL && READ_ONCE(v->is_polling) &&
		    (READ_ONCE(v->poll_port) == 0 || READ_ONCE(v->poll_port) == port)) {
			sched_unblock(&v->sched, SCHED_BLOCK_WAIT);
		}
	}
}

static struct vcpu *notified_vcpu(struct domain *d, u32 port)
{
	struct evtchn *chan = evtchn_at(d->evtchn, port);
	u32 vcpu = chan != NULL ? READ_ONCE(chan->vcpu) : 0;

	return vcpu < d->nr_vcpus ? d->vcpus[vcpu] : NULL;
}

bool evtchn_deliver(struct domain *d, u32 port)
{
	struct shared_info *shared = d->shared_info;
	u64 bit = BIT(port % 64);
	u64 old;
	struct vcpu *v = notified_vcpu(d, port);
	bool ok = true;

	if (v == NULL) {
		return true;
	}
	if (!guest_atomic_or(&shared->evtchn_pending[port / 64], bit, &old)) {
		return false;
	}
	if ((old & bit) != 0) {
		return true;
	}
	if ((READ_ONCE(shared->evtchn_mask[port / 64]) & bit) == 0) {
		ok = notify_vcpu(v, BIT(port / 64));
	}
	/* The full barrier in guest_atomic_or() pairs with the one in evtchn_poll(). */
	if (READ_ONCE(d->evtchn->nr_pollers) != 0) {
		wake_pollers(d, port);
	}
	return ok;
}

void evtchn_raise(struct domain *d, u32 port)
{
	const struct evtchn *chan;
	bool ok;

	/* The lock keeps the frames of vcpu_info: evtchn_unregister_info() may be next. */
	spin_lock(&d->evtchn->lock);
	chan = evtchn_at(d->evtchn, port);
	ok = port == 0 || chan == NULL || chan->state == EVTCHN_FREE || evtchn_deliver(d, port);
	spin_unlock(&d->evtchn->lock);
	if (!ok) {
		domain_crash(d, EVTCHN_BUSY);
	}
}

void evtchn_raise_virq(struct vcpu *v, u32 virq)
{
	u32 port = READ_ONCE(v->virq_port[virq]);

	if (port != 0) {
		evtchn_raise(v->domain, port);
	}
}

int evtchn_unmask(struct domain *d, u32 port)
{
	struct vcpu *v = notified_vcpu(d, port);
	bool ok;
	u64 old;

	if (port == 0 || v == NULL || evtchn_at(d->evtchn, port) == NULL) {
		return -EINVAL;
	}
	ok = guest_atomic_clear(&d->shared_info->evtchn_mask[port / 64], BIT(port % 64), &old);
	if (ok && evtchn_is_pending(d, port)) {
		ok = notify_vcpu(v, BIT(port / 64));
	}
	if (!ok) {
		domain_crash(d, EVTCHN_BUSY);
	}
	return 0;
}

bool evtchn_is_pending(struct domain *d, u32 port)
{
	return port != 0 && port <= d->evtchn->max_port &&
	       (READ_ONCE(d->shared_info->evtchn_pending[port / 64]) >> port % 64 & 1) != 0;
}

int evtchn_register_info(struct vcpu *v, gfn_t frame, u32 offset)
{
	struct domain *d = v->domain;
	mfn_t machine;
	int err;

	if (offset > PAGE_SIZE - sizeof(struct vcpu_info) || !IS_ALIGNED(offset, sizeof(u64))) {
		return -EINVAL;
	}
	err = s2_get_frame(d, frame, true, &machine);
	if (err != 0) {
		return err;
	}
	spin_lock(&d->evtchn->lock);
	if (mfn_is_valid_value(v->info_frame) || READ_ONCE(d->is_dying)) {
		spin_unlock(&d->evtchn->lock);
		frame_put(machine);
		return -EINVAL;
	}
	v->info_offset = offset;
	store_release(&v->info_frame.v, machine.v);
	spin_unlock(&d->evtchn->lock);

	/* Nothing is carried over: let the guest look at every word, as after a wake-up. */
	if (!notify_vcpu(v, ~0UL)) {
		domain_crash(d, "kept its vcpu_info busy");
	}
	return 0;
}

void evtchn_poll_end(struct vcpu *v)
{
	if (v->is_polling) {
		timer_cancel(&v->oneshot);
		WRITE_ONCE(v->is_polling, false);
		atomic_fetch_sub(&v->domain->evtchn->nr_pollers, 1);
	}
}

bool evtchn_upcall_pending(struct vcpu *v)
{
	struct info_ref ref = info_open(v);
	bool is_pending = ref.info != NULL && READ_ONCE(ref.info->evtchn_upcall_pending) != 0;

	info_close(&ref);
	return is_pending;
}

int evtchn_poll(struct vcpu *v, const u32 *ports, u32 nr, u64 deadline)
{
	struct domain *d = v->domain;

	/* What is left of the poll before, whatever ended its sleep. */
	evtchn_poll_end(v);
	for (u32 i = 0; i < nr; i++) {
		if (ports[i] == 0 || ports[i] > d->evtchn->max_port) {
			return -EINVAL;
		}
	}
	WRITE_ONCE(v->poll_port, nr == 1 ? ports[0] : 0);
	WRITE_ONCE(v->is_polling, true);
	atomic_fetch_add(&d->evtchn->nr_pollers, 1);
	sched_block(&v->sched, SCHED_BLOCK_WAIT);
	/* Asleep first, then look: pairs with evtchn_deliver(), which sets first and looks
	 * afterwards. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);

	for (u32 i = 0; i < nr; i++) {
		if (evtchn_is_pending(d, ports[i])) {
			evtchn_poll_end(v);
			sched_unblock(&v->sched, SCHED_BLOCK_WAIT);
			return 0;
		}
	}
	if (deadline != 0) {
		timer_set(&v->oneshot, deadline);
	}
	if (inject_is_pending(v) || evtchn_upcall_pending(v)) {
		sched_unblock(&v->sched, SCHED_BLOCK_WAIT);
	}
	return 0;
}

int evtchn_send(struct domain *d, u32 port)
{
	struct domain *victim = NULL;
	enum evtchn_state state = EVTCHN_FREE;
	const struct evtchn *chan;

	spin_lock(&d->evtchn->lock);
	chan = evtchn_at(d->evtchn, port);
	if (chan != NULL) {
		state = chan->state;
	}
	if (IS_ENABLED(CONFIG_EVTCHN_PEERS) && state == EVTCHN_INTERDOMAIN &&
	    !evtchn_deliver(chan->remote, chan->peer)) {
		victim = chan->remote;
	} else if (state == EVTCHN_IPI && !evtchn_deliver(d, port)) {
		victim = d;
	}
	if (victim != NULL) {
		domain_hold(victim);
	}
	spin_unlock(&d->evtchn->lock);

	if (victim != NULL) {
		domain_crash(victim, EVTCHN_BUSY);
		domain_put(victim);
	}
	if (IS_ENABLED(CONFIG_EVTCHN_PEERS) && state == EVTCHN_HYPERVISOR) {
		return evtchn_service(d);
	}
	return state == EVTCHN_FREE || state == EVTCHN_VIRQ ? -EINVAL : 0;
}
