/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multicall: a list of hypercalls in one. Each entry is checked and run as if made alone. A call
 * that is preempted is written back with its progress, and the list goes on from it when the guest
 * comes again.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/softirq.h>
#include <public/xen.h>

#define ENTRIES_MAX 1024U

s64 op_multicall(u64 *args)
{
	struct multicall_entry entry;
	u64 list = args[0];
	u32 left = (u32)args[1];
	s64 result;

	if (left > ENTRIES_MAX) {
		return -EINVAL;
	}
	while (left != 0) {
		if (guest_copy_from(&entry, list, sizeof(entry)) != 0) {
			return -EFAULT;
		}
		/* Not in itself: the depth of the stack is bounded. */
		result = entry.op == __HYPERVISOR_multicall ? -EINVAL
							    : hypercall_call(entry.op, entry.args);
		if (result != -ERESTART) {
			entry.result = (u64)result;
			list += sizeof(entry);
			left--;
		}
		if (guest_copy_to(result == -ERESTART ? list : list - sizeof(entry), &entry,
				  sizeof(entry)) != 0) {
			return -EFAULT;
		}
		args[0] = list;
		args[1] = left;
		if (result == -ERESTART || (left != 0 && softirq_preempt_needed())) {
			return -ERESTART;
		}
	}
	return 0;
}
