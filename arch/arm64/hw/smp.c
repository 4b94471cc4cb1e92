/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bring-up of the physical CPUs. The boot CPU is number 0, the others follow in device-tree order.
 * Each gets its slot (per-CPU data and stack) from kept memory, is started at the entry its caller
 * names, and reports by setting its bit in cpus_online. It is started by PSCI's CPU_ON (DEN0022
 * 5.1.3), or through a spin table (smp_spin.c). Boot only, no lock.
 */
#include <asm/el2_map.h>
#include <asm/smp.h>
#include <asm/sysreg.h>
#include <hv/arch.h>
#include <hv/cpumask.h>
#include <hv/mapping.h>
#include <hv/firmware.h>
#include <hv/printk.h>
#include <hv/timer.h>

#define MPIDR_AFFINITY 0xff00ffffffUL
#define START_LIMIT_NS (2 * NSEC_PER_SEC)

static __sealed u64 cpu_mpidr[CONFIG_NR_CPUS];
static __initdata int cpu_node[CONFIG_NR_CPUS];

__aligned(16) struct smp_turn smp_turn;

__init void smp_add_cpu(int node, u64 mpidr)
{
	u64 self = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;

	if (!nr_cpus) {
		cpu_mpidr[nr_cpus++] = self;
	}
	if (mpidr == self) {
		return;
	}
	if (nr_cpus == CONFIG_NR_CPUS) {
		pr_warn("smp: CPU %#lx is left off: this build supports %u\n", mpidr, nr_cpus);
		return;
	}
	cpu_node[nr_cpus] = node;
	cpu_mpidr[nr_cpus++] = mpidr;
}

u64 arch_cpu_id(unsigned int cpu)
{
	return cpu_mpidr[cpu];
}

static __init s64 start(unsigned int cpu, pa_t entry)
{
	smp_turn = (struct smp_turn){ cpu_mpidr[cpu], cpu };
	/* Pairs with the loads in head.S, which go past the caches. */
	arch_cache_clean_invalidate(&smp_turn, sizeof(smp_turn));
	return IS_ENABLED(CONFIG_SPIN_TABLE) && smp_has_spin_table(cpu_node[cpu])
		       ? smp_spin_release(cpu, cpu_node[cpu], entry)
		       : firmware_call(PSCI_CPU_ON_64, cpu_mpidr[cpu], entry.v, 0);
}

static __init void start_one(unsigned int cpu, pa_t entry)
{
	u64 deadline = time_now() + START_LIMIT_NS;
	s64 rc;

	if (map_cpu_slot(cpu)) {
		pr_err("smp: no memory for CPU %u; raise heap=\n", cpu);
		return;
	}
	rc = start(cpu, entry);
	while (!rc && !cpumask_has((cpumask_t){ READ_ONCE(cpus_online.bits) }, cpu)) {
		if (time_now() > deadline) {
			rc = 1;
		}
		arch_cpu_relax();
	}
	if (rc) {
		pr_warn("smp: CPU %u (MPIDR %#lx) did not start: error %ld\n", cpu, cpu_mpidr[cpu],
			(long)rc);
	}
}

__init void smp_start_all(pa_t entry)
{
	for (unsigned int cpu = 1; cpu < CONFIG_NR_CPUS && cpu < nr_cpus; cpu++) {
		start_one(cpu, entry);
	}
	pr_info("smp: %u of %u CPUs run\n", (unsigned int)__builtin_popcountl(cpus_online.bits),
		nr_cpus);
}
