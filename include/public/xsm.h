/* SPDX-License-Identifier: MIT */
/*
 * xsm_op(argument): label-based access control.
 *
 * Called by: the toolstack, which asks for the label of a security id (SID_TO_CONTEXT) when it
 * lists domains, and accepts -XEN_ENOSYS. Bulkhead's xsm/ modules have no labels yet: every
 * command returns that. The layouts are here for the module that will have them.
 */
#ifndef PUBLIC_XSM_H
#define PUBLIC_XSM_H

#include <public/types.h>

#define XEN_FLASK_INTERFACE_VERSION 1

#define FLASK_GETENFORCE     2
#define FLASK_SETENFORCE     3
#define FLASK_CONTEXT_TO_SID 4
#define FLASK_SID_TO_CONTEXT 5

struct xen_flask_sid_context {
	uint32_t sid;
	uint32_t size; /* bytes at context */
	GUEST_HANDLE(char) context;
};

struct xen_flask_op {
	uint32_t cmd; /* FLASK_* */
	uint32_t interface_version;
	union {
		struct xen_flask_sid_context sid_context;
		uint64_t room[4];
	} u;
};

_Static_assert(sizeof(struct xen_flask_sid_context) == 16, "size of xen_flask_sid_context");
_Static_assert(sizeof(struct xen_flask_op) == 40, "size of xen_flask_op");

#endif
