/* SPDX-License-Identifier: Apache-2.0 */
/* vgic, several vCPUs: SGIs to one, to all others, in bursts from all sides, and SPIs routed by
 * IROUTER. */
#include "vgic.h"

#define SGI_PING   3
#define SGI_SOURCE 4
#define SPI_ROUTED 44
#define BURST	   200

static volatile uint32_t ready, stop, finished, asked, answered;
static volatile bool awake[MAX_CPUS];

static void secondary(unsigned int cpu)
{
	bool answer = false;

	gic_init_cpu();
	log_reset();
	gic_enable(SGI_PING);
	irq_on();
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	while (stop == 0) {
		if (asked != 0 && !answer) {
			gic_sgi(SGI_SOURCE, 0);
			answer = true;
			__atomic_add_fetch(&answered, 1, __ATOMIC_SEQ_CST);
		}
		if (!awake[cpu]) {
			wfi();
		}
	}
	irq_off();
	__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
}

static unsigned int total(void)
{
	unsigned int n = 0;

	for (unsigned int cpu = 0; cpu < plat.nr_cpus; cpu++) {
		n += irq_log[cpu].n;
	}
	return n;
}

/* One SGI at a time must arrive BURST times, whether the target sleeps or spins. */
static void ping(unsigned int cpu, bool spin)
{
	unsigned int lost = 0;

	awake[cpu] = spin;
	gic_sgi(SGI_PING, cpu);
	delay_us(2000);
	for (int i = 0; i < BURST; i++) {
		unsigned int n = irq_log[cpu].n;

		gic_sgi(SGI_PING, cpu);
		lost += !WAIT_FOR(irq_log[cpu].n == n + 1, 3000000);
	}
	check_eq(lost, 0, spin ? "SGIs to a running vCPU: lost" : "SGIs to a sleeping vCPU: lost");
}

static void broadcast(void)
{
	unsigned int before = total(), own = irq_log[0].n;

	gic_sgi_others(SGI_PING);
	check(WAIT_FOR(total() == before + plat.nr_cpus - 1, 3000000),
	      "SGI to all others reaches each once");
	irq_on();
	delay_us(500);
	irq_off();
	check_eq(irq_log[0].n, own, "and not the sender");
}

/* A GICv2's SGI is pending once for each vCPU that has sent one; a GICv3's once. */
static void sources(void)
{
	unsigned int expect = plat.gicc != 0 ? plat.nr_cpus - 1 : 1, seen = 0;

	gic_prio(SGI_SOURCE, 0x80);
	gic_enable(SGI_SOURCE);
	log_reset();
	asked = 1;
	gic_sgi_others(SGI_PING);
	check(WAIT_FOR(answered == plat.nr_cpus - 1, 3000000), "all others have sent an SGI");
	check_eq(log_collect(expect), expect, "and so many came");
	for (unsigned int i = 0; i < expect; i++) {
		seen |= 1u << irq_log[0].source[i];
	}
	check_eq(seen, plat.gicc != 0 ? (1u << plat.nr_cpus) - 2 : 1, "each from its source");
}

static void routed(void)
{
	unsigned int last = plat.nr_cpus - 1, n = irq_log[last].n;

	gic_prio(SPI_ROUTED, 0x80);
	gic_edge(SPI_ROUTED, true);
	gic_enable(SPI_ROUTED);
	gic_route(SPI_ROUTED, last);
	gic_set(GIC_ISPENDR, SPI_ROUTED);
	check(WAIT_FOR(irq_log[last].n == n + 1, 3000000),
	      "an SPI follows its route to the last vCPU");
	log_reset();
	gic_route(SPI_ROUTED, 0);
	gic_set(GIC_ISPENDR, SPI_ROUTED);
	check_eq(log_collect(1), 1, "and back to the first");
	gic_disable(SPI_ROUTED);
}

void vgic_multi(void)
{
	gic_prio(SGI_PING, 0x80);
	for (unsigned int cpu = 1; cpu < plat.nr_cpus; cpu++) {
		check_eq((int32_t)cpu_start(cpu, secondary), 0, "vCPU started");
	}
	check(WAIT_FOR(ready == plat.nr_cpus - 1, 2000000), "all vCPUs are up");
	log_reset();
	for (unsigned int cpu = 1; cpu < plat.nr_cpus; cpu++) {
		ping(cpu, false);
		ping(cpu, true);
		awake[cpu] = false;
	}
	broadcast();
	sources();
	if (((rd32(plat.gicd + GICD_TYPER) & 0x1f) + 1) * 32 > SPI_ROUTED) {
		routed();
	}
	stop = 1;
	gic_sgi_others(SGI_PING);
	check(WAIT_FOR(finished == plat.nr_cpus - 1, 2000000), "all vCPUs left their loop");
}
