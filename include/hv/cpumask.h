/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of physical CPUs: one 64-bit word, because at most 64 CPUs are supported. Pure functions on
 * values; what protects a mask is said where it is kept.
 */
#ifndef HV_CPUMASK_H
#define HV_CPUMASK_H

#include <hv/types.h>

typedef struct {
	u64 bits;
} cpumask_t;

#define CPUMASK_NONE ((cpumask_t){ 0 })
#define CPUMASK_ALL  ((cpumask_t){ ~0UL })

static inline cpumask_t cpumask_of(unsigned int cpu)
{
	return (cpumask_t){ BIT(cpu) };
}

static inline cpumask_t cpumask_and(cpumask_t a, cpumask_t b)
{
	return (cpumask_t){ a.bits & b.bits };
}

static inline bool cpumask_has(cpumask_t m, unsigned int cpu)
{
	return m.bits >> cpu & 1;
}

static inline bool cpumask_is_empty(cpumask_t m)
{
	return m.bits == 0;
}

/* Lowest CPU of a set that is not empty. */
static inline unsigned int cpumask_first(cpumask_t m)
{
	return (unsigned int)__builtin_ctzl(m.bits);
}

/* CPUs that are up and run guests; grows only during boot. */
extern cpumask_t cpus_online;

#endif
