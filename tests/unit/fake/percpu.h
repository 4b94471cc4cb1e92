/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Per-CPU data of host tests: an array with a row per fake CPU. The test says which CPU it is by
 * setting fake_cpu.
 */
#ifndef FAKE_PERCPU_H
#define FAKE_PERCPU_H

#define FAKE_CPUS 8U

extern __thread unsigned int fake_cpu;

#define DEFINE_PER_CPU(type, name)  __typeof__(type) percpu_##name[FAKE_CPUS]
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) percpu_##name[FAKE_CPUS]
#define per_cpu_ptr(name, cpu)	    (&percpu_##name[cpu])
#define per_cpu(name, cpu)	    (*per_cpu_ptr(name, cpu))
#define this_cpu_ptr(name)	    per_cpu_ptr(name, fake_cpu)
#define this_cpu(name)		    (*this_cpu_ptr(name))

static inline unsigned int cpu_id(void)
{
	return fake_cpu;
}

#endif
