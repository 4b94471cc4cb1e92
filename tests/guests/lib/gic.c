/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GIC driver, one handler per INTID shared by all vCPUs. Version 3: affinity routing, everything in
 * group 1; works with one or two security states (GICD_CTLR bits 1 and 4 mean the same in both; IHI
 * 0069, ch. 8, 12). Version 2: everything in group 0, as Linux leaves it (IHI 0048B, ch. 4).
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
	intid = (uint32_t)icc_read(IAR1);
	if ((intid & INTID_MASK) >= NR_INTID) {
		return;
	}
	if (handler[intid & INTID_MASK] != NULL) {
		handler[intid & INTID_MASK](intid & INTID_MASK);
	}
	icc_write(EOIR1, intid);
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

static void reset_private(uint64_t base)
{
	wr32(base + GIC_IGROUPR, plat.gicc != 0 ? 0 : 0xffffffff);
	wr32(base + GIC_ICENABLER, 0xffffffff);
	wr32(base + GIC_ICPENDR, 0xffffffff);
	wr32(base + GIC_ICACTIVER, 0xffffffff);
	for (unsigned int i = 0; plat.gicc != 0 && i < 16; i += 4) {
		wr32(base + GICD_CPENDSGIR + i, 0xffffffff);
	}
	for (unsigned int i = 0; i < 32; i += 4) {
		wr32(base + GIC_IPRIORITYR + i, 0xa0a0a0a0);
	}
}

static bool wake_redist(void)
{
	uint64_t r = find_redist();

	if (r == 0) {
		return false;
	}
	redist[cpu_id()] = r + 0x10000;
	wr32(r + GICR_WAKER, rd32(r + GICR_WAKER) & ~2u);
	WAIT_FOR((rd32(r + GICR_WAKER) & 4) == 0, 100000);
	return true;
}

bool gic_init_cpu(void)
{
	if (plat.gicc == 0 && !wake_redist()) {
		return false;
	}
	reset_private(gic_base(0));
	if (plat.gicc == 0) {
		sysreg_write(ICC_SRE, sysreg_read(ICC_SRE) | 1);
	}
	icc_write(PMR, 0xff);
	icc_write(BPR1, 0);
	icc_eoi_mode(false);
	icc_enable(true);
	return true;
}

void icc_enable(bool on)
{
	uint32_t ctlr = plat.gicc != 0 ? rd32(plat.gicc) & ~1u : 0;

	if (plat.gicc != 0) {
		wr32(plat.gicc, ctlr | on);
	} else {
		sysreg_write(ICC_IGRPEN1, on);
	}
}

void icc_eoi_mode(bool split)
{
	if (plat.gicc != 0) {
		wr32(plat.gicc, (rd32(plat.gicc) & 1) | (split ? 1u << 9 : 0));
	} else {
		sysreg_write(ICC_CTLR, split ? 2 : 0);
	}
}

void gic_forward(bool on)
{
	if (plat.gicc != 0) {
		wr32(plat.gicd + GICD_CTLR, on);
	} else {
		wr32(plat.gicd + GICD_CTLR, on ? GICD_ARE_G1 : 1u << 4);
		WAIT_FOR((rd32(plat.gicd + GICD_CTLR) & RWP) == 0, 100000);
	}
}

bool gic_init(void)
{
	unsigned int lines;

	if (plat.gicd == 0) {
		return false;
	}
	lines = ((rd32(plat.gicd + GICD_TYPER) & 0x1f) + 1) * 32;
	gic_forward(true);
	for (unsigned int i = 32; i < lines && i < NR_INTID; i += 32) {
		wr32(plat.gicd + GIC_IGROUPR + i / 8, plat.gicc != 0 ? 0 : 0xffffffff);
		wr32(plat.gicd + GIC_ICENABLER + i / 8, 0xffffffff);
		wr32(plat.gicd + GIC_ICPENDR + i / 8, 0xffffffff);
		wr32(plat.gicd + GIC_ICACTIVER + i / 8, 0xffffffff);
	}
	return gic_init_cpu();
}

uint64_t gic_base(unsigned int intid)
{
	return intid < 32 && plat.gicc == 0 ? redist[cpu_id()] : plat.gicd;
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

void gic_route(unsigned int intid, unsigned int cpu)
{
	if (plat.gicc != 0) {
		*(volatile uint8_t *)(plat.gicd + GICD_ITARGETSR + intid) = (uint8_t)(1u << cpu);
	} else {
		wr64(plat.gicd + GICD_IROUTER + intid * 8ull, plat.mpidr[cpu]);
	}
}

void gic_enable(unsigned int intid)
{
	if (intid >= 32) {
		gic_route(intid, 0);
	}
	gic_set(GIC_ISENABLER, intid);
}

void gic_disable(unsigned int intid)
{
	gic_set(GIC_ICENABLER, intid);
	WAIT_FOR(plat.gicc != 0 || (rd32(plat.gicd + GICD_CTLR) & RWP) == 0, 100000);
}

void gic_sgi(unsigned int intid, unsigned int cpu)
{
	uint64_t m = plat.mpidr[cpu];

	dsb();
	if (plat.gicc != 0) {
		wr32(plat.gicd + GICD_SGIR, 1u << (16 + cpu) | intid);
		return;
	}
	sysreg_write(ICC_SGI1R, (uint64_t)intid << 24 | 1ull << (m & 0xf) | (m >> 8 & 0xff) << 16 |
					(m >> 16 & 0xff) << 32 | (m >> 4 & 0xf) << 44);
}

void gic_sgi_others(unsigned int intid)
{
	dsb();
	if (plat.gicc != 0) {
		wr32(plat.gicd + GICD_SGIR, 1u << 24 | intid);
	} else {
		sysreg_write(ICC_SGI1R, 1ull << 40 | (uint64_t)intid << 24);
	}
}
