/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vcpu_op: per-vCPU services (include/public/vcpu.h). vCPUs are started and stopped through PSCI,
 * so of up and down only the question remains; the caller can name vCPUs of its own domain only.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <public/vcpu.h>

static s64 vcpu_is_up(struct vcpu *v, u64 gva)
{
	(void)gva;
	return READ_ONCE(v->is_up);
}

static s64 vcpu_get_runstate(struct vcpu *v, u64 gva)
{
	struct vcpu_runstate_info info;

	vcpu_runstate_get(v, &info);
	return guest_copy_to(gva, &info, sizeof(info));
}

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

static s64 (*const commands[])(struct vcpu *v, u64 gva) = {
	[VCPUOP_is_up] = vcpu_is_up,
	[VCPUOP_get_runstate_info] = vcpu_get_runstate,
	[VCPUOP_register_runstate_memory_area] = vcpu_register_runstate,
	[VCPUOP_register_vcpu_info] = vcpu_register_info,
};

s64 op_vcpu(u64 *args)
{
	const struct domain *d = current_domain();

	if (args[0] >= ARRAY_SIZE(commands) || commands[args[0]] == NULL) {
		return -ENOSYS;
	}
	if (args[1] >= d->nr_vcpus || d->vcpus[args[1]] == NULL) {
		return -ENOENT;
	}
	return commands[args[0]](d->vcpus[args[1]], args[2]);
}
