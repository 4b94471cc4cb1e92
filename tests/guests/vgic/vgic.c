/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vgic: GICv3 (IHI 0069) or GICv2 (IHI 0048B) as a guest sees it, one vCPU first, then multi.c.
 * Interrupts are made pending by ISPENDR and SGIs, so the suite needs no device and can say exactly
 * what must be delivered, in which order and how often. Uses PPIs 16-22 and the SPIs from 40 on.
 * Options: rounds= of the overflow test, strict=0 for Xen 4.20.
 */
#include "vgic.h"

const char guest_name[] = "vgic";

#define PPI_A 17
#define PPI_B 18
#define PPI_C 19
#define SPI0  40

struct irq_log irq_log[MAX_CPUS];
static unsigned int nr_lines;

static void on_irq(void)
{
	struct irq_log *l = &irq_log[cpu_id()];
	unsigned int iar = (unsigned int)icc_read(IAR1), intid = iar & INTID_MASK;

	if (intid >= 1020) {
		l->spurious++;
		return;
	}
	if (l->n < LOG_MAX) {
		l->intid[l->n] = (uint16_t)intid;
		l->source[l->n] = (uint8_t)(plat.gicc != 0 ? iar >> 10 : 0);
		l->rpr[l->n] = (uint8_t)icc_read(RPR);
	}
	l->n++;
	l->depth++;
	l->max_depth = l->depth > l->max_depth ? l->depth : l->max_depth;
	if (l->in_handler != NULL) {
		l->in_handler(intid);
	}
	l->depth--;
	if (!l->no_eoi) {
		icc_write(EOIR1, iar);
	}
}

void log_reset(void)
{
	struct irq_log *l = &irq_log[cpu_id()];

	l->n = l->spurious = l->depth = l->max_depth = 0;
	l->in_handler = NULL;
	l->no_eoi = false;
}

unsigned int log_collect(unsigned int expect)
{
	struct irq_log *l = &irq_log[cpu_id()];

	irq_on();
	WAIT_FOR(l->n >= expect, 2000000);
	delay_us(200);
	irq_off();
	return l->n;
}

bool log_is(unsigned int n, const unsigned int *intids)
{
	struct irq_log *l = &irq_log[cpu_id()];
	bool same = l->n == n;

	for (unsigned int i = 0; i < n && i < l->n; i++) {
		same = same && l->intid[i] == intids[i];
	}
	for (unsigned int i = 0; i < l->n && i < LOG_MAX && !same; i++) {
		printf("# taken: %u, rpr 0x%x\n", l->intid[i], l->rpr[i]);
	}
	return same;
}

static void setup(unsigned int intid, uint8_t prio)
{
	gic_prio(intid, prio);
	if (intid >= 16) {
		gic_edge(intid, true);
	}
	gic_enable(intid);
}

static void identity_v2(uint32_t typer)
{
	check((rd32(plat.gicd + 0xfe8) >> 4 & 0xf) == 2, "ICPIDR2 says GICv2");
	check_eq(typer >> 5 & 7, plat.nr_cpus - 1, "GICD_TYPER.CPUNumber");
	check_eq(rd32(plat.gicd + GICD_CTLR) & 1, 1, "GICD_CTLR: group 0 is on");
	check_eq(rd32(plat.gicd + GICD_ITARGETSR), 0x01010101u, "private interrupts target vCPU 0");
}

static void identity_v3(uint32_t typer)
{
	check((rd32(plat.gicd + 0xffe8) >> 4 & 0xf) == 3, "GICD_PIDR2 says GICv3");
	printf("# %lu bits of INTID\n", (uint64_t)(typer >> 19 & 0x1f) + 1);
	check((rd32(plat.gicd + GICD_CTLR) & 0x12) == 0x12,
	      "GICD_CTLR: affinity routing and group 1 are on");
	check((sysreg_read(ICC_SRE) & 1) != 0, "ICC_SRE_EL1.SRE is set");
}

static void identity(void)
{
	uint32_t typer = rd32(plat.gicd + GICD_TYPER);

	nr_lines = ((typer & 0x1f) + 1) * 32;
	nr_lines = nr_lines > 1020 ? 1020 : nr_lines;
	check(nr_lines >= 32, "%u interrupt lines", nr_lines);
	if (plat.gicc != 0) {
		identity_v2(typer);
	} else {
		identity_v3(typer);
	}
	check_eq(icc_read(RPR) & 0xff, 0xff, "RPR is idle");
	check_eq(icc_read(IAR1) & INTID_MASK, INTID_SPURIOUS, "IAR without an interrupt is 1023");
}

static void sgi_each(void)
{
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < 16; i++) {
		log_reset();
		setup(i, 0x80);
		gic_sgi(i, 0);
		wrong += log_collect(1) != 1 || irq_log[0].intid[0] != i;
	}
	check_eq(wrong, 0, "each SGI to itself arrives exactly once: wrong ones");
}

