/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vCPU switch (hv/context.h): everything of EL1 that a guest can see and EL2 does not trap is
 * saved and restored here; a register missing from EL1_REGS is one that traps. entry.S keeps the
 * general-purpose registers.
 *
 * FP and SIMD are lazy on the way in: a vCPU whose registers are not in the unit traps at its first
 * use. On the way out, a vCPU that used the unit is saved at once, so that any other CPU can take
 * it over; its registers stay in the unit and need no reload when it comes back first. The same for
 * the EL1 registers: saved at once, reloaded only if another vCPU, or this one on another CPU, ran
 * since, or if somebody wrote the copy (el1_cpu). No locks: a vCPU is switched only by the CPU that
 * runs it. Arm ARM D1.2, D24.
 *
 * WFI and WFE trap, except for a vCPU that owns its CPU (sched_owns_cpu, unless the command line
 * says vwfi=trap): whatever should wake it, or stop it, is an interrupt of the physical CPU.
 */
#include <asm/cpu.h>
#include <asm/fp.h>
#include <asm/sysreg.h>
#include <hv/cmdline.h>
#include <hv/context.h>
#include <hv/domain.h>
#include <hv/percpu.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/string.h>
#include <hv/vgic.h>
#include <hv/vtimer.h>

#define NO_CPU	  (~0U)
#define HCR_WAITS (HCR_TWI | HCR_TWE)

static DEFINE_PER_CPU(struct vcpu, idle_vcpu);
static DEFINE_PER_CPU(struct vcpu *, fp_owner);
static DEFINE_PER_CPU(struct vcpu *, el1_owner);
/* WFI traps also where nobody else wants the CPU. */
static __sealed bool always_traps;
static struct domain idle_domain;

void context_cpu_init(void)
{
	struct vcpu *idle = this_cpu_ptr(idle_vcpu);

	idle_domain.id = HV_DOMID_IDLE;
	idle->domain = &idle_domain;
	idle->is_idle = true;
	idle->arch.vgic.work = VGIC_WORK_FILL; /* entry.S looks no further */
	idle->arch.hcr = HCR_RW;
	idle->arch.fp_cpu = NO_CPU;
	write_sysreg((u64)idle, tpidr_el2);
	isb();
}

/*
 * Fields of struct el1_state with their registers. Saving and restoring go through the same lists,
 * in their order.
 */
/* clang-format off */
#define EL1_REGS(REG)										\
	REG(sp_el0, sp_el0) REG(sp_el1, sp_el1) REG(elr_el1, elr_el1)				\
	REG(spsr_el1, spsr_el1) REG(sctlr, sctlr_el1) REG(actlr, actlr_el1)			\
	REG(cpacr, cpacr_el1) REG(ttbr0, ttbr0_el1) REG(ttbr1, ttbr1_el1)			\
	REG(tcr, tcr_el1) REG(esr, esr_el1) REG(afsr0, afsr0_el1)				\
	REG(afsr1, afsr1_el1) REG(far, far_el1) REG(mair, mair_el1)				\
	REG(amair, amair_el1) REG(vbar, vbar_el1) REG(contextidr, contextidr_el1)		\
	REG(tpidr_el0, tpidr_el0) REG(tpidrro_el0, tpidrro_el0) REG(tpidr_el1, tpidr_el1)	\
	REG(par, par_el1) REG(cntkctl, cntkctl_el1) REG(csselr, csselr_el1)
/* Where EL1 or EL0 can be AArch32. */
#define AARCH32_REGS(REG)									\
	REG(spsr_abt, spsr_abt) REG(spsr_und, spsr_und) REG(spsr_irq, spsr_irq)			\
	REG(spsr_fiq, spsr_fiq) REG(dacr32, dacr32_el2) REG(ifsr32, ifsr32_el2)
/* APIA, APIB, APDA, APDB, APGA keys, low and high words. */
#define PAUTH_REGS(REG)										\
	REG(apkeys[0], S3_0_C2_C1_0) REG(apkeys[1], S3_0_C2_C1_1)				\
	REG(apkeys[2], S3_0_C2_C1_2) REG(apkeys[3], S3_0_C2_C1_3)				\
	REG(apkeys[4], S3_0_C2_C2_0) REG(apkeys[5], S3_0_C2_C2_1)				\
	REG(apkeys[6], S3_0_C2_C2_2) REG(apkeys[7], S3_0_C2_C2_3)				\
	REG(apkeys[8], S3_0_C2_C3_0) REG(apkeys[9], S3_0_C2_C3_1)
