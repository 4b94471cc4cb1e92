/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: the table of commands, and the questions. Long commands are interrupted between
 * elements: the number done is then kept in the upper bits of the command word, which the guest
 * never sets.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <public/memory.h>

#include "memory.h"

#define COMMAND_BITS 6
#define COMMAND_MASK (BIT(COMMAND_BITS) - 1)

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

static s64 memory_current(struct memory_call *call)
{
	return of_domain(call->gva, domain_nr_pages);
}

static s64 memory_maximum(struct memory_call *call)
{
	return of_domain(call->gva, max_pages_of);
}

static s64 memory_maximum_gpfn(struct memory_call *call)
{
	return of_domain(call->gva, max_gfn_of);
}

/* Nothing is shared between domains behind their backs. */
static s64 memory_none_shared(struct memory_call *call)
{
	(void)call;
	return 0;
}

static s64 (*const commands[])(struct memory_call *call) = {
	[XENMEM_decrease_reservation] = memory_decrease,
	[XENMEM_populate_physmap] = memory_populate,
	[XENMEM_current_reservation] = memory_current,
	[XENMEM_maximum_reservation] = memory_maximum,
	[XENMEM_add_to_physmap] = memory_add,
	[XENMEM_maximum_gpfn] = memory_maximum_gpfn,
	[XENMEM_remove_from_physmap] = memory_remove,
	[XENMEM_get_sharing_freed_pages] = memory_none_shared,
	[XENMEM_get_sharing_shared_pages] = memory_none_shared,
	[XENMEM_add_to_physmap_batch] = memory_add_batch,
	[XENMEM_acquire_resource] = memory_acquire,
};

s64 op_memory(u64 *args)
{
	u64 command = args[0] & COMMAND_MASK;
	struct memory_call call = { .gva = args[1], .start = args[0] >> COMMAND_BITS };
	s64 result;

	if (command >= ARRAY_SIZE(commands) || commands[command] == NULL) {
		return -ENOSYS;
	}
	result = commands[command](&call);
	if (result == -ERESTART) {
		args[0] = command | call.done << COMMAND_BITS;
	}
	return result;
}
