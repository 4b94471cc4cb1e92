/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domctl commands about vCPUs (include/public/domctl.h; table in op_domctl.c).
 * Registers are read and written only while the vCPU is paused and off its CPU. Run under the
 * control lock.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/softirq.h>
#include <hv/string.h>

#include "../ext/ext.h"
#include "domctl.h"

/* Of a saved program state only flags, masks and the mode are the toolstack's to set. */
#define PSTATE_ALLOWED 0xf00003dfUL

int domctl_max_vcpus(struct domain *d, void *arg)
{
	const struct xen_domctl_max_vcpus *in = arg;
	int err = 0;

	if (in->max != d->nr_vcpus) {
		return -EINVAL;
	}
	for (u32 i = 0; i < d->nr_vcpus && err == 0; i++) {
		if (d->vcpus[i] == NULL) {
			do {
				err = vcpu_create(d, (u16)i);
			} while (err == -ERESTART && !softirq_preempt_needed());
			err = err == 0 && softirq_preempt_needed() ? -ERESTART : err;
		}
	}
	if (err == 0) {
		throttle_start(&d->sched);
	}
	return err;
}

/* Only AArch64 at EL1 or EL0 can be asked for. */
static bool pstate_is_valid(u64 pstate)
{
	u64 mode = pstate & 0x1f;

	return (pstate & ~PSTATE_ALLOWED) == 0 &&
	       (mode == PSR_MODE_EL1h || mode == PSR_MODE_EL1t || mode == PSR_MODE_EL0t);
}

/* What of a vCPU the toolstack reads and writes. */
#define REGISTER(outside, inside)                                                                  \
	{ offsetof(struct vcpu_guest_context, outside), offsetof(struct vcpu, arch.inside),        \
	  sizeof(((struct vcpu *)NULL)->arch.inside) }

static const struct {
	u16 outside, inside, bytes;
} registers[] = {
	REGISTER(user_regs.x, regs.x),
	REGISTER(user_regs.pc64, regs.pc),
	REGISTER(user_regs.cpsr, regs.pstate),
	REGISTER(user_regs.spsr_el1, el1.spsr_el1),
	REGISTER(user_regs.sp_el0, el1.sp_el0),
	REGISTER(user_regs.sp_el1, el1.sp_el1),
	REGISTER(user_regs.elr_el1, el1.elr_el1),
	REGISTER(ttbcr, el1.tcr),
	REGISTER(ttbr0, el1.ttbr0),
	REGISTER(ttbr1, el1.ttbr1),
	REGISTER(sctlr, el1.sctlr),
};

void domctl_copy_registers(struct vcpu *v, struct vcpu_guest_context *ctxt, bool load)
{
	for (u32 i = 0; i < ARRAY_SIZE(registers); i++) {
		void *inside = (u8 *)v + registers[i].inside;
		void *outside = (u8 *)ctxt + registers[i].outside;

		memcpy(load ? inside : outside, load ? outside : inside, registers[i].bytes);
	}
}

static void load_context(struct vcpu *v, struct vcpu_guest_context *ctxt)
{
	arch_vcpu_reset(v, ctxt->user_regs.pc64, ctxt->user_regs.x0);
	/* The value for a fresh vCPU stands for the state after reset, RES1 bits and all. */
	if (ctxt->sctlr == SCTLR_GUEST_INIT) {
		ctxt->sctlr = v->arch.el1.sctlr;
	}
	domctl_copy_registers(v, ctxt, true);
}

int domctl_setvcpucontext(struct domain *d, void *arg)
{
	const struct xen_domctl_vcpucontext *in = arg;
	struct vcpu *v = domain_vcpu(d, in->vcpu);
	struct vcpu_guest_context ctxt;
	bool is_reset = in->ctxt.va == 0;
	int err = 0;

	if (v == NULL || d == current_domain()) {
		return -EINVAL;
	}
	if (!is_reset && guest_copy_from(&ctxt, in->ctxt.va, sizeof(ctxt)) != 0) {
		return -EFAULT;
	}
	if (!is_reset && !pstate_is_valid(ctxt.user_regs.cpsr)) {
		return -EINVAL;
	}
	sched_block(&v->sched, SCHED_BLOCK_PAUSED);
	vcpu_wait_off_cpu(v);
	if (is_reset) {
		if (READ_ONCE(v->is_up)) {
			vcpu_take_down(v);
		}
		arch_vcpu_reset(v, 0, 0);
	} else {
		load_context(v, &ctxt);
		if ((ctxt.flags & VGCF_online) != 0 && !READ_ONCE(v->is_up)) {
			err = vcpu_bring_up(v);
		}
	}
	sched_unblock(&v->sched, SCHED_BLOCK_PAUSED);
	return err;
}

