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

/* Boot: one CPU of the device tree by its affinity (MPIDR_EL1 without flags). Sets nr_cpus. */
void smp_add_cpu(u64 mpidr);
/*
 * Start all CPUs but this one, one after the other, at entry; each that fails is reported and left
 * off. They arrive with the MMU off and their number in x0.
 */
void smp_start_all(pa_t entry);

#endif
