/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl: parameters of a pool's scheduler as a whole (include/public/sysctl.h; table in
 * op_sysctl.c). The schedule of arinc653 is read and written, credit's time slice only read, which
 * xl does. Runs under the control lock.
 */
#include <hv/errno.h>
#include <hv/xsm.h>
#include <public/sysctl.h>

#include "sysctl_pool.h"

#define SLICE_MS 10U /* as the credit scheduler has it */

int sysctl_find_pool(u32 id, struct sched_pool_info *info)
{
	int err = sched_pool_info(id, info);

	return err == 0 && info->id == id ? 0 : -ENOENT;
}

/* Parameters of a pool's scheduler as a whole: those of credit are to be read only. */
int sysctl_scheduler(struct domain *d, void *arg)
{
	struct xen_sysctl_scheduler_op *op = arg;
	u64 at = op->u.sched_arinc653.schedule.va;
	bool is_put = op->cmd == XEN_SYSCTL_SCHEDOP_putinfo;
	struct sched_pool_info info;
	int err;

	if (sysctl_find_pool(op->cpupool_id, &info) != 0) {
		return -ESRCH;
	}
	if (op->sched_id != info.policy || op->cmd > XEN_SYSCTL_SCHEDOP_getinfo) {
		return -EINVAL;
	}
	if (IS_ENABLED(CONFIG_SCHED_ARINC653) && info.policy == SCHED_ID_ARINC653) {
		err = is_put ? xsm_check(XSM_POOL_CONTROL, d, NULL) : 0;
		return err != 0 ? err
				: (is_put ? sysctl_put_schedule : sysctl_get_schedule)(info.id, at);
	}
	if (info.policy != SCHED_ID_CREDIT || is_put) {
		return -EINVAL;
	}
	op->u.sched_credit = (struct xen_sysctl_credit_schedule){ .tslice_ms = SLICE_MS };
	return 0;
}