int domctl_getvcpuinfo(struct domain *d, void *arg)
{
	struct xen_domctl_getvcpuinfo *info = arg;
	struct vcpu *v = domain_vcpu(d, info->vcpu);

	if (v == NULL) {
		return -EINVAL;
	}
	info->online = READ_ONCE(v->is_up);
	info->blocked = (READ_ONCE(v->sched.blocked) & SCHED_BLOCK_WAIT) != 0;
	info->running = READ_ONCE(v->sched.state) == SCHED_STATE_RUNNING;
	info->cpu_time = sched_unit_run_ns(&v->sched, time_now());
	info->cpu = READ_ONCE(v->sched.cpu);
	return 0;
}

int domctl_get_cpus(const struct xenctl_bitmap *map, cpumask_t *cpus)
{
	u64 bits = 0;
	u32 nr = MIN(map->nr_bits, 64U);
	int err = guest_copy_from(&bits, map->bitmap.va, DIV_ROUND_UP(nr, 8));

	cpus->bits = nr == 64 ? bits : bits & (BIT(nr) - 1);
	return err;
}

int domctl_put_cpus(const struct xenctl_bitmap *map, cpumask_t cpus)
{
	u32 bytes = DIV_ROUND_UP(map->nr_bits, 8);
	u32 nr = MIN(bytes, (u32)sizeof(cpus.bits));

	if (map->nr_bits > 8 * PAGE_SIZE) {
		return -EINVAL;
	}
	if (guest_copy_to(map->bitmap.va, &cpus.bits, nr) != 0) {
		return -EFAULT;
	}
	return bytes > nr ? guest_clear(map->bitmap.va + nr, bytes - nr) : 0;
}

/* What soft asks for outside of its limit has no effect. */
static int put_affinity(const struct xen_domctl_vcpuaffinity *arg, const struct vcpu *v,
			cpumask_t limit)
{
	int err = 0;

	if ((arg->flags & XEN_VCPUAFFINITY_HARD) != 0) {
		err = domctl_put_cpus(&arg->cpumap_hard, cpumask_and(v->sched.hard, cpus_online));
	}
	if (err == 0 && (arg->flags & XEN_VCPUAFFINITY_SOFT) != 0) {
		err = domctl_put_cpus(&arg->cpumap_soft, cpumask_and(v->sched.soft, limit));
	}
	return err;
}

int domctl_setvcpuaffinity(struct domain *d, void *arg)
{
	const struct xen_domctl_vcpuaffinity *in = arg;
	struct vcpu *v = domain_vcpu(d, in->vcpu);
	struct sched_admission why = { 0 };
	cpumask_t hard, soft;
	int err = 0;

	if (v == NULL || (in->flags & (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)) == 0) {
		return -EINVAL;
	}
	hard = v->sched.hard;
	soft = v->sched.soft;
	if ((in->flags & XEN_VCPUAFFINITY_HARD) != 0) {
		err = domctl_get_cpus(&in->cpumap_hard, &hard);
	}
	if (err == 0 && (in->flags & XEN_VCPUAFFINITY_SOFT) != 0) {
		err = domctl_get_cpus(&in->cpumap_soft, &soft);
	}
	if (err == 0) {
		err = sched_unit_set_affinity(&v->sched, hard, soft, &why);
	}
	if (IS_ENABLED(CONFIG_SCHED_RTDS)) {
		(void)ext_refusal_keep(err, &why);
	}
	return err != 0 ? err : put_affinity(in, v, cpumask_and(hard, cpus_online));
}

int domctl_getvcpuaffinity(struct domain *d, void *arg)
{
	const struct xen_domctl_vcpuaffinity *in = arg;
	struct vcpu *v = domain_vcpu(d, in->vcpu);

	return v == NULL ? -EINVAL : put_affinity(in, v, cpus_online);
}
