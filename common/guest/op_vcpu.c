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

static int register_runstate(struct vcpu *v, u64 gva)
{
	struct vcpu_register_runstate_memory_area area;

	if (guest_copy_from(&area, gva, sizeof(area)) != 0) {
		return -EFAULT;
	}
	WRITE_ONCE(v->runstate_gva, area.addr.p);
	if (v == current_vcpu()) {
		vcpu_runstate_update(v);
	}
	return 0;
}

static int register_info(struct vcpu *v, u64 gva)
{
	struct vcpu_register_vcpu_info info;

	if (guest_copy_from(&info, gva, sizeof(info)) != 0) {
		return -EFAULT;
	}
	return evtchn_register_info(v, gfn(info.mfn), info.offset);
}

s64 op_vcpu(u64 *args)
{
	bool is_info = args[0] == VCPUOP_register_vcpu_info;
	struct vcpu *v = domain_vcpu(current_domain(), args[1]);

	if (!is_info && args[0] != VCPUOP_register_runstate_memory_area) {
		return -EINVAL;
	}
	if (v == NULL) {
		return -ENOENT;
	}
	return is_info ? register_info(v, args[2]) : register_runstate(v, args[2]);
}
