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
#define SMCCC_ARCH_WORKAROUND_1 0x80008000U
#define SMCCC_ARCH_WORKAROUND_2 0x80007fffU
#define SMCCC_ARCH_WORKAROUND_3 0x80003fffU
#define SMCCC_1_1		0x10001L
/* Functions of PSCI with 32- and 64-bit arguments, but for the lowest bits. */
#define PSCI_BASE 0x84000000U
#define PSCI_MASK 0xbfffffe0U

struct smccc_row {
	u32 function;
	s64 (*call)(struct vcpu *v);
};

static s64 version(struct vcpu *v)
{
	(void)v;
	return SMCCC_1_1;
}

static s64 arch_features(struct vcpu *v)
{
	switch ((u32)v->arch.regs.x[1]) {
	case SMCCC_VERSION:
	case SMCCC_ARCH_FEATURES:
		return 0;
	case SMCCC_ARCH_WORKAROUND_2:
		return SMCCC_NOT_REQUIRED;
	default:
		return SMCCC_NOT_SUPPORTED;
	}
}

static const struct smccc_row rows[] = {
	{ SMCCC_VERSION, version },
	{ SMCCC_ARCH_FEATURES, arch_features },
};

void trap_smccc(struct vcpu *v)
{
	u32 function = (u32)v->arch.regs.x[0];
	s64 result = SMCCC_NOT_SUPPORTED;

	budget_note(BUDGET_SMCCC, 0,
		    (function & PSCI_MASK) == PSCI_BASE ? function & 0x1f : BUDGET_SUB_OTHER);
	if (!psci_call(v, function, &result)) {
		for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
			if (rows[i].function == function) {
				result = rows[i].call(v);
			}
		}
	}
	v->arch.regs.x[0] = (u64)result;
}
