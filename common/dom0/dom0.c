/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dom0: built at boot from the host's device tree. 1:1 memory, all devices that the hypervisor does
 * not keep, the kernel and the ramdisk of the boot loader, a device tree made out of the host's.
 * Nothing of it is special afterwards except is_privileged. Linux
 * Documentation/arch/arm64/booting.rst.
 */
#include "dom0.h"

#include <hv/arch.h>
#include <hv/cmdline.h>
#include <hv/compiler.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/health.h>
#include <hv/heap.h>
#include <hv/percpu.h>
#include <hv/printk.h>
#include <hv/refusals.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <libfdt.h>

#define DEFAULT_MEMORY MIB(512)
#define SEAL_SLICES    6U /* of a checksum, in one go */
#define TABLE_PAGES    1024U

/* As many as pool 0 has CPUs, unless asked for; never more under a policy without turns. */
static __init u32 count_vcpus(void)
{
	struct sched_pool_info pool = { 0 };
	u64 most, wanted;

	(void)sched_pool_info(0, &pool);
	most = (u64)__builtin_popcountl(pool.cpus.bits);
	wanted = MIN(MAX(cmdline_number("dom0_max_vcpus", most), 1UL), (u64)DOMAIN_VCPUS_MAX);
	if (wanted > most && (pool.policy == SCHED_ID_NULL || pool.policy == SCHED_ID_ARINC653)) {
		pr_warn("dom0: %lu vCPUs instead of dom0_max_vcpus=%lu: pool 0 has %s and no more "
			"CPUs\n",
			most, wanted, sched_name(pool.policy));
		return (u32)most;
	}
	return (u32)wanted;
}

static __init int create(struct dom0 *dom0)
{
	struct domain_config config = {
		.nr_vcpus = count_vcpus(),
		.is_privileged = true,
		.is_host_layout = true,
	};
	int rc = domain_create(0, &config, &dom0->d);

	for (u32 i = 0; !rc && i < config.nr_vcpus; i++) {
		rc = vcpu_create(dom0->d, (u16)i);
	}
	if (rc) {
		pr_err("dom0: cannot create the domain with %u vCPUs: error %d\n", config.nr_vcpus,
		       rc);
		return rc;
	}
	string_copy(dom0->d->name, "Domain-0", sizeof(dom0->d->name));
	hardware_domain = dom0->d;
	return 0;
}

/* Where kernel, tree and ramdisk go: all in the first bank, in this order. */
static __init int place(struct dom0 *dom0, const struct boot_module *ramdisk)
{
	const struct devtree_range *bank = &dom0->bank[0];
	u64 end;

	dom0->kernel = ALIGN_UP(bank->base, MIB(2)) + dom0->image.text_offset;
	dom0->tree = ALIGN_UP(dom0->kernel + dom0->image.bytes, MIB(2));
	dom0->initrd = dom0->tree + MIB(2);
	dom0->initrd_bytes = ramdisk ? ramdisk->at.bytes : 0;
	end = dom0->initrd + dom0->initrd_bytes;
	if (end > bank->base + bank->bytes) {
		pr_err("dom0: kernel and ramdisk need %lu MiB, the first memory bank has %lu MiB: "
		       "raise dom0_mem\n",
		       (end - bank->base) >> 20, bank->bytes >> 20);
		return -ENOMEM;
	}
	return 0;
}

/* A range of guest addresses that nothing uses, above the devices of common platforms. */
static __init int find_regions(struct dom0 *dom0)
{
	u64 size = DOM0_EXTENDED_REGION_BYTES + GIB(1);

	for (u64 at = GIB(128); at + size <= GIB(256); at += GIB(1)) {
		struct s2_entry first = s2_lookup(dom0->d, ipa_to_gfn(ipa(at)));

		if (first.kind == S2_NONE) {
			dom0->grant_region = at;
			dom0->extended_region = at + GIB(1);
			return 0;
		}
	}
	pr_err("dom0: no free guest addresses for grant tables\n");
	return -ENOSPC;
}

/* The images, copied when boot is over: domains that run already do not wait for that. */
static struct copy {
	u64 to, from, bytes;
} copies[2];
static u64 entry, tree; /* addresses of its kernel and its tree, with what a restart needs */

static __init void load(struct dom0 *dom0, const struct boot_module *kernel,
			const struct boot_module *ramdisk)
{
	copies[0] = (struct copy){ dom0->kernel, kernel->at.base, kernel->at.bytes };
	if (ramdisk) {
		copies[1] = (struct copy){ dom0->initrd, ramdisk->at.base, ramdisk->at.bytes };
	}
	boot_copy_from(pa(dom0->tree), dom0->fdt, fdt_totalsize(dom0->fdt));
}

int dom0_seal(void)
{
	struct health *h = hardware_domain->health;
	int rc = h && h->image ? -ERESTART : 0;

	for (u32 i = 0; i < SEAL_SLICES && rc == -ERESTART; i++) {
		/* An image that begins between two words is summed up by bytes. */
		i = IS_ALIGNED(h->image[h->at].from, sizeof(u64)) ? i : SEAL_SLICES;
		rc = health_seal_images(hardware_domain, entry, tree);
	}
	return rc;
}

int dom0_load(void)
{
	struct copy *copy = copies[0].bytes ? &copies[0] : &copies[1];
	u64 bytes = MIN(copy->bytes, 4 * PAGE_SIZE);

	boot_copy(pa(copy->to), pa(copy->from), bytes);
	copy->to += bytes;
	copy->from += bytes;
	copy->bytes -= bytes;
	return copies[0].bytes || copies[1].bytes ? -ERESTART : 0;
}

