/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fake machine: clock, CPUs, kicks, panic and log. Everything a test may replace is weak.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hv/arch.h>
#include <hv/compiler.h>
#include <hv/cpumask.h>
#include <hv/debugkeys.h>
#include <hv/format.h>
#include <hv/irq.h>
#include <hv/panic.h>
#include <hv/printk.h>
#include <hv/softirq.h>
#include <hv/trace.h>
#include <hv/vtimer.h>

#define __weak __attribute__((weak))

__thread unsigned int fake_cpu; /* a thread is a CPU */
u64 fake_counter;
u64 fake_timer[FAKE_CPUS];
unsigned int fake_kicks[FAKE_CPUS];
bool fake_irq_pending;
char fake_log[FAKE_LOG_BYTES];
jmp_buf fake_panic_jump;
bool fake_panic_expected;

__weak unsigned int nr_cpus;
__weak cpumask_t cpus_online;
__weak DEFINE_PER_CPU(u32, softirq_bits);

void fake_reset(unsigned int nr)
{
	fake_cpu = 0;
	fake_counter = 1000;
	memset(fake_timer, 0xff, sizeof(fake_timer));
	memset(fake_kicks, 0, sizeof(fake_kicks));
	memset(percpu_softirq_bits, 0, sizeof(percpu_softirq_bits));
	fake_irq_pending = false;
	fake_log[0] = '\0';
	nr_cpus = nr;
	cpus_online.bits = BIT(nr) - 1;
}

/* Append to the log, dropping its older half when it is full. */
static void log_text(const char *fmt, va_list args)
{
	char line[512];
	size_t n = strlen(fake_log);

	vsnprintf(line, sizeof(line), fmt, args);
	if (n + strlen(line) + 2 > sizeof(fake_log)) {
		n = 0;
	}
	snprintf(fake_log + n, sizeof(fake_log) - n, "%s\n", line);
}

__weak void panic_set_last_words(void (*print)(void))
{
	(void)print;
}

/* Tracing is off unless a test links it. */
__weak u32 trace_flags;
__weak void trace_missed(struct sched_unit *unit, u64 nr)
{
}

__weak void trace_wake(struct sched_unit *unit)
{
	(void)unit;
}

__weak void trace_inject(struct vcpu *v, u32 intid, u64 since)
{
	(void)v;
	(void)intid;
	(void)since;
}

__weak u64 vgic_timer_deadline(const struct vcpu *v)
{
	(void)v;
	return 0;
}

__weak void printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_text(fmt, args);
	va_end(args);
}

__weak void printk_guest(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_text(fmt, args);
	va_end(args);
}

__weak void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_text(fmt, args);
	va_end(args);
	if (!fake_panic_expected) {
		fprintf(stderr, "panic: %s", fake_log);
		abort();
	}
	longjmp(fake_panic_jump, 1);
}

__weak bool panic_is_active(void)
{
	return false;
}

__weak void debugkeys_register(char key, void (*handler)(char key), const char *help)
{
	(void)key;
	(void)handler;
	(void)help;
}

__weak void irq_kick(unsigned int cpu)
{
	fake_kicks[cpu]++;
}

__weak void softirq_raise(enum softirq nr)
{
	percpu_softirq_bits[fake_cpu] |= (u32)BIT(nr);
}

__weak void softirq_raise_on(unsigned int cpu, enum softirq nr)
{
	if (cpu != fake_cpu && !(percpu_softirq_bits[cpu] & BIT(nr))) {
		fake_kicks[cpu]++;
	}
	percpu_softirq_bits[cpu] |= (u32)BIT(nr);
}

__weak bool softirq_take(enum softirq nr)
{
	bool is_set = percpu_softirq_bits[fake_cpu] & BIT(nr);

	percpu_softirq_bits[fake_cpu] &= ~(u32)BIT(nr);
	return is_set;
}

/* Handlers of softirq.c, for tests without the one or the other. */
__weak void timer_run(void)
{
}

__weak void defer_run(void)
{
}

__weak bool softirq_preempt_needed(void)
{
	return percpu_softirq_bits[fake_cpu] != 0 || fake_irq_pending;
}

__weak void arch_zero_pages(void *va, size_t bytes)
{
	memset(va, 0, bytes);
}

__weak u64 arch_counter(void)
{
	return fake_counter;
}

__weak void arch_timer_program(u64 ticks)
{
	fake_timer[fake_cpu] = ticks;
}

__weak void arch_cpu_relax(void)
{
}

__weak void arch_cpu_halt(void)
{
	abort();
}

__weak bool arch_irq_is_pending(void)
{
	return fake_irq_pending;
}

__weak void arch_cache_clean_invalidate(const void *va, size_t bytes)
{
	(void)va;
	(void)bytes;
}

/* The clock in ns, for tests that do not link common/core/time.c. */
__weak u64 time_now(void)
{
	return fake_counter;
}

__weak u64 time_from_ticks(u64 ticks)
{
	return ticks;
}

__weak u64 time_to_ticks(u64 ns)
{
	return ns;
}

__weak u64 time_of_counter(u64 counter)
{
	return counter;
}

__weak u64 time_to_counter(u64 ns)
{
	return ns;
}

__weak u64 time_frequency(void)
{
	return 1000000000UL;
}
