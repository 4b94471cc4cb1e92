/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree of a boot-time domain: guest.dts, which is part of the image, without what the
 * domain has not got, with its CPUs, memory and command line, and with what its partial tree adds.
 * A directly mapped domain has the interrupt controller where the machine has it. Boot only, no
 * lock.
 */
#include "describe.h"

#include <hv/gic.h>
#include <hv/refusals.h>
#include <hv/string.h>
#include <public/arch-arm.h>

static __init void add_range(struct devtree_writer *w, u64 base, u64 bytes)
{
	devtree_add_cells(w, base, 2);
	devtree_add_cells(w, bytes, 2);
}

/* What is there once or not at all, and always the same. */
static __init void add_fixed(struct devtree_writer *w, const struct build *b)
{
	int node;

	devtree_for_each_child(node, build_template(NULL)) {
		const char *name = devtree_name(node);

		if (strcmp(name, "templates") == 0 ||
		    (b->enhanced == BUILD_PLAIN && strcmp(name, "hypervisor") == 0) ||
		    (!b->has_vuart && strcmp(name, "sbsa-uart@22000000") == 0)) {
			continue;
		}
		devtree_begin(w, name);
		devtree_copy(w, node, NULL);
		devtree_end(w);
	}
}

static __init void add_chosen(struct devtree_writer *w, const struct build *b)
{
	const char *args = devtree_string(b->images.kernel->node, "bootargs");

	devtree_begin(w, "chosen");
	if (args) {
		devtree_put_text(w, "bootargs", args);
	}
	if (b->has_vuart) {
		devtree_put_text(w, "stdout-path", "/sbsa-uart@22000000");
	}
	boot_images_show(&b->images, w);
	devtree_end(w);
}

/* Where all guests have it, or where the machine does. */
static __init void add_gic(struct devtree_writer *w, bool is_host)
{
	static const char *const places[] = { "reg", NULL };
	bool is_v2 = gic_info.version == 2;

	devtree_begin(w, "interrupt-controller");
	devtree_copy(w, build_template("gic"), NULL);
	devtree_copy(w, build_template(is_v2 ? "gic-v2" : "gic-v3"), is_host ? places : NULL);
	if (is_host && is_v2) {
		add_range(w, gic_info.dist_base, GUEST_GICD_SIZE);
		add_range(w, gic_info.cpu_base, GUEST_GICC_SIZE);
		devtree_put_cells(w, "reg");
	} else if (is_host) {
		devtree_add_cells(w, gic_info.nr_redist_regions, 1);
		devtree_put_cells(w, "#redistributor-regions");
		add_range(w, gic_info.dist_base, GUEST_GICV3_GICD_SIZE);
		for (u32 i = 0; i < gic_info.nr_redist_regions; i++) {
			add_range(w, gic_info.redist[i].base, gic_info.redist[i].bytes);
		}
		devtree_put_cells(w, "reg");
	}
	devtree_end(w);
}

/* RAM, and shared memory below a node of its own. */
static __init void add_ranges(struct devtree_writer *w, const struct build *b)
{
	for (u32 i = 0; i < b->nr_ranges; i++) {
		const struct build_range *range = &b->range[i];

		if (i == b->nr_ram) {
			build_tree_add(w, "reserved-memory", BUILD_NO_ADDRESS);
		}
		build_tree_add(w, i < b->nr_ram ? "memory" : "xen-shmem", range->gpa);
		add_range(w, range->gpa, range->bytes);
		devtree_put_cells(w, "reg");
		if (i >= b->nr_ram) {
			devtree_put_text(w, "xen,id", b->shm_id[i - b->nr_ram]);
		}
		devtree_end(w);
	}
	if (b->nr_ranges > b->nr_ram) {
		devtree_end(w);
	}
}

__init bool build_tree_bad(struct build *b, void *room)
{
	struct devtree_writer w;

	devtree_write(&w, room, BUILD_TREE_BYTES);
	devtree_copy(&w, build_template(NULL), NULL);
	add_fixed(&w, b);
	add_chosen(&w, b);
	add_gic(&w, b->is_direct_mapped);
	build_tree_cpus(&w, b->d);
	add_ranges(&w, b);
	if (IS_ENABLED(CONFIG_PASSTHROUGH) && b->partial && build_partial_bad(b, &w)) {
		return true;
	}
	b->images.tree_bytes = devtree_write_end(&w);
	return build_bad(b, !b->images.tree_bytes, "device-tree", REFUSAL_PARTIAL);
}