static __init int fill(struct dom0 *dom0, const struct boot_module *kernel)
{
	const struct boot_module *ramdisk = bootinfo_find(BOOT_MODULE_RAMDISK);
	u64 bytes = ALIGN_UP(cmdline_size("dom0_mem", DEFAULT_MEMORY), MIB(2));
	int rc;

	if (bytes >> PAGE_SHIFT > frame_nr_free()) {
		pr_err("dom0: dom0_mem=%luM is more than the %lu MiB of memory that are free: "
		       "lower it\n",
		       bytes >> 20, frame_nr_free() >> 8);
		return -ENOMEM;
	}
	dom0->d->max_pages = bytes >> PAGE_SHIFT;
	do {
		rc = s2_pool_set(dom0->d, TABLE_PAGES);
	} while (rc == -ERESTART);
	rc = rc ? rc : dom0_alloc_memory(dom0, bytes);
	rc = rc ? rc : place(dom0, ramdisk);
	rc = rc ? rc : dom0_map_devices(dom0);
	rc = rc ? rc : find_regions(dom0);
	rc = rc ? rc : dom0_make_tree(dom0);
	if (rc) {
		return rc;
	}
	load(dom0, kernel, ramdisk);
	arch_vcpu_reset(dom0->d->vcpus[0], dom0->kernel, dom0->tree);
	return vcpu_bring_up(dom0->d->vcpus[0]);
}

/*
 * dom0_restart=always|auto|never: whether Dom0 alone is restarted after a crash, a reboot or its
 * watchdog. auto: if there are other domains, else the machine is reset.
 */
static __init bool read_policy(bool *is_if_others)
{
	const char *word = cmdline_get("dom0_restart");

	*is_if_others = !word || !strcmp(word, "auto");
	if (word && !*is_if_others && strcmp(word, "always") && strcmp(word, "never")) {
		pr_warn("dom0: dom0_restart=%s is not known: give always, auto or never\n", word);
		*is_if_others = true;
	}
	return *is_if_others || !strcmp(word, "always");
}

/* Keep what a restart needs: the modules where they are, and a copy of the tree. */
static __init int keep(struct dom0 *dom0)
{
	struct bulkhead_health_policy policy = {
		.restart = BULKHEAD_RESTART_cold,
		.give_up = BULKHEAD_GIVE_UP_reset,
		.cold_limit = 10,
		.window_s = 60,
		.watchdog_ms = (u32)MIN(cmdline_number("dom0_watchdog_ms", 0), HEALTH_WATCHDOG_MAX),
	};
	u64 tree_bytes = fdt_totalsize(dom0->fdt);
	u64 tos[] = { dom0->kernel, dom0->initrd };
	bool is_if_others;
	mfn_t frame;
	int rc = 0;

	if (!read_policy(&is_if_others)) {
		return 0;
	}
	frame = frame_alloc(DOM0_TREE_ORDER, HV_DOMID_HYP);
	if (!mfn_is_valid_value(frame)) {
		return -ENOMEM;
	}
	boot_copy_from(mfn_to_pa(frame), dom0->fdt, tree_bytes);
	rc = health_add_image(dom0->d, mfn_to_pa(frame).v, tree_bytes, dom0->tree);
	for (u32 kind = BOOT_MODULE_KERNEL; kind <= BOOT_MODULE_RAMDISK && !rc; kind++) {
		struct boot_module *module = bootinfo_find(kind);

		if (module) {
			module->is_kept = true;
			rc = health_add_image(dom0->d, module->at.base, module->at.bytes,
					      tos[kind]);
		}
	}
	rc = rc ? rc : health_set_policy(dom0->d, &policy);
	if (!rc) {
		dom0->d->health->is_if_others = is_if_others;
		entry = dom0->kernel;
		tree = dom0->tree;
		/* Its memory is noted before it runs, the checksum made while it does. */
		while (dom0->d->health->step == 0 && !rc) {
			rc = health_seal_images(dom0->d, entry, tree);
			rc = rc == -ERESTART ? 0 : rc;
		}
	}
	return rc;
}

__init int dom0_build(void)
{
	const struct boot_module *kernel = bootinfo_find(BOOT_MODULE_KERNEL);
	struct dom0 dom0 = { .d = NULL };
	int rc;

	if (!kernel) {
		pr_err("dom0: no kernel: the boot loader must give a module with compatible "
		       "\"multiboot,kernel\" in /chosen\n");
		return -ENOENT;
	}
	rc = boot_image_parse(&kernel->at, &dom0.image);
	if (rc == -EOPNOTSUPP) {
		pr_err("dom0: " REFUSAL_KERNEL_ENDIAN "\n");
	} else if (rc) {
		pr_err("dom0: " REFUSAL_KERNEL_FORMAT "\n", dom0.image.magic);
	}
	rc = rc ? rc : create(&dom0);
	if (rc) {
		return rc;
	}
	dom0.fdt = heap_pages_alloc(DOM0_TREE_ORDER);
	rc = dom0.fdt ? fill(&dom0, kernel) : -ENOMEM;
	rc = rc ? rc : keep(&dom0);
	if (rc) {
		pr_err("dom0: not built: error %d\n", rc);
		hardware_domain = NULL;
		while (domain_destroy(dom0.d) == -ERESTART) {}
		domain_put(dom0.d);
	} else {
		pr_info("dom0: %u vCPUs, kernel at %#lx, device tree at %#lx, ramdisk at %#lx\n",
			dom0.d->nr_vcpus, dom0.kernel, dom0.tree, dom0.initrd);
	}
	if (dom0.fdt) {
		heap_pages_free(dom0.fdt, DOM0_TREE_ORDER);
	}
	return rc;
}
