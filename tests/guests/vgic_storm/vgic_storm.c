/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vgic_storm: seeded garbage into every distributor and redistributor register, in all sizes, and
 * into the ICC system registers (of a GICv2: the CPU interface), with reads in between. Every so
 * often the GIC is initialised anew, as a rebooting guest would, and must deliver an SGI, a PPI and
 * an SPI exactly once. Options: count= (default 100,000), every= (default 5,000), seed=.
 */
#include "lib.h"

const char guest_name[] = "vgic_storm";

#define PPI_TEST 20
#define SPI_TEST 43
#define SGI_TEST 6

#define INTID_GROUP1 1022 /* GICv2: the pending one is of the group that IAR does not take */

static volatile uint64_t got[1020], got_all, got_other;
static uint64_t aborts, rounds, failed;
static unsigned int nr_lines;
static volatile uint32_t phase;
static volatile bool quiet[MAX_CPUS];

enum {
	VERIFY,
	STORM,
	STOP
};

static void on_irq(void)
{
	unsigned int iar = (unsigned int)icc_read(IAR1), intid = iar & INTID_MASK;

	if (intid >= 1020) {
		if (intid == INTID_GROUP1) {
			wr32(plat.gicc, rd32(plat.gicc) & 1); /* the storm has let group 1 in */
		}
		got_other++;
		return;
	}
	got[intid]++;
	got_all++;
	icc_write(EOIR1, iar);
}

/* Half of the offsets hit registers that exist, the other half anything in the frame. */
static uint64_t place(void)
{
	static const uint16_t hot[] = { 0x0,   0x4,   0x8,   0x14,  0x80,  0x100,  0x180,
					0x200, 0x280, 0x300, 0x380, 0x400, 0x800,  0xc00,
					0xd00, 0xe00, 0xf00, 0xf10, 0xf20, 0x6100, 0xffe8 };
	static const uint64_t frame[] = { 0, 0, 0x10000, 0x10000 };
	uint64_t r = rnd(), offset = (r & 1) != 0
					     ? r >> 16 & 0xffff
					     : hot[(r >> 16) % ARRAY_SIZE(hot)] + (r >> 32 & 0x7f);

	if (plat.gicc != 0) {
		return plat.gicd + (offset & 0xfff);
	}
	if ((r & 2) != 0) {
		return plat.gicd + (offset & 0xffff);
	}
	return plat.gicr + frame[r >> 8 & 3] + (offset & 0xffff);
}

static void poke_mmio(void)
{
	uint64_t r = rnd(), a = place(),
		 v = (r & 1) != 0   ? rnd()
		     : (r & 2) != 0 ? ~0ull
				    : 1ull << (r >> 8 & 63);

	switch (r >> 16 & 7) {
	case 0:
		*(volatile uint8_t *)a = (uint8_t)v;
		break;
	case 1:
		*(volatile uint16_t *)(a & ~1ull) = (uint16_t)v;
		break;
	case 2:
		*(volatile uint64_t *)(a & ~7ull) = v;
		break;
	case 3:
		(void)*(volatile uint32_t *)(a & ~3ull);
		break;
	case 4:
		(void)*(volatile uint64_t *)(a & ~7ull);
		break;
	default:
		*(volatile uint32_t *)(a & ~3ull) = (uint32_t)v;
		break;
	}
}

/* A GICv2's: all but what says which CPU this is. */
static void poke_cpu_interface(void)
{
	static const uint16_t place[] = { 0, 4, 8, 0xc, 0x10, 0x14, 0x18, 0x1c, 0xd0, 0x1000 };
	uint64_t r = rnd(), a = plat.gicc + place[(r >> 8) % ARRAY_SIZE(place)];

	if ((r & 1) != 0) {
		wr32(a, (uint32_t)(rnd() & ((r & 2) != 0 ? 0x3ff : 0xffffffff)));
	} else {
		(void)rd32(a);
	}
}

static void poke_sysreg(void)
{
	uint64_t v = rnd();

	switch (rnd() % 12) {
	case 0:
		sysreg_write(ICC_PMR, v);
		break;
	case 1:
		sysreg_write(ICC_BPR1, v & 7);
		break; /* more ends QEMU 10.0 in an assertion */
	case 2:
		sysreg_write(ICC_CTLR, v);
		break;
	case 3:
		sysreg_write(ICC_IGRPEN1, v);
		break;
	case 4:
		sysreg_write(ICC_IGRPEN0, v);
		break;
	case 5:
		sysreg_write(ICC_EOIR1, v % 1024);
		break;
	case 6:
		sysreg_write(ICC_DIR, v % 1024);
		break;
	case 7:
		sysreg_write(ICC_SGI1R, v);
		break;
	case 8:
		sysreg_write(ICC_AP1R0, v);
		break;
	case 9:
		(void)sysreg_read(ICC_IAR1);
		break;
	case 10:
		(void)sysreg_read(ICC_HPPIR1);
		break;
	default:
		(void)sysreg_read(ICC_RPR);
		break;
	}
}

