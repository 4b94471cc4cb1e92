/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wall-clock time in the shared_info of each domain: the time of day at which the hypervisor's
 * clock was zero, plus the domain's own offset. Readers take version, fields, version: odd or
 * changed means try again. The page is the guest's as well, so what stands in it is never read
 * back, the version included. Lock: wallclock_lock, of the rank of the table of domains, never held
 * together with that.
 */
#include <hv/domain.h>
#include <hv/wallclock.h>
#include <public/xen.h>

static struct spinlock wallclock_lock = SPINLOCK_INIT(LOCK_RANK_DOMAIN_LIST);
static u64 base_seconds;
static u32 base_ns;
static u32 version;

void wallclock_show(struct domain *d)
{
	struct shared_info *shared = d->shared_info;

	spin_lock(&wallclock_lock);
	version += 2;
	WRITE_ONCE(shared->wc_version, version - 1);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* pairs with the reader's barriers */
	WRITE_ONCE(shared->wc_sec, (u32)base_seconds);
	WRITE_ONCE(shared->wc_sec_hi, (u32)(base_seconds >> 32));
	WRITE_ONCE(shared->wc_nsec, base_ns);
	store_release(&shared->wc_version, version);
	spin_unlock(&wallclock_lock);
}

void wallclock_set(u64 seconds, u32 ns, u64 system_ns)
{
	u64 total = seconds * NSEC_PER_SEC + ns - system_ns;

	spin_lock(&wallclock_lock);
	base_seconds = total / NSEC_PER_SEC;
	base_ns = (u32)(total % NSEC_PER_SEC);
	spin_unlock(&wallclock_lock);

	for (struct domain *d = domain_next(NULL); d != NULL; d = domain_next(d)) {
		wallclock_show(d);
	}
}
