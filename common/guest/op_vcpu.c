/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vcpu_op: per-vCPU services (include/public/vcpu.h). vCPUs are started and stopped through PSCI;
 * the caller can name vCPUs of its own domain only. And vm_assist, which is about them as well.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <public/vcpu.h>
#include <public/xen.h>

s64 op_vcpu(u64 *args)
{
	bool is_info = args[0] == VCPUOP_register_vcpu_info;
	struct vcpu *v = domain_vcpu(current_domain(), args[1]);
	union {
		struct vcpu_register_runstate_memory_area area;
		struct vcpu_register_vcpu_info info;
	} arg;

	if (!is_info && args[0] != VCPUOP_register_runstate_memory_area) {
		return -EINVAL;
	}
	if (v == NULL) {
		return -ENOENT;
	}
	if (guest_copy_from(&arg, args[2], is_info ? sizeof(arg.info) : sizeof(arg.area)) != 0) {
		return -EFAULT;
	}
	if (is_info) {
		return evtchn_register_info(v, gfn(arg.info.mfn), arg.info.offset);
	}
	WRITE_ONCE(v->runstate_gva, arg.area.addr.p);
	if (v == current_vcpu()) {
		vcpu_runstate_update(v);
	}
	return 0;
}

/* The only switch for Arm changes nothing: a vCPU writes its runstate area itself, and never while
 * it reads. */
s64 op_vm_assist(u64 *args)
{
	bool is_known = args[0] == VMASST_CMD_enable || args[0] == VMASST_CMD_disable;

	return args[1] != VMASST_TYPE_runstate_update_flag ? -EINVAL : is_known ? 0 : -ENOSYS;
}
