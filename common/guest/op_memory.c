/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: the rows of its commands (hv/call.h), and the one by which a guest puts something of
 * its own at a place of its choice. Long commands are interrupted between elements: the number done
 * is then kept in the upper bits of the command word, which the guest never sets.
 */
#include <hv/call.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/grant.h>
#include <hv/hypercall.h>
#include <hv/mapping.h>
#include <public/memory.h>

#include "memory.h"

static int add_grant_frame(struct domain *d, u64 idx, gfn_t g)
{
	bool is_bad = idx > UINT32_MAX || (idx & XENMAPIDX_grant_table_status) != 0;
	mfn_t frame;
	int err = is_bad ? -EINVAL : grant_get_frame(d, (u32)idx, &frame);

	return err != 0 ? err : memory_replace(d, g, frame, S2_FOREIGN);
}

int memory_add_own(struct domain *d, u32 space, u64 idx, gfn_t g)
{
	return space == XENMAPSPACE_shared_info	  ? memory_add_shared_info(d, idx, g)
	       : space == XENMAPSPACE_grant_table ? add_grant_frame(d, idx, g)
						  : -ENOSYS;
}

static int memory_add(struct domain *d, void *arg)
{
	const struct xen_add_to_physmap *add = arg;

	return memory_add_own(d, add->space, add->idx, gfn(add->gpfn));
}

#define SIZE(arg)	    sizeof(((struct memory_call *)NULL)->u.arg)
#define ROW(run, hook, arg) { run, hook, CALL_TARGET, SIZE(arg) }
#define IF_XL(command)	    IF_ENABLED(CONFIG_XL, command)

static const struct call_row rows[] = {
	[XENMEM_decrease_reservation] = { memory_decrease, XSM_MEMORY_ADJUST, CALL_TARGET,
					  SIZE(reservation),
					  offsetof(struct xen_memory_reservation, domid),
					  memory_check_reservation },
	[XENMEM_populate_physmap] = { memory_populate, XSM_MEMORY_ADJUST, CALL_TARGET,
				      SIZE(reservation),
				      offsetof(struct xen_memory_reservation, domid),
				      memory_check_reservation },
	[XENMEM_current_reservation] = ROW(memory_current, XSM_MEMORY_INFO, domain),
	[XENMEM_maximum_reservation] = ROW(memory_maximum, XSM_MEMORY_INFO, domain),
	[XENMEM_add_to_physmap] = ROW(memory_add, XSM_MEMORY_ADJUST, add),
	[XENMEM_maximum_gpfn] = ROW(memory_maximum_gpfn, XSM_MEMORY_INFO, domain),
	[XENMEM_remove_from_physmap] = ROW(memory_remove, XSM_MEMORY_ADJUST, remove),
	[XENMEM_get_sharing_freed_pages] = { IF_XL(memory_none_shared) },
	[XENMEM_get_sharing_shared_pages] = { IF_XL(memory_none_shared) },
	[XENMEM_add_to_physmap_batch] = ROW(memory_add_batch, XSM_MEMORY_ADJUST, batch),
	[XENMEM_acquire_resource] = { IF_XL(memory_acquire), XSM_MEMORY_RESOURCE, CALL_TARGET,
				      SIZE(acquire), 0, IF_XL(memory_check_acquire) },
};

s64 op_memory(u64 *args)
{
	u64 command = args[0] & COMMAND_MASK;
	struct memory_call call = { .gva = args[1], .done = args[0] >> COMMAND_BITS };
	int err = call_at(call_find(rows, ARRAY_SIZE(rows), command), args[1], &call);

	if (err == -ERESTART) {
		args[0] = command | call.done << COMMAND_BITS;
	}
	return err < 0 ? err : call.answer;
}
