/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual interface of a GICv2 (IHI 0048B, 5.3): list registers, active priorities, GICH_HCR,
 * GICH_VMCR of the CPU this runs on; the registers are banked. hv/gic.h speaks the layout of a
 * GICv3; GICH_VMCR and GICH_HCR have it as well, but for the bit TDIR. A list register:
 *
 *	 31  30   29 28  27    23        19        10 9         0
 *	+---+----+------+--------+------+------------+-----------+
 *	|HW |Grp1|state |priority|      | PhysicalID | VirtualID |
 *	+---+----+------+--------+------+------------+-----------+
 *
 * Without HW, PhysicalID holds EOI [19] and the source of an SGI [12:10], where bits 41 and [34:32]
 * of hv/gic.h come out. One register tells the active priorities of both groups, 32 of them.
 */
#include <hv/mapping.h>
#include <hv/mmio.h>

#include "gicv2.h"

#define LR_ID_MASK	  0x3ffU
#define LR_PHYSICAL_SHIFT 10
#define LR_PRIORITY_MASK  0x0f800000U /* [27:23]: the upper five of eight bits */
#define LR_PRIORITY_SHIFT 20
#define LR_FLAGS_SHIFT	  28 /* state, Grp1 and HW: in another order on top of both */
#define HCR_MASK	  0xf80000ffU

static volatile u8 *gich __sealed;

/* Of the four bits on top: hv/gic.h has state, HW, Grp1; GICH_LR has HW, Grp1, state. */
static u32 swap_pairs(u32 flags)
{
	return (flags << 2 & 0xc) | flags >> 2;
}

u64 gicv2_lr_read(u64 n)
{
	u32 lr = mmio_read32(gich + GICH_LR + n * 4);

	return (lr & LR_ID_MASK) |
	       (u64)(lr >> LR_PHYSICAL_SHIFT & LR_ID_MASK) << GIC_LR_PINTID_SHIFT |
	       (u64)((lr & LR_PRIORITY_MASK) >> LR_PRIORITY_SHIFT) << GIC_LR_PRIORITY_SHIFT |
	       (u64)swap_pairs(lr >> LR_FLAGS_SHIFT) << 60;
}

void gicv2_lr_write(u64 n, u64 value)
{
	u32 lr = (value & LR_ID_MASK) |
		 (u32)(value >> GIC_LR_PINTID_SHIFT & LR_ID_MASK) << LR_PHYSICAL_SHIFT |
		 ((u32)(value >> GIC_LR_PRIORITY_SHIFT) << LR_PRIORITY_SHIFT & LR_PRIORITY_MASK) |
		 swap_pairs((u32)(value >> 60)) << LR_FLAGS_SHIFT;

	mmio_write32(gich + GICH_LR + n * 4, lr);
}

u64 gicv2_lr_repend(u64 n)
{
	u64 value = gicv2_lr_read(n);

	if ((value & (GIC_LR_PENDING | GIC_LR_ACTIVE)) == 0) {
		gicv2_lr_write(n, value | GIC_LR_PENDING);
	}
	return value;
}

u32 gicv2_elrsr_read(void)
{
	return mmio_read32(gich + GICH_ELRSR);
}

u32 gicv2_hcr_read(void)
{
	return mmio_read32(gich + GICH_HCR);
}

void gicv2_hcr_write(u32 value)
{
	mmio_write32(gich + GICH_HCR, value & HCR_MASK);
}

u32 gicv2_vmcr_read(void)
{
	return mmio_read32(gich + GICH_VMCR);
}

void gicv2_vmcr_write(u32 value)
{
	mmio_write32(gich + GICH_VMCR, value);
}

void gicv2_apr_read(u32 apr[2][4])
{
	apr[0][0] = mmio_read32(gich + GICH_APR);
	apr[1][0] = 0;
}

void gicv2_apr_write(const u32 apr[2][4])
{
	mmio_write32(gich + GICH_APR, apr[0][0]);
}

__init unsigned int gicv2_lr_init(u64 base)
{
	gich = map_device(pa(base), GICH_BYTES);
	if (gich == NULL) {
		return 0;
	}
	return MIN((mmio_read32(gich + GICH_VTR) & 0x3f) + 1, 16U);
}
