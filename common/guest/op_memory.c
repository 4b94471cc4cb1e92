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
	err = hypercall_target(arg.domid, XSM_MEMORY_INFO, &d);
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

static s64 memory_current(u64 gva, u64 start, u64 *done)
{
	(void)start;
	(void)done;
	return of_domain(gva, domain_nr_pages);
}

static s64 memory_maximum(u64 gva, u64 start, u64 *done)
{
	(void)start;
	(void)done;
	return of_domain(gva, max_pages_of);
}

static s64 memory_maximum_gpfn(u64 gva, u64 start, u64 *done)
{
	(void)start;
	(void)done;
	return of_domain(gva, max_gfn_of);
}

static s64 memory_maximum_ram_page(u64 gva, u64 start, u64 *done)
{
	(void)gva;
	(void)start;
	(void)done;
	return (s64)frame_nr_total();
}

/* Nothing is shared between domains behind their backs. */
static s64 memory_none_shared(u64 gva, u64 start, u64 *done)
{
	(void)gva;
	(void)start;
	(void)done;
	return 0;
}

/* A claim holds memory back for a domain under construction: only the check is made. */
static s64 memory_claim(u64 gva, u64 start, u64 *done)
{
	struct xen_memory_reservation arg;
	struct domain *d;
	int err;

	(void)start;
	(void)done;
	if (guest_copy_from(&arg, gva, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	err = hypercall_target(arg.domid, XSM_DOMAIN_CONFIG, &d);
	if (err != 0) {
		return err;
	}
	domain_put(d);
	return arg.nr_extents <= frame_nr_free() ? 0 : -ENOMEM;
}

static s64 (*const commands[])(u64 gva, u64 start, u64 *done) = {
	[XENMEM_increase_reservation] = memory_increase,
	[XENMEM_decrease_reservation] = memory_decrease,
	[XENMEM_populate_physmap] = memory_populate,
	[XENMEM_maximum_ram_page] = memory_maximum_ram_page,
	[XENMEM_current_reservation] = memory_current,
	[XENMEM_maximum_reservation] = memory_maximum,
	[XENMEM_add_to_physmap] = memory_add,
	[XENMEM_maximum_gpfn] = memory_maximum_gpfn,
	[XENMEM_remove_from_physmap] = memory_remove,
	[XENMEM_get_sharing_freed_pages] = memory_none_shared,
	[XENMEM_get_sharing_shared_pages] = memory_none_shared,
	[XENMEM_add_to_physmap_batch] = memory_add_batch,
	[XENMEM_claim_pages] = memory_claim,
	[XENMEM_acquire_resource] = memory_acquire,
};

s64 op_memory(u64 *args)
{
	u64 command = args[0] & COMMAND_MASK;
	u64 done = 0;
	s64 result;

	if (command >= ARRAY_SIZE(commands) || commands[command] == NULL) {
		return -ENOSYS;
	}
	result = commands[command](args[1], args[0] >> COMMAND_BITS, &done);
	if (result == -ERESTART) {
		args[0] = command | done << COMMAND_BITS;
	}
	return result;
}
