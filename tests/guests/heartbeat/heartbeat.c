/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heartbeat: a periodic victim. Wakes by the virtual timer, measures how late, and says so once per
 * second; the figures under somebody else's storm against those of an idle machine are what
 * isolation means. Options: period= us (default 1000), seconds= then ends (default 10, 0 = for
 * ever), wfi=0 spins instead of sleeping.
 */
#include "lib.h"

const char guest_name[] = "heartbeat";

static uint64_t period, deadline, nr, sum, min, max, missed;

static uint64_t ns(uint64_t t)
{
	return t * 1000 / (tick_hz() / 1000000);
}

/* Absolute deadlines; one that was slept through is missed, not moved. */
static void on_timer(unsigned int intid)
{
	uint64_t late = sysreg_read(cntvct_el0) - deadline;

	(void)intid;
	nr++;
	sum += late;
	min = late < min ? late : min;
	max = late > max ? late : max;
	for (deadline += period; deadline <= ticks(); deadline += period) {
		missed++;
	}
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, 1);
}

static void second(uint64_t beat, bool sleep)
{
	uint64_t end = deadline + tick_hz();

	irq_off();
	nr = sum = max = missed = 0;
	min = UINT64_MAX;
	while (ticks() < end) {
		if (sleep) {
			wfi();
		}
		irq_on();
		irq_off();
	}
	printf("heartbeat %lu: periods %lu missed %lu late ns min %lu mean %lu max %lu\n", beat, nr,
	       missed, nr == 0 ? 0 : ns(min), nr == 0 ? 0 : ns(sum / nr), ns(max));
}

void guest_main(void)
{
	uint64_t seconds = opt_u64("seconds", 10);

	check(gic_init(), "GICv3 found");
	period = us_to_ticks(opt_u64("period", 1000));
	irq_handle(27, on_timer);
	gic_enable(27);
	deadline = ticks() + period;
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, 1);
	for (uint64_t i = 1; seconds == 0 || i <= seconds; i++) {
		second(i, opt_u64("wfi", 1) != 0);
	}
	sysreg_write(cntv_ctl_el0, 0);
	check(true, "%lu seconds", seconds);
}
