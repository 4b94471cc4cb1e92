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

__init int build_tree_add(void *fdt, int parent, const char *name, u64 at)
{
	char full[NAME_BYTES];

	format(full, sizeof(full), "%s@%lx", name, at);
	return fdt_add_subnode(fdt, parent, full);
}

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

__init int build_tree_cpus(void *fdt, const struct domain *d)
{
	int from = fdt_path_offset(build_template, "/psci"), node = fdt_add_subnode(fdt, 0, "psci");
	int rc = build_tree_copy(fdt, node, build_template, from), cpus;

	cpus = rc ? rc : fdt_add_subnode(fdt, 0, "cpus");
	rc = fdt_setprop_u32(fdt, cpus, "#address-cells", 1);
	rc = rc ? rc : fdt_setprop_u32(fdt, cpus, "#size-cells", 0);
	/* New nodes go first: count down to keep the order. */
	for (u32 i = d->nr_vcpus; !rc && i > 0; i--) {
		u32 affinity = (u32)d->vcpus[i - 1]->arch.vmpidr & 0xffffffU;

		node = build_tree_add(fdt, cpus, "cpu", affinity);
		rc = fdt_setprop_string(fdt, node, "device_type", "cpu");
		rc = rc ? rc : fdt_setprop_string(fdt, node, "compatible", "arm,armv8");
		rc = rc ? rc : fdt_setprop_string(fdt, node, "enable-method", "psci");
		rc = rc ? rc : fdt_setprop_u32(fdt, node, "reg", affinity);
	}
	return rc;
}
