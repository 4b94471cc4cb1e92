/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register accesses that the hardware does not decode: loads and stores of one general-purpose
 * register with write-back (pre- and post-indexed) report no syndrome (ESR_EL2.ISV = 0), yet
 * compilers make them from plain C. The instruction is read from the guest and turned into the
 * syndrome it would have had. Only this class; everything else stays an abort. The guest may change
 * the instruction meanwhile: then it is the new one that is carried out, which it could have run
 * anyway. Arm ARM C4.1.94, D24.2.40.
 *
 *   31 30 29  27 26 25 24 23 22 21 20       12 11 10 9   5 4   0
 *   size  1 1 1  0  0  0  opc   0  imm9        x  1  Rn    Rt       x: 0 = post-indexed, 1 =
 * pre-indexed
 */
#include <asm/sysreg.h>
#include <asm/trap.h>
#include <hv/context.h>
#include <hv/guest_access.h>
#include <hv/vcpu.h>

#define CLASS_MASK	   0x3f200400U
#define CLASS_VALUE	   0x38000400U
#define INSN_SIZE(i)	   ((i) >> 30)
#define INSN_OPC(i)	   ((i) >> 22 & 3)
#define INSN_RN(i)	   ((i) >> 5 & 31)
#define INSN_RT(i)	   ((i) & 31)
#define INSN_IMM9(i)	   ((s64)((u64)(i) << 43) >> 55)
#define OPC_STORE	   0U
#define OPC_LOAD	   1U
#define OPC_LOAD_SIGNED_32 3U
#define STACK_POINTER	   31U

struct decoded {
	u64 esr;	   /* with the syndrome that a plain access would have */
	unsigned int base; /* register to be written back ... */
	s64 step;	   /* ... by adding this */
};

static bool decode(struct vcpu *v, u64 esr, struct decoded *out)
{
	u32 insn, size, opc;

	if ((v->arch.regs.pstate & PSTATE_AARCH32) != 0 ||
	    guest_copy_from(&insn, v->arch.regs.pc, sizeof(insn)) != 0 ||
	    (insn & CLASS_MASK) != CLASS_VALUE) {
		return false;
	}
	size = INSN_SIZE(insn);
	opc = INSN_OPC(insn);
	if ((opc > OPC_LOAD && size == 3) || (opc == OPC_LOAD_SIGNED_32 && size == 2) ||
	    INSN_RN(insn) == STACK_POINTER || INSN_RN(insn) == INSN_RT(insn) ||
	    (opc == OPC_STORE) != ((esr & ISS_WNR) != 0)) {
		return false;
	}
	out->esr = esr | ISS_ISV | (u64)size << ISS_SAS_SHIFT |
		   (u64)INSN_RT(insn) << ISS_SRT_SHIFT | (opc > OPC_LOAD ? ISS_SSE : 0) |
		   (size == 3 || opc == 2 ? ISS_SF : 0);
	out->base = INSN_RN(insn);
	out->step = INSN_IMM9(insn);
	return true;
}

bool decode_emulate(struct vcpu *v, u64 esr, u64 where,
		    bool (*emulate)(struct vcpu *v, u64 esr, u64 where))
{
	u64 pc = v->arch.regs.pc;
	struct decoded insn;

	if (!decode(v, esr, &insn) || !emulate(v, insn.esr, where)) {
		return false;
	}
	if (v->arch.regs.pc != pc) {
		vcpu_reg_write(v, insn.base, vcpu_reg_read(v, insn.base) + (u64)insn.step);
	}
	return true;
}
