/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules of the boot loader: nodes below /chosen with compatible "multiboot,module" and a kind
 * beside it (Xen's bindings; QEMU's guest-loader writes the same). Read once at boot; no locks.
 */
#include <hv/bootinfo.h>
#include <hv/compiler.h>
#include <hv/errno.h>
#include <hv/printk.h>
#include <libfdt.h>

__initdata struct boot_info boot_info;

static __init enum boot_module_kind kind_of(int node)
{
	if (devtree_is_compatible(node, "multiboot,kernel")) {
		return BOOT_MODULE_KERNEL;
	}
	if (devtree_is_compatible(node, "multiboot,ramdisk")) {
		return BOOT_MODULE_RAMDISK;
	}
	return BOOT_MODULE_OTHER;
}

/*
 * reg of a module: a plain physical range, whatever bus properties /chosen lacks. Its cells are the
 * parent's; two and two when only that fits.
 */
static __init int module_range(int node, struct devtree_range *out)
{
	const void *fdt = devtree_blob();
	int parent = fdt_parent_offset(fdt, node);
	int na = fdt_address_cells(fdt, parent), ns = fdt_size_cells(fdt, parent), bytes;
	const u32 *reg = fdt_getprop(fdt, node, "reg", &bytes);

	if (reg && bytes == 16) {
		na = 2;
		ns = 2;
	}
	if (!reg || na < 1 || na > 2 || ns < 1 || ns > 2 || bytes != 4 * (na + ns)) {
		return -EINVAL;
	}
	*out = (struct devtree_range){ devtree_cells(reg, na), devtree_cells(reg + na, ns) };
	return out->bytes == 0 || out->base + out->bytes < out->base ? -EINVAL : 0;
}

static __init void add_module(int node)
{
	const char *name = fdt_get_name(devtree_blob(), node, NULL);
	struct boot_module *module = &boot_info.modules[boot_info.nr_modules];

	if (boot_info.nr_modules == BOOT_MODULES_MAX) {
		pr_warn("boot: module /chosen/%s ignored: more than %u modules\n", name,
			BOOT_MODULES_MAX);
		return;
	}
	if (module_range(node, &module->at)) {
		pr_warn("boot: module /chosen/%s ignored: its reg property is missing or broken\n",
			name);
		return;
	}
	module->kind = kind_of(node);
	module->node = node;
	boot_info.nr_modules++;
	pr_info("boot: module %s at %#lx, %lu KiB\n", name, module->at.base,
		module->at.bytes >> 10);
}

__init void bootinfo_init(u64 image_pa_start, u64 image_bytes, u64 fdt_pa)
{
	const void *fdt = devtree_blob();
	int chosen = devtree_chosen();
	int node;

	boot_info.image = (struct devtree_range){ image_pa_start, image_bytes };
	boot_info.fdt = (struct devtree_range){ fdt_pa, devtree_bytes() };
	if (chosen < 0) {
		return;
	}
	fdt_for_each_subnode(node, fdt, chosen) {
		if (devtree_is_compatible(node, "multiboot,module") ||
		    devtree_is_compatible(node, "xen,multiboot-module")) {
			add_module(node);
		}
	}
}

__init const struct boot_module *bootinfo_find(enum boot_module_kind kind)
{
	for (unsigned int i = 0; i < boot_info.nr_modules; i++) {
		if (boot_info.modules[i].kind == kind) {
			return &boot_info.modules[i];
		}
	}
	return NULL;
}
