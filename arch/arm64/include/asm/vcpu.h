/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The architecture's part of a vCPU. regs stands at offset 0: entry.S addresses it through
 * TPIDR_EL2.
 *
 * Callee-saved registers (x19-x28) are in regs only after a full save or a vCPU switch: the fast
 * paths (HVC, IRQ, and loads, stores and system-register accesses of other registers) leave them in
 * the CPU, where the C ABI preserves them. Therefore their handlers never look at x19-x28 of the
 * current vCPU.
 */
#ifndef ASM_VCPU_H
#define ASM_VCPU_H

#include <asm/vgic_state.h>
#include <hv/timer.h>
#include <hv/types.h>

struct cpu_regs {
	u64 x[31]; /* x30 is the link register */
	u64 pc;
	u64 pstate;
};

/* EL1 state that a guest owns and that is switched with the vCPU. */
struct el1_state {
	u64 sp_el0, sp_el1, elr_el1, spsr_el1;
	u64 sctlr, actlr, cpacr, ttbr0, ttbr1, tcr;
	u64 esr, afsr0, afsr1, far, mair, amair, vbar;
	u64 contextidr, tpidr_el0, tpidrro_el0, tpidr_el1, par;
	u64 cntkctl, csselr, mdscr;
	u64 spsr_abt, spsr_und, spsr_irq, spsr_fiq, dacr32, ifsr32,
		fpexc32; /* where AArch32 exists */
	u64 apkeys[10];	 /* where PAuth exists */
};

struct fp_state {
	u8 q[32][16];
	u32 fpsr, fpcr;
} __attribute__((aligned(16)));

/* Virtual timer and emulated physical timer of a vCPU (vtimer.c). */
struct vtimer_state {
	u64 cntv_cval, cntv_ctl; /* while not loaded */
	u64 cntp_cval, cntp_ctl; /* emulated */
	struct timer wake;	 /* wakes the vCPU for its virtual timer while it is off the CPU */
	struct timer phys;	 /* deadline of the emulated physical timer */
	bool cntv_active; /* physical PPI of the virtual timer is active on behalf of the guest */
};

struct arch_vcpu {
	struct cpu_regs regs;
	u64 hcr, vmpidr, cptr;
	bool may_wait; /* owns its CPU: WFI and WFE trap only while EL2 has work to do */
	struct el1_state el1;
	struct vtimer_state vtimer;
	struct vgic_vcpu vgic;
	struct fp_state *fp;  /* heap */
	unsigned int fp_cpu;  /* CPU whose FP unit holds this vCPU's registers, or ~0 */
	unsigned int el1_cpu; /* the same for el1 and vmpidr; ~0 by arch_vcpu_reset() */
};

struct vcpu;

#ifdef HV_HOST_TEST
struct vcpu *arch_current(void);
#else
static inline struct vcpu *arch_current(void)
{
	struct vcpu *v;

	__asm__ volatile("mrs %0, tpidr_el2" : "=r"(v));
	return v;
}
#endif

#endif
