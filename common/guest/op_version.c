/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xen_version: who the hypervisor is (include/public/version.h). Speaks as the version of Xen whose
 * ABI is offered. Command 0 is the null hypercall against which the entry path is measured, so it
 * is answered first.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <public/version.h>

#define ABI_MAJOR 4U
#define ABI_MINOR 20U

static s64 get_features(u64 gva)
{
	const struct domain *d = current_domain();
	struct xen_feature_info info;

	if (guest_copy_from(&info, gva, sizeof(info)) != 0) {
		return -EFAULT;
	}
	if (info.submap_idx >= XENFEAT_NR_SUBMAPS) {
		return -EINVAL;
	}
	info.submap =
		(u32)(BIT(XENFEAT_auto_translated_physmap) | BIT(XENFEAT_ARM_SMCCC_supported) |
		      BIT(d->is_direct_mapped ? XENFEAT_direct_mapped : XENFEAT_not_direct_mapped) |
		      (d == hardware_domain ? BIT(XENFEAT_dom0) : 0));
	return guest_copy_to(gva, &info, sizeof(info));
}

s64 op_version(u64 *args)
{
	u64 cmd = args[0];

	if (likely(cmd == XENVER_version)) {
		return ABI_MAJOR << 16 | ABI_MINOR;
	}
	if (cmd == XENVER_get_features) {
		return get_features(args[1]);
	}
	if (cmd == XENVER_pagesize) {
		return PAGE_SIZE;
	}
	if (cmd == XENVER_guest_handle) {
		return guest_copy_to(args[1], current_domain()->uuid, XEN_DOMAIN_HANDLE_LEN);
	}
	if (cmd == XENVER_build_id) {
		return -XEN_ENODATA;
	}
	return IS_ENABLED(CONFIG_VERSION_TEXTS) ? version_text(cmd, args[1]) : -ENOSYS;
}
