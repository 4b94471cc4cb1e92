/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without CONFIG_PASSTHROUGH no device can be given to a domain. What the machine's tree sets apart
 * by xen,passthrough is kept from Dom0 all the same: whoever wrote that did not want Dom0 to have
 * it. Boot only, no lock.
 */
#include <hv/compiler.h>
#include <hv/device.h>
#include <hv/devtree.h>

__init bool device_is_apart(int node)
{
	return devtree_has(node, "xen,passthrough");
}

__init bool device_exists(const struct device_pick *pick __unused)
{
	return false;
}