static void pending(unsigned int intid)
{
	log_reset();
	setup(intid, 0x80);
	gic_disable(intid);
	gic_set(GIC_ISPENDR, intid);
	check(gic_bit(GIC_ISPENDR, intid), "INTID %u: ISPENDR reads back while disabled", intid);
	check_eq(log_collect(0), 0, "a disabled interrupt is not delivered");
	gic_set(GIC_ICPENDR, intid);
	check(!gic_bit(GIC_ISPENDR, intid), "ICPENDR clears it");
	gic_enable(intid);
	check_eq(log_collect(0), 0, "nothing arrives after ICPENDR");
	gic_disable(intid);
	gic_set(GIC_ISPENDR, intid);
	gic_enable(intid);
	check_eq(log_collect(1), 1, "pending and then enabled: delivered once");
	check(!gic_bit(GIC_ISPENDR, intid), "no longer pending");
	log_reset();
	gic_set(GIC_ISPENDR, intid);
	gic_disable(intid);
	check_eq(log_collect(0), 0, "disabled while pending: not delivered");
	check(gic_bit(GIC_ISPENDR, intid), "but still pending");
	gic_enable(intid);
	check_eq(log_collect(1), 1, "enabled again: delivered");
	log_reset();
	gic_set(GIC_ISPENDR, intid);
	gic_set(GIC_ICPENDR, intid);
	check_eq(log_collect(0), 0, "pending withdrawn before it is taken: not delivered");
}

static void priorities(void)
{
	static const unsigned int order[] = { PPI_B, PPI_A, PPI_C }, only_b[] = { PPI_B };

	setup(PPI_A, 0x60);
	setup(PPI_B, 0x40);
	setup(PPI_C, 0xc0);
	log_reset();
	gic_set(GIC_ISPENDR, PPI_A);
	gic_set(GIC_ISPENDR, PPI_B);
	gic_set(GIC_ISPENDR, PPI_C);
	check_eq(icc_read(HPPIR1) & INTID_MASK, PPI_B, "HPPIR1 shows the highest");
	icc_write(PMR, 0x60);
	log_collect(1);
	check(log_is(1, only_b), "PMR 0x60 lets only priority 0x40 through");
	check_eq(irq_log[0].rpr[0], 0x40, "RPR in its handler");
	gic_set(GIC_ISPENDR, PPI_B);
	log_reset();
	icc_enable(false);
	icc_write(PMR, 0xff);
	check_eq(log_collect(0), 0, "the interface's enable bit = 0 stops all");
	icc_enable(true);
	log_collect(3);
	check(log_is(3, order), "three pending: delivered in priority order");
	check_eq(icc_read(RPR) & 0xff, 0xff, "RPR is idle again");
}

/* Loads and stores that the hardware does not decode: the hypervisor does (CONFIG_INSN_DECODE). */
static void write_back(void)
{
	uint64_t first = gic_base(PPI_A) + GIC_IPRIORITYR + PPI_A, at = first;
	uint32_t value;

	__asm__ volatile("strb %w1, [%0], #1" : "+r"(at) : "r"(0x58) : "memory");
	check_eq(at, first + 1, "a store moves its base behind the register");
	__asm__ volatile("ldrb %w1, [%0, #-1]!" : "+r"(at), "=r"(value) : : "memory");
	check_eq(at, first, "a load moves its base before it");
	check_eq(value, 0x58, "both reach the register");
}

static void raise_c_and_b(unsigned int intid)
{
	if (intid == PPI_A) {
		gic_set(GIC_ISPENDR, PPI_C);
		gic_set(GIC_ISPENDR, PPI_B);
		irq_on();
		delay_us(200);
		irq_off();
	}
}

static void preemption(void)
{
	static const unsigned int nested[] = { PPI_A, PPI_B, PPI_C };

	log_reset();
	irq_log[0].in_handler = raise_c_and_b;
	gic_set(GIC_ISPENDR, PPI_A);
	log_collect(3);
	check(log_is(3, nested), "the higher preempts, the lower waits");
	check_eq(irq_log[0].max_depth, 2, "nesting depth");
	icc_write(BPR1, 7);
	log_reset();
	irq_log[0].in_handler = raise_c_and_b;
	gic_set(GIC_ISPENDR, PPI_A);
	log_collect(3);
	check(log_is(3, nested), "BPR1 = 7: order kept");
	check_eq(irq_log[0].max_depth, 1, "BPR1 = 7: no preemption");
	icc_write(BPR1, 0);
}

static uint64_t ap_seen;
static bool active_seen;

