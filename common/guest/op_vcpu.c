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

static s64 vcpu_register_runstate(struct vcpu *v, u64 gva)
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

static s64 vcpu_register_info(struct vcpu *v, u64 gva)
{
	struct vcpu_register_vcpu_info info;

	if (guest_copy_from(&info, gva, sizeof(info)) != 0) {
		return -EFAULT;
	}
	return evtchn_register_info(v, gfn(info.mfn), info.offset);
}

s64 op_vcpu(u64 *args)
{
	const struct domain *d = current_domain();

	if (args[0] != VCPUOP_register_runstate_memory_area &&
	    args[0] != VCPUOP_register_vcpu_info) {
		return -EINVAL;
	}
	if (args[1] >= d->nr_vcpus || d->vcpus[args[1]] == NULL) {
		return -ENOENT;
	}
	return args[0] == VCPUOP_register_vcpu_info
		       ? vcpu_register_info(d->vcpus[args[1]], args[2])
		       : vcpu_register_runstate(d->vcpus[args[1]], args[2]);
}
