/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Default budgets of domains (hv/throttle.h): rates of Kconfig or of the command line's trap_rate=,
 * interrupt_rate= and log_rate=, and which of a vCPU's counts they are about.
 *
 * Not counted as a trap: physical interrupts, which are the machine's or another's doing, and the
 * first use of FP after a switch. Boot only; the counts are read without a lock.
 */
#include <hv/bootinfo.h>
#include <hv/cmdline.h>
#include <hv/printk.h>
#include <hv/throttle.h>
#include <hv/vcpu.h>

/* Exits that a guest brings about, whatever the others do. */
static const u32 traps[] = {
	BULKHEAD_EXIT_hypercall, BULKHEAD_EXIT_sysreg, BULKHEAD_EXIT_memory,
	BULKHEAD_EXIT_smc,	 BULKHEAD_EXIT_other,
};

static void count(const struct sched_unit *unit, struct throttle_work *work)
{
	const struct vcpu *v = container_of(unit, struct vcpu, sched);

	*work = (struct throttle_work){
		.waits = READ_ONCE(v->nr_exits[BULKHEAD_EXIT_wait]),
		.injected = READ_ONCE(v->nr_injected),
		.events = READ_ONCE(v->nr_events),
	};
	for (u32 i = 0; i < ARRAY_SIZE(traps); i++) {
		work->traps += READ_ONCE(v->nr_exits[traps[i]]);
	}
}

/* A rate of the command line; one that is none leaves that of Kconfig. */
static u32 rate(const char *name, u32 absent)
{
	u64 asked = cmdline_number(name, absent);

	if (asked != 0 && (asked < THROTTLE_RATE_MIN || asked > THROTTLE_RATE_MAX)) {
		pr_warn("command line: %s=%lu: expected 0 (no budget) or %u to %u per second", name,
			asked, THROTTLE_RATE_MIN, THROTTLE_RATE_MAX);
		return absent;
	}
	return (u32)asked;
}

__init void boot_rates(void)
{
	u32 rates[THROTTLE_NR_KINDS] = {
		[THROTTLE_TRAPS] = rate("trap_rate", CONFIG_TRAP_RATE),
		[THROTTLE_INTERRUPTS] = rate("interrupt_rate", CONFIG_INTERRUPT_RATE),
		[THROTTLE_LOG] = rate("log_rate", CONFIG_LOG_RATE),
	};

	throttle_boot(rates, count);
	pr_info("throttle: %u traps, %u interrupts, %u bytes of log per second and domain\n",
		rates[THROTTLE_TRAPS], rates[THROTTLE_INTERRUPTS], rates[THROTTLE_LOG]);
}
