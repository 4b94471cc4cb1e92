/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System registers (Arm ARM DDI 0487, D24): access macros, encodings of those the assembler may not
 * know by name, and the bit fields that EL2 uses. Names are the architecture's.
 */
#ifndef ASM_SYSREG_H
#define ASM_SYSREG_H

#ifndef __ASSEMBLER__
#include <hv/types.h>

#define read_sysreg(name)                                                                          \
	({                                                                                         \
		u64 sysreg_value;                                                                  \
		__asm__ volatile("mrs %0, " #name : "=r"(sysreg_value));                           \
		sysreg_value;                                                                      \
	})
#define write_sysreg(value, name)                                                                  \
	do {                                                                                       \
		__asm__ volatile("msr " #name ", %x0" : : "rZ"((u64)(value)));                     \
	} while (0)

static inline void isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}
#define dsb(domain) __asm__ volatile("dsb " #domain : : : "memory")
#define dmb(domain) __asm__ volatile("dmb " #domain : : : "memory")
#endif

/* An encoding as ESR_ELx.ISS shows it for a trapped access, without direction and Rt. */
#define SYSREG_ENC(op0, op1, crn, crm, op2)                                                        \
	((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)
#define SYSREG_ENC_MASK 0x3ffc1eU

/* HCR_EL2 */
#define HCR_VM	   (1UL << 0)
#define HCR_SWIO   (1UL << 1)
#define HCR_PTW	   (1UL << 2)
#define HCR_FMO	   (1UL << 3)
#define HCR_IMO	   (1UL << 4)
#define HCR_AMO	   (1UL << 5)
#define HCR_VSE	   (1UL << 8)
#define HCR_FB	   (1UL << 9)
#define HCR_BSU_IS (1UL << 10)
#define HCR_TWI	   (1UL << 13)
#define HCR_TWE	   (1UL << 14)
#define HCR_TID3   (1UL << 18)
#define HCR_TSC	   (1UL << 19)
#define HCR_TIDCP  (1UL << 20)
#define HCR_TACR   (1UL << 21)
#define HCR_TSW	   (1UL << 22)
#define HCR_RW	   (1UL << 31)
#define HCR_TLOR   (1UL << 35)
#define HCR_TERR   (1UL << 36)
#define HCR_APK	   (1UL << 40)
#define HCR_API	   (1UL << 41)

/* CPTR_EL2 (HCR_EL2.E2H = 0) */
#define CPTR_RES1  0x32ffUL
#define CPTR_TZ	   (1UL << 8)  /* SVE */
#define CPTR_TFP   (1UL << 10) /* FP and SIMD */
#define CPTR_TSM   (1UL << 12) /* SME */
#define CPTR_TTA   (1UL << 20) /* trace */
#define CPTR_TAM   (1UL << 30) /* activity monitors */
#define CPTR_GUEST (CPTR_RES1 | CPTR_TZ | CPTR_TSM | CPTR_TTA | CPTR_TAM)

/* MDCR_EL2: all of debug, PMU, SPE, trace filter belongs to nobody. */
#define MDCR_TPMCR (1UL << 5)
#define MDCR_TPM   (1UL << 6)
#define MDCR_TDE   (1UL << 8)
#define MDCR_TDA   (1UL << 9)
#define MDCR_TDOSA (1UL << 10)
#define MDCR_TDRA  (1UL << 11)
#define MDCR_TPMS  (1UL << 14)
#define MDCR_TTRF  (1UL << 19)
#define MDCR_TDCC  (1UL << 27)

/* SCTLR_EL2 */
#define SCTLR_EL2_RES1 0x30c50830
#define SCTLR_M	       (1 << 0)
#define SCTLR_C	       (1 << 2)
#define SCTLR_SA       (1 << 3)
#define SCTLR_I	       (1 << 12)
#define SCTLR_WXN      (1 << 19)

/* PSTATE */
#define PSTATE_MODE_EL1H 5
#define PSTATE_MODE_EL1T 4
#define PSTATE_MODE_EL0	 0
#define PSTATE_MODE_MASK 0xf
#define PSTATE_AARCH32	 (1UL << 4)
#define PSTATE_DAIF	 0x3c0
#define PSTATE_IL	 (1UL << 20)
#define PSTATE_SS	 (1UL << 21)
#define PSTATE_PAN	 (1UL << 22)
#define PSTATE_NZCV	 0xf0000000UL

/* ESR_ELx */
#define ESR_EC_SHIFT 26
#define ESR_IL	     (1UL << 25)
#define ESR_EC(esr)  ((unsigned int)((esr) >> ESR_EC_SHIFT) & 0x3f)
#define ESR_ISS_MASK 0x1ffffffUL
/* ESR_ELx.ISS of a data abort */
#define ISS_ISV	      (1UL << 24)
#define ISS_SAS_SHIFT 22
#define ISS_SSE	      (1UL << 21)
#define ISS_SRT_SHIFT 16
#define ISS_SF	      (1UL << 15)
#define ISS_WNR	      (1UL << 6)
#define EC_UNKNOWN    0x00
#define EC_WFX	      0x01
#define EC_CP15_32    0x03
#define EC_FP	      0x07
#define EC_PAC	      0x09
#define EC_ILLEGAL    0x0e
#define EC_HVC32      0x12
#define EC_SMC32      0x13
#define EC_HVC64      0x16
#define EC_SMC64      0x17
#define EC_SYSREG     0x18
#define EC_SVE	      0x19
#define EC_IABT_LOWER 0x20
#define EC_IABT_SAME  0x21
#define EC_DABT_LOWER 0x24
#define EC_DABT_SAME  0x25
#define EC_SERROR     0x2f
#define EC_BRK64      0x3c

#endif
