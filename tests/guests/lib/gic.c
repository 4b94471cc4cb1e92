/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 driver: affinity routing, everything in group 1, one handler per INTID shared by all vCPUs.
 * Works with one or two security states (GICD_CTLR bits 1 and 4 mean the same in both). GIC
 * specification ch. 8, 12.
 */
#include "lib.h"

#define GICD_ARE_G1 (1u << 4 | 1u << 1)
#define RWP	    (1u << 31)
#define NR_INTID    1020

void (*irq_hook)(void);
volatile uint64_t irq_count[MAX_CPUS];
static void (*handler[NR_INTID])(unsigned int intid);
static uint64_t redist[MAX_CPUS];

void irq_dispatch(void);

void irq_dispatch(void)
{
	uint32_t intid;

	irq_count[cpu_id()]++;
	if (irq_hook != NULL) {
		irq_hook();
		return;
	}
	intid = (uint32_t)sysreg_read(ICC_IAR1) & 0xffffff;
	if (intid >= NR_INTID) {
		return;
	}
	if (handler[intid] != NULL) {
		handler[intid](intid);
	}
	sysreg_write(ICC_EOIR1, intid);
}

void irq_handle(unsigned int intid, void (*fn)(unsigned int intid))
{
	handler[intid] = fn;
}

static uint64_t find_redist(void)
{
	uint64_t mpidr = sysreg_read(mpidr_el1), typer;
	uint32_t aff = (uint32_t)(mpidr >> 8 & 0xff000000) | (uint32_t)(mpidr & 0xffffff);

	for (uint64_t r = plat.gicr; r < plat.gicr + plat.gicr_size;
	     r += (typer & 2 ? 0x40000 : 0x20000)) {
		typer = rd64(r + GICR_TYPER);
		if (typer >> 32 == aff) {
			return r;
		}
		if (typer & 1 << 4) {
			break;
		}
	}
	return 0;
}

bool gic_init_cpu(void)
{
	uint64_t r = find_redist();

	if (r == 0) {
		return false;
	}
	redist[cpu_id()] = r + 0x10000;
	wr32(r + GICR_WAKER, rd32(r + GICR_WAKER) & ~2u);
	WAIT_FOR((rd32(r + GICR_WAKER) & 4) == 0, 100000);
	r += 0x10000;
	wr32(r + GIC_IGROUPR, 0xffffffff);
	wr32(r + GIC_ICENABLER, 0xffffffff);
	wr32(r + GIC_ICPENDR, 0xffffffff);
	wr32(r + GIC_ICACTIVER, 0xffffffff);
	for (unsigned int i = 0; i < 32; i += 4) {
		wr32(r + GIC_IPRIORITYR + i, 0xa0a0a0a0);
	}
	sysreg_write(ICC_SRE, sysreg_read(ICC_SRE) | 1);
	sysreg_write(ICC_PMR, 0xff);
	sysreg_write(ICC_BPR1, 0);
	sysreg_write(ICC_CTLR, 0);
	sysreg_write(ICC_IGRPEN1, 1);
	return true;
}

bool gic_init(void)
{
	unsigned int lines;

	if (plat.gicd == 0) {
		return false;
	}
	lines = ((rd32(plat.gicd + GICD_TYPER) & 0x1f) + 1) * 32;
	wr32(plat.gicd + GICD_CTLR, GICD_ARE_G1);
	WAIT_FOR((rd32(plat.gicd + GICD_CTLR) & RWP) == 0, 100000);
	for (unsigned int i = 32; i < lines && i < NR_INTID; i += 32) {
		wr32(plat.gicd + GIC_IGROUPR + i / 8, 0xffffffff);
		wr32(plat.gicd + GIC_ICENABLER + i / 8, 0xffffffff);
		wr32(plat.gicd + GIC_ICPENDR + i / 8, 0xffffffff);
		wr32(plat.gicd + GIC_ICACTIVER + i / 8, 0xffffffff);
	}
	return gic_init_cpu();
}

uint64_t gic_base(unsigned int intid)
{
	return intid < 32 ? redist[cpu_id()] : plat.gicd;
}

bool gic_bit(unsigned int reg, unsigned int intid)
{
	return rd32(gic_base(intid) + reg + intid / 32 * 4) >> intid % 32 & 1;
}

void gic_set(unsigned int reg, unsigned int intid)
{
	wr32(gic_base(intid) + reg + intid / 32 * 4, 1u << intid % 32);
	dsb();
}

void gic_prio(unsigned int intid, uint8_t prio)
{
	*(volatile uint8_t *)(gic_base(intid) + GIC_IPRIORITYR + intid) = prio;
}

void gic_edge(unsigned int intid, bool edge)
{
	uint64_t a = gic_base(intid) + GIC_ICFGR + intid / 16 * 4;
	uint32_t bit = 2u << intid % 16 * 2;

	wr32(a, edge ? rd32(a) | bit : rd32(a) & ~bit);
}

void gic_enable(unsigned int intid)
{
	if (intid >= 32) {
		wr64(plat.gicd + GICD_IROUTER + intid * 8ull, plat.mpidr[0]);
	}
	gic_set(GIC_ISENABLER, intid);
}

void gic_disable(unsigned int intid)
{
	gic_set(GIC_ICENABLER, intid);
	WAIT_FOR((rd32(plat.gicd + GICD_CTLR) & RWP) == 0, 100000);
}

void gic_sgi(unsigned int intid, unsigned int cpu)
{
	uint64_t m = plat.mpidr[cpu];

	dsb();
	sysreg_write(ICC_SGI1R, (uint64_t)intid << 24 | 1ull << (m & 0xf) | (m >> 8 & 0xff) << 16 |
					(m >> 16 & 0xff) << 32 | (m >> 4 & 0xf) << 44);
}

void gic_sgi_others(unsigned int intid)
{
	dsb();
	sysreg_write(ICC_SGI1R, 1ull << 40 | (uint64_t)intid << 24);
}
