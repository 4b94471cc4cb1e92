/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical CPUs of the machine: numbers, affinities, start. Boot only; the numbers are constant
 * afterwards.
 */
#ifndef ASM_SMP_H
#define ASM_SMP_H

#include <generated/autoconf.h>
#include <hv/percpu.h>
#include <hv/types.h>

/*
 * Boot: one CPU of the device tree: its node (< 0: the boot CPU, which may have none) and affinity
 * (MPIDR_EL1 without flags). Sets nr_cpus.
 */
void smp_add_cpu(int node, u64 mpidr);
/*
 * Start all CPUs but this one, one after the other, at entry; each that fails is reported and left
 * off. They arrive with the MMU off, from a spin table perhaps several at a time: whose turn it is
 * stands in smp_turn, clean to the point of coherency.
 */
void smp_start_all(pa_t entry);

/* Boot, smp_spin.c: is the CPU of this node started through a spin table? */
bool smp_has_spin_table(int node);
/* Write entry to the CPU's word of the table; -1: that is memory which somebody uses. */
s64 smp_spin_release(unsigned int cpu, int node, pa_t entry);

struct smp_turn {
	u64 mpidr, cpu;
};
extern struct smp_turn smp_turn; /* read by head.S */

#endif
