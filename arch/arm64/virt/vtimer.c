/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers of guests (Arm ARM D12). CNTV belongs to the guest that runs: its registers do not trap,
 * and its interrupt, physical PPI 27, is linked with virtual PPI 27. When the vCPU leaves the CPU
 * the registers go to memory, and if it sleeps, a software timer takes over the deadline: it has to
 * wake up. Who is preempted has nothing from an interrupt before its next turn, when CNTV itself
 * fires; a timer would only let it interrupt those that run meanwhile. CNTP is emulated: a software
 * timer asserts PPI 30 as a level. The counters themselves are read without a trap.
 *
 * Owner of the state: the CPU that runs the vCPU, or the one that switches it. No locks of its own.
 */
#include <asm/sysreg.h>
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/inject.h>
#include <hv/irq.h>
#include <hv/percpu.h>
#include <hv/printk.h>
#include <hv/vtimer.h>

#define CTL_ENABLE  1UL
#define CTL_IMASK   2UL
#define CTL_ISTATUS 4UL
#define TICKS_MAX   BIT(56) /* farther away than any machine runs */

/* The vCPU whose virtual timer is in this CPU's registers, NULL = none. */
static DEFINE_PER_CPU(struct vcpu *, vtimer_owner);

static void virt_fired(unsigned int irq, void *arg __unused)
{
	struct vcpu *v = this_cpu(vtimer_owner);

	if (likely(v != NULL)) {
		inject_private(v, &v->arch.vgic.irqs[VTIMER_PPI_VIRT]);
	} else {
		irq_deactivate(irq);
	}
}

int vtimer_init(void)
{
	int rc = irq_request_guest(VTIMER_PPI_VIRT, virt_fired, NULL);

	if (rc != 0) {
		pr_err("vtimer: interrupt %u can not be had (%d)\n", VTIMER_PPI_VIRT, rc);
	}
	return rc;
}

void vtimer_cpu_init(void)
{
	write_sysreg(0, cntv_ctl_el0);
	isb();
	irq_enable(VTIMER_PPI_VIRT);
}

static u64 phys_istatus(const struct vtimer_state *t)
{
	return (t->cntp_ctl & CTL_ENABLE) != 0 && arch_counter() >= t->cntp_cval ? CTL_ISTATUS : 0;
}

/* Arm a software timer for the moment when counter - offset reaches cval; one that never comes,
 * not. */
static void arm(struct timer *timer, u64 cval, u64 offset)
{
	u64 now = arch_counter() - offset;

	if (cval > now && cval - now > TICKS_MAX) {
		timer_cancel(timer);
	} else {
		timer_set(timer, cval > now ? time_of_counter(cval + offset) : 0);
	}
}

/* Set line and software timer to what the registers of the physical timer say. */
static void phys_update(struct vcpu *v)
{
	struct vtimer_state *t = &v->arch.vtimer;
	bool is_on = (t->cntp_ctl & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE;
	bool is_due = is_on && phys_istatus(t) != 0;

	if (is_on && !is_due) {
		arm(&t->phys, t->cntp_cval, 0);
	} else {
		timer_cancel(&t->phys);
	}
	inject_ppi_level(v, VTIMER_PPI_PHYS, is_due);
}

static void phys_expired(struct timer *timer)
{
	struct vcpu *v = container_of(timer, struct vcpu, arch.vtimer.phys);

	inject_ppi_level(v, VTIMER_PPI_PHYS, true);
}

/* The virtual timer of a vCPU off its CPU: as if the hardware had fired. */
static void virt_expired(struct timer *timer)
{
	struct vcpu *v = container_of(timer, struct vcpu, arch.vtimer.wake);

	inject_private(v, &v->arch.vgic.irqs[VTIMER_PPI_VIRT]);
}

void vtimer_vcpu_init(struct vcpu *v)
{
	struct vgic_irq *irq = &v->arch.vgic.irqs[VTIMER_PPI_VIRT];

	timer_init(&v->arch.vtimer.wake, virt_expired);
	timer_init(&v->arch.vtimer.phys, phys_expired);
	irq->pirq = VTIMER_PPI_VIRT;
	irq->flags |= VIRQ_HW;
}

void vtimer_vcpu_free(struct vcpu *v)
{
	timer_cancel(&v->arch.vtimer.wake);
	timer_cancel(&v->arch.vtimer.phys);
}

void vtimer_vcpu_reset(struct vcpu *v)
{
	struct vtimer_state *t = &v->arch.vtimer;

	vtimer_vcpu_free(v);
	t->cntv_cval = 0;
	t->cntv_ctl = 0;
	t->cntp_cval = 0;
	t->cntp_ctl = 0;
	if (this_cpu(vtimer_owner) == v) {
		write_sysreg(0, cntv_ctl_el0);
	}
}

/* Does its virtual timer have to end its sleep? It falls asleep on its CPU only, so it is known. */
static bool is_to_wake(const struct vcpu *v)
{
	return READ_ONCE(v->sched.blocked) != 0 &&
	       (v->arch.vtimer.cntv_ctl & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE &&
	       (v->arch.vgic.irqs[VTIMER_PPI_VIRT].flags & VIRQ_ENABLED) != 0;
}

void vtimer_save(struct vcpu *v)
{
	struct vtimer_state *t = &v->arch.vtimer;

	t->cntv_ctl = read_sysreg(cntv_ctl_el0);
	t->cntv_cval = read_sysreg(cntv_cval_el0);
	write_sysreg(0, cntv_ctl_el0);
	isb();
	this_cpu(vtimer_owner) = NULL;
	if (is_to_wake(v)) {
		arm(&t->wake, t->cntv_cval, v->domain->arch.cntvoff);
	}
}

void vtimer_restore(struct vcpu *v)
{
	struct vtimer_state *t = &v->arch.vtimer;

	if (timer_is_armed(&t->wake)) {
		timer_cancel(&t->wake);
	}
	this_cpu(vtimer_owner) = v;
	write_sysreg(v->domain->arch.cntvoff, cntvoff_el2);
	write_sysreg(t->cntv_cval, cntv_cval_el0);
	write_sysreg(t->cntv_ctl, cntv_ctl_el0);
}

static u64 phys_read(const struct vtimer_state *t, u64 reg)
{
	switch (reg) {
	case VTIMER_CNTP_TVAL:
		return (u32)(t->cntp_cval - arch_counter());
	case VTIMER_CNTP_CTL:
		return t->cntp_ctl | phys_istatus(t);
	case VTIMER_CNTP_CVAL:
		return t->cntp_cval;
	default:
		return arch_counter();
	}
}

void vtimer_sysreg_access(struct vcpu *v, u64 reg, bool is_read, u64 *value)
{
	struct vtimer_state *t = &v->arch.vtimer;

	if (is_read) {
		*value = phys_read(t, reg);
		return;
	}
	if (reg == VTIMER_CNTP_TVAL) {
		t->cntp_cval = arch_counter() + (u64)(s64)(s32)*value;
	} else if (reg == VTIMER_CNTP_CVAL) {
		t->cntp_cval = *value;
	} else if (reg == VTIMER_CNTP_CTL) {
		t->cntp_ctl = *value & (CTL_ENABLE | CTL_IMASK);
	}
	phys_update(v);
}
