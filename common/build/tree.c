/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the device trees of all domains have in common: nodes of the template (guest.dts, part of
 * the image), CPUs, properties that are copied. Functions return libfdt's errors; a node that is an
 * error makes the next call one. Additions only move what comes behind them in the tree, so the
 * offset of a node stays good while something is added to it. Boot only, no lock.
 */
#include <hv/bootinfo.h>
#include <hv/compiler.h>
#include <hv/domain.h>
#include <hv/format.h>
#include <hv/string.h>
#include <libfdt.h>

#define NAME_BYTES 40

/* Those about the machine's device are not the guest's. */
__init int build_tree_copy(void *fdt, int to, const void *source, int from)
{
	const char *name;
	int at, bytes, rc;

	fdt_for_each_property_offset(at, source, from) {
		const void *value = fdt_getprop_by_offset(source, at, &name, &bytes);

		if (strcmp(name, "xen,path") != 0 && strcmp(name, "xen,reg") != 0 &&
		    strcmp(name, "xen,force-assign-without-iommu") != 0) {
			rc = fdt_setprop(fdt, to, name, value, bytes);
			if (rc) {
				return rc;
			}
		}
	}
	return 0;
}

__init int build_tree_add(void *fdt, int parent, const char *path, u64 at)
{
	int from = fdt_path_offset(build_template, path), node, rc;
	char name[NAME_BYTES];

	format(name, sizeof(name), at == BUILD_NO_ADDRESS ? "%s" : "%s@%lx",
	       fdt_get_name(build_template, from, NULL), at);
	node = fdt_add_subnode(fdt, parent, name);
	rc = build_tree_copy(fdt, node, build_template, from);
	return rc ? rc : node;
}

__init int build_tree_cpus(void *fdt, const struct domain *d)
{
	int cpus = build_tree_add(fdt, 0, "/templates/cpus", BUILD_NO_ADDRESS), rc = 0;

	/* New nodes go first: count down to keep the order. */
	for (u32 i = d->nr_vcpus; !rc && i > 0; i--) {
		u32 affinity = (u32)d->vcpus[i - 1]->arch.vmpidr & 0xffffffU;
		int node = build_tree_add(fdt, cpus, "/templates/cpu", affinity);

		rc = fdt_setprop_u32(fdt, node, "reg", affinity);
	}
	return rc;
}
