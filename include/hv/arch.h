/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What common code needs from an architecture: the porting guide. At most 40 functions. All run at
 * EL2 with interrupts masked, on the current CPU unless an argument says otherwise.
 */
#ifndef HV_ARCH_H
#define HV_ARCH_H

#include <hv/types.h>

struct domain;
struct vcpu;
struct domain_config;
struct vcpu_regs_abi;

/* ---- CPU: arch/arm64/cpu ---- */
u64 arch_counter(void);				    /* free-running counter, ticks */
u64 arch_counter_frequency(void);		    /* in Hz, as the firmware set it */
void arch_timer_program(u64 ticks);		    /* comparator: absolute; ~0 = off */
void arch_cpu_relax(void);			    /* inside a spin */
void arch_cpu_halt(void) __attribute__((noreturn)); /* stop this CPU for ever */
bool arch_irq_is_pending(void); /* would an interrupt be taken if it were unmasked? */
void arch_cache_clean_invalidate(const void *va, size_t bytes); /* to the point of coherency */
void arch_zero_pages(void *va, size_t bytes);			/* whole pages of the heap */
void arch_machine_off(void) __attribute__((noreturn));
void arch_machine_reset(void) __attribute__((noreturn));

/* ---- machine: arch/arm64/hw ---- */
u64 arch_cpu_id(unsigned int cpu); /* the hardware's, as reg of its device-tree node */
/* Zero frames through the window and clean them to the point of coherency; at most 2 MiB. */
void arch_scrub_frames(mfn_t first, u64 nr);

/* ---- domains: arch/arm64/virt ---- */
int arch_domain_init(struct domain *d, const struct domain_config *config);
/* Give back what arch_domain_init made and the domain's RAM, in slices: -ERESTART until done. */
int arch_domain_teardown(struct domain *d);
/* Free a part of it; false when there was none left. */
bool arch_domain_free_slice(struct domain *d);
/* Devices of a domain that starts anew, in slices: -ERESTART until done. Only the caller's runs. */
int arch_domain_reset(struct domain *d);
/* No CPU knows a translation or an instruction of its memory any more. */
void arch_domain_forget(struct domain *d);
/* A guest address where no instruction can ever be fetched from: trying comes to health_run(). */
u64 arch_domain_nowhere(const struct domain *d);
/* -ERESTART: a slice is done that the domain needs before it has vCPUs, come again. */
int arch_vcpu_init(struct vcpu *v);
void arch_vcpu_free(struct vcpu *v);
/* Start state: the entry point, x0, and everything else as after PSCI CPU_ON. */
void arch_vcpu_reset(struct vcpu *v, u64 entry, u64 x0);
/* What of it can be long, before it: no interrupt of its own waits for the stopped vCPU. */
void arch_vcpu_calm(struct vcpu *v);

#endif
