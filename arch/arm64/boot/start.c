/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First C of each CPU, on its own stack with the MMU on. The whole order of boot is on this page;
 * what is not specific to the architecture is in common/boot. Nothing here returns.
 */
#include <asm/boot.h>
#include <asm/cpu.h>
#include <asm/el2_map.h>
#include <asm/layout.h>
#include <asm/smp.h>
#include <asm/sysreg.h>
#include <asm/trap.h>
#include <asm/virt.h>
#include <hv/bootinfo.h>
#include <hv/console.h>
#include <hv/context.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/firmware.h>
#include <hv/gic.h>
#include <hv/irq.h>
#include <hv/kconfig.h>
#include <hv/power.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/string.h>
#include <hv/timer.h>
#include <hv/vgic.h>
#include <hv/vtimer.h>

#define HYP_TIMER_PPI 26U

/* This CPU's interrupts, timers, virtual interrupts and scheduler; then it counts as online. */
static void cpu_online(unsigned int cpu)
{
	gic_ops->cpu_init();
	irq_cpu_init();
	irq_enable(HYP_TIMER_PPI);
	vgic_cpu_init();
	vtimer_cpu_init();
	sched_cpu_online(cpu);
	run_cpu_init();
	atomic_fetch_or(&cpus_online.bits, BIT(cpu));
}

static __init void find_firmware(void)
{
	const char *method = devtree_string(devtree_find_path("/psci"), "method");

	if (method && !strcmp(method, "smc")) {
		firmware_init(FIRMWARE_SMC);
	} else if (!IS_ENABLED(CONFIG_BCM2835_PM) || power_init()) {
		pr_warn("boot: the device tree names no PSCI by SMC: power-off only stops the "
			"machine\n");
	}
}

static __init void init_interrupts(void)
{
	if (gic_init()) {
		boot_stop("no usable interrupt controller in the device tree (GICv2 or GICv3)");
	}
	if (irq_request(HYP_TIMER_PPI, timer_interrupt, NULL) || vgic_init() || vtimer_init()) {
		boot_stop("the interrupts that the hypervisor itself needs are not available");
	}
}

/* Not part of boot's code, which is unmapped on the way: nothing returns to it. */
static __noreturn __noinline void leave_boot(void)
{
	boot_finish();
	run_enter();
}

__init void boot_start(u64 fdt_pa)
{
	u64 image = *el2_pte(IMAGE_VA) & PT_ADDR_MASK;
	u64 offset = fdt_pa & (MIB(2) - 1);

	el2_map_init(image);
	cpu_features_init();
	cpu_el2_setup();
	context_cpu_init();
	nr_cpus = 0;
	boot_early(image, (u64)(image_end - image_start), fdt_pa, (void *)(BOOT_FDT_VA + offset),
		   BOOT_FDT_MAX + MIB(2) - offset);
	find_firmware();
	smp_add_cpu(-1, read_sysreg(mpidr_el1) & 0xff00ffffffUL);
	devtree_for_each_cpu(smp_add_cpu);
	init_interrupts();
	virt_init(idreg_must_trap());
	sysreg_init();
	context_init();
	cpu_online(0);
	if (console_start_input()) {
		pr_warn("boot: the console takes no input\n");
	}
	smp_start_all(pa(image_pa(secondary_entry)));
	boot_domains();
	leave_boot();
}

void boot_secondary(unsigned int cpu)
{
	el2_map_use_final();
	cpu_el2_setup();
	context_cpu_init();
	cpu_online(cpu);
	run_enter();
}
