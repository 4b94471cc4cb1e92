/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bring-up of the physical CPUs. The boot CPU is number 0, the others follow in device-tree order.
 * Each gets its slot (per-CPU data and stack) from kept memory, is started at the entry its caller
 * names, and reports by setting its bit in cpus_online. How it is started says its node: PSCI
 * CPU_ON (DEN0022 5.1.3), or, with enable-method "spin-table", by writing the entry to its
 * cpu-release-addr, which it polls with its MMU off (Linux: booting.rst; Devicetree Specification
 * 3.8.1). Boot only, no lock.
 */
#include <asm/el2_map.h>
#include <asm/smp.h>
#include <asm/sysreg.h>
#include <hv/arch.h>
#include <hv/cpumask.h>
#include <hv/devtree.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/mapping.h>
#include <hv/firmware.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <hv/timer.h>
#include <hv/window.h>

#define MPIDR_AFFINITY 0xff00ffffffUL
#define START_LIMIT_NS (2 * NSEC_PER_SEC)

#define NO_TABLE ~0UL

static __sealed u64 cpu_mpidr[CONFIG_NR_CPUS];
static __initdata u64 cpu_release[CONFIG_NR_CPUS]; /* its word of the spin table, or NO_TABLE */

__aligned(16) struct smp_turn smp_turn;

static u64 release_address(int node)
{
	const char *method = devtree_string(node, "enable-method");
	u64 address;

	if (!method || strcmp(method, "spin-table") != 0) {
		return NO_TABLE;
	}
	/* A broken one is refused where it would be used: no word of a table is odd. */
	return devtree_number(node, "cpu-release-addr", &address) ? 1 : address;
}

void smp_add_cpu(int node, u64 mpidr)
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
	cpu_release[nr_cpus] = release_address(node);
	cpu_mpidr[nr_cpus++] = mpidr;
}

u64 arch_cpu_id(unsigned int cpu)
{
	return cpu_mpidr[cpu];
}

/* Write entry to the CPU's word of the spin table, unless that is memory somebody uses. */
static s64 release(unsigned int cpu, pa_t entry)
{
	pa_t at = pa(cpu_release[cpu]);
	char *page;

	if (at.v & 7 || map_is_kept(at) || map_is_image(at) || frame_is_ram(pa_to_mfn(at))) {
		pr_err("smp: CPU %u: cpu-release-addr is missing, not aligned, or not in reserved "
		       "memory\n",
		       cpu);
		return -1;
	}
	page = (char *)window_map(pa_to_mfn(at));
	*(u64 *)(page + (at.v & (PAGE_SIZE - 1))) = entry.v;
	arch_cache_clean_invalidate(page + (at.v & (PAGE_SIZE - 1)), sizeof(u64));
	window_unmap(page);
	__asm__ volatile("sev");
	return 0;
}

static s64 start(unsigned int cpu, pa_t entry)
{
	smp_turn = (struct smp_turn){ cpu_mpidr[cpu], cpu };
	/* Pairs with the loads in head.S, which go past the caches. */
	arch_cache_clean_invalidate(&smp_turn, sizeof(smp_turn));
	return cpu_release[cpu] == NO_TABLE
		       ? firmware_call(PSCI_CPU_ON_64, cpu_mpidr[cpu], entry.v, 0)
		       : release(cpu, entry);
}

static void start_one(unsigned int cpu, pa_t entry)
{
	void *slot = heap_pages_alloc(3);
	u64 deadline = time_now() + START_LIMIT_NS;
	s64 rc;

	if (!slot) {
		pr_err("smp: no memory for CPU %u; raise heap=\n", cpu);
		return;
	}
	map_cpu_slot(cpu, slot);
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

void smp_start_all(pa_t entry)
{
	for (unsigned int cpu = 1; cpu < nr_cpus; cpu++) {
		start_one(cpu, entry);
	}
	pr_info("smp: %u of %u CPUs run\n", (unsigned int)__builtin_popcountl(cpus_online.bits),
		nr_cpus);
}
