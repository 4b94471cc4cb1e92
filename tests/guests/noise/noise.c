/* SPDX-License-Identifier: Apache-2.0 */
/*
 * noise: a bad neighbour that never stops. Each vCPU keeps one path of the hypervisor as busy as it
 * can, or takes turns. Options: what=cpu|hypercall|mmio|sgi|timer|wfi|abort|console|all (default
 * all), seconds= (default 0 = for ever).
 */
#include "lib.h"

const char guest_name[] = "noise";

static uint64_t rounds;

static void do_cpu(void)
{
	delay_us(100);
}
static void do_hypercall(void)
{
	xen_call(XEN_VERSION, 0, 0, 0, 0);
}
static void do_mmio(void)
{
	rd32(plat.gicd + GICD_TYPER);
}
static void do_sgi(void)
{
	gic_sgi(7, cpu_id());
}

static void do_timer(void)
{
	sysreg_write(cntv_tval_el0, us_to_ticks(5));
	sysreg_write(cntv_ctl_el0, 1);
}

/* Masked from arming to WFI: a deadline in between must still wake it. */
static void do_wfi(void)
{
	irq_off();
	do_timer();
	wfi();
	irq_on();
}

static void do_abort(void)
{
	trap_arm();
	rd32(NOWHERE);
	trap_disarm();
}

static void do_console(void)
{
	printf("noise\n");
}

static const struct {
	const char *name;
	void (*fn)(void);
} kinds[] = {
	{ "cpu", do_cpu },     { "hypercall", do_hypercall }, { "mmio", do_mmio },
	{ "sgi", do_sgi },     { "timer", do_timer },	      { "wfi", do_wfi },
	{ "abort", do_abort }, { "console", do_console },
};

static void on_timer(unsigned int intid)
{
	(void)intid;
	sysreg_write(cntv_ctl_el0, 0);
}

static void run(unsigned int cpu)
{
	uint64_t seconds = opt_u64("seconds", 0),
		 end = seconds == 0 ? UINT64_MAX : ticks() + seconds * tick_hz();
	unsigned int kind = ARRAY_SIZE(kinds);

	if (cpu != 0) {
		gic_init_cpu();
	}
	gic_enable(7);
	gic_enable(27);
	irq_on();
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		kind = opt_is("what", kinds[i].name) ? i : kind;
	}
	for (uint64_t n = 0; ticks() < end; n++) {
		kinds[kind < ARRAY_SIZE(kinds) ? kind : (n / 1000 + cpu) % (ARRAY_SIZE(kinds) - 1)]
			.fn();
		rounds += cpu == 0;
	}
	irq_off();
}

void guest_main(void)
{
	check(gic_init(), "GICv3 found");
	irq_handle(27, on_timer);
	printf("noise: starts on %u vCPU\n", plat.nr_cpus);
	for (unsigned int cpu = 1; cpu < plat.nr_cpus; cpu++) {
		cpu_start(cpu, run);
	}
	run(0);
	check(rounds > 0, "%lu rounds", rounds);
}
