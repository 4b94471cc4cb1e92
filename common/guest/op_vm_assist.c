/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vm_assist, whose only switch for Arm is kept and changes nothing: the runstate area is written by
 * the vCPU itself, never while it reads.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/hypercall.h>
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
