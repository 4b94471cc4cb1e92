/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: the questions, how much memory a domain has, may have, and up to where it reaches. The
 * answers are of the moment: no lock.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/xsm.h>
#include <public/memory.h>

#include "memory.h"

static s64 of_domain(u64 gva, u64 (*value)(const struct domain *d))
{
	struct xen_memory_domain arg;
	struct domain *d;
	s64 result;
	int err;

	if (guest_copy_from(&arg, gva, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	err = xsm_target(arg.domid, XSM_MEMORY_INFO, &d);
	if (err != 0) {
		return err;
	}
	result = (s64)value(d);
	domain_put(d);
	return result;
}

static u64 max_pages_of(const struct domain *d)
{
	return READ_ONCE(d->max_pages);
}

static u64 max_gfn_of(const struct domain *d)
{
	return READ_ONCE(d->max_gfn);
}

s64 memory_current(struct memory_call *call)
{
	return of_domain(call->gva, domain_nr_pages);
}

s64 memory_maximum(struct memory_call *call)
{
	return of_domain(call->gva, max_pages_of);
}

s64 memory_maximum_gpfn(struct memory_call *call)
{
	return of_domain(call->gva, max_gfn_of);
}

/* Nothing is shared between domains behind their backs. */
s64 memory_none_shared(struct memory_call *call)
{
	(void)call;
	return 0;
}
