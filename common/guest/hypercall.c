/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypercall table and its dispatcher.
 *
 * Who may call what can be read off the table below: hook XSM_ANY stands for calls that concern the
 * caller alone or whose operations are checked one by one (memory, event channels, grants: against
 * their target; domctl, sysctl and Bulkhead's own: by a hook per command in a table of their own).
 * physdev_op, xsm_op and hypfs_op have no row: Bulkhead keeps no list of PCI devices, no labels and
 * no tree of values, and Linux and the toolstack take -ENOSYS for an answer. The dispatcher is on
 * the path of every hypercall: it does a look-up, the hook and the call.
 */
#include <hv/budget.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/hypercall.h>
#include <public/bulkhead.h>
#include <public/xen.h>

#define ROW(nr, fn, check, args)	    ROW_IF(CONFIG_ARM64, nr, fn, check, args)
#define ROW_IF(option, nr, fn, check, args) [nr] = { IF_ENABLED(option, fn), check, args }

const struct hypercall_row hypercall_table[HYPERCALL_NR] = {
	ROW_IF(CONFIG_TOOLSTACK, __HYPERVISOR_platform_op, op_platform, XSM_PLATFORM, 1),
	ROW(__HYPERVISOR_memory_op, op_memory, XSM_ANY, 2),
	ROW_IF(CONFIG_MULTICALL, __HYPERVISOR_multicall, op_multicall, XSM_ANY, 2),
	ROW(__HYPERVISOR_xen_version, op_version, XSM_ANY, 2),
	ROW_IF(CONFIG_CONSOLE_IO, __HYPERVISOR_console_io, op_console_io, XSM_CONSOLE_IO, 3),
	ROW_IF(CONFIG_GRANT_TABLE, __HYPERVISOR_grant_table_op, op_grant_table, XSM_ANY, 3),
	ROW(__HYPERVISOR_vm_assist, op_vm_assist, XSM_ANY, 2),
	ROW(__HYPERVISOR_vcpu_op, op_vcpu, XSM_ANY, 3),
	ROW(__HYPERVISOR_sched_op, op_sched, XSM_ANY, 2),
	ROW(__HYPERVISOR_event_channel_op, op_event_channel, XSM_ANY, 2),
	ROW_IF(CONFIG_XENSTORE, __HYPERVISOR_hvm_op, op_hvm, XSM_ANY, 2),
	ROW_IF(CONFIG_TOOLSTACK, __HYPERVISOR_sysctl, op_sysctl, XSM_SYSCTL, 1),
	ROW_IF(CONFIG_TOOLSTACK, __HYPERVISOR_domctl, op_domctl, XSM_DOMCTL, 1),
	ROW_IF(CONFIG_TOOLSTACK, BULKHEAD_HYPERCALL, ext_op, XSM_ANY, 1),
};

s64 hypercall_call(u64 nr, u64 *args)
{
	const struct hypercall_row *row;
	int err;

	if (unlikely(nr >= HYPERCALL_NR)) {
		return -ENOSYS;
	}
	/* The mask keeps a mispredicted bounds check inside the table. */
	row = &hypercall_table[nr & (HYPERCALL_NR - 1)];
	if (unlikely(row->handler == NULL)) {
		return -ENOSYS;
	}
	if (row->hook != XSM_ANY) {
		err = xsm_check(row->hook, current_domain(), NULL);
		if (unlikely(err != 0)) {
			return err;
		}
	}
	return row->handler(args);
}

/* The operation, where it is the first argument; the others note their own. */
static u32 budget_sub(const struct cpu_regs *regs)
{
	u64 nr = regs->x[16];
	u64 sub = nr == __HYPERVISOR_memory_op ? regs->x[0] & 0x3f : regs->x[0];
	bool has_sub = nr < HYPERCALL_NR && hypercall_table[nr].nr_args > 1 &&
		       nr != __HYPERVISOR_multicall;

	return !has_sub ? 0 : sub < BUDGET_SUB_MAX ? (u32)sub : BUDGET_SUB_OTHER;
}

void hypercall_dispatch(struct vcpu *v)
{
	struct cpu_regs *regs = &v->arch.regs;
	s64 result;

	budget_note(BUDGET_HYPERCALL, (u32)MIN(regs->x[16], (u64)HYPERCALL_NR), budget_sub(regs));
	result = hypercall_call(regs->x[16], regs->x);
	if (unlikely(result == -ERESTART)) {
		/* Let the guest execute the HVC again, with the arguments as the handler left them.
		 */
		regs->pc -= 4;
		return;
	}
	regs->x[0] = (u64)result;
}
