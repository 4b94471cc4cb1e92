/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers of guests (Arm ARM D12). The virtual timer is the guest's own while it runs; its
 * interrupt, PPI 27, is linked with the physical one. Off the CPU a software timer stands in for
 * it. The physical timer (PPI 30) is emulated: its registers trap.
 */
#ifndef HV_VTIMER_H
#define HV_VTIMER_H

#include <hv/types.h>

struct domain;
struct vcpu;

#define VTIMER_PPI_VIRT 27U
#define VTIMER_PPI_PHYS 30U

enum vtimer_reg {
	VTIMER_CNTP_TVAL,
	VTIMER_CNTP_CTL,
	VTIMER_CNTP_CVAL,
	VTIMER_CNTPCT
};

/* Boot: take the virtual timer's interrupt; once, then on each CPU. */
int vtimer_init(void);
void vtimer_cpu_init(void);

/* Construction of a vCPU and its end. */
void vtimer_vcpu_init(struct vcpu *v);
void vtimer_vcpu_free(struct vcpu *v);
/* Both timers off, as after a reset. The vCPU is not on a CPU, or is the caller's. */
void vtimer_vcpu_reset(struct vcpu *v);

/* At a vCPU switch; save before vgic_save(), restore before vgic_restore(). */
void vtimer_save(struct vcpu *v);
void vtimer_restore(struct vcpu *v);

/* Access of the current vCPU to an emulated register; *value is read or written. */
void vtimer_sysreg_access(struct vcpu *v, u64 reg, bool is_read, u64 *value);

#endif
