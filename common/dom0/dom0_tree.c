/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dom0's device tree: the host's, minus what the hypervisor keeps (its console, memory, firmware,
 * CPUs, message-signalled interrupts, modules), plus Dom0's own memory, CPUs, PSCI by HVC, and the
 * node that tells Linux it runs on a hypervisor with Xen's ABI (Linux:
 * Documentation/devicetree/bindings/arm/xen.txt). Boot only; no locks.
 */
#include "dom0.h"

#include <hv/compiler.h>
#include <hv/device.h>
#include <hv/errno.h>
#include <hv/gic.h>
#include <hv/heap.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <libfdt.h>

/* Has the device registers in the page where the console has its own? */
static __init bool is_in_console_page(int node, int parent)
{
	static __initdata struct devtree_range page;
	struct devtree_range range;

	if (!page.bytes && !devtree_reg(boot_info.console, 0, &range)) {
		page.base = ALIGN_DOWN(range.base, PAGE_SIZE);
		page.bytes = ALIGN_UP(range.base + range.bytes, PAGE_SIZE) - page.base;
	}
	for (unsigned int i = 0; !devtree_reg_below(parent, node, i, &range); i++) {
		if (devtree_overlap(&range, &page)) {
			return true;
		}
	}
	return false;
}

__init bool dom0_leave_out(struct dom0 *dom0, int node, int parent)
{
	bool is_beside = is_in_console_page(node, parent);
	char path[DEVICE_PATH_MAX];

	if (!is_beside && !device_is_kept(node)) {
		return false;
	}
	if (is_beside && node != boot_info.console &&
	    !fdt_get_path(devtree_blob(), node, path, sizeof(path))) {
		pr_info("dom0: %s is left out: its registers share a page with the console's\n",
			path);
	}
	if (node != gic_info.node) {
		fdt_nop_node(dom0->fdt, node);
	}
	return true;
}

/*
 * The GIC's maintenance interrupt and, behind the second entry of a GICv2's reg, its frames of the
 * virtual interface are the hypervisor's.
 */
static __init int trim_gic(void *fdt)
{
	int node = gic_info.node, parent = fdt_parent_offset(fdt, node), old = 0;
	int bytes = 2 * 4 * (fdt_address_cells(fdt, parent) + fdt_size_cells(fdt, parent));
	void *reg;

	fdt_nop_property(fdt, node, "interrupts");
	if (gic_info.version != 2) {
		return parent < 0 ? parent : 0;
	}
	if (!fdt_getprop(fdt, node, "reg", &old) || bytes <= 0 || bytes > old) {
		return -FDT_ERR_BADVALUE;
	}
	return fdt_setprop_placeholder(fdt, node, "reg", bytes, &reg); /* keeps what fits */
}

/* What is no device's: memory, firmware, CPUs, message-signalled interrupts, modules. */
static __init int remove_kept(void *fdt)
{
	static const char *const compatible[] = { "arm,gic-v3-its", "arm,gic-v2m-frame",
						  "multiboot,module" };
	static const char *const paths[] = { "/cpus", "/psci", "/pmu", "/hypervisor",
					     "/reserved-memory" };
	static const char memory[] = "memory";
	int node;

	for (unsigned int i = 0; i < ARRAY_SIZE(compatible); i++) {
		node = -1;
		while ((node = devtree_find_compatible(node, compatible[i])) >= 0) {
			fdt_nop_node(fdt, node);
		}
	}
	while ((node = fdt_node_offset_by_prop_value(fdt, -1, "device_type", memory,
						     sizeof(memory))) >= 0) {
		fdt_nop_node(fdt, node);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++) {
		fdt_nop_node(fdt, fdt_path_offset(fdt, paths[i]));
	}
	return trim_gic(fdt);
}

/* One range of the root's reg; in pieces of 2 GiB where a size has one cell only. */
static __init int add_range(void *fdt, int node, u64 base, u64 bytes)
{
	u64 most = fdt_size_cells(fdt, 0) == 1 ? GIB(2) : bytes;
	int rc = 0;

	for (; bytes && !rc; base += most, bytes -= MIN(most, bytes)) {
		rc = fdt_appendprop_addrrange(fdt, 0, node, "reg", base, MIN(most, bytes));
	}
	return rc;
}

