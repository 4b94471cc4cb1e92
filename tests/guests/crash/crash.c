/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crash: ends badly on request, to see that nobody else is hurt and that on_crash/on_reboot act.
 * Options:
 * what=shutdown|reboot|poweroff|watchdog|dabort|undef|iabort|stack|loop|sleep|smc|reset|off|dog
 * (hang with a watchdog of 1 s), after=ms first, cpus=all lets every vCPU do it, pend=1: with all
 * of its private interrupts enabled, pending and masked. Before that it says whether a page of its
 * memory is as clean as at first, and soils it.
 */
#include "lib.h"

const char guest_name[] = "crash";

/* SCHEDOP_shutdown with a reason. */
static void shutdown(uint32_t reason)
{
	xen_call(XEN_SCHED_OP, SCHEDOP_shutdown, (uint64_t)&reason, 0, 0);
}

static void do_crash(void)
{
	shutdown(SHUTDOWN_crash);
}
static void do_reboot(void)
{
	shutdown(SHUTDOWN_reboot);
}
static void do_poweroff(void)
{
	shutdown(SHUTDOWN_poweroff);
}
static void do_watchdog(void)
{
	shutdown(4);
}
static void do_off(void)
{
	smccc_call(PSCI_SYSTEM_OFF, 0, 0, 0);
}
static void do_reset(void)
{
	smccc_call(PSCI_SYSTEM_RESET, 0, 0, 0);
}

/* From here on every exception leads to the next one: the vectors are where nothing is. */
static void no_vectors(void)
{
	sysreg_write(vbar_el1, 0x7f00000000ull);
}

static void do_dabort(void)
{
	no_vectors();
	rd32(NOWHERE);
}

static void do_undef(void)
{
	no_vectors();
	__asm__ volatile("udf #0");
}

static void do_iabort(void)
{
	no_vectors();
	__asm__ volatile("br %0" : : "r"(0x7f00000000ull));
}

static void do_stack(void)
{
	__asm__ volatile("mov sp, %0\n\tldr x0, [sp]" : : "r"(0x7f00000000ull) : "x0");
}

static void do_loop(void)
{
	for (;;) {
		__asm__ volatile("");
	}
}

static void do_sleep(void)
{
	irq_off();
	for (;;) {
		wfi();
	}
}

static void do_smc(void)
{
	for (;;) {
		trap_arm();
		__asm__ volatile("movz x0, #0x8400, lsl #16\n\tsmc #0"
				 :
				 :
				 : "x0", "x1", "x2", "x3", "memory");
	}
}

static void do_dog(void)
{
	struct {
		uint32_t id, seconds;
	} dog = { 0, 1 };

	check_eq(xen_call(XEN_SCHED_OP, SCHEDOP_watchdog, (uint64_t)&dog, 0, 0), 1, "id");
	irq_off();
	do_loop();
}

static const struct {
	const char *name;
	void (*fn)(void);
} what[] = {
	{ "shutdown", do_crash },    { "reboot", do_reboot }, { "poweroff", do_poweroff },
	{ "watchdog", do_watchdog }, { "off", do_off },	      { "reset", do_reset },
	{ "dabort", do_dabort },     { "undef", do_undef },   { "iabort", do_iabort },
	{ "stack", do_stack },	     { "loop", do_loop },     { "sleep", do_sleep },
	{ "smc", do_smc },	     { "dog", do_dog },
};
static void (*chosen)(void) = do_crash;

static void secondary(unsigned int cpu)
{
	(void)cpu;
	chosen();
}

static void look_at_memory(void)
{
	uint64_t at = plat.ram_base + plat.ram_size / 2;
	volatile uint64_t *word;

	mmu_map_normal(at);
	word = (volatile uint64_t *)at;
	printf("crash: memory %s\n", *word == 0 ? "clean" : "dirty");
	*word = 0x5a5a5a5a5a5a5a5aull;
}

static void make_pending(void)
{
	if (opt_u64("pend", 0) != 0 && gic_init()) {
		wr32(gic_base(0) + GIC_ISENABLER, 0xffffffff);
		wr32(gic_base(0) + GIC_ISPENDR, 0xffffffff);
	}
}

void guest_main(void)
{
	const char *name = "shutdown";

	for (unsigned int i = 0; i < ARRAY_SIZE(what); i++) {
		if (opt_is("what", what[i].name)) {
			name = what[i].name;
			chosen = what[i].fn;
		}
	}
	look_at_memory();
	make_pending();
	delay_us(opt_u64("after", 0) * 1000);
	printf("crash: doing %s\n", name);
	for (unsigned int cpu = 1; cpu < plat.nr_cpus && opt_is("cpus", "all"); cpu++) {
		cpu_start(cpu, secondary);
	}
	chosen();
	check(false, "still alive after %s", name);
}
