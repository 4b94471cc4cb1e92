/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual CPU. The architecture's part comes first, because trap entry saves the guest's
 * registers straight into it through TPIDR_EL2, which always holds the current vCPU of this
 * physical CPU (the idle vCPU while no guest runs). Who may touch what: arch.* only the CPU that
 * runs it, or anyone while the vCPU is not on a CPU (sched_is_on_cpu); everything else says its
 * lock.
 */
#ifndef HV_VCPU_H
#define HV_VCPU_H

#include <asm/vcpu.h>
#include <hv/sched.h>
#include <hv/timer.h>
#include <hv/trace.h>
#include <hv/types.h>

struct domain;

struct vcpu {
	struct arch_vcpu arch;
	struct domain *domain;
	u16 id;
	bool is_idle;	 /* stands for "no guest runs"; constant */
	bool is_up;	 /* brought up by the toolstack or PSCI CPU_ON; domain->lock */
	bool is_polling; /* SCHEDOP_poll: evtchn lock */
	u32 poll_port;
	struct sched_unit sched;

	/* vcpu_info: in shared_info (info_frame INVALID) or where the guest registered it. evtchn
	 * lock. */
	mfn_t info_frame;
	u32 info_offset;
	u64 runstate_gva;     /* registered runstate area, 0 = none; vCPU itself */
	struct timer oneshot; /* VCPUOP_set_singleshot_timer, SCHEDOP_poll timeout */
	u32 virq_port[24];    /* event channel bound to each per-vCPU VIRQ, 0 = none; evtchn lock */

	u64 nr_exits[BULKHEAD_NR_EXITS]; /* entries into EL2 from this vCPU, by reason */
	u64 nr_injected;		 /* virtual interrupts made pending */
	u64 nr_events;			 /* those that said "event channel" */
	struct trace_vcpu trace[IS_ENABLED(CONFIG_TRACE)]; /* one, or none */
};

/* Entries into EL2 for whatever reason. */
static inline u64 vcpu_nr_exits(const struct vcpu *v)
{
	u64 sum = 0;

	/* For all vCPUs of a domain in one go, so in few instructions. */
#pragma GCC unroll 16
	for (unsigned int i = 0; i < BULKHEAD_NR_EXITS; i++) {
		sum += v->nr_exits[i];
	}
	return sum;
}

/* The vCPU that this physical CPU runs; never NULL once the CPU is up. */
static inline struct vcpu *current_vcpu(void)
{
	return arch_current();
}

#endif
