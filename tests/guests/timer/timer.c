/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer: the virtual and the physical timer of EL1 (Arm ARM D12). Deadlines are met and never
 * early, masks hold, CVAL/TVAL agree, WFI wakes, an expired level stays asserted, nothing fires
 * when disabled. Options: count= deadlines per timer (default 300), late= tolerated lateness in us
 * (default 900000), strict=0 leaves out what Xen 4.20 does not do.
 */
#include "lib.h"

const char guest_name[] = "timer";

#define CTL_ENABLE  1u
#define CTL_IMASK   2u
#define CTL_ISTATUS 4u

struct timer {
	const char *name;
	unsigned int intid;
	bool phys;
};
static const struct timer timers[] = { { "virtual", 27, false }, { "physical", 30, true } };
static const struct timer *t;
static volatile uint64_t fired, fired_at;
static volatile bool keep_on;

static uint64_t now(void)
{
	isb();
	return t->phys ? sysreg_read(cntpct_el0) : sysreg_read(cntvct_el0);
}

static void set_ctl(uint64_t v)
{
	if (t->phys) {
		sysreg_write(cntp_ctl_el0, v);
	} else {
		sysreg_write(cntv_ctl_el0, v);
	}
}

static uint64_t get_ctl(void)
{
	return t->phys ? sysreg_read(cntp_ctl_el0) : sysreg_read(cntv_ctl_el0);
}

static void set_cval(uint64_t v)
{
	if (t->phys) {
		sysreg_write(cntp_cval_el0, v);
	} else {
		sysreg_write(cntv_cval_el0, v);
	}
}

static uint64_t get_cval(void)
{
	return t->phys ? sysreg_read(cntp_cval_el0) : sysreg_read(cntv_cval_el0);
}

static void set_tval(uint64_t v)
{
	if (t->phys) {
		sysreg_write(cntp_tval_el0, v);
	} else {
		sysreg_write(cntv_tval_el0, v);
	}
}

static int32_t get_tval(void)
{
	return (int32_t)(t->phys ? sysreg_read(cntp_tval_el0) : sysreg_read(cntv_tval_el0));
}

static void on_timer(unsigned int intid)
{
	(void)intid;
	fired_at = now();
	fired++;
	if (!keep_on || fired > 3) {
		set_ctl(0);
	}
}

static void registers(void)
{
	uint64_t before, after, cval;
	int32_t tval;

	set_ctl(0);
	set_cval(0x123456789abcdefull);
	check_eq(get_cval(), 0x123456789abcdefull, "CVAL keeps 64 bits");
	before = now();
	set_tval(1000000);
	cval = get_cval();
	after = now();
	check(cval >= before + 1000000 && cval <= after + 1000000,
	      "TVAL writes counter + value to CVAL");
	set_tval((uint32_t)-5000);
	tval = get_tval();
	check(tval < -4999 && tval > -2000000000, "TVAL counts below zero");
	check_eq(get_ctl() & 3, 0, "CTL reads back disabled");
	set_cval(strict() ? ~0ull : now() + tick_hz() * 3600);
	set_ctl(CTL_ENABLE);
	check_eq(get_ctl() & 7, CTL_ENABLE, "enabled, deadline at the end of time: no status");
	set_cval(0);
	set_ctl(CTL_ENABLE | CTL_IMASK);
	check_eq(get_ctl() & 7, CTL_ENABLE | CTL_IMASK | CTL_ISTATUS,
		 "deadline passed: status, although masked");
	set_ctl(0);
}

/* Sleep until the interrupt after number start has been handled; a second too late is enough. */
static void wait_asleep(uint64_t start, uint64_t deadline)
{
	irq_off();
	while (fired == start && now() < deadline + us_to_ticks(1000000)) {
		if (now() < deadline) {
			wfi();
		}
		irq_on();
		irq_off();
	}
	irq_on();
}

