/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xen_version: texts and structures about the hypervisor (include/public/version.h), as Linux shows
 * them below /sys/hypervisor. The name of this hypervisor is in the extra version.
 */
#include <hv/cmdline.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/string.h>
#include <public/version.h>

#define EXTRAVERSION ".0-bulkhead"
#define CAPABILITIES "xen-3.0-aarch64 "
#define CHANGESET    "Bulkhead " BULKHEAD_VERSION

static const struct xen_compile_info compile_info = { .compiler = "gcc", .compile_by = "bulkhead" };

/* What is copied out with zeros behind it, and the long forms. */
struct answer {
	const void *data;
	u32 len;
	u32 padded; /* bytes in all; 0: a xen_varbuf with the text */
};

#define TEXT(text, padded) { text, sizeof(text) - 1, padded }

static const struct answer answers[] = {
	[XENVER_extraversion] = TEXT(EXTRAVERSION, XEN_EXTRAVERSION_LEN),
	[XENVER_compile_info] = { &compile_info, sizeof(compile_info), sizeof(compile_info) },
	[XENVER_capabilities] = TEXT(CAPABILITIES, XEN_CAPABILITIES_INFO_LEN),
	[XENVER_changeset] = TEXT(CHANGESET, XEN_CHANGESET_INFO_LEN),
	[XENVER_platform_parameters] = TEXT("", sizeof(struct xen_platform_parameters)),
	[XENVER_commandline] = { cmdline_whole, sizeof(cmdline_whole), XEN_COMMANDLINE_LEN },
	[XENVER_extraversion2] = TEXT(EXTRAVERSION, 0),
	[XENVER_capabilities2] = TEXT(CAPABILITIES, 0),
	[XENVER_changeset2] = TEXT(CHANGESET, 0),
	[XENVER_commandline2] = { cmdline_whole, sizeof(cmdline_whole), 0 },
};

static s64 answer_padded(const struct answer *answer, u64 gva)
{
	char data[XEN_CAPABILITIES_INFO_LEN]; /* the longest */

	memset(data, 0, sizeof(data));
	memcpy(data, answer->data, answer->len);
	return guest_copy_to(gva, data, answer->padded);
}

static s64 answer_text(const struct answer *answer, u64 gva)
{
	u32 len = (u32)strnlen(answer->data, answer->len);
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
	return answer->padded ? answer_padded(answer, gva) : answer_text(answer, gva);
}
