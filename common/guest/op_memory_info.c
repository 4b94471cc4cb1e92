/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: the questions, how much memory a domain has, may have, and up to where it reaches. The
 * answers are of the moment: no lock.
 */
#include <hv/domain.h>

#include "memory.h"

int memory_current(struct domain *d, void *arg)
{
	struct memory_call *call = arg;

	call->answer = (s64)domain_nr_pages(d);
	return 0;
}

int memory_maximum(struct domain *d, void *arg)
{
	struct memory_call *call = arg;

	call->answer = (s64)READ_ONCE(d->max_pages);
	return 0;
}

int memory_maximum_gpfn(struct domain *d, void *arg)
{
	struct memory_call *call = arg;

	call->answer = (s64)READ_ONCE(d->max_gfn);
	return 0;
}
