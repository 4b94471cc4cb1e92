/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Offsets for assembly. Compiled to text only; the build turns each "->NAME value" into a #define
 * in generated/asm-offsets.h. Assembly uses no other offset.
 */
#include <asm/vcpu.h>
#include <hv/kconfig.h>
#include <hv/percpu.h>
#include <hv/vcpu.h>

#define DEFINE(name, value) __asm__ volatile("\n.ascii \"->" #name " %0\"" : : "i"(value))

void asm_offsets(void);

void asm_offsets(void)
{
	DEFINE(REGS_X, offsetof(struct vcpu, arch.regs.x));
	DEFINE(REGS_X30, offsetof(struct vcpu, arch.regs.x[30]));
	DEFINE(STACK_TOP, PERCPU_STACK_TOP);
	DEFINE(EL2_BUDGET, IS_ENABLED(CONFIG_EL2_BUDGET));
	DEFINE(REGS_PC, offsetof(struct vcpu, arch.regs.pc));
	DEFINE(VCPU_VGIC_WORK, offsetof(struct vcpu, arch.vgic.work));
}
