/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual CPUs: made and freed, brought up and taken down (PSCI, toolstack).
 *
 * Whether a vCPU may run is a set of reasons that the scheduler keeps (SCHED_BLOCK_*); this file
 * only sets and clears them. A vCPU is off (SCHED_BLOCK_DOWN) until it is brought up for the first
 * time. Lock: the domain's lock (LOCK_RANK_DOMAIN) for is_up and the domain's array of
 * vCPUs.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <public/vcpu.h>
#include <public/xen.h>

static void oneshot_expired(struct timer *timer)
{
	struct vcpu *v = container_of(timer, struct vcpu, oneshot);

	sched_unblock(&v->sched, SCHED_BLOCK_WAIT);
	if (!READ_ONCE(v->is_polling)) {
		evtchn_raise_virq(v, VIRQ_TIMER);
	}
}

/* Put a finished vCPU into its domain; it starts off, and blocked as its domain is. */
static int attach(struct domain *d, struct vcpu *v)
{
	int err = -EEXIST;

	spin_lock(&d->lock);
	if (d->vcpus[v->id] == NULL && !d->is_dying) {
		err = 0;
		if (d->pause_count != 0) {
			sched_block(&v->sched, SCHED_BLOCK_DOMAIN);
		}
		store_release(&d->vcpus[v->id], v);
	}
	spin_unlock(&d->lock);
	return err;
}

int vcpu_create(struct domain *d, u16 id)
{
	struct vcpu *v;
	int err;

	v = heap_alloc(sizeof(*v));
	if (v == NULL) {
		return -ENOMEM;
	}
	v->domain = d;
	v->id = id;
	v->info_frame = mfn(INVALID_FRAME);
	timer_init(&v->oneshot, oneshot_expired);
	err = arch_vcpu_init(v);
	if (err != 0) {
		goto out_heap;
	}
	err = sched_unit_add(&v->sched, &d->sched, id, CPUMASK_ALL);
	if (err != 0) {
		goto out_arch;
	}
	err = attach(d, v);
	if (err == 0) {
		return 0;
	}
	sched_unit_remove(&v->sched);
out_arch:
	arch_vcpu_free(v);
out_heap:
	heap_free(v);
	return err;
}

/* Mark it as up; of two callers one loses. */
static bool claim_start(struct vcpu *v)
{
	bool is_off;

	spin_lock(&v->domain->lock);
	is_off = !v->is_up && !v->domain->is_dying;
	v->is_up = v->is_up || is_off;
	spin_unlock(&v->domain->lock);
	return is_off;
}

int vcpu_bring_up(struct vcpu *v)
{
	if (!claim_start(v)) {
		return -EEXIST;
	}
	sched_unblock(&v->sched, SCHED_BLOCK_DOWN | SCHED_BLOCK_WAIT);
	return 0;
}

int vcpu_power_on(struct vcpu *v, u64 entry, u64 context)
{
	if (!claim_start(v)) {
		return -EEXIST;
	}
	/* It may be on its way out of the CPU_OFF before. */
	vcpu_wait_off_cpu(v);
	arch_vcpu_reset(v, entry, context);
	sched_unblock(&v->sched, SCHED_BLOCK_DOWN | SCHED_BLOCK_WAIT);
	return 0;
}

void vcpu_take_down(struct vcpu *v)
{
	struct domain *d = v->domain;
	bool is_last = true;

	spin_lock(&d->lock);
	v->is_up = false;
	sched_block(&v->sched, SCHED_BLOCK_DOWN);
	for (u32 i = 0; i < d->nr_vcpus; i++) {
		is_last = is_last && (d->vcpus[i] == NULL || !d->vcpus[i]->is_up);
	}
	spin_unlock(&d->lock);
	if (is_last) {
		/* Nobody is left who could bring one up. */
		domain_shutdown(d, DOMAIN_SHUTDOWN_POWEROFF);
	}
}

void vcpu_runstate_update(struct vcpu *v)
{
	struct vcpu_runstate_info info = { .state = RUNSTATE_running };
	u64 now = time_now();
	u64 age = now - v->domain->created_ns;

	if (v->runstate_gva == 0) {
		return;
	}
	info.state_entry_time = MIN(v->sched.since, now);
	info.time[RUNSTATE_running] = sched_unit_run_ns(&v->sched, now);
	info.time[RUNSTATE_runnable] = v->sched.wait_ns;
	age -= MIN(age, info.time[RUNSTATE_running] + info.time[RUNSTATE_runnable]);
	info.time[RUNSTATE_blocked] = age;
	if (guest_copy_to(v->runstate_gva, &info, sizeof(info)) != 0) {
		v->runstate_gva = 0;
	}
}
