/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Per-CPU data of the scheduler's sources in this guest: an array with a row per CPU that it plays,
 * in place of the hypervisor's include/hv/percpu.h.
 */
#ifndef DECIDE_PERCPU_H
#define DECIDE_PERCPU_H

#define PLAYED_CPUS 64U

extern unsigned int played_cpu;

#define DEFINE_PER_CPU(type, name)  __typeof__(type) percpu_##name[PLAYED_CPUS]
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) percpu_##name[PLAYED_CPUS]
#define per_cpu_ptr(name, cpu)	    (&percpu_##name[cpu])
#define per_cpu(name, cpu)	    (*per_cpu_ptr(name, cpu))
#define this_cpu_ptr(name)	    per_cpu_ptr(name, played_cpu)
#define this_cpu(name)		    (*this_cpu_ptr(name))

static inline unsigned int cpu_id(void)
{
	return played_cpu;
}

#endif
