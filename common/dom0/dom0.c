/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dom0: built at boot from the host's device tree. 1:1 memory, all devices that the hypervisor does
 * not keep, the kernel and the ramdisk of the boot loader, a device tree made out of the host's.
 * Nothing of it is special afterwards except is_privileged. Linux
 * Documentation/arch/arm64/booting.rst.
 */
#include "dom0.h"

#include <hv/arch.h>
#include <hv/budget.h>
#include <hv/build.h>
#include <hv/cmdline.h>
#include <hv/compiler.h>
#include <hv/console.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/images.h>
#include <hv/printk.h>
#include <hv/refusals.h>
#include <hv/stage2.h>
#include <public/xen.h>

#define DEFAULT_MEMORY MIB(512)
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

static void raise_log_event(struct defer_work *work __unused)
{
	evtchn_raise_global(VIRQ_CON_RING);
}

static struct defer_work log_work = { .fn = raise_log_event };

/* Lines are logged under all kinds of locks: the event comes later. */
static void log_changed(void)
{
	defer_queue(&log_work);
}

static void input_arrived(void)
{
	evtchn_raise_global(VIRQ_CONSOLE);
}

static void on_change(struct domain *d __unused, bool is_end __unused)
{
}

/* The machine goes with Dom0, unless its policy, which is asked first, restarts it, or others
 * outlive it. */
static bool on_end(struct domain *d, u8 code)
{
	if (d != hardware_domain || (code != DOMAIN_SHUTDOWN_POWEROFF && d->is_outlived)) {
		return false;
	}
	pr_info("the hardware domain has stopped, reason %u: machine %s", code,
		code == DOMAIN_SHUTDOWN_POWEROFF ? "off" : "reset");
	console_finish();
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		budget_print();
	}
	if (code == DOMAIN_SHUTDOWN_POWEROFF) {
		arch_machine_off();
	}
	arch_machine_reset();
}

DOMAIN_LISTENER dom0_listener = { .changed = on_change, .fault = on_end };

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
	hardware_domain = dom0->d;
	console_set_input_notify(input_arrived);
	console_set_log_notify(log_changed);
	return 0;
}

/* Kernel, tree and ramdisk go into the first bank. */
static __init int place(struct dom0 *dom0)
{
	const struct devtree_range *bank = &dom0->bank[0];
	int rc = boot_images_place(&dom0->images, bank->base);

	if (!rc && dom0->images.end > bank->base + bank->bytes) {
		pr_err("dom0: kernel and ramdisk need %lu MiB, the first memory bank has %lu MiB: "
		       "raise dom0_mem\n",
		       (dom0->images.end - bank->base) >> 20, bank->bytes >> 20);
		return -ENOMEM;
	}
	return rc;
}

/* A range of guest addresses that nothing uses, above the devices of common platforms. */
static __init int find_region(struct dom0 *dom0)
{
	u64 size = DOM0_EXTENDED_REGION + DOM0_EXTENDED_REGION_BYTES;

	for (u64 at = GIB(128); at + size <= GIB(256); at += GIB(1)) {
		if (s2_lookup(dom0->d, ipa_to_gfn(ipa(at))).kind == S2_NONE) {
			dom0->grant_region = at;
			return 0;
		}
	}
	pr_err("dom0: no free guest addresses for grant tables\n");
	return -ENOSPC;
}

static bool is_restarted; /* by policy: its images stay */

/* When boot is over: domains that run already do not wait for more than a page. */
int dom0_load(void)
{
	static bool is_loaded;
	u64 piece = domain_count() > 1 ? PAGE_SIZE : IMAGES_PIECE;

	if (is_loaded || images_load(hardware_domain, piece) == -ERESTART) {
		return is_loaded ? 0 : -ERESTART;
	}
	is_loaded = true;
	if (!is_restarted) {
		images_drop(hardware_domain);
	}
	(void)domain_control_pause(hardware_domain, false);
	return 0;
}

static __init int fill(struct dom0 *dom0)
{
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
	rc = rc ? rc : place(dom0);
	rc = rc ? rc : dom0_map_devices(dom0);
	rc = rc ? rc : find_region(dom0);
	rc = rc ? rc : dom0_make_tree(dom0);
	return rc ? rc : vcpu_power_on(dom0->d->vcpus[0], dom0->images.entry, dom0->images.tree);
}

/* What it is loaded with, now and by restarts. */
static __init int add_images(struct dom0 *dom0)
{
	struct bulkhead_health_policy policy = { .restart = BULKHEAD_RESTART_never };
	bool is_if_others = false;
	int rc;

	if (IS_ENABLED(CONFIG_HEALTH)) {
		is_if_others = dom0_policy_read(&policy);
	}
	rc = IS_ENABLED(CONFIG_BOOT_DOMAINS) ? build_dom0(dom0->d, &policy) : -ENOENT;
	if (rc && rc != -ENOENT) {
		return rc;
	}
	is_restarted = policy.restart != BULKHEAD_RESTART_never;
	is_if_others = is_if_others && rc;
	rc = boot_images_add(dom0->d, &dom0->images, dom0->tree, is_restarted);
	return rc || !IS_ENABLED(CONFIG_HEALTH) ? rc
						: dom0_policy_set(dom0->d, &policy, is_if_others);
}

__init int dom0_build(void)
{
	struct dom0 dom0 = { .images = { .kernel = bootinfo_find(BOOT_MODULE_KERNEL),
					 .ramdisk = bootinfo_find(BOOT_MODULE_RAMDISK) } };
	int rc;

	if (!dom0.images.kernel) {
		pr_err("dom0: no kernel: the boot loader must give a module with compatible "
		       "\"multiboot,kernel\" in /chosen\n");
		return -ENOENT;
	}
	rc = boot_images_place(&dom0.images, 0); /* anywhere: is it a kernel? */
	if (rc == -EOPNOTSUPP) {
		pr_err("dom0: " REFUSAL_KERNEL_ENDIAN "\n");
	} else if (rc) {
		pr_err("dom0: " REFUSAL_KERNEL_FORMAT "\n", dom0.images.magic);
	}
	rc = rc ? rc : create(&dom0);
	if (rc) {
		return rc;
	}
	rc = fill(&dom0);
	rc = rc ? rc : add_images(&dom0);
	if (rc) {
		pr_err("dom0: not built: error %d\n", rc);
		hardware_domain = NULL;
		while (domain_destroy(dom0.d) == -ERESTART) {}
		domain_put(dom0.d);
	} else {
		pr_info("dom0: %u vCPUs, kernel at %#lx, device tree at %#lx, ramdisk at %#lx\n",
			dom0.d->nr_vcpus, dom0.images.entry, dom0.images.tree, dom0.images.initrd);
	}
	heap_pages_free(dom0.tree, DOM0_TREE_ORDER);
	return rc;
}
