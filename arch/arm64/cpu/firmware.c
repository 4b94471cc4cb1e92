/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to the firmware (hv/firmware.h): PSCI and SMCCC by SMC. The conduit is set once at boot. No
 * locks: the firmware serialises itself. Arm DEN0022 (PSCI), DEN0028 (SMCCC: x0-x17 may be
 * clobbered).
 */
#include <asm/sysreg.h>
#include <hv/arch.h>
#include <hv/compiler.h>
#include <hv/firmware.h>

static __sealed enum firmware_conduit conduit;
static __sealed void (*stop_machine)(bool is_off);

void firmware_init(enum firmware_conduit how)
{
	conduit = how;
}

s64 firmware_call(u64 function, u64 a1, u64 a2, u64 a3)
{
	register u64 x0 __asm__("x0") = function;
	register u64 x1 __asm__("x1") = a1;
	register u64 x2 __asm__("x2") = a2;
	register u64 x3 __asm__("x3") = a3;

	if (conduit != FIRMWARE_SMC) {
		return -1;
	}
	__asm__ volatile("smc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 :
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
			   "x15", "x16", "x17", "memory");
	return (s64)x0;
}

void arch_cpu_halt(void)
{
	for (;;) {
		__asm__ volatile("wfi");
	}
}

void firmware_set_stop(void (*stop)(bool is_off))
{
	stop_machine = stop;
}

static __attribute__((noreturn)) void stop(u32 function, bool is_off)
{
	firmware_call(function, 0, 0, 0);
	if (stop_machine) {
		stop_machine(is_off);
	}
	arch_cpu_halt();
}

void arch_machine_off(void)
{
	stop(PSCI_SYSTEM_OFF, true);
}

void arch_machine_reset(void)
{
	stop(PSCI_SYSTEM_RESET, false);
}