/* A device that Dom0 does not get is shown as disabled. */
static __init int disable_apart(int node, int parent, void *arg)
{
	char path[DEVICE_PATH_MAX];

	if (!device_is_apart(node, parent) ||
	    fdt_get_path(devtree_blob(), node, path, sizeof(path))) {
		return 0;
	}
	node = fdt_path_offset(arg, path);
	if (node < 0) {
		return 0; /* removed before */
	}
	pr_info("dom0: does not get %s\n", path);
	return fdt_setprop_string(arg, node, "status", "disabled");
}

static __init int add_memory(struct dom0 *dom0)
{
	int node = build_tree_add(dom0->fdt, 0, "/templates/memory", BUILD_NO_ADDRESS), rc = 0;

	for (unsigned int i = 0; !rc && i < dom0->nr_banks; i++) {
		rc = add_range(dom0->fdt, node, dom0->bank[i].base, dom0->bank[i].bytes);
	}
	return rc;
}

/* As a guest's, but for the places. An error instead of a node makes the next call one. */
static __init int add_hypervisor(struct dom0 *dom0)
{
	int psci = build_tree_add(dom0->fdt, 0, "/psci", BUILD_NO_ADDRESS);
	int node = build_tree_add(dom0->fdt, MIN(psci, 0), "/hypervisor", BUILD_NO_ADDRESS), rc;

	fdt_delprop(dom0->fdt, node, "reg");
	rc = add_range(dom0->fdt, node, dom0->grant_region, DOM0_GRANT_REGION_BYTES);
	return rc ? rc
		  : add_range(dom0->fdt, node, dom0->grant_region + DOM0_EXTENDED_REGION,
			      DOM0_EXTENDED_REGION_BYTES);
}

static __init int set_chosen(struct dom0 *dom0)
{
	static const char *const stale[] = { "stdout-path",	   "linux,stdout-path",
					     "xen,xen-bootargs",   "xen,dom0-bootargs",
					     "linux,initrd-start", "linux,initrd-end" };
	const char *bootargs = devtree_dom0_cmdline();
	void *fdt = dom0->fdt;
	int node = fdt_path_offset(fdt, "/chosen");
	int rc;

	node = node < 0 ? fdt_add_subnode(fdt, 0, "chosen") : node;
	for (unsigned int i = 0; i < ARRAY_SIZE(stale); i++) {
		fdt_delprop(fdt, node, stale[i]);
	}
	rc = fdt_setprop_string(fdt, node, "bootargs", bootargs ? bootargs : "");
	return rc ? rc : boot_images_show(&dom0->images, fdt, node);
}

/* What is used of the host's tree; boot loaders leave as much as a megabyte of slack behind it. */
__init int dom0_begin_tree(struct dom0 *dom0)
{
	const void *host = devtree_blob();
	u32 used = MAX(fdt_off_dt_strings(host) + fdt_size_dt_strings(host),
		       fdt_off_dt_struct(host) + fdt_size_dt_struct(host));

	dom0->fdt = heap_pages_alloc(DOM0_TREE_ORDER);
	if (!dom0->fdt || used > DOM0_TREE_BYTES / 2 || used > devtree_bytes()) {
		pr_err("dom0: no room for its device tree of %u bytes\n", used);
		return -ENOMEM;
	}
	memcpy(dom0->fdt, host, used);
	fdt_set_totalsize(dom0->fdt, used);
	return fdt_open_into(dom0->fdt, dom0->fdt, DOM0_TREE_BYTES) ? -EINVAL : 0;
}

__init int dom0_end_tree(struct dom0 *dom0)
{
	int rc = remove_kept(dom0->fdt);

	rc = rc ? rc : devtree_for_each_device(disable_apart, dom0->fdt);
	rc = rc ? rc : set_chosen(dom0);
	rc = rc ? rc : add_hypervisor(dom0);
	rc = rc ? rc : build_tree_cpus(dom0->fdt, dom0->d);
	rc = rc ? rc : add_memory(dom0);
	rc = rc ? rc : fdt_pack(dom0->fdt);
	if (rc) {
		pr_err("dom0: cannot make its device tree: %s\n", fdt_strerror(rc));
		return -EINVAL;
	}
	return 0;
}