/* clang-format on */

#define SAVE(field, reg)    s->field = read_sysreg(reg);
#define RESTORE(field, reg) write_sysreg(s->field, reg);

static void el1_save(struct el1_state *s)
{
	EL1_REGS(SAVE)
	if (cpu_features.has_aarch32_el1) {
		AARCH32_REGS(SAVE)
	}
	if (cpu_features.has_pauth) {
		PAUTH_REGS(SAVE)
	}
}

static void el1_restore(const struct el1_state *s)
{
	EL1_REGS(RESTORE)
	if (cpu_features.has_aarch32_el1) {
		AARCH32_REGS(RESTORE)
	}
	if (cpu_features.has_pauth) {
		PAUTH_REGS(RESTORE)
	}
}

static void fp_leave(struct vcpu *v)
{
	if (v->arch.cptr & CPTR_TFP) {
		return;
	}
	fp_save(v->arch.fp);
	v->arch.fp_cpu = cpu_id();
	this_cpu(fp_owner) = v;
}

static void fp_arrive(struct vcpu *v)
{
	bool is_loaded = this_cpu(fp_owner) == v && v->arch.fp_cpu == cpu_id();

	v->arch.cptr = CPTR_GUEST | (is_loaded ? 0 : CPTR_TFP);
	write_sysreg(v->arch.cptr, cptr_el2);
}

void context_fp_take(struct vcpu *v)
{
	v->arch.cptr &= ~CPTR_TFP;
	write_sysreg(v->arch.cptr, cptr_el2);
	isb();
	fp_restore(v->arch.fp);
	v->arch.fp_cpu = cpu_id();
	this_cpu(fp_owner) = v;
}

static void el1_arrive(struct vcpu *v)
{
	if (this_cpu(el1_owner) == v && v->arch.el1_cpu == cpu_id()) {
		return;
	}
	this_cpu(el1_owner) = v;
	v->arch.el1_cpu = cpu_id();
	write_sysreg(v->arch.vmpidr, vmpidr_el2);
	el1_restore(&v->arch.el1);
}

__init void context_init(void)
{
	const char *mode = cmdline_get("vwfi");

	always_traps = mode && strcmp(mode, "trap") == 0;
	if (mode && !always_traps && strcmp(mode, "native") != 0) {
		pr_warn("vwfi: \"%s\" is neither trap nor native; taken as native\n", mode);
	}
}

static u64 hcr_for(const struct vcpu *v, bool traps)
{
	return traps ? v->arch.hcr | HCR_WAITS : v->arch.hcr & ~HCR_WAITS;
}

void context_wait_traps(struct vcpu *v, bool traps)
{
	u64 hcr = hcr_for(v, traps);

	if (hcr != v->arch.hcr) {
		v->arch.hcr = hcr;
		write_sysreg(hcr, hcr_el2);
	}
}

static void guest_restore(struct vcpu *v)
{
	/* Its pool changes only while it is on no CPU, so this holds until it leaves again. */
	v->arch.may_wait = !always_traps && sched_owns_cpu(&v->sched);
	v->arch.hcr = hcr_for(v, !v->arch.may_wait);
	write_sysreg(v->arch.hcr, hcr_el2);
	write_sysreg(v->domain->arch.s2.vttbr, vttbr_el2);
	el1_arrive(v);
	fp_arrive(v);
	vtimer_restore(v);
	vgic_restore(v);
}

void context_leave(struct vcpu *prev)
{
	if (!context_is_idle(prev)) {
		vtimer_save(prev);
		vgic_save(prev);
		el1_save(&prev->arch.el1);
		fp_leave(prev);
	}
}

void context_arrive(struct vcpu *next)
{
	if (!context_is_idle(next)) {
		guest_restore(next);
	} else {
		/* Nothing of the guest may be fetched speculatively while no guest runs. */
		write_sysreg(HCR_RW | HCR_IMO | HCR_FMO | HCR_AMO, hcr_el2);
		write_sysreg(0, vttbr_el2);
	}
	isb();
}