static void deadlines(void)
{
	uint64_t count = opt_u64("count", 300), late_max = 0, late_sum = 0, early = 0, lost = 0,
		 tolerated;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t deadline, start = fired;

		deadline = now() + us_to_ticks(50 + rnd() % 3000);
		set_cval(deadline);
		set_ctl(CTL_ENABLE);
		if (i % 2 == 0) {
			wait_asleep(start, deadline);
		}
		if (!WAIT_FOR(fired != start, 3000000)) {
			lost++;
			continue;
		}
		early += fired_at < deadline;
		late_sum += fired_at - deadline;
		late_max = fired_at - deadline > late_max ? fired_at - deadline : late_max;
	}
	printf("# %s: %lu deadlines, late by mean %lu max %lu ticks\n", t->name, count,
	       late_sum / count, late_max);
	check_eq(lost, 0, "deadlines without an interrupt");
	check_eq(early, 0, "interrupts before the deadline");
	tolerated = us_to_ticks(opt_u64("late", 900000));
	check(late_max < tolerated, "latest interrupt after %lu ticks, tolerated %lu", late_max,
	      tolerated);
}

static void masks(void)
{
	uint64_t start = fired;

	set_cval(now() + us_to_ticks(100));
	delay_us(500);
	check_eq(fired, start, "a disabled timer does not fire");
	set_ctl(CTL_ENABLE | CTL_IMASK);
	delay_us(500);
	check_eq(fired, start, "a masked timer does not fire");
	set_ctl(CTL_ENABLE);
	check(WAIT_FOR(fired == start + 1, 3000000),
	      "unmasked after the deadline, it fires at once");
	gic_disable(t->intid);
	set_ctl(CTL_ENABLE);
	delay_us(500);
	check_eq(fired, start + 1, "disabled in the GIC, it does not fire");
	gic_enable(t->intid);
	check(WAIT_FOR(fired == start + 2, 3000000), "enabled in the GIC, it fires");
	delay_us(500);
	check_eq(fired, start + 2, "and only once");
}

static void level(void)
{
	uint64_t again;

	fired = 0;
	keep_on = true;
	set_cval(now());
	set_ctl(CTL_ENABLE);
	again = WAIT_FOR(fired == 4, 2000000);
	keep_on = false;
	set_ctl(0);
	/* QEMU's GICv2 looks at a level that the virtual end has let go when something else
	 * happens. */
	if (strict() && (plat.gicc == 0 || t->phys)) {
		check(again, "fires again after EOI as long as the condition holds (%lu)", fired);
	}
}

static void sleep_masked(void)
{
	uint64_t deadline = now() + us_to_ticks(2000), woken;

	irq_off();
	fired = 0;
	set_cval(deadline);
	set_ctl(CTL_ENABLE);
	while (now() < deadline) {
		wfi();
	}
	woken = now();
	check((sysreg_read(isr_el1) & 0x80) != 0 ||
		      WAIT_FOR((sysreg_read(isr_el1) & 0x80) != 0, 2000000),
	      "WFI with PSTATE.I set: the interrupt is pending (woken %lu ticks late)",
	      woken - deadline);
	check_eq(fired, 0, "and not taken");
	irq_on();
	check(WAIT_FOR(fired == 1, 2000000), "taken when unmasked");
	irq_off();
	set_ctl(0);
	irq_on();
}

static void counters(void)
{
	uint64_t prev = 0, back = 0, offset = sysreg_read(cntpct_el0) - sysreg_read(cntvct_el0);

	for (int i = 0; i < 20000; i++) {
		uint64_t c = ticks();

		back += c < prev;
		prev = c;
	}
	check_eq(back, 0, "CNTVCT never runs backwards");
	check(sysreg_read(cntpct_el0) - sysreg_read(cntvct_el0) - offset + 1000000 < 2000000,
	      "CNTPCT keeps its distance");
}

void guest_main(void)
{
	check(gic_init(), "GIC found");
	counters();
	irq_on();
	for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++) {
		t = &timers[i];
		printf("# %s timer, INTID %u\n", t->name, t->intid);
		set_ctl(0);
		irq_handle(t->intid, on_timer);
		gic_enable(t->intid);
		registers();
		deadlines();
		masks();
		level();
		sleep_masked();
		gic_disable(t->intid);
	}
}
