/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes that name each other by phandle: pools and shared memory of the boot tree, and devices that
 * domains get. Dom0's tree keeps the host's. No state. Devicetree Specification 0.4: 2.3.3.
 */
#include <hv/devtree.h>

u32 devtree_phandle(int node)
{
	return devtree_u32(node, "phandle", devtree_u32(node, "linux,phandle", 0));
}

int devtree_find_phandle(u32 phandle)
{
	int node = 0, end = devtree_behind(0);

	while (node < end && devtree_phandle(node) != phandle) {
		node++;
	}
	return node < end && phandle ? node : -1;
}
