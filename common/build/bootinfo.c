/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules of the boot loader: nodes below /chosen with compatible "multiboot,module" and a kind
 * beside it (Xen's bindings; QEMU's guest-loader writes the same). Read once at boot; no locks.
 */
#include <hv/bootinfo.h>
#include <hv/compiler.h>
#include <hv/errno.h>
#include <hv/printk.h>

struct boot_info boot_info;

__init enum boot_module_kind bootinfo_kind(int node)
{
	static const char *const kinds[] = { "multiboot,kernel", "multiboot,ramdisk",
					     "multiboot,device-tree" };
	u32 kind = 0;

	while (kind < ARRAY_SIZE(kinds) && !devtree_is_compatible(node, kinds[kind])) {
		kind++;
	}
	return (enum boot_module_kind)kind;
}

__init bool bootinfo_is_module(int node)
{
	return devtree_is_compatible(node, "multiboot,module") ||
	       devtree_is_compatible(node, "xen,multiboot-module");
}

/*
 * reg of a module: a plain physical range, whatever bus properties /chosen lacks. Its cells are the
 * parent's; two and two when only that fits.
 */
static __init int module_range(int node, struct devtree_range *out)
{
	int parent = devtree_parent(node), bytes;
	const u32 *reg = devtree_property(node, "reg", &bytes);
	int na = bytes == 16 ? 2 : devtree_address_cells(parent);
	int ns = bytes == 16 ? 2 : devtree_size_cells(parent);

	if (na < 1 || na > 2 || ns < 1 || ns > 2 || bytes != 4 * (na + ns)) {
		return -EINVAL;
	}
	*out = (struct devtree_range){ devtree_cells(reg, na), devtree_cells(reg + na, ns) };
	return out->bytes == 0 || out->base + out->bytes < out->base ? -EINVAL : 0;
}

static __init void add_module(int node, bool is_domains)
{
	const char *name = devtree_name(node);
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
	module->kind = bootinfo_kind(node);
	module->node = node;
	module->is_domains = is_domains;
	boot_info.nr_modules++;
	pr_info("boot: module %s at %#lx, %lu KiB\n", name, module->at.base,
		module->at.bytes >> 10);
}

/* Those of Dom0 and of the domains. */
static __init void add_modules(void)
{
	int node, child;

	devtree_for_each_child(node, devtree_chosen()) {
		if (bootinfo_is_module(node)) {
			add_module(node, false);
		}
		if (!devtree_is_compatible(node, "xen,domain")) {
			continue;
		}
		devtree_for_each_child(child, node) {
			if (bootinfo_is_module(child)) {
				add_module(child, true);
			}
		}
	}
}

__init void bootinfo_init(u64 image_pa_start, u64 image_bytes, u64 fdt_pa)
{
	boot_info.image = (struct devtree_range){ image_pa_start, image_bytes };
	boot_info.fdt = (struct devtree_range){ fdt_pa, devtree_bytes() };
	add_modules();
}

__init struct boot_module *bootinfo_find(enum boot_module_kind kind)
{
	for (unsigned int i = 0; i < boot_info.nr_modules; i++) {
		if (boot_info.modules[i].kind == kind && !boot_info.modules[i].is_domains) {
			return &boot_info.modules[i];
		}
	}
	return NULL;
}
