/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end: going on would break isolation. docs/safety.md lists every panic. Nothing that a guest,
 * a device tree, a module or a device does may lead here, and ASSERT (debug builds) is for our own
 * bugs.
 */
#ifndef HV_PANIC_H
#define HV_PANIC_H

#include <hv/compiler.h>
#include <hv/kconfig.h>
#include <hv/types.h>

/* Print, stop the other CPUs, and halt, or reset with reboot-on-panic. Any context. */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn __cold;

/* Is a panic under way? Other CPUs halt when they see it (irq.c, spinlock.c). */
bool panic_is_active(void);

/*
 * What else a panic prints, after its message and with the other CPUs told to stop: called once on
 * the CPU that panics, whatever state the rest is in; takes no lock, trusts no heap. One for all.
 */
void panic_set_last_words(void (*print)(void));

/* Boot: reset the machine after a panic instead of halting (command line reboot-on-panic). */
void panic_set_reboot(bool reboot);

#define ASSERT(condition)                                                                          \
	do {                                                                                       \
		if (IS_ENABLED(CONFIG_DEBUG) && unlikely(!(condition))) {                          \
			panic("assertion %s, %s:%d", #condition, __FILE__, __LINE__);              \
		}                                                                                  \
	} while (0)

#endif
