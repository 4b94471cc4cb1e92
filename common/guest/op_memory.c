/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: the rows of its commands (hv/call.h), and the one that every guest needs: the page
 * with its event channels' bits, or a frame of its grant table, at a place of its choice. What was
 * mapped there before is removed first; if it was memory, the domain has given it up. Long commands
 * are interrupted between elements: the number done is then kept in the upper bits of the command
 * word, which the guest never sets.
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

#define COMMAND_BITS 6
#define COMMAND_MASK (BIT(COMMAND_BITS) - 1)

/*
 * Dom0's frames have one place, where a restart wants them back: what it covers stays its own, by
 * the reference that is taken here.
 */
static int keep_covered(struct domain *d, gfn_t g)
{
	struct s2_entry old = s2_lookup(d, g);

	if (d != hardware_domain || old.kind != S2_RAM) {
		return 0;
	}
	if (!frame_get(old.frame, d->id)) {
		return -EINVAL;
	}
	d->nr_covered++;
	return 0;
}

/*
 * Map one frame in place of what is there; a reference that comes with it is put when this fails.
 * The lock keeps the domain from dying meanwhile: what is mapped after its teardown would stay.
 */
int memory_replace(struct domain *d, gfn_t g, mfn_t frame, enum s2_kind kind)
{
	int err = -EINVAL;

	spin_lock(&d->lock);
	if (!d->is_dying) {
		s64 removed = keep_covered(d, g);

		removed = removed < 0 ? removed : s2_unmap(d, g, 1);
		err = removed < 0 ? (int)removed : s2_map(d, g, frame, 1, kind);
	}
	spin_unlock(&d->lock);
	if (err != 0 && kind == S2_FOREIGN) {
		frame_put(frame);
	}
	return err;
}

static int add_shared_info(struct domain *d, u64 idx, gfn_t g)
{
	mfn_t frame = pa_to_mfn(hyp_pa(d->shared_info));
	int err = idx != 0 ? -EINVAL : memory_replace(d, g, frame, S2_SHARED);

	if (err == 0) {
		d->shared_info_frame = g;
	}
	return err;
}

static int add_grant_frame(struct domain *d, u64 idx, gfn_t g)
{
	bool is_bad = idx > UINT32_MAX || (idx & XENMAPIDX_grant_table_status) != 0;
	mfn_t frame;
	int err = is_bad ? -EINVAL : grant_get_frame(d, (u32)idx, &frame);

	return err != 0 ? err : memory_replace(d, g, frame, S2_FOREIGN);
}

int memory_add_own(struct domain *d, u32 space, u64 idx, gfn_t g)
{
	return space == XENMAPSPACE_shared_info	  ? add_shared_info(d, idx, g)
	       : space == XENMAPSPACE_grant_table ? add_grant_frame(d, idx, g)
						  : -ENOSYS;
}

static int memory_add(struct domain *d, void *arg)
{
	const struct xen_add_to_physmap *add = arg;

	return memory_add_own(d, add->space, add->idx, gfn(add->gpfn));
}

#define SIZE(arg)	      sizeof(((struct memory_call *)NULL)->u.arg)
#define ROW(run, hook, arg)   { run, hook, CALL_TARGET, SIZE(arg) }
#define IF_MEMORY_OP(command) IF_ENABLED(CONFIG_MEMORY_OP, command)
#define IF_XL(command)	      IF_ENABLED(CONFIG_XL, command)

static const struct call_row rows[] = {
	[XENMEM_decrease_reservation] = { IF_MEMORY_OP(memory_decrease), XSM_MEMORY_ADJUST,
					  CALL_TARGET, SIZE(reservation),
					  offsetof(struct xen_memory_reservation, domid),
					  IF_MEMORY_OP(memory_check_reservation) },
	[XENMEM_populate_physmap] = { IF_MEMORY_OP(memory_populate), XSM_MEMORY_ADJUST, CALL_TARGET,
				      SIZE(reservation),
				      offsetof(struct xen_memory_reservation, domid),
				      IF_MEMORY_OP(memory_check_reservation) },
	[XENMEM_current_reservation] = ROW(IF_MEMORY_OP(memory_current), XSM_MEMORY_INFO, domain),
	[XENMEM_maximum_reservation] = ROW(IF_MEMORY_OP(memory_maximum), XSM_MEMORY_INFO, domain),
	[XENMEM_add_to_physmap] = ROW(memory_add, XSM_MEMORY_ADJUST, add),
	[XENMEM_maximum_gpfn] = ROW(IF_MEMORY_OP(memory_maximum_gpfn), XSM_MEMORY_INFO, domain),
	[XENMEM_remove_from_physmap] = ROW(IF_MEMORY_OP(memory_remove), XSM_MEMORY_ADJUST, remove),
	[XENMEM_get_sharing_freed_pages] = { IF_XL(memory_none_shared) },
	[XENMEM_get_sharing_shared_pages] = { IF_XL(memory_none_shared) },
	[XENMEM_add_to_physmap_batch] =
		ROW(IF_MEMORY_OP(memory_add_batch), XSM_MEMORY_ADJUST, batch),
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
