/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMC calling convention for guests, by HVC #0 or a trapped SMC (DEN0028): an allow-list. PSCI is
 * served here, nothing reaches the firmware. Unknown functions return -1. The workaround calls
 * answer that this CPU needs none or that none is available through a call: a guest then makes no
 * call on its entry path.
 */
#include <asm/sysreg.h>
#include <asm/trap.h>
#include <hv/budget.h>
#include <hv/vcpu.h>

#define SMCCC_NOT_SUPPORTED	(-1L)
#define SMCCC_NOT_REQUIRED	(-2L)
#define SMCCC_VERSION		0x80000000U
#define SMCCC_ARCH_FEATURES	0x80000001U
#define SMCCC_ARCH_WORKAROUND_2 0x80007fffU
#define SMCCC_1_1		0x10001L
/* Functions of PSCI with 32- and 64-bit arguments, but for the lowest bits. */
#define PSCI_BASE 0x84000000U
#define PSCI_MASK 0xbfffffe0U

static s64 arch_features(u32 function)
{
	switch (function) {
	case SMCCC_VERSION:
	case SMCCC_ARCH_FEATURES:
		return 0;
	case SMCCC_ARCH_WORKAROUND_2:
		return SMCCC_NOT_REQUIRED;
	default:
		return SMCCC_NOT_SUPPORTED;
	}
}

void trap_smccc(struct vcpu *v)
{
	u32 function = (u32)v->arch.regs.x[0];
	s64 result = SMCCC_NOT_SUPPORTED;

	budget_note(BUDGET_SMCCC, 0,
		    (function & PSCI_MASK) == PSCI_BASE ? function & 0x1f : BUDGET_SUB_OTHER);
	if (!psci_call(v, function, &result)) {
		if (function == SMCCC_VERSION) {
			result = SMCCC_1_1;
		} else if (function == SMCCC_ARCH_FEATURES) {
			result = arch_features((u32)v->arch.regs.x[1]);
		}
	}
	v->arch.regs.x[0] = (u64)result;
}
