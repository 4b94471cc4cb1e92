/* SPDX-License-Identifier: Apache-2.0 */
/*
 * platform_op (include/public/platform.h): Dom0 sets the wall clock of all domains. The other
 * commands are for PCs.
 */
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/timer.h>
#include <hv/wallclock.h>
#include <public/platform.h>

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
