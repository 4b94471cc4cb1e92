/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many CPUs there are and which of them are up. The per-CPU slots themselves are the
 * architecture's (hv/percpu.h draws them); boot writes these two words, CPU bring-up the second
 * one, everybody else reads them.
 */
#include <hv/cpumask.h>
#include <hv/percpu.h>

unsigned int nr_cpus;
cpumask_t cpus_online;
