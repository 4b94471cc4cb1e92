/* SPDX-License-Identifier: Apache-2.0 */
/*
 * psci: PSCI 1.x by HVC (DEN0022). Version, features, CPU_ON / CPU_OFF / AFFINITY_INFO on every
 * vCPU, wrong arguments. Options: end=off or end=reset ends with SYSTEM_OFF or SYSTEM_RESET instead
 * of the library's shutdown; rounds=; strict=0.
 */
#include "lib.h"

const char guest_name[] = "psci";

#define NOT_SUPPORTED	   (-1)
#define INVALID_PARAMETERS (-2)
#define ALREADY_ON	   (-4)
#define INVALID_ADDRESS	   (-9)
#define SCTLR_M		   1ull
#define SCTLR_C		   4ull

static volatile uint32_t started[MAX_CPUS], go_off[MAX_CPUS];
static volatile uint64_t seen_mpidr[MAX_CPUS];
extern char secondary_start[];

/*
 * A start that notes SCTLR_EL1 (and bit 63: it ran) where x0 points to and goes off with C set: the
 * next one must not find it.
 */
extern char probe_start[];
__asm__("probe_start:\n"
	"	mrs	x1, sctlr_el1\n"
	"	orr	x2, x1, #(1 << 63)\n"
	"	str	x2, [x0]\n"
	"	orr	x1, x1, #(1 << 2)\n"
	"	msr	sctlr_el1, x1\n"
	"	isb\n"
	"	movz	w0, #0x8400, lsl #16\n"
	"	movk	w0, #0x0002\n"
	"	hvc	#0\n"
	"	b	.\n");

/* Results are 32-bit signed; some implementations leave the upper half clear. */
static int32_t psci(uint32_t fn, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return (int32_t)smccc_call(fn, a1, a2, a3);
}

static void secondary(unsigned int cpu)
{
	seen_mpidr[cpu] = sysreg_read(mpidr_el1) & 0xff00ffffffull;
	started[cpu]++;
	WAIT_FOR(go_off[cpu] != 0, 5000000);
}

static void static_part(void)
{
	static const struct {
		uint32_t fn;
		const char *name;
	} must[] = {
		{ PSCI_VERSION, "VERSION" },	   { PSCI_CPU_OFF, "CPU_OFF" },
		{ PSCI_CPU_ON, "CPU_ON" },	   { PSCI_AFFINITY_INFO, "AFFINITY_INFO" },
		{ PSCI_SYSTEM_OFF, "SYSTEM_OFF" }, { PSCI_SYSTEM_RESET, "SYSTEM_RESET" },
		{ PSCI_FEATURES, "FEATURES" },	   { PSCI_MIGRATE_INFO_TYPE, "MIGRATE_INFO_TYPE" },
	};
	int32_t version = psci(PSCI_VERSION, 0, 0, 0);

	check(version >= 0x10000 && version < 0x20000, "PSCI_VERSION is 1.%d", version & 0xffff);
	for (unsigned int i = 0; i < ARRAY_SIZE(must); i++) {
		check(psci(PSCI_FEATURES, must[i].fn, 0, 0) >= 0, "FEATURES knows %s",
		      must[i].name);
	}
	check_eq(psci(PSCI_FEATURES, 0x840000ff, 0, 0), NOT_SUPPORTED,
		 "FEATURES of an unknown function");
	check_eq(psci(0x8400001f, 0, 0, 0), NOT_SUPPORTED, "a function that does not exist");
	check_eq(psci(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0), 2, "MIGRATE_INFO_TYPE: nothing to migrate");
}

static void bad_arguments(void)
{
	uint64_t entry = (uint64_t)secondary_start;
	int32_t rc;

	check_eq(psci(PSCI_CPU_ON, 0x7f7f7f, entry, 0), INVALID_PARAMETERS,
		 "CPU_ON of a vCPU that does not exist");
	check_eq(psci(PSCI_CPU_ON, ~0ull, entry, 0), INVALID_PARAMETERS,
		 "CPU_ON of a target of all ones");
	check_eq(psci(PSCI_CPU_ON, plat.mpidr[0], entry, 0), ALREADY_ON, "CPU_ON of itself");
	check_eq(psci(PSCI_AFFINITY_INFO, plat.mpidr[0], 0, 0), 0, "AFFINITY_INFO of itself is ON");
	if (!strict()) {
		return;
	}
	check_eq(psci(PSCI_AFFINITY_INFO, 0x7f7f7f, 0, 0), INVALID_PARAMETERS,
		 "AFFINITY_INFO of a vCPU that does not exist");
	rc = psci(PSCI_AFFINITY_INFO, plat.mpidr[0], 99, 0);
	check(rc == INVALID_PARAMETERS, "AFFINITY_INFO of level 99 is refused (%d)", rc);
}

