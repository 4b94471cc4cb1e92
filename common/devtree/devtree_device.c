/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nodes that may be devices of the machine, for Dom0 and for whoever gets one of them, and
 * their paths, by which people know them. No state. Devicetree Specification 0.4: 2.3.8, 3.
 */
#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/string.h>

bool devtree_is_device(int node)
{
	static const char *const others[] = { "cpus", "chosen",	   "aliases", "reserved-memory",
					      "psci", "hypervisor" };
	bool is_one = !devtree_has_type(node, "memory");

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		is_one = is_one && strcmp(devtree_name(node), others[i]) != 0;
	}
	return is_one || devtree_parent(node) != 0;
}

int devtree_for_each_device(devtree_node_visit_t visit, void *arg)
{
	int node = 1, end = devtree_behind(0), rc = 0;

	while (node < end && rc == 0) {
		bool is_one = devtree_is_device(node);

		rc = is_one ? visit(node, arg) : 0;
		node = is_one && devtree_has(node, "ranges") ? node + 1 : devtree_behind(node);
	}
	return rc;
}

bool devtree_path(int node, char *path, int size)
{
	char *at = path + size - 1;

	*at = '\0';
	do {
		size_t n = strlen(devtree_name(node));

		if (n >= (size_t)(at - path)) {
			return false;
		}
		at = memcpy(at - n, devtree_name(node), n);
		*--at = '/';
		node = devtree_parent(node);
	} while (node > 0);
	memmove(path, at, (size_t)(path + size - at));
	return true;
}
