/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypercalls: the dispatcher and the handlers of its table, one op_*.c each in common/guest/ and
 * common/control/.
 *
 * A handler gets the argument words x0 … x4 in place and returns the result. -ERESTART means that
 * it was preempted after noting its progress in the argument words or in the guest's structure: the
 * dispatcher then lets the guest execute the same HVC again. Handlers run with no lock held, on
 * behalf of current_vcpu(); whether the caller may call at all was checked by the table's hook
 * before.
 */
#ifndef HV_HYPERCALL_H
#define HV_HYPERCALL_H

#include <hv/types.h>
#include <hv/xsm.h>

struct vcpu;

#define HYPERCALL_NR 64

struct hypercall_row {
	s64 (*handler)(u64 *args); /* NULL: -ENOSYS */
	enum xsm_hook hook;	   /* may the caller's domain use it at all? */
	u8 nr_args;
};

extern const struct hypercall_row hypercall_table[HYPERCALL_NR];

/* The hypercall that v, the current vCPU, just made: number in x16, arguments in x0 … x4. */
void hypercall_dispatch(struct vcpu *v);

/* One call by number, for multicall: permission check included. */
s64 hypercall_call(u64 nr, u64 *args);

s64 op_platform(u64 *args);
s64 op_memory(u64 *args);
s64 op_multicall(u64 *args);
s64 op_version(u64 *args);
/* Its commands that answer with a text or a structure. */
s64 version_text(u64 cmd, u64 gva);
s64 op_console_io(u64 *args);
s64 op_grant_table(u64 *args);
s64 op_vm_assist(u64 *args);
s64 op_vcpu(u64 *args);
s64 op_sched(u64 *args);
s64 op_event_channel(u64 *args);
s64 op_hvm(u64 *args);
s64 op_sysctl(u64 *args);
s64 op_domctl(u64 *args);
s64 ext_op(u64 *args); /* common/ext */

#endif
