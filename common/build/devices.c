/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices given to a boot-time domain by its partial device tree: each node below /passthrough is
 * shown here before it is copied into the guest's tree. Boot only, no lock.
 */
#include "describe.h"

#include <libfdt.h>

__init bool build_device_bad(struct build *b, const void *partial, int node)
{
	return build_bad(b,
			 fdt_getprop(partial, node, "xen,path", NULL) ||
				 fdt_getprop(partial, node, "xen,reg", NULL),
			 "xen,path", "devices can not be given to domains yet");
}
