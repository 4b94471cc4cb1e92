/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dom0's device tree: the host's, minus what the hypervisor keeps (its console, memory, firmware,
 * CPUs, message-signalled interrupts, modules), plus Dom0's own memory, CPUs, PSCI by HVC, and the
 * node that tells Linux it runs on a hypervisor with Xen's ABI (Linux:
 * Documentation/devicetree/bindings/arm/xen.txt). It is written in one pass over the host's nodes.
 * Boot only; no locks.
 */
#include "dom0.h"

#include <hv/compiler.h>
#include <hv/device.h>
#include <hv/errno.h>
#include <hv/gic.h>
#include <hv/heap.h>
#include <hv/printk.h>
#include <hv/string.h>

/* Has the device registers in the page where the console has its own? */
static __init bool is_in_console_page(int node)
{
	struct devtree_range console, range;
	bool has_console = devtree_reg(boot_info.console, 0, &console) == 0;

	for (unsigned int i = 0; has_console && !devtree_reg(node, i, &range); i++) {
		if (ALIGN_DOWN(range.base, PAGE_SIZE) < console.base + console.bytes &&
		    ALIGN_DOWN(console.base, PAGE_SIZE) < range.base + range.bytes) {
			return true;
		}
	}
	return false;
}

__init bool dom0_is_kept(int node)
{
	return device_is_kept(node) || is_in_console_page(node);
}

/* What is the hypervisor's or Dom0's own: firmware, CPUs, memory, modules, and what is kept. */
static __init bool is_left_out(int node)
{
	bool is_kept = device_is_kept(node), is_beside = !is_kept && is_in_console_page(node);
	const char *name = devtree_name(node);
	char path[DEVICE_PATH_MAX];

	if (is_beside && devtree_path(node, path, sizeof(path))) {
		pr_info("dom0: %s is left out: its registers share a page with the console's\n",
			path);
	}
	if (!devtree_is_device(node)) {
		return strcmp(name, "chosen") != 0 && strcmp(name, "aliases") != 0;
	}
	return node != gic_info.node &&
	       (is_kept || is_beside || devtree_is_compatible(node, "multiboot,module") ||
		(devtree_parent(node) == 0 && strcmp(name, "pmu") == 0));
}

/* One range more of a reg property; in pieces of 2 GiB where a size has one cell only. */
static __init void add_range(struct devtree_writer *w, u64 base, u64 bytes)
{
	int address = devtree_address_cells(0), size = devtree_size_cells(0);
	u64 most = size == 1 ? GIB(2) : bytes;

	for (; bytes; base += most, bytes -= MIN(most, bytes)) {
		devtree_add_cells(w, base, address);
		devtree_add_cells(w, MIN(most, bytes), size);
	}
}

/*
 * One of the host's nodes. The GIC's maintenance interrupt and, behind the second entry of a
 * GICv2's reg, its frames of the virtual interface are the hypervisor's; /chosen is Dom0's own; a
 * device that Dom0 does not get is shown as disabled.
 */
static __init void copy_node(struct devtree_writer *w, int node, const struct boot_images *images)
{
	static const char *const gic[] = { "interrupts", "reg", NULL };
	static const char *const stale[] = { "stdout-path",	   "linux,stdout-path",
					     "xen,xen-bootargs",   "xen,dom0-bootargs",
					     "linux,initrd-start", "linux,initrd-end",
					     "bootargs",	   NULL };
	static const char *const status[] = { "status", NULL };
	int parent = devtree_parent(node), bytes;
	int most = 2 * 4 * (devtree_address_cells(parent) + devtree_size_cells(parent));
	const void *reg = devtree_property(node, "reg", &bytes);
	char path[DEVICE_PATH_MAX];

	if (node) { /* the root is open */
		devtree_begin(w, devtree_name(node));
	}
	if (node == gic_info.node) {
		devtree_copy(w, node, gic);
		devtree_put(w, "reg", reg, gic_info.version == 2 ? MIN(most, bytes) : bytes);
	} else if (node == devtree_chosen()) {
		const char *bootargs = devtree_cmdline(true);

		devtree_copy(w, node, stale);
		devtree_put_text(w, "bootargs", bootargs ? bootargs : "");
		boot_images_show(images, w);
	} else if (device_is_apart(node)) {
		devtree_copy(w, node, status);
		devtree_put_text(w, "status", "disabled");
		pr_info("dom0: does not get %s\n",
			devtree_path(node, path, sizeof(path)) ? path : devtree_name(node));
	} else {
		devtree_copy(w, node, NULL);
	}
}

/* All of the host's nodes that stay; the root is still open afterwards. */
static __init void copy_nodes(struct devtree_writer *w, const struct boot_images *images)
{
	int next, at;

	for (int node = 0; node < devtree_behind(0); node = next) {
		if (is_left_out(node)) {
			next = devtree_behind(node);
			at = devtree_parent(node);
		} else {
			copy_node(w, node, images);
			next = node + 1;
			at = node;
		}
		for (; at > 0 && devtree_behind(at) == next; at = devtree_parent(at)) {
			devtree_end(w);
		}
	}
}

static __init void add_memory(struct dom0 *dom0, struct devtree_writer *w)
{
	build_tree_add(w, "memory", BUILD_NO_ADDRESS);
	for (unsigned int i = 0; i < dom0->nr_banks; i++) {
		add_range(w, dom0->bank[i].base, dom0->bank[i].bytes);
	}
	devtree_put_cells(w, "reg");
	devtree_end(w);
}

/* As a guest's, but for the places. */
static __init void add_hypervisor(struct dom0 *dom0, struct devtree_writer *w)
{
	static const char *const places[] = { "reg", NULL };

	build_tree_add(w, "psci", BUILD_NO_ADDRESS);
	devtree_end(w);
	devtree_begin(w, "hypervisor");
	devtree_copy(w, build_template("hypervisor"), places);
	add_range(w, dom0->grant_region, DOM0_GRANT_REGION_BYTES);
	add_range(w, dom0->grant_region + DOM0_EXTENDED_REGION, DOM0_EXTENDED_REGION_BYTES);
	devtree_put_cells(w, "reg");
	devtree_end(w);
}

__init int dom0_make_tree(struct dom0 *dom0)
{
	struct devtree_writer w;

	dom0->tree = heap_pages_alloc(DOM0_TREE_ORDER);
	if (!dom0->tree) {
		pr_err("dom0: no room for its device tree: raise heap=\n");
		return -ENOMEM;
	}
	devtree_write(&w, dom0->tree, DOM0_TREE_BYTES);
	copy_nodes(&w, &dom0->images);
	add_hypervisor(dom0, &w);
	build_tree_cpus(&w, dom0->d);
	add_memory(dom0, &w);
	dom0->images.tree_bytes = devtree_write_end(&w);
	if (!dom0->images.tree_bytes) {
		pr_err("dom0: its device tree has more than %lu KiB\n", DOM0_TREE_BYTES >> 10);
		return -EINVAL;
	}
	return 0;
}
