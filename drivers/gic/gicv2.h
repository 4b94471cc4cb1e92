/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of the GICv2 by the names of its specification (IHI 0048B, chapters 4 and 5), and what
 * the parts of the driver share.
 */
#ifndef GICV2_H
#define GICV2_H

#include "gic_dist.h"
#include <hv/types.h>

/* Distributor: what only this one has */
#define GICD_ITARGETSR 0x800
#define GICD_SGIR      0xf00

#define GICD_SGIR_TARGETS_SHIFT 16

/* CPU interface: two pages, the second holds GICC_DIR alone. */
#define GICC_CTLR  0x0000
#define GICC_PMR   0x0004
#define GICC_BPR   0x0008
#define GICC_IAR   0x000c
#define GICC_EOIR  0x0010
#define GICC_DIR   0x1000
#define GICC_BYTES 0x2000U

/* As the non-secure side of two states sees it, too. */
#define GICC_CTLR_ENABLE  0x1U
#define GICC_CTLR_EOIMODE 0x200U
#define GICC_IAR_INTID	  0x3ffU

/* Virtual interface control */
#define GICH_HCR   0x000
#define GICH_VTR   0x004
#define GICH_VMCR  0x008
#define GICH_ELRSR 0x030
#define GICH_APR   0x0f0
#define GICH_LR	   0x100
#define GICH_BYTES 0x1000U

/* gicv2_lr.c: the virtual interface. Returns the number of list registers, 0 = not mapped. */
unsigned int gicv2_lr_init(u64 base);
u64 gicv2_lr_read(u64 n);
void gicv2_lr_write(u64 n, u64 value);
u64 gicv2_lr_repend(u64 n);
u32 gicv2_elrsr_read(void);
u32 gicv2_hcr_read(void);
void gicv2_hcr_write(u32 value);
u32 gicv2_vmcr_read(void);
void gicv2_vmcr_write(u32 value);
void gicv2_apr_read(u32 apr[2][4]);
void gicv2_apr_write(const u32 apr[2][4]);

#endif
