/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercalls with little behind them: vm_assist, whose only switch for Arm is kept and changes
 * nothing (the runstate area is written by the vCPU itself, never while it reads), and platform_op,
 * with which Dom0 sets the wall clock.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/wallclock.h>
#include <public/platform.h>
#include <public/xen.h>

s64 op_vm_assist(u64 *args)
{
	const u64 bit = BIT(VMASST_TYPE_runstate_update_flag);
	struct domain *d = current_domain();

	if (args[1] != VMASST_TYPE_runstate_update_flag) {
		return -EINVAL;
	}
	if (args[0] == VMASST_CMD_enable) {
		atomic_fetch_or(&d->features, bit);
	} else if (args[0] == VMASST_CMD_disable) {
		atomic_fetch_and(&d->features, ~bit);
	} else {
		return -ENOSYS;
	}
	return 0;
}

s64 op_platform(u64 *args)
{
	struct xen_platform_op op;

	if (guest_copy_from(&op, args[0], sizeof(op)) != 0) {
		return -EFAULT;
	}
	if (op.interface_version != XENPF_INTERFACE_VERSION) {
		return -EACCES;
	}
	if (op.cmd != XENPF_settime64) {
		return -ENOSYS;
	}
	if (op.u.settime64.mbz != 0 || op.u.settime64.nsecs >= NSEC_PER_SEC) {
		return -EINVAL;
	}
	wallclock_set(op.u.settime64.secs, op.u.settime64.nsecs, op.u.settime64.system_time);
	return 0;
}
