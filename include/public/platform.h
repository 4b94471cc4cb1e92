/* SPDX-License-Identifier: MIT */
/*
 * platform_op(argument): one structure, cmd inside it.
 *
 * Called by: Dom0's kernel, which sets the wall clock every domain sees in its shared_info
 * (settime64). All other commands steer x86 machines and return -XEN_ENOSYS; interface_version
 * must be XENPF_INTERFACE_VERSION, otherwise -XEN_EACCES.
 */
#ifndef PUBLIC_PLATFORM_H
#define PUBLIC_PLATFORM_H

#include <public/types.h>

#define XENPF_INTERFACE_VERSION 0x03000001

#define XENPF_settime32 17
#define XENPF_settime64 62

struct xenpf_settime32 {
	uint32_t secs;
	uint32_t nsecs;
	uint64_t system_time;
};

/* It is secs + nsecs since 1970 when the system time is system_time ns. */
struct xenpf_settime64 {
	uint64_t secs;
	uint32_t nsecs;
	uint32_t mbz; /* zero */
	uint64_t system_time;
};

struct xen_platform_op {
	uint32_t cmd; /* XENPF_* */
	uint32_t interface_version;
	union {
		struct xenpf_settime32 settime32;
		struct xenpf_settime64 settime64;
		uint8_t pad[128];
	} u;
};

_Static_assert(sizeof(struct xenpf_settime64) == 24, "size of xenpf_settime64");
_Static_assert(sizeof(struct xen_platform_op) == 136, "size of xen_platform_op");
_Static_assert(offsetof(struct xen_platform_op, u) == 8, "offset of u");

#endif
