/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the device trees of all domains have in common: nodes of the template (guest.dts, part of
 * the image) and CPUs. The template is indexed when it is first used, before any partial tree,
 * which goes before it does. Boot only, no lock.
 */
#include <hv/bootinfo.h>
#include <hv/compiler.h>
#include <hv/domain.h>
#include <hv/format.h>

#define NAME_BYTES	   40
#define TEMPLATE_BYTES_MAX KIB(64)

__init int build_template(const char *name)
{
	static __initdata int root; /* 0 is the machine's */
	int node;

	if (root <= 0) {
		root = devtree_add(build_template_blob, TEMPLATE_BYTES_MAX);
	}
	node = name ? devtree_child_named(devtree_child_named(root, "templates"), name) : root;
	return node < 0 ? devtree_child_named(root, name) : node;
}

__init void build_tree_add(struct devtree_writer *w, const char *name, u64 at)
{
	char text[NAME_BYTES];

	format(text, sizeof(text), at == BUILD_NO_ADDRESS ? "%s" : "%s@%lx", name, at);
	devtree_begin(w, text);
	devtree_copy(w, build_template(name), NULL);
}

__init void build_tree_cpus(struct devtree_writer *w, const struct domain *d)
{
	build_tree_add(w, "cpus", BUILD_NO_ADDRESS);
	for (u32 i = 0; i < d->nr_vcpus; i++) {
		u64 affinity = d->vcpus[i]->arch.vmpidr & 0xffffffU;

		build_tree_add(w, "cpu", affinity);
		devtree_add_cells(w, affinity, 1);
		devtree_put_cells(w, "reg");
		devtree_end(w);
	}
	devtree_end(w);
}
