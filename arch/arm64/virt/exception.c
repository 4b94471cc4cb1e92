/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions that EL2 makes a guest take at its EL1 (hv/context.h), as the CPU would: SPSR, ELR,
 * ESR and FAR of EL1, the vector by where the guest came from, PSTATE of a fresh EL1h. The vCPU is
 * the current one, its EL1 registers are live. Arm ARM D1.3 (AArch64.TakeException).
 */
#include <asm/sysreg.h>
#include <hv/context.h>
#include <hv/vcpu.h>

#define VECTOR_CURRENT_SP0 0x000
#define VECTOR_CURRENT_SPX 0x200
#define VECTOR_LOWER_A64   0x400
#define VECTOR_LOWER_A32   0x600
#define FSC_EXTERNAL	   0x10

static u64 vector_offset(u64 pstate)
{
	if (pstate & PSTATE_AARCH32) {
		return VECTOR_LOWER_A32;
	}
	switch (pstate & PSTATE_MODE_MASK) {
	case PSTATE_MODE_EL1H:
		return VECTOR_CURRENT_SPX;
	case PSTATE_MODE_EL1T:
		return VECTOR_CURRENT_SP0;
	default:
		return VECTOR_LOWER_A64;
	}
}

static void take(struct vcpu *v, u64 esr)
{
	struct cpu_regs *regs = &v->arch.regs;

	write_sysreg(regs->pstate, spsr_el1);
	write_sysreg(regs->pc, elr_el1);
	write_sysreg(esr, esr_el1);
	regs->pc = read_sysreg(vbar_el1) + vector_offset(regs->pstate);
	/* NZCV and PAN are kept; SCTLR_EL1.SPAN = 0 would set PAN, which is stricter than needed
	 * here. */
	regs->pstate = (regs->pstate & PSTATE_PAN) | PSTATE_DAIF | PSTATE_MODE_EL1H;
}

void exception_inject_undef(struct vcpu *v)
{
	take(v, (u64)EC_UNKNOWN << ESR_EC_SHIFT | ESR_IL);
}

void exception_inject_abort(struct vcpu *v, u64 far, bool is_instruction)
{
	bool is_same_el = (v->arch.regs.pstate & PSTATE_MODE_MASK) != PSTATE_MODE_EL0;
	u64 ec = is_instruction ? EC_IABT_LOWER : EC_DABT_LOWER;

	write_sysreg(far, far_el1);
	take(v, (ec + is_same_el) << ESR_EC_SHIFT | ESR_IL | FSC_EXTERNAL);
}
