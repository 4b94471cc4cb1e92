/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small services of the CPU that common code asks for (hv/arch.h): counter, comparator, relaxing,
 * pending interrupts, cache maintenance. Stateless. Arm ARM D7 (caches), D12 (Generic Timer).
 */
#include <asm/cpu.h>
#include <asm/sysreg.h>
#include <hv/arch.h>
#include <hv/string.h>
#include <hv/types.h>

u64 arch_counter(void)
{
	u64 ticks;

	/* The isb keeps the read from being taken early, out of order. */
	__asm__ volatile("isb\n\tmrs %0, cntpct_el0" : "=r"(ticks) : : "memory");
	return ticks;
}

u64 arch_counter_frequency(void)
{
	return read_sysreg(cntfrq_el0);
}

void arch_timer_program(u64 ticks)
{
	if (ticks == ~0UL) {
		write_sysreg(0, cnthp_ctl_el2);
	} else {
		write_sysreg(ticks, cnthp_cval_el2);
		write_sysreg(1, cnthp_ctl_el2);
	}
	isb();
}

void arch_cpu_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

bool arch_irq_is_pending(void)
{
	return read_sysreg(isr_el1) != 0;
}

size_t cpu_dcache_line(void)
{
	return 4UL << (read_sysreg(ctr_el0) >> 16 & 0xf);
}

void arch_zero_pages(void *va, size_t bytes)
{
	u64 dczid = read_sysreg(dczid_el0);
	size_t block = 4UL << (dczid & 0xf);
	char *at = va, *end = at + bytes;

	/* DC ZVA may be switched off, or its block be larger than a quarter of a page. */
	if ((dczid & BIT(4)) != 0 || 4 * block > PAGE_SIZE) {
		memset(va, 0, bytes);
		return;
	}
	while (at < end) {
		__asm__ volatile(".rept 4\n\tdc zva, %0\n\tadd %0, %0, %1\n\t.endr"
				 : "+r"(at)
				 : "r"(block)
				 : "memory");
	}
}

void arch_cache_clean_invalidate(const void *va, size_t bytes)
{
	size_t line = cpu_dcache_line();
	u64 at = ALIGN_DOWN((u64)va, line), end = (u64)va + bytes;

	/* Whole images come through here: eight lines a turn, while there are that many. */
	while (at < end && end - at >= 8 * line) {
		__asm__ volatile(".rept 8\n\tdc civac, %0\n\tadd %0, %0, %1\n\t.endr"
				 : "+r"(at)
				 : "r"(line)
				 : "memory");
	}
	for (; at < end; at += line) {
		__asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
	}
	dsb(sy);
}
