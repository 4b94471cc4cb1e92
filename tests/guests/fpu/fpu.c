/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fpu: q0-q31, FPCR and FPSR keep their values while vCPUs and domains take turns. Every vCPU fills
 * them with its own noise, gives the CPU away in one of several ways, and compares. Run it with
 * more vCPUs than physical CPUs, and in two domains with different seed=. Options: count= rounds
 * per vCPU (default 2,000), seed=.
 */
#include "lib.h"

const char guest_name[] = "fpu";

#define NR_WORDS  66
#define FPCR_BITS 0x07c00000u /* AHP, DN, FZ, RMode */
#define FPSR_BITS 0x0800009fu /* QC and the cumulative flags */

void fpu_load(const void *p);
void fpu_store(void *p);

static volatile uint32_t finished, bad[MAX_CPUS];
static uint64_t rounds;

/* Own generator per vCPU: rnd() is not made for two callers. */
static uint64_t next(uint64_t *s)
{
	*s = *s * 6364136223846793005ull + 1442695040888963407ull;
	return *s ^ *s >> 29;
}

static void give_way(uint64_t how)
{
	switch (how % 4) {
	case 0:
		if (plat.xen) {
			xen_call(XEN_SCHED_OP, SCHEDOP_yield, 0, 0, 0);
		}
		break;
	case 1:
		sysreg_write(cntv_tval_el0, us_to_ticks(200));
		sysreg_write(cntv_ctl_el0, 1);
		wfi();
		sysreg_write(cntv_ctl_el0, 0);
		break;
	case 2:
		smccc_call(PSCI_VERSION, 0, 0, 0);
		break;
	default:
		delay_us(how >> 8 & 0x1ff);
		break;
	}
}

static void run(unsigned int cpu)
{
	static uint64_t want[MAX_CPUS][NR_WORDS] __attribute__((aligned(16)));
	static uint64_t have[MAX_CPUS][NR_WORDS] __attribute__((aligned(16)));
	uint64_t s = opt_u64("seed", 1) * 1000 + cpu;

	for (uint64_t i = 0; i < rounds; i++) {
		uint64_t how = next(&s);

		for (unsigned int w = 0; w < 64; w++) {
			want[cpu][w] = next(&s);
		}
		want[cpu][64] = next(&s) & FPCR_BITS;
		want[cpu][65] = next(&s) & FPSR_BITS;
		fpu_load(want[cpu]);
		give_way(how);
		fpu_store(have[cpu]);
		for (unsigned int w = 0; w < NR_WORDS; w++) {
			bad[cpu] += want[cpu][w] != have[cpu][w];
		}
	}
	__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
}

static void secondary(unsigned int cpu)
{
	gic_init_cpu();
	gic_enable(27);
	run(cpu);
}

void guest_main(void)
{
	rounds = opt_u64("count", 2000);
	check(gic_init(), "GIC found");
	gic_enable(27); /* stays masked in PSTATE: it only ends WFI */
	for (unsigned int cpu = 1; cpu < plat.nr_cpus; cpu++) {
		check_eq((int32_t)cpu_start(cpu, secondary), 0, "vCPU started");
	}
	run(0);
	check(WAIT_FOR(finished == plat.nr_cpus, 60000000), "all vCPUs finished %lu rounds",
	      rounds);
	for (unsigned int cpu = 0; cpu < plat.nr_cpus; cpu++) {
		check_eq(bad[cpu], 0, "registers that changed");
	}
}
