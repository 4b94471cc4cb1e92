/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a vCPU has in the registers of a physical CPU, beyond the general-purpose ones that entry.S
 * handles: EL1 system registers, translation, virtual interrupts and timers, FP and SIMD.
 */
#ifndef HV_CONTEXT_H
#define HV_CONTEXT_H

#include <asm/sysreg.h>
#include <hv/types.h>
#include <hv/vcpu.h>

/*
 * A change of vCPU: put the state of prev into memory, then that of next into the registers. Either
 * may be the idle vCPU. In between this CPU has no guest loaded, and may take interrupts.
 */
void context_leave(struct vcpu *prev);
void context_arrive(struct vcpu *next);

/* The running vCPU touched FP or SIMD and trapped: give it the unit. */
void context_fp_take(struct vcpu *v);

/*
 * The current vCPU may wait without a trap (arch.may_wait): does it trap this time? On the way out
 * to it; deferred work that is left must not wait for the next interrupt.
 */
void context_wait_traps(struct vcpu *v, bool traps);

/* True for the vCPU that stands for "no guest runs". */
static inline bool context_is_idle(const struct vcpu *v)
{
	return v->is_idle;
}

/* Boot, once: the command line. */
void context_init(void);
/* Boot, each CPU: make its idle vCPU the current one. */
void context_cpu_init(void);

/* Exceptions taken to the guest's EL1; the vCPU is the current one. */
void exception_inject_undef(struct vcpu *v);
/* A data or instruction abort (synchronous external); far as the guest sees it. */
void exception_inject_abort(struct vcpu *v, u64 far, bool is_instruction);

/*
 * Step over the trapped instruction (il: ESR_EL2.IL, 32-bit encoding). A completed instruction
 * clears the single-step state (Arm ARM D2.12).
 */
static inline void exception_skip(struct vcpu *v, bool il)
{
	v->arch.regs.pc += il ? 4 : 2;
	v->arch.regs.pstate &= ~PSTATE_SS;
}

/* General-purpose register of the guest by its number in an instruction; 31 reads as zero. */
static inline u64 vcpu_reg_read(const struct vcpu *v, unsigned int nr)
{
	return nr < 31 ? v->arch.regs.x[nr] : 0;
}

static inline void vcpu_reg_write(struct vcpu *v, unsigned int nr, u64 value)
{
	if (nr < 31) {
		v->arch.regs.x[nr] = value;
	}
}

#endif
