/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree of a boot-time domain: guest.dts, which is part of the image, without what the
 * domain has not got, with its CPUs, memory and command line, and with what its partial tree adds.
 * A directly mapped domain has the interrupt controller where the machine has it.
 *
 * Functions return libfdt's errors. Boot only, no lock.
 */
#include "describe.h"

#include <hv/gic.h>
#include <hv/refusals.h>
#include <libfdt.h>
#include <public/arch-arm.h>

static __init int add_reg(void *fdt, int node, u64 base, u64 bytes)
{
	return fdt_appendprop_addrrange(fdt, 0, node, "reg", base, bytes);
}

/* A node that is in the template. */
static __init void drop(void *fdt, const char *path, bool is_wanted)
{
	if (!is_wanted) {
		fdt_del_node(fdt, fdt_path_offset(fdt, path));
	}
}

static __init int set_chosen(void *fdt, const struct build *b)
{
	const char *args = devtree_string(b->images.kernel->node, "bootargs");
	int node = fdt_path_offset(fdt, "/chosen");
	int rc = args ? fdt_setprop_string(fdt, node, "bootargs", args) : 0;

	if (!rc && b->has_vuart) {
		rc = fdt_setprop_string(fdt, node, "stdout-path", "/sbsa-uart@22000000");
	}
	return rc ? rc : boot_images_show(&b->images, fdt, node);
}

static __init int add_ranges(void *fdt, const struct build *b)
{
	int rc = 0;

	for (u32 i = 0; !rc && i < b->nr_ranges; i++) {
		const struct build_range *range = &b->range[i];
		bool is_ram = i < b->nr_ram;
		int parent = is_ram ? 0 : fdt_path_offset(fdt, "/reserved-memory");
		int node = build_tree_add(fdt, parent,
					  is_ram ? "/templates/memory" : "/templates/xen-shmem",
					  range->gpa);

		rc = add_reg(fdt, node, range->gpa, range->bytes);
		if (!rc && !is_ram) {
			rc = fdt_setprop_string(fdt, node, "xen,id", b->shm_id[i - b->nr_ram]);
		}
	}
	return rc;
}

/* What differs from the template's GICv3: a GICv2, or the machine's own places. */
static __init int set_gic(void *fdt, bool is_host)
{
	bool is_v2 = gic_info.version == 2;
	int node = fdt_path_offset(fdt, "/interrupt-controller");
	int v2 = fdt_path_offset(build_template, "/templates/gic-v2");
	int rc = is_v2 ? build_tree_copy(fdt, node, build_template, v2) : 0;

	if (rc || !is_host) {
		return rc;
	}
	fdt_delprop(fdt, node, "reg");
	rc = add_reg(fdt, node, gic_info.dist_base,
		     is_v2 ? GUEST_GICD_SIZE : GUEST_GICV3_GICD_SIZE);
	if (is_v2) {
		return rc ? rc : add_reg(fdt, node, gic_info.cpu_base, GUEST_GICC_SIZE);
	}
	for (u32 i = 0; !rc && i < gic_info.nr_redist_regions; i++) {
		rc = add_reg(fdt, node, gic_info.redist[i].base, gic_info.redist[i].bytes);
	}
	return rc ? rc
		  : fdt_setprop_u32(fdt, node, "#redistributor-regions",
				    gic_info.nr_redist_regions);
}

__init bool build_tree_bad(struct build *b, void *fdt)
{
	int rc = fdt_open_into(build_template, fdt, BUILD_TREE_BYTES);

	drop(fdt, "/templates", false);
	drop(fdt, "/hypervisor", b->enhanced != BUILD_PLAIN);
	drop(fdt, "/sbsa-uart@22000000", b->has_vuart);
	drop(fdt, "/reserved-memory", b->nr_ranges > b->nr_ram);
	rc = rc ? rc : set_gic(fdt, b->is_direct_mapped);
	rc = rc ? rc : set_chosen(fdt, b);
	rc = rc ? rc : build_tree_cpus(fdt, b->d);
	rc = rc ? rc : add_ranges(fdt, b);
	if (IS_ENABLED(CONFIG_PASSTHROUGH) && !rc && b->partial) {
		rc = build_partial_copy(b, fdt);
	}
	rc = rc ? rc : fdt_pack(fdt);
	return b->is_refused || build_bad(b, rc, "device-tree", REFUSAL_PARTIAL);
}
