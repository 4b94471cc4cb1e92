/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage-2 aborts: a guest touched an intermediate physical address that its tables do not map, or
 * not that way. With a decoded access (ESR_EL2.ISV) inside an emulated region it is a register
 * access; everything else is the guest's own mistake and comes back to it as an external abort. No
 * locks. Arm ARM D24.2.40 (ISS of data aborts), HPFAR_EL2.
 */
#include <asm/domain.h>
#include <asm/sysreg.h>
#include <asm/trap.h>
#include <hv/budget.h>
#include <hv/context.h>
#include <hv/domain.h>
#include <hv/health.h>
#include <hv/stage2.h>

#define ISS_SAS(esr)		((esr) >> ISS_SAS_SHIFT & 3)
#define ISS_SRT(esr)		((unsigned int)((esr) >> ISS_SRT_SHIFT) & 31)
#define ISS_CM			BIT(8)
#define ISS_S1PTW		BIT(7)
#define ISS_FSC(esr)		((unsigned int)(esr) & 0x3f)
#define FSC_IS_TRANSLATION(fsc) (((fsc) & 0x3c) == 0x04)
/* A translation fault of a load or store whose syndrome is valid */
#define DECODED_MASK	  (ISS_ISV | ISS_S1PTW | ISS_CM | 0x3c)
#define DECODED_VALUE	  (ISS_ISV | 0x04)
#define HPFAR_FIPA(hpfar) (((hpfar) & 0xfffffffffff0UL) << 8)

/* Valid for translation faults, the only ones for which the address matters here. */
static u64 fault_ipa(void)
{
	return HPFAR_FIPA(read_sysreg(hpfar_el2)) | (read_sysreg(far_el2) & (PAGE_SIZE - 1));
}

/* Of a value that is zero-extended already. */
static u64 extend(u64 value, u64 esr)
{
	unsigned int unused = 64 - (8U << ISS_SAS(esr));

	if (likely((esr & ISS_SSE) == 0)) {
		return value;
	}
	value = (u64)((s64)(value << unused) >> unused);
	return esr & ISS_SF ? value : (u32)value;
}

/* True when done, with the instruction stepped over, or to be run again (access.retry). */
static inline __attribute__((always_inline)) bool emulate(struct vcpu *v, u64 esr, u64 where)
{
	struct mmio_access access = {
		.bytes = (u8)(1U << ISS_SAS(esr)),
		.is_write = (esr & ISS_WNR) != 0,
	};

	if (access.is_write) {
		access.value = vcpu_reg_read(v, ISS_SRT(esr));
		if (access.bytes < 8) {
			access.value &= BIT(8 * access.bytes) - 1;
		}
	}
	if (!mmio_dispatch(v, where, &access)) {
		return false;
	}
	if (unlikely(access.retry)) {
		return true;
	}
	if ((esr & ISS_WNR) == 0) {
		vcpu_reg_write(v, ISS_SRT(esr), extend(access.value, esr));
	}
	exception_skip(v, (esr & ESR_IL) != 0);
	return true;
}

/*
 * Was the address unmapped only for a moment? Another CPU may be replacing the entry (break before
 * make): then the guest tries again.
 */
static bool is_mapped_now(struct vcpu *v, u64 where, bool is_fetch)
{
	enum s2_kind kind = s2_lookup(v->domain, ipa_to_gfn(ipa(where))).kind;

	return is_fetch ? kind == S2_RAM || kind == S2_RAM_RO : kind != S2_NONE;
}

/* Anything but a decoded access to an emulated register. */
static __noinline void other_data_abort(struct vcpu *v, u64 esr)
{
	u64 where = fault_ipa();

	if (FSC_IS_TRANSLATION(ISS_FSC(esr))) {
		if (IS_ENABLED(CONFIG_INSN_DECODE) && (esr & (ISS_ISV | ISS_S1PTW | ISS_CM)) == 0 &&
		    decode_emulate(v, esr, where, emulate)) {
			return;
		}
		if (is_mapped_now(v, where, false)) {
			return;
		}
	}
	exception_inject_abort(v, read_sysreg(far_el2), false);
}

void trap_data_abort(struct vcpu *v, u64 esr)
{
	budget_note(BUDGET_TRAP, EC_DABT_LOWER, 0);
	if (unlikely((esr & DECODED_MASK) != DECODED_VALUE || !emulate(v, esr, fault_ipa()))) {
		other_data_abort(v, esr);
	}
}

void trap_instruction_abort(struct vcpu *v, u64 esr)
{
	if ((IS_ENABLED(CONFIG_HEALTH) && health_run(v)) ||
	    (FSC_IS_TRANSLATION(ISS_FSC(esr)) && is_mapped_now(v, fault_ipa(), true))) {
		return;
	}
	exception_inject_abort(v, read_sysreg(far_el2), true);
}
