/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identification registers as guests see them (Arm ARM D24.2, ID_AA64*). EL2 hides what it does not
 * switch or cannot confine: SVE, SME, MTE, activity monitors, statistical profiling, trace, nested
 * virtualization, the second translation-control registers. A machine whose CPUs have none of these
 * needs no trap at all, and reading an ID register costs a guest nothing there.
 */
#include <asm/sysreg.h>
#include <asm/trap.h>
#include <hv/gic.h>
#include <hv/types.h>

#define FIELD(shift) (0xfUL << (shift))

struct idreg_row {
	u8 n;
	u64 hide;      /* fields that read as zero */
	u64 must_hide; /* fields that a guest would act upon: their presence makes the group trap */
};

/* Registers are S3_0_C0_C<crm>_<op2>; this is their number here. */
#define NUMBER(crm, op2) ((crm) * 8 + (op2))

/*
 * The register is part of the instruction, so there is a pair of instructions for each, and its
 * number says where to jump.
 */
static u64 read(u64 n)
{
	u64 value;

	__asm__ volatile("adr %[value], 1f\n"
			 "add %[value], %[value], %[n], lsl #3\n"
			 "br %[value]\n"
			 "1: .irp crm, 0, 1, 2, 3, 4, 5, 6, 7\n"
			 ".irp op2, 0, 1, 2, 3, 4, 5, 6, 7\n"
			 "mrs %[value], S3_0_C0_C\\crm\\()_\\op2\n"
			 "b 2f\n"
			 ".endr\n"
			 ".endr\n"
			 "2:"
			 : [value] "=&r"(value)
			 : [n] "r"(n));
	return value;
}

#define ROW(crm, op2, hide, must) { NUMBER(crm, op2), (hide) | (must), (must) }

/* clang-format off */
static const struct idreg_row rows[] = {
	/* ID_AA64PFR0: RAS 28, SVE 32, SEL2 36, MPAM 40, AMU 44, RME 52 */
	ROW(4, 0, FIELD(36) | FIELD(52), FIELD(32) | FIELD(40) | FIELD(44)),
	/* ID_AA64PFR1: MTE 8, RAS_frac 12, MPAM_frac 16, SME 24, and all above CSV2_frac */
	ROW(4, 1, FIELD(12) | FIELD(16), FIELD(8) | FIELD(24) | 0xfffffff000000000UL),
	/*
	 * ID_AA64DFR0: TraceVer 4, PMUVer 8, PMSVer 32, TraceFilt 40, TraceBuffer 44, MTPMU 48,
	 * BRBE 52
	 */
	ROW(5, 0, FIELD(4) | FIELD(8), FIELD(32) | FIELD(40) | FIELD(44) | FIELD(48) | FIELD(52)),
	/* ID_AA64ISAR0: TME 24 */
	ROW(6, 0, 0, FIELD(24)),
	/* ID_AA64ISAR1: LS64 60 */
	ROW(6, 1, 0, FIELD(60)),
	/* ID_AA64ISAR2: WFxT 0, MOPS 16, SYSREG_128 32, SYSINSTR_128 36, the rest but CSSC 52 */
	ROW(6, 2, 0, FIELD(0) | FIELD(16) | FIELD(32) | FIELD(36) | FIELD(40)),
	/* ID_AA64MMFR0: ECV 60, FGT 56, stage-2 granules 32-43; PARange 0 is capped below */
	ROW(7, 0, FIELD(32) | FIELD(36) | FIELD(40) | FIELD(56), FIELD(60)),
	/* ID_AA64MMFR1: VMIDBits 4, VH 8, LO 16, XNX 28, TWED 32, HCX 40, TIDCP1 52, CMOW 56 */
	ROW(7, 1, FIELD(4) | FIELD(8) | FIELD(28) | FIELD(32) | FIELD(40),
	    FIELD(16) | FIELD(52) | FIELD(56)),
	/* ID_AA64MMFR2: NV 24, FWB 40, EVT 56 */
	ROW(7, 2, FIELD(24) | FIELD(40) | FIELD(56), 0),
	/* ID_AA64MMFR3 names registers that only newer software touches, and EL2 does not switch */
	ROW(7, 3, 0, ~0UL),
};
/* clang-format on */

/* AArch32 state, which is as the CPU says: C1_0, 1 and 4 to 7, C2_0 to 6, C3_0 to 2. */
#define AARCH32	     0x077ff300U
#define MMFR0	     NUMBER(7, 0)
#define PFR0	     NUMBER(4, 0)
#define PA_RANGE_MAX 2UL
#define CSV2_SHIFT   56
#define GIC_SHIFT    24

static u64 adjust(u64 n, u64 value)
{
	if (n == MMFR0 && (value & 0xf) > PA_RANGE_MAX) {
		value = (value & ~0xfUL) | PA_RANGE_MAX;
	}
	/* CSV2 of 2 and above promises SCXTNUM_ELx, which is not switched. */
	if (n == PFR0 && (value >> CSV2_SHIFT & 0xf) > 1) {
		value = (value & ~FIELD(CSV2_SHIFT)) | 1UL << CSV2_SHIFT;
	}
	/* A GICv2 is not used through system registers, whatever the CPU has. */
	if (n == PFR0 && gic_info.version == 2) {
		value &= ~FIELD(GIC_SHIFT);
	}
	return value;
}

bool idreg_read(u64 enc, u64 *value)
{
	u64 n = NUMBER(enc >> 1 & 7, enc >> 17 & 7);

	if ((enc & ~(u64)SYSREG_ENC(0, 0, 0, 7, 7)) != SYSREG_ENC(3, 0, 0, 0, 0) ||
	    n < NUMBER(1, 0)) {
		return false;
	}
	*value = n < 32 && (AARCH32 >> n & 1) != 0 ? read(n) : 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].n == n) {
			*value = adjust(n, read(n) & ~rows[i].hide);
		}
	}
	return true;
}

bool idreg_must_trap(void)
{
	u64 pfr0 = read_sysreg(id_aa64pfr0_el1);

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		if (read(rows[i].n) & rows[i].must_hide) {
			return true;
		}
	}
	return adjust(PFR0, pfr0) != pfr0;
}