static void look_active(unsigned int intid)
{
	ap_seen = icc_read(AP1R0);
	active_seen = gic_bit(GIC_ISACTIVER, intid);
}

static void eoi_mode(void)
{
	log_reset();
	irq_log[0].in_handler = look_active;
	gic_set(GIC_ISPENDR, PPI_A);
	log_collect(1);
	check(ap_seen != 0, "AP1R0 shows the active priority in a handler");
	check_eq(icc_read(AP1R0), 0, "AP1R0 is clear after EOI");
	if (strict()) {
		check(active_seen, "ISACTIVER reads 1 in a handler");
	}
	icc_eoi_mode(true);
	log_reset();
	gic_set(GIC_ISPENDR, PPI_A);
	check_eq(log_collect(1), 1, "EOImode 1: taken");
	gic_set(GIC_ISPENDR, PPI_A);
	check_eq(log_collect(1), 1, "EOImode 1: not again before DIR");
	gic_set(GIC_ISPENDR, PPI_C);
	check_eq(log_collect(2), 2, "EOImode 1: priority was dropped, a lower one is taken");
	icc_write(DIR, PPI_C);
	icc_write(DIR, PPI_A);
	check_eq(log_collect(3), 3, "EOImode 1: again after DIR");
	icc_write(DIR, PPI_A);
	icc_eoi_mode(false);
}

static void active_registers(void)
{
	log_reset();
	gic_set(GIC_ISACTIVER, PPI_B);
	check(gic_bit(GIC_ISACTIVER, PPI_B), "ISACTIVER reads back");
	gic_set(GIC_ISPENDR, PPI_B);
	check_eq(log_collect(1), 0, "an active interrupt is not delivered");
	gic_set(GIC_ICACTIVER, PPI_B);
	check(!gic_bit(GIC_ISACTIVER, PPI_B), "ICACTIVER clears it");
	check_eq(log_collect(1), 1, "and then it is delivered");
}

static void distributor_off(void)
{
	log_reset();
	gic_forward(false);
	gic_set(GIC_ISPENDR, PPI_A);
	check_eq(log_collect(0), 0, "group off in the distributor: nothing");
	gic_forward(true);
	check_eq(log_collect(1), 1, "on again: delivered");
}

static void fill(uint8_t *prio, const unsigned int *intid, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		prio[intid[i]] = (uint8_t)(rnd() % 31 * 8);
		setup(intid[i], prio[intid[i]]);
	}
	for (unsigned int i = 0; i < n; i++) {
		if (intid[i] < 16) {
			gic_sgi(intid[i], 0);
		} else {
			gic_set(GIC_ISPENDR, intid[i]);
		}
	}
}

static bool out_of_order(const uint8_t *prio, unsigned int i)
{
	unsigned int now = irq_log[0].intid[i], before = i == 0 ? now : irq_log[0].intid[i - 1];

	if (prio[now] < prio[before]) {
		printf("# number %u: INTID %u priority 0x%x came after INTID %u priority 0x%x\n", i,
		       now, prio[now], before, prio[before]);
	}
	return prio[now] < prio[before];
}

/* More pending than any implementation has list registers: each exactly once, priorities never
 * rising. */
static void overflow(void)
{
	static unsigned int intid[LOG_MAX], seen[1020];
	static uint8_t prio[1020];
	unsigned int n = 0, wrong_count = 0, wrong_order = 0,
		     rounds = (unsigned int)opt_u64("rounds", 20);

	for (unsigned int i = 0; i < 23; i++) {
		intid[n++] = i;
	}
	for (unsigned int i = SPI0; i < nr_lines && n < 64; i++) {
		intid[n++] = i;
	}
	for (unsigned int r = 0; r < rounds; r++) {
		log_reset();
		fill(prio, intid, n);
		log_collect(n);
		wrong_count += irq_log[0].n != n;
		for (unsigned int i = 0; i < irq_log[0].n && i < LOG_MAX; i++) {
			wrong_count += ++seen[irq_log[0].intid[i]] != r + 1;
			wrong_order += out_of_order(prio, i);
		}
	}
	check_eq(wrong_count, 0, "overflow: interrupts lost or delivered twice");
	check_eq(wrong_order, 0, "overflow: priority order violated");
	printf("# overflow: %u pending at once, %u rounds\n", n, rounds);
}

void guest_main(void)
{
	check(gic_init(), "GIC found");
	irq_hook = on_irq;
	identity();
	sgi_each();
	if (strict()) {
		pending(PPI_A);
	}
	if (strict() && nr_lines > SPI0) {
		pending(SPI0);
	}
	priorities();
	if (strict()) {
		write_back();
	}
	preemption();
	eoi_mode();
	if (strict()) {
		active_registers();
		distributor_off();
	}
	overflow();
	if (plat.nr_cpus > 1) {
		vgic_multi();
	}
}
