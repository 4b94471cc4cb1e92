/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of the GICv3 by the names of its specification (IHI 0069, chapters 11 and 12), and what
 * the parts of the driver share.
 */
#ifndef GICV3_H
#define GICV3_H

#include <asm/sysreg.h>

#include "gic_dist.h"

/* Distributor: what only this one has */
#define GICD_IGROUPR  0x0080
#define GICD_IGRPMODR 0x0d00
#define GICD_IROUTER  0x6000

#define GICD_CTLR_ENABLE_GRP1  0x1U /* one security state seen: EnableGrp1 is bit 1 */
#define GICD_CTLR_ENABLE_GRP1A 0x2U
#define GICD_CTLR_ARE_NS       0x10U
#define GICD_CTLR_RWP	       0x80000000U

/* Redistributor: RD_base, and SGI_base 64 KiB above it, whose registers look like the
 * distributor's. */
#define GICR_CTLR		   0x0000
#define GICR_TYPER		   0x0008
#define GICR_WAKER		   0x0014
#define GICR_SGI_BASE		   0x10000
#define GICR_CTLR_RWP		   0x8U
#define GICR_TYPER_VLPIS	   0x2U
#define GICR_TYPER_LAST		   0x10U
#define GICR_WAKER_PROCESSOR_SLEEP 0x2U
#define GICR_WAKER_CHILDREN_ASLEEP 0x4U

/* CPU interface and virtual interface, as the assembler spells registers that it may not know. */
#define ICC_PMR_EL1	S3_0_C4_C6_0
#define ICC_DIR_EL1	S3_0_C12_C11_1
#define ICC_SGI1R_EL1	S3_0_C12_C11_5
#define ICC_IAR1_EL1	S3_0_C12_C12_0
#define ICC_EOIR1_EL1	S3_0_C12_C12_1
#define ICC_BPR1_EL1	S3_0_C12_C12_3
#define ICC_CTLR_EL1	S3_0_C12_C12_4
#define ICC_SRE_EL1	S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_SRE_EL2	S3_4_C12_C9_5
#define ICH_HCR_EL2	S3_4_C12_C11_0
#define ICH_VTR_EL2	S3_4_C12_C11_1
#define ICH_ELRSR_EL2	S3_4_C12_C11_5
#define ICH_VMCR_EL2	S3_4_C12_C11_7

#define ICC_CTLR_EOIMODE 0x2U
#define ICC_SRE_SRE	 0x1U
#define ICC_SRE_DFB	 0x2U
#define ICC_SRE_DIB	 0x4U

/* gicv3_lr.c: the virtual interface. Returns the number of list registers. */
unsigned int gicv3_lr_init(void);
u64 gicv3_lr_read(u64 n);
void gicv3_lr_write(u64 n, u64 value);
u64 gicv3_lr_repend(u64 n);
u32 gicv3_elrsr_read(void);
u32 gicv3_hcr_read(void);
void gicv3_hcr_write(u32 value);
u32 gicv3_vmcr_read(void);
void gicv3_vmcr_write(u32 value);
void gicv3_apr_read(u32 apr[2][4]);
void gicv3_apr_write(const u32 apr[2][4]);

/*
 * gicv3_redist.c: wait until a register has none of these bits, a bounded time, because firmware
 * may lie; true when they are gone.
 */
bool gicv3_wait_clear(const volatile u8 *reg, u32 bits);
/* Find and wake this CPU's redistributor; its frames, or NULL with a message. */
int gicv3_redist_map(void);
volatile u8 *gicv3_redist_find(void);

#endif
