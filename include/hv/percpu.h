/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Per-CPU data.
 *
 * Each physical CPU owns one aligned slot of PERCPU_SLOT_SIZE bytes of EL2 address space:
 *
 *   slot + 0x0000  per-CPU data: this CPU's copy of the section .bss.percpu    (read/write)
 *   behind them    guard: one page or more                                     (not mapped)
 *   slot + 0x5000  stack, 12 KiB, grows down from slot + 0x7ff0                (read/write)
 *
 * so the slot is the stack pointer, which is never at the very end, rounded down, no register is
 * reserved for it, and a stack that overflows faults on the guard. DEFINE_PER_CPU variables are
 * zero at boot. Accessors need no lock for the own CPU, because EL2 is never preempted.
 */
#ifndef HV_PERCPU_H
#define HV_PERCPU_H

#include <hv/compiler.h>
#include <hv/types.h>

#define PERCPU_SLOT_SIZE  0x8000UL
#define PERCPU_SLOT_PAGES 8U
#define PERCPU_STACK_TOP  (PERCPU_SLOT_SIZE - 16)

#ifdef HV_HOST_TEST
#include <fake/percpu.h>
#else
#include <asm/layout.h>

/*
 * Offset of a variable in the slot. The linker script puts the template where CPU 0 has its slot,
 * so the offset is the low half-word of the template's address: one instruction.
 */
#define percpu_offset(name)                                                                        \
	({                                                                                         \
		uintptr_t o_;                                                                      \
		__asm__("movz %0, #:abs_g0_nc:%1" : "=r"(o_) : "S"(&percpu_##name));               \
		o_;                                                                                \
	})

#define DEFINE_PER_CPU(type, name)  __section(".bss.percpu") __typeof__(type) percpu_##name
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) percpu_##name

/* Address of a variable of CPU cpu; the CPU must be possible (below nr_cpus). */
#define per_cpu_ptr(name, cpu)                                                                     \
	((__typeof__(&percpu_##name))(PERCPU_VA + (cpu) * PERCPU_SLOT_SIZE + percpu_offset(name)))
#define per_cpu(name, cpu) (*per_cpu_ptr(name, cpu))

static inline uintptr_t percpu_slot(void)
{
	uintptr_t sp;

	__asm__("mov %0, sp" : "=r"(sp));
	return sp & ~(PERCPU_SLOT_SIZE - 1);
}

#define this_cpu_ptr(name) ((__typeof__(&percpu_##name))(percpu_slot() + percpu_offset(name)))
#define this_cpu(name)	   (*this_cpu_ptr(name))

/* Number of the physical CPU this runs on: 0 … nr_cpus - 1, in device-tree order. */
static inline unsigned int cpu_id(void)
{
	uintptr_t sp;

	_Static_assert(PERCPU_VA % (PERCPU_CPUS_MAX * PERCPU_SLOT_SIZE) == 0, "number in sp");
	__asm__("mov %0, sp" : "=r"(sp));
	return (unsigned int)(sp / PERCPU_SLOT_SIZE % PERCPU_CPUS_MAX);
}
#endif

/* CPUs in the machine that may come up, fixed at boot; never above CONFIG_NR_CPUS. */
extern unsigned int nr_cpus;

#endif
