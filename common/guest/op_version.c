/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xen_version: who the hypervisor is (include/public/version.h). Speaks as the version of Xen whose
 * ABI is offered; the name of this hypervisor is in the extra version. Command 0 is the null
 * hypercall against which the entry path is measured, so it is answered first.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/string.h>
#include <public/version.h>

#define ABI_MAJOR 4U
#define ABI_MINOR 20U

static const char extraversion[XEN_EXTRAVERSION_LEN] = ".0-bulkhead";
static const char capabilities[XEN_CAPABILITIES_INFO_LEN] = "xen-3.0-aarch64 ";
static const char changeset[XEN_CHANGESET_INFO_LEN] = "Bulkhead " BULKHEAD_VERSION;
static const char commandline[XEN_COMMANDLINE_LEN];
static const struct xen_compile_info compile_info = { .compiler = "gcc", .compile_by = "bulkhead" };
static const struct xen_platform_parameters platform_parameters;

/* Texts and structures that are copied out whole, and their long forms. */
struct answer {
	const void *data;
	u32 bytes;
	bool is_text; /* long form: a xen_varbuf with the text up to its NUL */
};

static const struct answer answers[] = {
	[XENVER_extraversion] = { extraversion, sizeof(extraversion), false },
	[XENVER_compile_info] = { &compile_info, sizeof(compile_info), false },
	[XENVER_capabilities] = { capabilities, sizeof(capabilities), false },
	[XENVER_changeset] = { changeset, sizeof(changeset), false },
	[XENVER_platform_parameters] = { &platform_parameters, sizeof(platform_parameters), false },
	[XENVER_commandline] = { commandline, sizeof(commandline), false },
	[XENVER_extraversion2] = { extraversion, sizeof(extraversion), true },
	[XENVER_capabilities2] = { capabilities, sizeof(capabilities), true },
	[XENVER_changeset2] = { changeset, sizeof(changeset), true },
	[XENVER_commandline2] = { commandline, sizeof(commandline), true },
};

static s64 answer_text(const struct answer *answer, u64 gva)
{
	u32 len = (u32)strnlen(answer->data, answer->bytes);
	u32 room;

	if (gva == 0) {
		return len;
	}
	if (guest_copy_from(&room, gva, sizeof(room)) != 0) {
		return -EFAULT;
	}
	if (room < len) {
		return -ENOBUFS;
	}
	gva += offsetof(struct xen_varbuf, buf);
	return guest_copy_to(gva, answer->data, len) != 0 ? -EFAULT : (s64)len;
}

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
	const struct answer *answer;
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
	if (cmd >= ARRAY_SIZE(answers) || answers[cmd].data == NULL) {
		return -ENOSYS;
	}
	answer = &answers[cmd];
	return answer->is_text ? answer_text(answer, args[1])
			       : guest_copy_to(args[1], answer->data, answer->bytes);
}
