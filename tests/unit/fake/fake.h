/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fake machine of host tests. A test links the real files that it names in its "sources:" line;
 *what those need from elsewhere is defined weakly in fake.c, so that a real file, or the test's own
 * function, replaces it.
 *
 *	fake_reset()		at the beginning of each test
 *	fake_counter		the clock, 1 tick = 1 ns after fake_reset()
 *	fake_cpu		which CPU the code under test runs on
 *	expect_panic(code)	code must end in panic() (a failed ASSERT included)
 */
#ifndef FAKE_H
#define FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <hv/percpu.h>
#include <hv/types.h>

#define FAKE_LOG_BYTES 4096U

extern u64 fake_counter;
extern u64 fake_timer[FAKE_CPUS];	   /* what arch_timer_program() set */
extern unsigned int fake_kicks[FAKE_CPUS]; /* interrupts sent to each CPU */
extern bool fake_irq_pending;
extern char fake_log[FAKE_LOG_BYTES]; /* text of printk() and panic(), newest last */

extern jmp_buf fake_panic_jump;
extern bool fake_panic_expected;

/* Everything as at power-on, nr CPUs online, this is CPU 0, the counter at 1000. */
void fake_reset(unsigned int nr);

#define expect_panic(code)                                                                         \
	do {                                                                                       \
		fake_panic_expected = true;                                                        \
		if (setjmp(fake_panic_jump) == 0) {                                                \
			code;                                                                      \
			fail_msg("no panic: %s", #code);                                           \
		}                                                                                  \
		fake_panic_expected = false;                                                       \
	} while (0)

#endif
