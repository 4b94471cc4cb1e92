/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xen_version: texts and structures about the hypervisor (include/public/version.h), as Linux shows
 * them below /sys/hypervisor. The name of this hypervisor is in the extra version.
 */
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/string.h>
#include <public/version.h>

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

s64 version_text(u64 cmd, u64 gva)
{
	const struct answer *answer;

	if (cmd >= ARRAY_SIZE(answers) || answers[cmd].data == NULL) {
		return -ENOSYS;
	}
	answer = &answers[cmd];
	return answer->is_text ? answer_text(answer, gva)
			       : guest_copy_to(gva, answer->data, answer->bytes);
}
