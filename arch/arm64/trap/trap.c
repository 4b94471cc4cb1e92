/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synchronous exceptions from guests, by exception class (Arm ARM D24.2.40, ESR_EL2.EC). One row
 * per class that EL2 handles; any other class is answered with an UNDEF to the guest: default-deny.
 * Faults of EL2 itself end in trap_fatal(). No locks.
 */
#include <asm/sysreg.h>
#include <asm/trap.h>
#include <hv/budget.h>
#include <hv/context.h>
#include <hv/domain.h>
#include <hv/hypercall.h>
#include <hv/panic.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/vgic.h>

#define HVC_XEN	    0xea1U
#define HVC_SMCCC   0U
#define WFX_TI_MASK 3U
#define WFX_WFE	    1U

void trap_hvc(struct vcpu *v, u64 esr)
{
	u32 immediate = (u32)(esr & 0xffff);

	budget_note(BUDGET_TRAP, ESR_EC(esr), 0);
	if (likely(immediate == HVC_XEN)) {
		hypercall_dispatch(v);
	} else if (immediate == HVC_SMCCC) {
		trap_smccc(v);
	} else {
		/* ELR is behind the HVC; an undefined instruction is reported at itself. */
		v->arch.regs.pc -= 4;
		exception_inject_undef(v);
	}
}

static void trap_undef(struct vcpu *v, u64 esr)
{
	(void)esr;
	exception_inject_undef(v);
}

static void trap_wfx(struct vcpu *v, u64 esr)
{
	exception_skip(v, (esr & ESR_IL) != 0);
	if ((esr & WFX_TI_MASK) != 0) {
		/* WFE and the variants with a timeout: the guest spins, let others run. */
		sched_yield(&v->sched);
		return;
	}
	/* Block first, then look: an interrupt that becomes pending in between unblocks again. */
	sched_block(&v->sched, SCHED_BLOCK_WAIT);
	if (vgic_has_pending(v)) {
		sched_unblock(&v->sched, SCHED_BLOCK_WAIT);
	}
}

static void trap_fp(struct vcpu *v, u64 esr)
{
	(void)esr;
	context_fp_take(v);
}

static void trap_smc(struct vcpu *v, u64 esr)
{
	/* Unlike HVC, a trapped SMC returns to itself. */
	exception_skip(v, true);
	if ((esr & 0xffff) == 0) {
		trap_smccc(v);
	} else {
		v->arch.regs.x[0] = (u64)-1;
	}
}

static void trap_illegal(struct vcpu *v, u64 esr)
{
	(void)esr;
	v->arch.regs.pstate &= ~PSTATE_IL;
	exception_inject_undef(v);
}

struct trap_row {
	void (*handler)(struct vcpu *v, u64 esr);
};

static const struct trap_row trap_table[64] = {
	[EC_UNKNOWN] = { trap_undef },
	[EC_WFX] = { trap_wfx },
	[EC_FP] = { trap_fp },
	[EC_ILLEGAL] = { trap_illegal },
	[EC_SMC64] = { trap_smc },
	[EC_SYSREG] = { trap_sysreg },
	[EC_SVE] = { trap_undef },
	[EC_IABT_LOWER] = { trap_instruction_abort },
	[EC_DABT_LOWER] = { trap_data_abort },
};

void trap_sync(struct vcpu *v, u64 esr)
{
	const struct trap_row *row = &trap_table[ESR_EC(esr)];

	budget_note(BUDGET_TRAP, ESR_EC(esr), 0);
	if (row->handler) {
		row->handler(v, esr);
	} else {
		trap_undef(v, esr);
	}
}

void trap_serror(struct vcpu *v)
{
	u64 esr = read_sysreg(esr_el2);

	budget_note(BUDGET_TRAP, ESR_EC(esr), 0);
	printk_guest("d%uv%u: SError, ESR %#lx\n", v->domain->id, v->id, esr);
	domain_crash(v->domain, "asynchronous external abort (SError)");
}

void trap_fatal(unsigned int kind, u64 pc, u64 lr, u64 sp, u64 fp)
{
	static const char *const names[] = { "synchronous exception", "IRQ", "FIQ", "SError" };

	panic("EL2 took %s: ESR %#lx FAR %#lx PC %#lx LR %#lx SP %#lx FP %#lx vCPU d%uv%u",
	      names[kind & 3], read_sysreg(esr_el2), read_sysreg(far_el2), pc, lr, sp, fp,
	      current_vcpu() ? current_vcpu()->domain->id : HV_DOMID_NONE,
	      current_vcpu() ? current_vcpu()->id : 0);
}
