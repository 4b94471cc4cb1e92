/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Per-CPU data of the scheduler's sources in this guest: a slot per CPU that it plays, found by a
 * shift as in the hypervisor, whose include/hv/percpu.h this replaces. A variable is declared
 * before it is defined.
 */
#ifndef DECIDE_PERCPU_H
#define DECIDE_PERCPU_H

#define PLAYED_CPUS 64U
#define SLOT_BYTES  512U

extern unsigned int played_cpu;

#define DECLARE_PER_CPU(type, name)                                                                \
	union slot_##name {                                                                        \
		__typeof__(type) value;                                                            \
		char room[SLOT_BYTES];                                                             \
	};                                                                                         \
	extern union slot_##name percpu_##name[PLAYED_CPUS]
#define DEFINE_PER_CPU(type, name) union slot_##name percpu_##name[PLAYED_CPUS]
#define per_cpu_ptr(name, cpu)	   (&percpu_##name[cpu].value)
#define per_cpu(name, cpu)	   (*per_cpu_ptr(name, cpu))
#define this_cpu_ptr(name)	   per_cpu_ptr(name, played_cpu)
#define this_cpu(name)		   (*this_cpu_ptr(name))

static inline unsigned int cpu_id(void)
{
	return played_cpu;
}

#endif
