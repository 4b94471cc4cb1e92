/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heartbeat: a periodic victim. Wakes by the virtual timer, measures how late, and says so once per
 * second; the figures under somebody else's storm against those of an idle machine are what
 * isolation means. Options: period= us (default 1000), seconds= then ends (default 10, 0 = for
 * ever), wfi=0 spins instead of sleeping. window= us: it has one window of this length in each
 * period (arinc653) and wants to run when that begins. It finds out by itself: it spins, and at the
 * end of a window the time jumps. The last reading before a jump is the end to within one turn of
 * the loop, whatever delays the beginning, so how late the beginning is can be told.
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

#define WINDOWS 32

/* The last time that was read before the time jumps by at least a quarter of a period. */
static uint64_t spin_to_end(void)
{
	uint64_t last, now = ticks();

	do {
		last = now;
		now = ticks();
	} while (now - last < period / 4);
	return last;
}

/* When the next window but one begins. */
static uint64_t find_window(uint64_t length)
{
	uint64_t first = spin_to_end(), late = 0, early = 0;

	for (unsigned int i = 1; i < WINDOWS; i++) {
		uint64_t off = spin_to_end() - first + period / 2;

		/* More or less than a multiple of the period: later or earlier than the first. */
		off = off % period;
		late = off > period / 2 && off - period / 2 > late ? off - period / 2 : late;
		early = off < period / 2 && period / 2 - off > early ? period / 2 - off : early;
	}
	printf("heartbeat: the ends of %u windows differ by %lu ns\n", WINDOWS, ns(late + early));
	first += late - length;
	return first + ((ticks() - first) / period + 2) * period;
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
	uint64_t seconds = opt_u64("seconds", 10), window = opt_u64("window", 0);

	check(gic_init(), "GIC found");
	period = us_to_ticks(opt_u64("period", 1000));
	irq_handle(27, on_timer);
	gic_enable(27);
	deadline = window != 0 ? find_window(us_to_ticks(window)) : ticks() + period;
	sysreg_write(cntv_cval_el0, deadline);
	sysreg_write(cntv_ctl_el0, 1);
	for (uint64_t i = 1; seconds == 0 || i <= seconds; i++) {
		second(i, opt_u64("wfi", 1) != 0);
	}
	sysreg_write(cntv_ctl_el0, 0);
	check(true, "%lu seconds", seconds);
}
