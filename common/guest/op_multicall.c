/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multicall: a list of hypercalls in one. Each entry is checked and run as if made alone. A call
 * that is preempted is written back with its progress, and the list goes on from it when the guest
 * comes again.
 */
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/softirq.h>
#include <public/xen.h>

#define ENTRIES_MAX 1024U

s64 op_multicall(u64 *args)
{
	struct multicall_entry entry;
	u32 left = (u32)args[1];
	s64 result;

	if (left > ENTRIES_MAX) {
		return -EINVAL;
	}
	while (left != 0) {
		if (guest_copy_from(&entry, args[0], sizeof(entry)) != 0) {
			return -EFAULT;
		}
		/* Not in itself: the depth of the stack is bounded. */
		result = entry.op == __HYPERVISOR_multicall ? -EINVAL
							    : hypercall_call(entry.op, entry.args);
		entry.result = result == -ERESTART ? entry.result : (u64)result;
		if (guest_copy_to(args[0], &entry, sizeof(entry)) != 0) {
			return -EFAULT;
		}
		if (result == -ERESTART) {
			return result;
		}
		args[0] += sizeof(entry);
		args[1] = --left;
		if (left != 0 && softirq_preempt_needed()) {
			return -ERESTART;
		}
	}
	return 0;
}
