/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vcpu_op: per-vCPU services (include/public/vcpu.h). vCPUs are started and stopped through PSCI;
 * the caller can name vCPUs of its own domain only.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <public/vcpu.h>

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
