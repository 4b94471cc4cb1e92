/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vCPU switch (hv/context.h): everything of EL1 that a guest can see and EL2 does not trap is
 * saved and restored here; a register missing from el1_regs is one that traps. entry.S keeps the
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
static struct domain idle_domain = { .id = HV_DOMID_IDLE };

void context_cpu_init(void)
{
	struct vcpu *idle = this_cpu_ptr(idle_vcpu);

	idle->domain = &idle_domain;
	idle->is_idle = true;
	idle->arch.vgic.work = VGIC_WORK_FILL; /* entry.S looks no further */
	idle->arch.hcr = HCR_RW;
	idle->arch.fp_cpu = NO_CPU;
	write_sysreg((u64)idle, tpidr_el2);
	isb();
}

static void el1_save(struct el1_state *s)
{
	s->sp_el0 = read_sysreg(sp_el0);
	s->sp_el1 = read_sysreg(sp_el1);
	s->elr_el1 = read_sysreg(elr_el1);
	s->spsr_el1 = read_sysreg(spsr_el1);
	s->sctlr = read_sysreg(sctlr_el1);
	s->actlr = read_sysreg(actlr_el1);
	s->cpacr = read_sysreg(cpacr_el1);
	s->ttbr0 = read_sysreg(ttbr0_el1);
	s->ttbr1 = read_sysreg(ttbr1_el1);
	s->tcr = read_sysreg(tcr_el1);
	s->esr = read_sysreg(esr_el1);
	s->afsr0 = read_sysreg(afsr0_el1);
	s->afsr1 = read_sysreg(afsr1_el1);
	s->far = read_sysreg(far_el1);
	s->mair = read_sysreg(mair_el1);
	s->amair = read_sysreg(amair_el1);
	s->vbar = read_sysreg(vbar_el1);
	s->contextidr = read_sysreg(contextidr_el1);
	s->tpidr_el0 = read_sysreg(tpidr_el0);
	s->tpidrro_el0 = read_sysreg(tpidrro_el0);
	s->tpidr_el1 = read_sysreg(tpidr_el1);
	s->par = read_sysreg(par_el1);
	s->cntkctl = read_sysreg(cntkctl_el1);
	s->csselr = read_sysreg(csselr_el1);
}

static void el1_restore(const struct el1_state *s)
{
	write_sysreg(s->sp_el0, sp_el0);
	write_sysreg(s->sp_el1, sp_el1);
	write_sysreg(s->elr_el1, elr_el1);
	write_sysreg(s->spsr_el1, spsr_el1);
	write_sysreg(s->sctlr, sctlr_el1);
	write_sysreg(s->actlr, actlr_el1);
	write_sysreg(s->cpacr, cpacr_el1);
	write_sysreg(s->ttbr0, ttbr0_el1);
	write_sysreg(s->ttbr1, ttbr1_el1);
	write_sysreg(s->tcr, tcr_el1);
	write_sysreg(s->esr, esr_el1);
	write_sysreg(s->afsr0, afsr0_el1);
	write_sysreg(s->afsr1, afsr1_el1);
	write_sysreg(s->far, far_el1);
	write_sysreg(s->mair, mair_el1);
	write_sysreg(s->amair, amair_el1);
	write_sysreg(s->vbar, vbar_el1);
	write_sysreg(s->contextidr, contextidr_el1);
	write_sysreg(s->tpidr_el0, tpidr_el0);
	write_sysreg(s->tpidrro_el0, tpidrro_el0);
	write_sysreg(s->tpidr_el1, tpidr_el1);
	write_sysreg(s->par, par_el1);
	write_sysreg(s->cntkctl, cntkctl_el1);
	write_sysreg(s->csselr, csselr_el1);
}

/* Registers that exist only where EL1 or EL0 can be AArch32. */
static void aarch32_save(struct el1_state *s)
{
	s->spsr_abt = read_sysreg(spsr_abt);
	s->spsr_und = read_sysreg(spsr_und);
	s->spsr_irq = read_sysreg(spsr_irq);
	s->spsr_fiq = read_sysreg(spsr_fiq);
	s->dacr32 = read_sysreg(dacr32_el2);
	s->ifsr32 = read_sysreg(ifsr32_el2);
}

static void aarch32_restore(const struct el1_state *s)
{
	write_sysreg(s->spsr_abt, spsr_abt);
	write_sysreg(s->spsr_und, spsr_und);
	write_sysreg(s->spsr_irq, spsr_irq);
	write_sysreg(s->spsr_fiq, spsr_fiq);
	write_sysreg(s->dacr32, dacr32_el2);
	write_sysreg(s->ifsr32, ifsr32_el2);
}

/* APIA, APIB, APDA, APDB, APGA keys, low and high words: S3_0_C2_C{1,2,3}_n. */
static void pauth_save(struct el1_state *s)
{
	s->apkeys[0] = read_sysreg(S3_0_C2_C1_0);
	s->apkeys[1] = read_sysreg(S3_0_C2_C1_1);
	s->apkeys[2] = read_sysreg(S3_0_C2_C1_2);
	s->apkeys[3] = read_sysreg(S3_0_C2_C1_3);
	s->apkeys[4] = read_sysreg(S3_0_C2_C2_0);
	s->apkeys[5] = read_sysreg(S3_0_C2_C2_1);
	s->apkeys[6] = read_sysreg(S3_0_C2_C2_2);
	s->apkeys[7] = read_sysreg(S3_0_C2_C2_3);
	s->apkeys[8] = read_sysreg(S3_0_C2_C3_0);
	s->apkeys[9] = read_sysreg(S3_0_C2_C3_1);
}

static void pauth_restore(const struct el1_state *s)
{
	write_sysreg(s->apkeys[0], S3_0_C2_C1_0);
	write_sysreg(s->apkeys[1], S3_0_C2_C1_1);
	write_sysreg(s->apkeys[2], S3_0_C2_C1_2);
	write_sysreg(s->apkeys[3], S3_0_C2_C1_3);
	write_sysreg(s->apkeys[4], S3_0_C2_C2_0);
	write_sysreg(s->apkeys[5], S3_0_C2_C2_1);
	write_sysreg(s->apkeys[6], S3_0_C2_C2_2);
	write_sysreg(s->apkeys[7], S3_0_C2_C2_3);
	write_sysreg(s->apkeys[8], S3_0_C2_C3_0);
	write_sysreg(s->apkeys[9], S3_0_C2_C3_1);
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

static void guest_save(struct vcpu *v)
{
	vtimer_save(v);
	vgic_save(v);
	el1_save(&v->arch.el1);
	if (cpu_features.has_aarch32_el1) {
		aarch32_save(&v->arch.el1);
	}
	if (cpu_features.has_pauth) {
		pauth_save(&v->arch.el1);
	}
	fp_leave(v);
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
	if (cpu_features.has_aarch32_el1) {
		aarch32_restore(&v->arch.el1);
	}
	if (cpu_features.has_pauth) {
		pauth_restore(&v->arch.el1);
	}
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
		guest_save(prev);
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
