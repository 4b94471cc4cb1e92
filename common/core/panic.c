/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Panic: one CPU, the first, prints and stops the others; a second CPU that panics meanwhile just
 * halts. Locks are not trusted any more: the console's is broken open, no rank is checked.
 */
#include <hv/arch.h>
#include <hv/console.h>
#include <hv/cpumask.h>
#include <hv/format.h>
#include <hv/irq.h>
#include <hv/panic.h>
#include <hv/percpu.h>
#include <hv/printk.h>

static u32 nr_panics;
static bool is_reboot_wanted __sealed;
static void (*last_words)(void);

/* libfdt.a is compiled with stack protection; nothing of ours is. Used at boot only. */
extern const u64 panic_stack_guard __asm__("__stack_chk_guard");
const u64 panic_stack_guard __initconst = 0x0a00ff0d5afe57acUL;

void panic_stack_overwritten(void) __asm__("__stack_chk_fail") __noreturn;
void panic_stack_overwritten(void)
{
	panic("stack overwritten while the device tree was read");
}

bool panic_is_active(void)
{
	return READ_ONCE(nr_panics) != 0;
}

void panic_set_reboot(bool reboot)
{
	is_reboot_wanted = reboot;
}

void panic_set_last_words(void (*print)(void))
{
	WRITE_ONCE(last_words, print);
}

static void stop_others(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		if (cpu != cpu_id() && cpumask_has(cpus_online, cpu)) {
			irq_kick(cpu);
		}
	}
}

void panic(const char *fmt, ...)
{
	char text[200];
	va_list args;

	if (atomic_fetch_add(&nr_panics, 1) != 0) {
		arch_cpu_halt();
	}
	console_finish();
	va_start(args, fmt);
	format_va(text, sizeof(text), fmt, args);
	va_end(args);
	printk("PANIC on CPU %u: %s", cpu_id(), text);
	printk("called from %p", __builtin_return_address(0));
	stop_others();
	if (last_words) {
		last_words();
	}
	if (is_reboot_wanted) {
		arch_machine_reset();
	}
	printk("the machine is halted (reboot-on-panic on the command line would reset it)");
	arch_cpu_halt();
}
