/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the distributors of a GICv2 and a GICv3 have in common (IHI 0048B 4.3, IHI 0069 12.9), and
 * with them the SGI and PPI frame of a redistributor: the registers with a field per interrupt, and
 * what a driver does with them. Interrupts 0 to 31 are the CPU's own.
 */
#ifndef GIC_DIST_H
#define GIC_DIST_H

#include <hv/gic.h>
#include <hv/irq.h>
#include <hv/percpu.h>
#include <hv/types.h>

#define GICD_CTLR	0x0000
#define GICD_TYPER	0x0004
#define GICD_ISENABLER	0x0100
#define GICD_ICENABLER	0x0180
#define GICD_ISPENDR	0x0200
#define GICD_ICPENDR	0x0280
#define GICD_ISACTIVER	0x0300
#define GICD_ICACTIVER	0x0380
#define GICD_IPRIORITYR 0x0400
#define GICD_ICFGR	0x0c00

#define GIC_PRIORITY_GUEST 0xa0U
#define GIC_PRIORITY_OWN   0x80U
#define GIC_INTID_SPECIAL  1020U

extern volatile u8 *gic_dist;
/* GICv3: where a CPU's own interrupts are. */
DECLARE_PER_CPU(volatile u8 *, gic_private);

/*
 * Boot: what every controller's node says goes to gic_info, where the driver has put dist_base, and
 * the distributor is mapped. 0, -EINVAL, -ENOMEM with a message.
 */
int gic_dist_probe(int node, unsigned int version, size_t bytes);
/* Boot: chip and ops serve from now on. */
void gic_dist_start(const struct irq_chip *chip, const struct gic_ops *ops, unsigned int nr_lrs);
/* [first, last) of this CPU's view: disabled, idle. */
void gic_dist_reset(u32 first, u32 last, u8 priority);

/* Write the bit of an interrupt, as CPU cpu sees it, in the registers from offset on. */
void gic_dist_write_bit(unsigned int irq, unsigned int cpu, u32 offset);
void gic_dist_enable(unsigned int irq);
int gic_dist_set_type(unsigned int irq, enum irq_type type);

#endif
