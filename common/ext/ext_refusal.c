/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a reservation was refused: Xen's interface has room for -ENOSPC only, so the arithmetic of
 * the last refusal is kept for whoever asks at once. One record for the machine, with the domain
 * that was refused. Lock: control_lock, under which all reservations are made.
 */
#include <hv/admission.h>
#include <hv/control.h>
#include <hv/domain.h>
#include <hv/errno.h>

#include "ext.h"

static struct sched_admission last;
static domid_t last_caller = HV_DOMID_NONE;

void ext_refusal_keep(const struct sched_admission *why)
{
	last = *why;
	last_caller = current_domain()->id;
}

int ext_refusal(struct domain *d, struct bulkhead_op *op)
{
	int err = -ENOENT;

	(void)d;
	spin_lock(&control_lock);
	if (last_caller == current_domain()->id) {
		op->u.refusal = (struct bulkhead_refusal){
			.cpu = last.cpu,
			.asked_ppm = last.asked_ppm,
			.reserved_ppm = last.reserved_ppm,
			.allowed_ppm = last.allowed_ppm,
			.is_overlap = last.overlap,
		};
		err = 0;
	}
	spin_unlock(&control_lock);
	return err;
}
