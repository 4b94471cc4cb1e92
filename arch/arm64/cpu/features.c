/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this machine's CPUs can do, read once on the boot CPU, and EL2's own control registers, set
 * on every CPU. Guests see the identification registers through trap/idregs.c, which hides what EL2
 * does not switch. All CPUs are taken to be alike; a secondary that is not stays off (boot). Arm
 * ARM D24.2.
 */
#include <asm/cpu.h>
#include <asm/sysreg.h>
#include <hv/compiler.h>

#define PA_RANGE_40 2 /* ID_AA64MMFR0_EL1.PARange and VTCR_EL2.PS: 40 bits */

__sealed struct cpu_features cpu_features;

static u64 field(u64 value, unsigned int shift)
{
	return value >> shift & 0xf;
}

__init void cpu_features_init(void)
{
	u64 pfr0 = read_sysreg(id_aa64pfr0_el1);
	u64 mmfr0 = read_sysreg(id_aa64mmfr0_el1), mmfr1 = read_sysreg(id_aa64mmfr1_el1);
	u64 isar1 = read_sysreg(id_aa64isar1_el1), isar2 = read_sysreg(S3_0_C0_C6_2);
	static const u8 pa_bits[] = { 32, 36, 40, 42, 44, 48, 48, 48 };

	cpu_features = (struct cpu_features){
		.pa_range = (u8)field(mmfr0, 0),
		.pa_bits = pa_bits[MIN(field(mmfr0, 0), 7UL)],
		.has_aarch32_el1 = field(pfr0, 4) == 2,
		.has_pauth = (isar1 & 0xff000ff0UL) != 0 || (isar2 & 0xff00UL) != 0,
		.has_fgt = field(mmfr0, 56) != 0,
		.has_hcx = field(mmfr1, 40) != 0,
		.has_lor = field(mmfr1, 16) != 0,
		.has_ras = field(pfr0, 28) != 0,
	};
}

/* Fine-grained traps and the extended controls may hold anything after reset: none of them is used.
 */
static void clear_extended_controls(void)
{
	if (cpu_features.has_fgt) {
		write_sysreg(0, S3_4_C1_C1_4); /* HFGRTR_EL2 */
		write_sysreg(0, S3_4_C1_C1_5); /* HFGWTR_EL2 */
		write_sysreg(0, S3_4_C1_C1_6); /* HFGITR_EL2 */
		write_sysreg(0, S3_4_C3_C1_4); /* HDFGRTR_EL2 */
		write_sysreg(0, S3_4_C3_C1_5); /* HDFGWTR_EL2 */
	}
	if (cpu_features.has_hcx) {
		write_sysreg(0, S3_4_C1_C2_2); /* HCRX_EL2 */
	}
}

void cpu_el2_setup(void)
{
	clear_extended_controls();
	write_sysreg(MDCR_TPM | MDCR_TPMCR | MDCR_TDA | MDCR_TDOSA | MDCR_TDRA | MDCR_TPMS |
			     MDCR_TTRF,
		     mdcr_el2);
	write_sysreg(0, hstr_el2);
	write_sysreg(1,
		     cnthctl_el2); /* EL1PCTEN: the counter is readable; the physical timer traps */
	write_sysreg(0, cnthp_ctl_el2);
	write_sysreg(0, cntvoff_el2);
	write_sysreg(read_sysreg(midr_el1), vpidr_el2);
	write_sysreg(CPU_VTCR | (u64)MIN(cpu_features.pa_range, PA_RANGE_40) << 16 |
			     (64UL - cpu_ipa_bits()),
		     vtcr_el2);
	isb();
}

unsigned int cpu_ipa_bits(void)
{
	return MIN((unsigned int)cpu_features.pa_bits, 40U);
}
