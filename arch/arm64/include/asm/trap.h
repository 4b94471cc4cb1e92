/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the trap layer: handlers of exception classes, and the run loop's entry points that
 * entry.S calls. Nothing below this layer may include it.
 */
#ifndef ASM_TRAP_H
#define ASM_TRAP_H

#include <hv/types.h>

struct vcpu;

/* From entry.S, with the current vCPU and ESR_EL2. */
void trap_hvc(struct vcpu *v, u64 esr);
void trap_sync(struct vcpu *v, u64 esr);
void trap_memory(struct vcpu *v, u64 esr);
void trap_register(struct vcpu *v, u64 esr);
void trap_irq(struct vcpu *v);
void trap_fatal(unsigned int kind, u64 pc, u64 lr, u64 sp, u64 fp) __attribute__((noreturn));

/* Handlers of one exception class each; they step over the instruction when that is due. */
void trap_data_abort(struct vcpu *v, u64 esr);
void trap_instruction_abort(struct vcpu *v, u64 esr);
void trap_sysreg(struct vcpu *v, u64 esr);
void trap_smccc(struct vcpu *v);
/* WFI, and what is to be like it: v sleeps until there is an interrupt for it. */
void trap_wait(struct vcpu *v);

/* Boot: make ready what trap_sysreg() looks things up in. */
void sysreg_init(void);

/* Value of an ID register as guests see it; enc as in SYSREG_ENC. False when it is not one of them.
 */
bool idreg_read(u64 enc, u64 *value);
/* Must ID-register reads trap on this machine? */
bool idreg_must_trap(void);

/* The run loop (run.c). */
struct vcpu *run_next(void);
void run_switch(struct vcpu *next, struct vcpu *prev);
/* Each CPU, with its idle vCPU current: ready the loop, then leave boot for good. */
void run_cpu_init(void);
void run_enter(void) __attribute__((noreturn));

/*
 * A load or store with write-back, whose syndrome the hardware leaves out: emulate it with the
 * syndrome that it would have, and write back. False when the instruction at the current vCPU's PC
 * is none of that kind, or could not be emulated.
 */
bool decode_emulate(struct vcpu *v, u64 esr, u64 where,
		    bool (*emulate)(struct vcpu *v, u64 esr, u64 where));

#endif