static void one_vcpu(unsigned int cpu)
{
	printf("# vCPU %u, mpidr 0x%lx\n", cpu, plat.mpidr[cpu]);
	check_eq(psci(PSCI_AFFINITY_INFO, plat.mpidr[cpu], 0, 0), 1,
		 "AFFINITY_INFO before CPU_ON is OFF");
	go_off[cpu] = 0;
	started[cpu] = 0;
	check_eq((int32_t)cpu_start(cpu, secondary), 0, "CPU_ON");
	check(WAIT_FOR(started[cpu] == 1, 2000000), "it runs, with its context id");
	check_eq(seen_mpidr[cpu], plat.mpidr[cpu], "it sees its own MPIDR");
	check_eq(psci(PSCI_AFFINITY_INFO, plat.mpidr[cpu], 0, 0), 0,
		 "AFFINITY_INFO while it runs is ON");
	check_eq((int32_t)cpu_start(cpu, secondary), ALREADY_ON, "CPU_ON again");
	go_off[cpu] = 1;
	check(WAIT_FOR(psci(PSCI_AFFINITY_INFO, plat.mpidr[cpu], 0, 0) == 1, 2000000),
	      "OFF after CPU_OFF");
	check_eq(started[cpu], 1, "it was started once");
}

static void many_rounds(void)
{
	uint64_t rounds = opt_u64("rounds", 50), bad = 0;

	for (uint64_t i = 0; i < rounds; i++) {
		unsigned int cpu = 1 + (unsigned int)(rnd() % (plat.nr_cpus - 1));

		started[cpu] = 0;
		go_off[cpu] = 1;
		bad += cpu_start(cpu, secondary) != 0;
		bad += !WAIT_FOR(started[cpu] == 1 &&
					 psci(PSCI_AFFINITY_INFO, plat.mpidr[cpu], 0, 0) == 1,
				 2000000);
	}
	check_eq(bad, 0, "repeated CPU_ON and CPU_OFF: failures");
}

/* MMU and data cache are off at each start, whatever the vCPU had loaded when it went off. */
static void state_at_start(void)
{
	static volatile uint64_t seen __attribute__((aligned(64)));
	uint64_t bad = 0, ran = 0;

	for (int i = 0; i < 4; i++) {
		seen = 0;
		__asm__ volatile("dc civac, %0; dsb sy" : : "r"(&seen) : "memory");
		bad += psci(PSCI_CPU_ON, plat.mpidr[1], (uint64_t)probe_start, (uint64_t)&seen) !=
		       0;
		bad += !WAIT_FOR(psci(PSCI_AFFINITY_INFO, plat.mpidr[1], 0, 0) == 1, 2000000);
		ran += seen >> 63;
		bad += (seen & (SCTLR_M | SCTLR_C)) != 0;
	}
	check_eq(ran, 4, "starts of the probe");
	check_eq(bad, 0, "a start finds MMU and data cache off: failures");
}

/* An entry point outside RAM is either refused or only hurts that vCPU; a Thumb address must be
 * refused. */
static void bad_entry(void)
{
	int32_t rc =
		psci(PSCI_CPU_ON, plat.mpidr[plat.nr_cpus - 1], (uint64_t)secondary_start | 1, 0);

	check(rc == INVALID_ADDRESS || rc == INVALID_PARAMETERS,
	      "CPU_ON with an odd entry point is refused (%d)", rc);
}

void guest_main(void)
{
	static_part();
	bad_arguments();
	for (unsigned int cpu = 1; cpu < plat.nr_cpus; cpu++) {
		one_vcpu(cpu);
	}
	if (plat.nr_cpus > 1) {
		many_rounds();
		state_at_start();
		bad_entry();
	}
	if (opt_is("end", "off") || opt_is("end", "reset")) {
		printf("# ending by PSCI\n%s psci\n", all_ok() ? "PASS" : "FAIL");
		psci(opt_is("end", "off") ? PSCI_SYSTEM_OFF : PSCI_SYSTEM_RESET, 0, 0, 0);
		printf("FAIL psci: SYSTEM_OFF or SYSTEM_RESET returned\n");
	}
}
