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
#include <hv/inject.h>
#include <hv/irq.h>
#include <hv/panic.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/trace.h>

#define HVC_XEN	    0xea1U
#define HVC_SMCCC   0U
#define WFX_TI_MASK 3U

static void handle_hvc(struct vcpu *v, u32 immediate)
{
	budget_note(BUDGET_TRAP, EC_HVC64, 0);
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

/* Apart, and last in its caller: nothing has to be kept across it where tracing is off. */
static __noinline void handle_hvc_traced(struct vcpu *v, u64 esr)
{
	if ((esr & 0xffff) == HVC_XEN) {
		trace_hypercall(v, v->arch.regs.x[16]);
	} else {
		trace_exit(v, BULKHEAD_EXIT_hypercall, esr);
	}
	handle_hvc(v, (u32)(esr & 0xffff));
}

void trap_hvc(struct vcpu *v, u64 esr)
{
	v->nr_exits[BULKHEAD_EXIT_hypercall]++;
	if (trace_is_on()) {
		handle_hvc_traced(v, esr);
	} else {
		handle_hvc(v, (u32)(esr & 0xffff));
	}
}

void trap_wait(struct vcpu *v)
{
	/* Block first, then look: an interrupt that becomes pending in between unblocks again. */
	sched_block(&v->sched, SCHED_BLOCK_WAIT);
	if (inject_is_pending(v)) {
		sched_unblock(&v->sched, SCHED_BLOCK_WAIT);
	}
}

static void trap_wfx(struct vcpu *v, u64 esr)
{
	exception_skip(v, (esr & ESR_IL) != 0);
	if ((esr & WFX_TI_MASK) != 0) {
		/* WFE and the variants with a timeout: the guest spins, let others run. */
		sched_yield(&v->sched);
		return;
	}
	trap_wait(v);
}

static void trap_fp(struct vcpu *v, u64 esr __unused)
{
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

static void trap_illegal(struct vcpu *v, u64 esr __unused)
{
	v->arch.regs.pstate &= ~PSTATE_IL;
	exception_inject_undef(v);
}

/* Default-deny: what has no row. */
static void trap_undef(struct vcpu *v, u64 esr __unused)
{
	exception_inject_undef(v);
}

static void handle_serror(struct vcpu *v, u64 esr)
{
	printk_guest("d%uv%u: SError, ESR %#lx\n", v->domain->id, v->id, esr);
	domain_crash(v->domain, "asynchronous external abort (SError)");
}

struct trap_row {
	void (*handler)(struct vcpu *v, u64 esr);
	u8 class;  /* EC_* */
	u8 reason; /* BULKHEAD_EXIT_* */
};

/* The first two have ways of their own, below; the last one is of all other classes. */
static const struct trap_row trap_table[] = {
	{ trap_data_abort, EC_DABT_LOWER, BULKHEAD_EXIT_memory },
	{ trap_sysreg, EC_SYSREG, BULKHEAD_EXIT_sysreg },
	{ trap_wfx, EC_WFX, BULKHEAD_EXIT_wait },
	{ trap_fp, EC_FP, BULKHEAD_EXIT_fp },
	{ trap_smc, EC_SMC64, BULKHEAD_EXIT_smc },
	{ trap_instruction_abort, EC_IABT_LOWER, BULKHEAD_EXIT_other },
	{ trap_illegal, EC_ILLEGAL, BULKHEAD_EXIT_other },
	{ handle_serror, EC_SERROR, BULKHEAD_EXIT_other },
	{ trap_undef, 0, BULKHEAD_EXIT_other },
};

static __noinline void handle_traced(struct vcpu *v, u64 esr, const struct trap_row *row)
{
	trace_exit(v, row->reason, esr);
	row->handler(v, esr);
}

/* Of a row that is known where it is called, the compiler makes direct calls. */
static inline __attribute__((always_inline)) void handle(struct vcpu *v, u64 esr,
							 const struct trap_row *row)
{
	v->nr_exits[row->reason]++;
	if (trace_is_on()) {
		handle_traced(v, esr, row);
	} else {
		row->handler(v, esr);
	}
}

void trap_sync(struct vcpu *v, u64 esr)
{
	const struct trap_row *row = trap_table, *last = &trap_table[ARRAY_SIZE(trap_table) - 1];

	budget_note(BUDGET_TRAP, ESR_EC(esr), 0);
	while (row < last && row->class != ESR_EC(esr)) {
		row++;
	}
	handle(v, esr, row);
}

void trap_memory(struct vcpu *v, u64 esr)
{
	handle(v, esr, &trap_table[0]);
}

void trap_register(struct vcpu *v, u64 esr)
{
	handle(v, esr, &trap_table[1]);
}

void trap_irq(struct vcpu *v)
{
	v->nr_exits[BULKHEAD_EXIT_interrupt]++;
	irq_handle_pending();
}

void trap_fatal(unsigned int kind, u64 pc, u64 lr, u64 sp, u64 fp)
{
	static const char *const names[] = { "synchronous exception", "IRQ", "FIQ", "SError" };

	panic("EL2 took %s: ESR %#lx FAR %#lx PC %#lx LR %#lx SP %#lx FP %#lx vCPU d%uv%u",
	      names[kind & 3], read_sysreg(esr_el2), read_sysreg(far_el2), pc, lr, sp, fp,
	      current_vcpu() ? current_vcpu()->domain->id : HV_DOMID_NONE,
	      current_vcpu() ? current_vcpu()->id : 0);
}
