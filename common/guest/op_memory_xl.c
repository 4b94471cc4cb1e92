/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: what Debian's xl asks beside bh. It maps a new domain's grant table as a resource, to
 * fill in the first entries, and wants to know how much memory domains share.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/grant.h>
#include <hv/guest_access.h>

#include "memory.h"

#define ACQUIRE_MAX 64U

/* The next frame of the grant table of d, into the caller. */
static int acquire_one(struct domain *d, const struct memory_call *call)
{
	u64 g, i = call->done;
	mfn_t frame;
	int err;

	if (guest_copy_from(&g, call->u.acquire.frame_list.va + i * sizeof(g), sizeof(g)) != 0) {
		return -EFAULT;
	}
	err = grant_get_frame(d, (u32)(call->u.acquire.frame + i), &frame);
	return err != 0 ? err : memory_replace(current_domain(), gfn(g), frame, S2_FOREIGN);
}

int memory_check_acquire(void *arg)
{
	const struct xen_mem_acquire_resource *acquire = arg;

	if (acquire->type != XENMEM_resource_grant_table) {
		return -EOPNOTSUPP;
	}
	if (acquire->id != XENMEM_resource_grant_table_id_shared || acquire->pad != 0 ||
	    acquire->frame >= UINT32_MAX) {
		return -EINVAL;
	}
	return acquire->nr_frames > ACQUIRE_MAX ? -E2BIG : 0;
}

int memory_acquire(struct domain *d, void *arg)
{
	struct memory_call *call = arg;
	struct xen_mem_acquire_resource *acquire = &call->u.acquire;

	if (acquire->frame_list.va == 0 && acquire->nr_frames == 0) {
		acquire->nr_frames = grant_max_frames(d);
		return guest_copy_to(call->gva, acquire, sizeof(*acquire));
	}
	return READ_ONCE(d->is_dying) ? -EINVAL
				      : memory_for_each(d, call, acquire->nr_frames, acquire_one);
}

/* Nothing is shared between domains behind their backs. */
int memory_none_shared(struct domain *d __unused, void *arg __unused)
{
	return 0;
}
