/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of boot that every architecture shares, in order: from the device tree to memory, and
 * from there to running domains. Each failure is one clear line on the console. Boot CPU only; no
 * locks.
 */
#include "pools.h"

#include <hv/arch.h>
#include <hv/bootinfo.h>
#include <hv/budget.h>
#include <hv/build.h>
#include <hv/cmdline.h>
#include <hv/compiler.h>
#include <hv/console.h>
#include <hv/device.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/health.h>
#include <hv/heap.h>
#include <hv/mapping.h>
#include <hv/panic.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/timer.h>
#include <hv/uart.h>
#include <hv/xsm.h>

#define LOAD_GAP (10 * NSEC_PER_USEC)
#define WAIT_GAP (50 * NSEC_PER_USEC)

__init void boot_stop(const char *why)
{
	pr_err("boot: stopped: %s\n", why);
	console_finish();
	arch_cpu_halt();
}

static __init void init_console(void)
{
	if (uart_init(&boot_info.console)) {
		(void)uart_init_fixed();
		pr_warn("boot: no console: /chosen stdout-path names no UART that this build "
			"drives\n");
	}
	pr_info("\n");
	pr_info("Bulkhead " BULKHEAD_VERSION "\n");
}

__init void boot_early(u64 image_pa_start, u64 image_bytes, u64 fdt_pa, const void *fdt,
		       size_t mapped)
{
	int rc = devtree_init(fdt, mapped);

	if (rc) {
		(void)uart_init_fixed();
		boot_stop(rc == -ENOSPC ? "the device tree has too many nodes: raise "
					  "CONFIG_DEVTREE_NODES"
					: "the device tree is broken: its header or structure does "
					  "not check");
	}
	cmdline_init(IS_ENABLED(CONFIG_COMMAND_LINE) ? devtree_cmdline(false) : NULL);
	rc = time_init(arch_counter_frequency());
	init_console();
	if (rc) {
		boot_stop("CNTFRQ_EL0 is not a usable frequency; the firmware must set it");
	}
	panic_set_reboot(cmdline_bool("reboot-on-panic", false));
	bootinfo_init(image_pa_start, image_bytes, fdt_pa);
	if (boot_memory_init()) {
		boot_stop("no memory to run in");
	}
}

/* A step of boot's last work. How long this CPU is its guests' then; 0: there is no more. */
static u64 finish(void)
{
	if (IS_ENABLED(CONFIG_DOM0) && hardware_domain && dom0_load() == -ERESTART) {
		return LOAD_GAP;
	}
	if (IS_ENABLED(CONFIG_BOOT_DOMAINS) && IS_ENABLED(CONFIG_HEALTH) && health_is_loading()) {
		return WAIT_GAP;
	}
	return boot_memory_release_modules() == -ERESTART ? LOAD_GAP : 0;
}

/*
 * Once boot is over: Dom0 starts when its images have been copied, a slice at a time; the others
 * load themselves. The modules' memory is free when nobody needs it any more.
 */
static void finish_boot(struct timer *timer)
{
	for (u64 gap = finish(); gap; gap = finish()) {
		if (!hardware_domain || domain_count() > 1) {
			timer_set(timer, time_now() + gap);
			return;
		}
	}
	pr_info("boot: done after %lu us, %lu of %lu KiB of heap are free\n",
		time_now() / NSEC_PER_USEC, heap_nr_free_pages() << 2, heap_nr_total_pages() << 2);
	boot_memory_seal();
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		budget_forget(); /* what is said once */
	}
	if (IS_ENABLED(CONFIG_DOM0) && IS_ENABLED(CONFIG_HEALTH) && hardware_domain) {
		dom0_seal(timer);
	}
}

static struct timer boot_timer;

/* Those of the tree first. */
static __init void build_all(void)
{
	u32 nr = 0;

	if (IS_ENABLED(CONFIG_BOOT_DOMAINS)) {
		nr = build_domains();
	}
	if (nr && (!IS_ENABLED(CONFIG_DOM0) || !bootinfo_find(BOOT_MODULE_KERNEL))) {
		pr_info("boot: %u domains, no Dom0\n", nr);
		(void)cmdline_get("dom0_mem");
		(void)cmdline_get("dom0_max_vcpus");
	} else if (!IS_ENABLED(CONFIG_DOM0)) {
		boot_stop("the device tree describes no domain, and this build has no Dom0");
	} else if (dom0_build() && !nr) {
		boot_stop("Dom0 could not be built, and no other domain runs");
	}
}

__init void boot_domains(void)
{
	const char *policy = cmdline_get("xsm");

	if (policy && xsm_select(policy)) {
		pr_err("xsm: there is no module \"%s\"\n", policy);
		boot_stop("the access-control module asked for is not in this build");
	}
	if (boot_pools(cmdline_get("sched"))) {
		boot_stop("the scheduler asked for can not run Dom0");
	}
	pr_info("xsm: module %s\n", xsm_active_name());
	domain_init();
	if (IS_ENABLED(CONFIG_THROTTLE)) {
		boot_rates();
	}
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		budget_init();
	}
	if (IS_ENABLED(CONFIG_AUDIT)) {
		audit_init();
	}
	if (IS_ENABLED(CONFIG_PASSTHROUGH)) {
		device_init();
	}
	build_all();
	cmdline_report_unknown();
}

void boot_finish(void)
{
	map_seal();
	console_defer(true);
	timer_init(&boot_timer, finish_boot);
	finish_boot(&boot_timer);
}