/* What a guest does that finds a GIC in an unknown state. */
static void init_anew(void)
{
	icc_enable(false);
	if (plat.gicc == 0) {
		sysreg_write(ICC_IGRPEN0, 0);
	}
	gic_forward(false);
	for (int i = 0; i < 32 && (icc_read(RPR) & 0xff) != 0xff; i++) {
		icc_write(AP1R0, 0);
	}
	gic_init();
	for (unsigned int i = 0; i < nr_lines; i += 32) {
		uint64_t base = gic_base(i);

		wr32(base + GIC_ICENABLER + i / 8, ~0u);
		wr32(base + GIC_ICPENDR + i / 8, ~0u);
		wr32(base + GIC_ICACTIVER + i / 8, ~0u);
	}
	irq_on();
	delay_us(100); /* what was already on its way */
	irq_off();
	got_all = got_other = 0;
}

static bool delivered(unsigned int intid)
{
	uint64_t n = got[intid], all = got_all;

	gic_prio(intid, 0x80);
	if (intid >= 16) {
		gic_edge(intid, true);
	}
	gic_enable(intid);
	if (intid < 16) {
		gic_sgi(intid, 0);
	} else {
		gic_set(GIC_ISPENDR, intid);
	}
	irq_on();
	WAIT_FOR(got[intid] == n + 1, 2000000);
	delay_us(100);
	irq_off();
	gic_disable(intid);
	if (got[intid] != n + 1 || got_all != all + 1) {
		printf("# INTID %u: delivered %lu times, %lu in all\n", intid, got[intid] - n,
		       got_all - all);
		return false;
	}
	return true;
}

static void verify(void)
{
	init_anew();
	rounds++;
	failed += !delivered(SGI_TEST);
	failed += !delivered(PPI_TEST);
	failed += nr_lines > SPI_TEST && !delivered(SPI_TEST);
}

static void poke(void)
{
	trap_arm();
	if (rnd() % 8 == 0 && plat.gicc != 0) {
		poke_cpu_interface();
	} else if (rnd() % 8 == 0) {
		poke_sysreg();
	} else {
		poke_mmio();
	}
	__atomic_add_fetch(&aborts, trap_disarm(), __ATOMIC_SEQ_CST);
	if (rnd() % 64 == 0) {
		irq_on();
		irq_off();
	}
}

/* The others storm along on the same distributor, and stand still while the first vCPU verifies. */
static void secondary(unsigned int cpu)
{
	gic_init_cpu();
	while (phase != STOP) {
		if (phase == STORM) {
			poke();
			quiet[cpu] = false;
		} else {
			quiet[cpu] = true;
		}
	}
}

static void set_phase(uint32_t next)
{
	phase = next;
	dsb();
	for (unsigned int cpu = 1; next == VERIFY && cpu < plat.nr_cpus; cpu++) {
		check(quiet[cpu] || WAIT_FOR(quiet[cpu], 5000000), "vCPU %u stands still", cpu);
	}
}

void guest_main(void)
{
	uint64_t count = opt_u64("count", 100000), every = opt_u64("every", 5000);

	check(gic_init(), "GIC found");
	irq_hook = on_irq;
	nr_lines = ((rd32(plat.gicd + GICD_TYPER) & 0x1f) + 1) * 32;
	nr_lines = nr_lines > 1020 ? 992 : nr_lines;
	verify();
	check_eq(failed, 0, "works before the storm: failures");
	for (unsigned int cpu = 1; cpu < plat.nr_cpus; cpu++) {
		check_eq((int32_t)cpu_start(cpu, secondary), 0, "vCPU started");
	}
	phase = STORM;
	for (uint64_t i = 1; i <= count; i++) {
		poke();
		if (i % every == 0) {
			set_phase(VERIFY);
			verify();
			set_phase(i == count ? STOP : STORM);
		}
	}
	phase = STOP;
	printf("# %lu accesses, %lu aborts, %lu rounds of verification\n", count, aborts, rounds);
	check_eq(failed, 0, "deliveries that failed after a storm");
}
