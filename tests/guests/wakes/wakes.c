/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wakes: one instruction of vCPU 0 that concerns many vCPUs asleep, on a GICv3: a store to each of
 * the distributor's registers that can wake them, an SGI to all others. Every sleeper takes each
 * interrupt, and none twice. Options: rounds= (default 20), nr= sleepers (default 63, as many as
 * the domain has at most), only=one way=NAME (a register's name below).
 *
 * The sleepers have neither MMU nor stack: WFI with interrupts masked, acknowledge, count, end.
 */
#include "lib.h"

const char guest_name[] = "wakes";

#define SPI	     32u /* of sleeper n: SPI + n */
#define ALL	     0xffffffffu
#define SGI	     7u
#define FRAME(n)     (plat.gicr + (n) * 0x20000ull)
#define SLEEPERS_MAX 64u

/* Written by the sleepers, which have no caches: each in a line of its own. */
static struct {
	volatile uint64_t taken, work, pad[6];
} sleepers[SLEEPERS_MAX] __attribute__((aligned(64)));
static unsigned int nr;

/* x0: the sleeper's counter. */
void sleeper_start(void);
/* Never sleeps. */
void spinner_start(void);
__asm__(".pushsection .text\n"
	".global spinner_start\n"
	".hidden spinner_start\n"
	"spinner_start:\n"
	"	b	spinner_start\n"
	".global sleeper_start\n"
	".hidden sleeper_start\n"
	"sleeper_start:\n"
	"	msr	daifset, #0xf\n"
	"	ldr	x3, [x0, #8]\n"
	"	mov	x1, #1\n"
	"	msr	S3_0_C12_C12_5, x1\n" /* ICC_SRE */
	"	isb\n"
	"	mov	x1, #0xf0\n"
	"	msr	S3_0_C4_C6_0, x1\n"
	"	mov	x1, #1\n"
	"	msr	S3_0_C12_C12_7, x1\n"
	"	isb\n"
	"1:	dsb	sy\n"
	"	wfi\n"
	"	mrs	x1, S3_0_C12_C12_0\n"
	"	cmp	w1, #1020\n"
	"	b.hs	1b\n"
	"	ldr	x2, [x0]\n"
	"	add	x2, x2, #1\n"
	"	str	x2, [x0]\n"
	"	dsb	sy\n"
	"	mov	x2, x3\n"
	"2:	subs	x2, x2, #1\n"
	"	b.hi	2b\n"
	"	msr	S3_0_C12_C12_1, x1\n"
	"	isb\n"
	"	b	1b\n"
	".popsection");

static uint64_t taken(void)
{
	uint64_t sum = 0;

	for (unsigned int i = 1; i <= nr; i++) {
		__asm__ volatile("dc civac, %0\n\tdsb sy" : : "r"(&sleepers[i]) : "memory");
		sum += sleepers[i].taken;
	}
	return sum;
}

/* All have taken it, and sleep again: whoever is awake runs while this one waits. */
static void settle(uint64_t wanted, const char *what)
{
	uint64_t before = ticks();

	while (taken() < wanted && ticks() - before < tick_hz() * 5) {
		delay_us(100);
	}
	delay_us(3000); /* none is taken twice */
	if (taken() != wanted) {
		check(false, "%s: %lu interrupts taken, not %lu", what, taken(), wanted);
		finish();
	}
}

/* The words of a register with one bit per SPI of a sleeper. */
static void write_all(unsigned int reg, uint32_t value)
{
	for (unsigned int i = 0; i <= nr; i += 32) {
		wr32(plat.gicd + reg + (SPI + i) / 8, value);
	}
}

static void prioritize(uint32_t value)
{
	for (unsigned int i = 0; i <= nr; i += 4) {
		wr32(plat.gicd + GIC_IPRIORITYR + SPI + i, value);
	}
}

static void by_pending(void)
{
	write_all(GIC_ISPENDR, ALL);
}

static void by_enable(void)
{
	write_all(GIC_ICENABLER, ALL);
	write_all(GIC_ISPENDR, ALL);
	delay_us(1000);
	write_all(GIC_ISENABLER, ALL);
}

/* Group 0 is not forwarded. */
static void by_group(void)
{
	write_all(GIC_IGROUPR, 0);
	write_all(GIC_ISPENDR, ALL);
	delay_us(1000);
	write_all(GIC_IGROUPR, ALL);
}

/* Of a priority that no sleeper is interrupted by; then of one that each is. */
static void by_priority(void)
{
	prioritize(0xf8f8f8f8);
	write_all(GIC_ISPENDR, ALL);
	delay_us(1000);
	prioritize(0xa0a0a0a0);
}

static void by_deactivation(void)
{
	write_all(GIC_ISACTIVER, ALL);
	write_all(GIC_ISPENDR, ALL);
	delay_us(1000);
	write_all(GIC_ICACTIVER, ALL);
}

static void by_control(void)
{
	gic_forward(false);
	write_all(GIC_ISPENDR, ALL);
	delay_us(1000);
	gic_forward(true);
}

static void by_sgi(void)
{
	sysreg_write(ICC_SGI1R, 1ull << 40 | SGI << 24);
}

/* In the frame of each sleeper, two at once. */
static void by_frame(void)
{
	for (unsigned int i = 1; i <= nr; i++) {
		wr32(FRAME(i) + 0x10000 + GIC_ISPENDR, 1u << SGI);
	}
}

static const struct {
	const char *name;
	void (*fn)(void);
} ways[] = {
	{ "ISPENDR", by_pending },
	{ "ISENABLER", by_enable },
	{ "IGROUPR", by_group },
	{ "IPRIORITYR", by_priority },
	{ "ICACTIVER", by_deactivation },
	{ "CTLR", by_control },
	{ "SGI", by_sgi },
	{ "GICR_ISPENDR", by_frame },
};

static void start(unsigned int n, void (*fn)(void))
{
	uint64_t frame = FRAME(n) + 0x10000, affinity = (n / 16) << 8 | n % 16;

	sleepers[n].work = opt_u64("work", 1);
	__asm__ volatile("dc civac, %0\n\tdsb sy" : : "r"(&sleepers[n]) : "memory");
	wr64(plat.gicd + GICD_IROUTER + (SPI + n) * 8, affinity);
	if (smccc_call(PSCI_CPU_ON, affinity, (uint64_t)fn, (uint64_t)&sleepers[n]) != 0) {
		check(false, "vCPU %u starts", n);
		finish();
	}
	/* Which has reset its private interrupts. */
	wr32(frame + GIC_IGROUPR, ALL);
	wr32(frame + GIC_ISENABLER, 1u << SGI);
}

static void go(unsigned int way)
{
	static uint64_t wanted;

	ways[way].fn();
	wanted += nr;
	settle(wanted, ways[way].name);
}

void guest_main(void)
{
	uint64_t rounds = opt_u64("rounds", 20), busy = opt_u64("busy", 0);

	check(gic_init() && plat.gicc == 0, "a GICv3");
	nr = (unsigned int)opt_u64("nr", SLEEPERS_MAX - 1);
	prioritize(0xa0a0a0a0);
	for (unsigned int n = 1; n <= nr + busy && n < SLEEPERS_MAX; n++) {
		start(n, n <= nr ? sleeper_start : spinner_start);
	}
	for (unsigned int i = 0; i <= 2 * nr; i += 32) {
		wr32(plat.gicd + GIC_ICFGR + (SPI * 2 + i) / 8, 0xaaaaaaaa);
	}
	write_all(GIC_ISENABLER, ALL);
	delay_us(10000);
	for (uint64_t i = 0; i < rounds; i++) {
		for (unsigned int way = 0; way < ARRAY_SIZE(ways); way++) {
			if (!opt_is("only", "one") || opt_is("way", ways[way].name)) {
				go(way);
			}
		}
	}
	check(taken() >= nr, "%lu interrupts taken by %u vCPUs", taken(), nr);
}
