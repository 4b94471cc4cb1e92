/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers that the distributors of all versions have (gic_dist.h). Those that are written after
 * boot have write-one-to-set/clear semantics or (ICFGR) a lock, so CPUs do not disturb each other.
 */
#include "gic_dist.h"

#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/mapping.h>
#include <hv/mmio.h>
#include <hv/printk.h>
#include <hv/spinlock.h>

volatile u8 *gic_dist __sealed;
DEFINE_PER_CPU(volatile u8 *, gic_private);
static struct spinlock gic_dist_lock = SPINLOCK_INIT(LOCK_RANK_IRQ); /* GICD_ICFGR */

/*
 * The block of registers that holds an interrupt. A GICv2's private ones are banked, so those of
 * another CPU are out of reach: NULL. Nobody asks for one: the virtual GIC looks at the physical
 * side of a private interrupt where the vCPU is, and a guest of this controller sees its own vCPU's
 * private interrupts only.
 */
static volatile u8 *block_of(unsigned int irq, unsigned int cpu)
{
	if (irq >= IRQ_FIRST_SPI || (gic_info.version == 2 && cpu == cpu_id())) {
		return gic_dist;
	}
	return per_cpu(gic_private, cpu);
}

void gic_dist_write_bit(unsigned int irq, unsigned int cpu, u32 offset)
{
	volatile u8 *block = block_of(irq, cpu);

	if (block) {
		mmio_write32(block + offset + irq / 32 * 4, 1U << (irq & 31));
	}
}

void gic_dist_enable(unsigned int irq)
{
	gic_dist_write_bit(irq, cpu_id(), GICD_ISENABLER);
}

int gic_dist_set_type(unsigned int irq, enum irq_type type)
{
	volatile u8 *reg = block_of(irq, cpu_id()) + GICD_ICFGR + irq / 16 * 4;
	u32 edge = 2U << (irq % 16 * 2);
	u32 value;

	if (irq < IRQ_FIRST_PPI) {
		return type == IRQ_TYPE_EDGE ? 0 : -EINVAL;
	}
	spin_lock(&gic_dist_lock);
	value = mmio_read32(reg);
	mmio_write32(reg, type == IRQ_TYPE_EDGE ? value | edge : value & ~edge);
	value = mmio_read32(reg);
	spin_unlock(&gic_dist_lock);
	return ((value & edge) != 0) == (type == IRQ_TYPE_EDGE) ? 0 : -EINVAL;
}

void gic_set_active(unsigned int irq, unsigned int cpu, bool active)
{
	gic_dist_write_bit(irq, cpu, active ? GICD_ISACTIVER : GICD_ICACTIVER);
}

void gic_set_pending(unsigned int irq, unsigned int cpu, bool pending)
{
	gic_dist_write_bit(irq, cpu, pending ? GICD_ISPENDR : GICD_ICPENDR);
}

u32 gic_pending_word(unsigned int irq, unsigned int cpu)
{
	volatile u8 *block = block_of(irq, cpu);

	return block ? mmio_read32(block + GICD_ISPENDR + irq / 32 * 4) : 0;
}

void gic_dist_reset(u32 first, u32 last, u8 priority)
{
	volatile u8 *block = block_of(first, cpu_id());

	for (u32 i = first; i < last; i += 32) {
		mmio_write32(block + GICD_ICENABLER + i / 8, ~0U);
		mmio_write32(block + GICD_ICACTIVER + i / 8, ~0U);
		mmio_write32(block + GICD_ICPENDR + i / 8, ~0U);
	}
	for (u32 i = first; i < last; i += 4) {
		mmio_write32(block + GICD_IPRIORITYR + i, priority * 0x01010101U);
	}
}

__init int gic_dist_probe(int node, unsigned int version, size_t bytes)
{
	struct devtree_irq irq;

	if (devtree_irq(node, 0, &irq) != 0) {
		pr_err("gicv%u: the device tree names no maintenance interrupt\n", version);
		return -EINVAL;
	}
	gic_dist = map_device(pa(gic_info.dist_base), bytes);
	if (gic_dist == NULL) {
		pr_err("gicv%u: the distributor at %#lx can not be mapped\n", version,
		       gic_info.dist_base);
		return -ENOMEM;
	}
	gic_info.version = version;
	gic_info.node = node;
	gic_info.maintenance_irq = irq.number;
	gic_info.nr_irqs = MIN(((mmio_read32(gic_dist + GICD_TYPER) & 0x1f) + 1) * 32, IRQ_MAX);
	return 0;
}

__init void gic_dist_start(const struct irq_chip *chip, const struct gic_ops *ops,
			   unsigned int nr_lrs)
{
	gic_ops = ops;
	gic_nr_lrs = nr_lrs;
	irq_set_chip(chip);
	pr_info("gicv%u: %u interrupts, %u list registers\n", gic_info.version, gic_info.nr_irqs,
		nr_lrs);
}
