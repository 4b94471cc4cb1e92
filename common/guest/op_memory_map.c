/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: putting frames of another domain, or several at once, into a guest's physical address
 * space, and taking them out again. A foreign frame carries a reference in the stage-2 entry, and a
 * dying domain gets no new users.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/softirq.h>
#include <hv/xsm.h>

#include "memory.h"

/* The frame at guest frame idx of from, into d. */
static int add_foreign(struct domain *d, struct domain *from, u64 idx, gfn_t g)
{
	mfn_t frame;
	int err = READ_ONCE(from->is_dying) ? -EINVAL : s2_get_frame(from, gfn(idx), true, &frame);

	return err != 0 ? err : memory_replace(d, g, frame, S2_FOREIGN);
}

/* One entry of a batch: its outcome goes to errs[]. -EFAULT: the arrays cannot be used. */
static int add_one(struct domain *d, const struct memory_call *call)
{
	const struct xen_add_to_physmap_batch *batch = &call->u.batch;
	u64 i = call->done;
	u64 idx, g;
	s32 err;

	if (guest_copy_from(&idx, batch->idxs.va + i * sizeof(idx), sizeof(idx)) != 0 ||
	    guest_copy_from(&g, batch->gpfns.va + i * sizeof(g), sizeof(g)) != 0) {
		return -EFAULT;
	}
	err = call->from != NULL ? add_foreign(d, call->from, idx, gfn(g))
				 : memory_add_own(d, batch->space, idx, gfn(g));
	return err == -ERESTART
		       ? err
		       : guest_copy_to(batch->errs.va + i * sizeof(err), &err, sizeof(err));
}

int memory_add_batch(struct domain *d, void *arg)
{
	struct memory_call *call = arg;
	int err = 0;

	if (call->u.batch.space == XENMAPSPACE_gmfn_foreign) {
		err = xsm_target(call->u.batch.u.foreign_domid, XSM_MEMORY_FOREIGN, &call->from);
	}
	if (err == 0) {
		err = call->from == d ? -EINVAL
				      : memory_for_each(d, call, call->u.batch.size, add_one);
	}
	domain_put(call->from);
	return err;
}

int memory_remove(struct domain *d, void *arg)
{
	const struct xen_remove_from_physmap *remove = arg;
	s64 nr = s2_unmap(d, gfn(remove->gpfn), 1);

	return nr < 0 ? (int)nr : nr == 1 ? 0 : -ENOENT;
}

int memory_for_each(struct domain *d, struct memory_call *call, u64 nr,
		    int (*one)(struct domain *d, const struct memory_call *call))
{
	int err;

	while (call->done < nr) {
		err = one(d, call);
		if (err != 0 && err != -ERESTART) {
			return err;
		}
		call->done += err == 0;
		if (call->done < nr && softirq_preempt_needed()) {
			return -ERESTART;
		}
	}
	return 0;
}
