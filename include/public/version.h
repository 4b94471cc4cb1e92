/* SPDX-License-Identifier: MIT */
/*
 * Identity of the hypervisor: xen_version(cmd, argument).
 *
 * Called by: every guest kernel (version, get_features), every opener of /dev/xen/privcmd, the
 * toolstack at each start (version, extraversion, compile_info, platform_parameters, pagesize
 * and the long forms extraversion2 to commandline2).
 *
 * Fixed-size answers are NUL-padded character arrays of the lengths below. A long form takes a
 * xen_varbuf: with a NULL argument it returns the length needed, otherwise the length written,
 * without a terminating NUL, or -XEN_ENOBUFS when len is too small.
 */
#ifndef PUBLIC_VERSION_H
#define PUBLIC_VERSION_H

#include <public/features.h>
#include <public/types.h>

#define XENVER_version		   0 /* returns major << 16 | minor; no argument */
#define XENVER_extraversion	   1
#define XENVER_compile_info	   2
#define XENVER_capabilities	   3
#define XENVER_changeset	   4
#define XENVER_platform_parameters 5
#define XENVER_get_features	   6
#define XENVER_pagesize		   7 /* returns bytes; no argument */
#define XENVER_guest_handle	   8 /* the caller's 16-byte UUID */
#define XENVER_commandline	   9
#define XENVER_build_id		   10
#define XENVER_extraversion2	   11
#define XENVER_capabilities2	   12
#define XENVER_changeset2	   13
#define XENVER_commandline2	   14

#define XEN_EXTRAVERSION_LEN	  16
#define XEN_CAPABILITIES_INFO_LEN 1024
#define XEN_CHANGESET_INFO_LEN	  64
#define XEN_COMMANDLINE_LEN	  1024
#define XEN_DOMAIN_HANDLE_LEN	  16

struct xen_compile_info {
	char compiler[64];
	char compile_by[16];
	char compile_domain[32];
	char compile_date[32];
};

struct xen_platform_parameters {
	uint64_t virt_start;
};

struct xen_feature_info {
	uint32_t submap_idx; /* in */
	uint32_t submap;     /* out: bit n = feature 32 * submap_idx + n */
};

struct xen_varbuf {
	uint32_t len; /* in: room in buf */
	unsigned char buf[];
};

_Static_assert(sizeof(struct xen_compile_info) == 144, "size of xen_compile_info");
_Static_assert(sizeof(struct xen_platform_parameters) == 8, "size of xen_platform_parameters");
_Static_assert(sizeof(struct xen_feature_info) == 8, "size of xen_feature_info");
_Static_assert(offsetof(struct xen_varbuf, buf) == 4, "offset of buf");

#endif
