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
#include <hv/printk.h>
#include <hv/string.h>
#include <libfdt.h>

#define PPI_CELLS(ppi, flags)                                                                      \
	{                                                                                          \
		cpu_to_fdt32(1), cpu_to_fdt32((ppi)-16), cpu_to_fdt32(flags)                       \
	}
#define IRQ_LEVEL_LOW_ALL_CPUS 0xf08

/* Has the device registers in the page where the console has its own? */
static __init bool is_in_console_page(int node, int parent)
{
	static __initdata struct devtree_range console;
	static __initdata bool is_known;
	struct devtree_range range;
	bool is_in = false;

	if (!is_known && boot_info.console >= 0) {
		(void)devtree_reg(boot_info.console, 0, &console);
		console.bytes = ALIGN_UP(console.base + console.bytes, PAGE_SIZE);
		console.base = ALIGN_DOWN(console.base, PAGE_SIZE);
		console.bytes -= console.base;
	}
	is_known = true;
	for (unsigned int i = 0; !is_in && !devtree_reg_below(parent, node, i, &range); i++) {
		is_in = range.base < console.base + console.bytes &&
			range.base + range.bytes > console.base;
	}
	return is_in;
}

__init bool dom0_is_kept(int node, int parent)
{
	return device_is_kept(node) || is_in_console_page(node, parent);
}

static __init int remove_if_kept(int node, int parent, void *fdt)
{
	char path[DEVICE_PATH_MAX];

	if (node == gic_info.node || !dom0_is_kept(node, parent)) {
		return 0;
	}
	if (node != boot_info.console && is_in_console_page(node, parent) &&
	    !fdt_get_path(devtree_blob(), node, path, sizeof(path))) {
		pr_info("dom0: %s is left out: its registers share a page with the console's\n",
			path);
	}
	fdt_nop_node(fdt, node);
	return 0;
}

/* What is no device's and not Dom0's: memory, modules, message-signalled interrupts. */
static __init bool is_superfluous(int node)
{
	static const char *const compatible[] = { "arm,gic-v3-its", "arm,gic-v2m-frame",
						  "multiboot,module" };
	const char *type = devtree_string(node, "device_type");
	bool is = type && strcmp(type, "memory") == 0;

	for (unsigned int i = 0; !is && i < ARRAY_SIZE(compatible); i++) {
		is = devtree_is_compatible(node, compatible[i]);
	}
	return is;
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

/*
 * Nodes are overwritten, which leaves the others where they are: until something is added, a node
 * has the same offset in both trees. One that is not there any more was below another.
 */
static __init int remove_kept(void *fdt)
{
	static const char *const paths[] = { "/cpus", "/psci", "/pmu", "/hypervisor",
					     "/reserved-memory" };
	const void *host = devtree_blob();

	devtree_for_each_device(remove_if_kept, fdt);
	for (int node = fdt_next_node(host, 0, NULL); node >= 0;
	     node = fdt_next_node(host, node, NULL)) {
		if (is_superfluous(node)) {
			fdt_nop_node(fdt, node);
		}
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
	int rc;

	if (!device_is_apart(node, parent)) {
		return 0;
	}
	rc = fdt_get_path(devtree_blob(), node, path, sizeof(path));
	node = rc ? rc : fdt_path_offset(arg, path);
	if (node >= 0) {
		pr_info("dom0: does not get %s\n", path);
	}
	/* One that was removed before is not there either. */
	return node < 0 ? 0 : fdt_setprop_string(arg, node, "status", "disabled");
}

static __init int add_memory(struct dom0 *dom0)
{
	void *fdt = dom0->fdt;
	int node = fdt_add_subnode(fdt, 0, "memory");
	int rc = node < 0 ? node : fdt_setprop_string(fdt, node, "device_type", "memory");

	for (unsigned int i = 0; !rc && i < dom0->nr_banks; i++) {
		rc = add_range(fdt, node, dom0->bank[i].base, dom0->bank[i].bytes);
	}
	return rc;
}

static __init int add_hypervisor(struct dom0 *dom0)
{
	static const char compatible[] = "xen,xen-4.20\0xen,xen";
	const fdt32_t interrupt[] = PPI_CELLS(DOM0_EVTCHN_PPI, IRQ_LEVEL_LOW_ALL_CPUS);
	void *fdt = dom0->fdt;
	int node = fdt_add_subnode(fdt, 0, "hypervisor");
	int rc = node < 0 ? node
			  : fdt_setprop(fdt, node, "compatible", compatible, sizeof(compatible));

	rc = rc ? rc : add_range(fdt, node, dom0->grant_region, DOM0_GRANT_REGION_BYTES);
	rc = rc ? rc : add_range(fdt, node, dom0->extended_region, DOM0_EXTENDED_REGION_BYTES);
	return rc ? rc : fdt_setprop(fdt, node, "interrupts", interrupt, sizeof(interrupt));
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
	if (node < 0) {
		return node;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(stale); i++) {
		fdt_delprop(fdt, node, stale[i]);
	}
	rc = fdt_setprop_string(fdt, node, "bootargs", bootargs ? bootargs : "");
	return rc ? rc : boot_images_show(&dom0->images, fdt, node);
}

/* Copy what is used of the host's tree; boot loaders leave as much as a megabyte of slack behind
 * it. */
static __init int copy_tree(void *to)
{
	const void *fdt = devtree_blob();
	u32 used = MAX(fdt_off_dt_strings(fdt) + fdt_size_dt_strings(fdt),
		       fdt_off_dt_struct(fdt) + fdt_size_dt_struct(fdt));

	if (used > DOM0_TREE_BYTES / 2 || used > devtree_bytes()) {
		return -FDT_ERR_NOSPACE;
	}
	memcpy(to, fdt, used);
	fdt_set_totalsize(to, used);
	return fdt_open_into(to, to, DOM0_TREE_BYTES);
}

__init int dom0_make_tree(struct dom0 *dom0)
{
	int rc = copy_tree(dom0->fdt);

	rc = rc ? rc : remove_kept(dom0->fdt);
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
