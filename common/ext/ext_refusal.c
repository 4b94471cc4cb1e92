/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a reservation was refused: Xen's interface has room for -ENOSPC only, so the arithmetic of
 * the last refusal is kept for whoever asks at once. One record for the machine, with the domain
 * that was refused. Lock: control_lock, under which all reservations are made.
 */
#include <hv/admission.h>
#include <hv/domain.h>
#include <hv/errno.h>

#include "ext.h"

static struct sched_admission last;
static domid_t last_caller = HV_DOMID_NONE;

int ext_refusal_keep(int err, const struct sched_admission *why)
{
	if (err == -ENOSPC) {
		last = *why;
		last_caller = current_domain()->id;
	}
	return err;
}

int ext_refusal(struct domain *caller, void *arg)
{
	struct bulkhead_refusal *out = arg;

	if (last_caller != caller->id) {
		return -ENOENT;
	}
	*out = (struct bulkhead_refusal){
		.cpu = last.cpu,
		.asked_ppm = last.asked_ppm,
		.reserved_ppm = last.reserved_ppm,
		.allowed_ppm = last.allowed_ppm,
		.is_overlap = last.overlap,
	};
	return 0;
}
