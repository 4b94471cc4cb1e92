/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_op: something else at a place where a domain may have memory, and what every guest wants
 * somewhere, the page with its event channels' bits. What was mapped there before is removed first;
 * if it was memory, the domain has given it up. Lock: the domain's, taken here.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/mapping.h>

#include "memory.h"

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
		err = s2_map(d, g, frame, 1, kind);
	}
	if (err == -EEXIST) {
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

int memory_add_shared_info(struct domain *d, u64 idx, gfn_t g)
{
	mfn_t frame = pa_to_mfn(hyp_pa(d->shared_info));
	int err = idx != 0 ? -EINVAL : memory_replace(d, g, frame, S2_SHARED);

	if (err == 0) {
		d->shared_info_frame = g;
	}
	return err;
}
