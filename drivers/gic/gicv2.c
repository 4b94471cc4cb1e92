/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2 (IHI 0048B): distributor and CPU interface as the irq chip of the core and as the hardware
 * behind hv/gic.h. EOImode is 1: ending an interrupt only drops its priority, deactivation is a
 * step of its own, because a guest's end of interrupt may have to do it.
 *
 * Interrupts 0 to 31 have banked registers: each CPU reaches its own only. The driver leaves groups
 * alone: without the security extension all interrupts are in group 0, with it firmware has given
 * them to the non-secure side, which sees one group only.
 */
#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/mapping.h>
#include <hv/mmio.h>
#include <hv/printk.h>
#include <asm/sysreg.h>

#include "gicv2.h"

#define DIST_BYTES 0x1000U

static volatile u8 *cpuif __sealed;
static DEFINE_PER_CPU(u32, gicv2_sgi_iar); /* last SGI, with the CPU that has sent it */
static DEFINE_PER_CPU(u8, gicv2_target);   /* this CPU's bit in GICD_ITARGETSR and GICD_SGIR */

static unsigned int gicv2_ack(void)
{
	u32 iar = mmio_read32(cpuif + GICC_IAR);
	unsigned int irq = iar & GICC_IAR_INTID;

	if (unlikely(irq >= GIC_INTID_SPECIAL)) {
		return IRQ_SPURIOUS;
	}
	if (irq < IRQ_FIRST_PPI) {
		this_cpu(gicv2_sgi_iar) = iar;
	}
	mmio_write32(cpuif + GICC_EOIR, iar);
	return irq;
}

static void gicv2_deactivate(unsigned int irq)
{
	mmio_write32(cpuif + GICC_DIR, irq < IRQ_FIRST_PPI ? this_cpu(gicv2_sgi_iar) : irq);
}

static void gicv2_disable(unsigned int irq)
{
	gic_dist_write_bit(irq, cpu_id(), GICD_ICENABLER);
	/* The write has arrived when a read behind it is answered. */
	(void)mmio_read32(gic_dist + GICD_CTLR);
}

static void gicv2_set_affinity(unsigned int irq, unsigned int cpu)
{
	if (irq >= IRQ_FIRST_SPI) {
		mmio_write8(gic_dist + GICD_ITARGETSR + irq, per_cpu(gicv2_target, cpu));
	}
}

static void gicv2_send_sgi(unsigned int cpu, unsigned int sgi)
{
	/* What the other CPU is to see comes before the interrupt that makes it look. */
	dsb(ishst);
	mmio_write32(gic_dist + GICD_SGIR,
		     (u32)per_cpu(gicv2_target, cpu) << GICD_SGIR_TARGETS_SHIFT | sgi);
}

/* The targets of private interrupts read as the CPU that reads; as 0 if there is but one. */
static void learn_target(void)
{
	u32 targets = 0;

	for (u32 i = 0; i < IRQ_FIRST_SPI; i += 4) {
		targets |= mmio_read32(gic_dist + GICD_ITARGETSR + i);
	}
	targets |= targets >> 16;
	targets |= targets >> 8;
	this_cpu(gicv2_target) = (u8)targets != 0 ? (u8)targets : 1;
}

static __init void init_dist(void)
{
	mmio_write32(gic_dist + GICD_CTLR, 0);
	gic_dist_reset(IRQ_FIRST_SPI, gic_info.nr_irqs, GIC_PRIORITY_GUEST);
	learn_target();
	for (u32 irq = IRQ_FIRST_SPI; irq < gic_info.nr_irqs; irq++) {
		gicv2_set_affinity(irq, cpu_id());
	}
	mmio_write32(gic_dist + GICD_CTLR, 1);
}

static void gicv2_cpu_init(void)
{
	gic_lr_reset();
	learn_target();
	gic_dist_reset(0, IRQ_FIRST_SPI, GIC_PRIORITY_OWN);
	mmio_write32(cpuif + GICC_PMR, 0xf0);
	mmio_write32(cpuif + GICC_BPR, 0);
	mmio_write32(cpuif + GICC_CTLR, GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE);
}

static const struct irq_chip gicv2_chip = {
	.name = "GICv2",
	.nr_irqs = IRQ_MAX,
	.ack = gicv2_ack,
	.deactivate = gicv2_deactivate,
	.enable = gic_dist_enable,
	.disable = gicv2_disable,
	.set_type = gic_dist_set_type,
	.set_affinity = gicv2_set_affinity,
	.send_sgi = gicv2_send_sgi,
};

static const struct gic_ops gicv2_ops = {
	.lr_read = gicv2_lr_read,
	.lr_write = gicv2_lr_write,
	.lr_repend = gicv2_lr_repend,
	.elrsr_read = gicv2_elrsr_read,
	.hcr_read = gicv2_hcr_read,
	.hcr_write = gicv2_hcr_write,
	.vmcr_read = gicv2_vmcr_read,
	.vmcr_write = gicv2_vmcr_write,
	.apr_read = gicv2_apr_read,
	.apr_write = gicv2_apr_write,
	.cpu_init = gicv2_cpu_init,
};

static __init int find_node(void)
{
	static const char *const compatible[] = { "arm,gic-400", "arm,cortex-a15-gic",
						  "arm,cortex-a7-gic" };
	int node = -1;

	for (unsigned int i = 0; i < ARRAY_SIZE(compatible) && node < 0; i++) {
		node = devtree_find_compatible(-1, compatible[i]);
	}
	return node;
}

/* Distributor, CPU interface, virtual interface control, virtual CPU interface, in this order. */
static __init int map_frames(int node)
{
	struct devtree_range reg[4];
	unsigned int nr_lrs;
	int rc;

	for (unsigned int i = 0; i < ARRAY_SIZE(reg); i++) {
		if (devtree_reg(node, i, &reg[i]) != 0) {
			pr_err("gicv2: reg in the device tree has %u of the 4 entries needed\n", i);
			return -EINVAL;
		}
	}
	if (reg[1].bytes < GICC_BYTES || reg[3].bytes < GICC_BYTES) {
		pr_err("gicv2: the CPU interfaces in the device tree are smaller than 8 KiB\n");
		return -EINVAL;
	}
	gic_info.dist_base = reg[0].base;
	rc = gic_dist_probe(node, 2, DIST_BYTES);
	if (rc != 0) {
		return rc;
	}
	gic_info.cpu_base = reg[1].base;
	gic_info.vcpu_base = reg[3].base;
	cpuif = map_device(pa(reg[1].base), GICC_BYTES);
	nr_lrs = gicv2_lr_init(reg[2].base);
	if (cpuif == NULL || nr_lrs == 0) {
		pr_err("gicv2: the frames from %#lx on can not be mapped\n", reg[1].base);
		return -ENOMEM;
	}
	gic_dist_start(&gicv2_chip, &gicv2_ops, nr_lrs);
	return 0;
}

__init int gicv2_probe(void)
{
	int node = find_node();
	int rc = node < 0 ? -ENODEV : map_frames(node);

	if (rc == 0) {
		init_dist();
	}
	return rc;
}
