/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines, the hypervisor's and Dom0's: which property has which depends on what else is
 * there, as boot loaders for Xen have it. No state.
 */
#include <hv/devtree.h>

/* The module node of Dom0's kernel: a child of /chosen itself, not of a domain's node. */
static int dom0_kernel(int chosen)
{
	int node;

	devtree_for_each_child(node, chosen) {
		if (devtree_is_compatible(node, "multiboot,kernel") ||
		    devtree_is_compatible(node, "xen,linux-zimage")) {
			return node;
		}
	}
	return -1;
}

const char *devtree_cmdline(bool is_dom0s)
{
	int chosen = devtree_chosen(), kernel = dom0_kernel(chosen);
	const char *own = devtree_string(chosen, "xen,xen-bootargs");
	const char *dom0s = devtree_string(chosen, "xen,dom0-bootargs");
	const char *other = devtree_string(chosen, "bootargs");

	dom0s = dom0s ? dom0s : devtree_string(kernel, "bootargs");
	if (is_dom0s) {
		return dom0s || !own ? dom0s : other;
	}
	return own || (kernel >= 0 && !dom0s) ? own : other;
}
