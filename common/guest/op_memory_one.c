/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op where guests do not change their memory: it knows one command, which puts the page with
 * the event channels' bits somewhere (op_memory_own.c). No locks.
 */
#include <hv/errno.h>
#include <hv/hypercall.h>

#include "memory.h"

static int add(struct domain *d, void *arg)
{
	const struct xen_add_to_physmap *add = arg;

	return add->space == XENMAPSPACE_shared_info
		       ? memory_add_shared_info(d, add->idx, gfn(add->gpfn))
		       : -ENOSYS;
}

s64 op_memory(u64 *args)
{
	static const struct call_row row = {
		.run = add,
		.hook = XSM_MEMORY_ADJUST,
		.flags = CALL_TARGET,
		.bytes = sizeof(struct xen_add_to_physmap),
	};
	bool is_known = (args[0] & COMMAND_MASK) == XENMEM_add_to_physmap;
	struct xen_add_to_physmap arg;

	return call_at(is_known ? &row : NULL, args[1], &arg);
}
