/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices of the machine's tree the hypervisor keeps for itself: its console, its interrupt
 * controller, and what makes message-signalled interrupts. Neither Dom0 nor another domain gets
 * them. Boot only, no lock.
 */
#include <hv/compiler.h>
#include <hv/device.h>
#include <hv/devtree.h>
#include <hv/gic.h>

__init bool device_is_kept(int node)
{
	static __initdata int console; /* its node, and one more */

	if (!console) {
		console = devtree_stdout() + 1;
	}
	return node + 1 == console || node == gic_info.node ||
	       devtree_is_compatible(node, "arm,gic-v3-its") ||
	       devtree_is_compatible(node, "arm,gic-v2m-frame");
}
