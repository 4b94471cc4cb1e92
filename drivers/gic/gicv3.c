/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 (IHI 0069): distributor, this CPU's redistributor and CPU interface, as the irq chip of the
 * core and as the hardware behind hv/gic.h. EOImode is 1: ending an interrupt only drops its
 * priority, deactivation is a step of its own, because a guest's end of interrupt may have to do
 * it.
 *
 * All interrupts are in group 1. Works with one security state (GICD_CTLR.DS) and as the non-secure
 * side of two.
 */
#include <asm/smp.h>
#include <hv/arch.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/mmio.h>
#include <hv/printk.h>

#include "gicv3.h"

#define DIST_BYTES 0x10000U

/* Wait until a register write has taken effect everywhere. */
static void wait_rwp(unsigned int irq)
{
	if (irq < IRQ_FIRST_SPI) {
		gicv3_wait_clear(this_cpu(gic_private) - GICR_SGI_BASE + GICR_CTLR, GICR_CTLR_RWP);
	} else {
		gicv3_wait_clear(gic_dist + GICD_CTLR, GICD_CTLR_RWP);
	}
}

static unsigned int gicv3_ack(void)
{
	unsigned int irq = (unsigned int)read_sysreg(ICC_IAR1_EL1) & 0xffffff;

	if (unlikely(irq >= GIC_INTID_SPECIAL)) {
		return IRQ_SPURIOUS;
	}
	write_sysreg(irq, ICC_EOIR1_EL1);
	return irq;
}

static void gicv3_deactivate(unsigned int irq)
{
	write_sysreg(irq, ICC_DIR_EL1);
}

static void gicv3_disable(unsigned int irq)
{
	gic_dist_write_bit(irq, cpu_id(), GICD_ICENABLER);
	wait_rwp(irq);
}

static void gicv3_set_affinity(unsigned int irq, unsigned int cpu)
{
	if (irq >= IRQ_FIRST_SPI) {
		mmio_write64(gic_dist + GICD_IROUTER + irq * 8UL, arch_cpu_id(cpu));
	}
}

/* ICC_SGI1R_EL1: Aff3 [55:48], RS [47:44], Aff2 [39:32], INTID [27:24], Aff1 [23:16], list [15:0].
 */
static void gicv3_send_sgi(unsigned int cpu, unsigned int sgi)
{
	u64 mpidr = arch_cpu_id(cpu);
	u64 value = (mpidr >> 32 & 0xff) << 48 | (mpidr >> 4 & 0xf) << 44 |
		    (mpidr >> 16 & 0xff) << 32 | (u64)sgi << 24 | (mpidr >> 8 & 0xff) << 16 |
		    BIT(mpidr & 0xf);

	/* What the other CPU is to see comes before the interrupt that makes it look. */
	dsb(ishst);
	write_sysreg(value, ICC_SGI1R_EL1);
	isb();
}

/* The state that interrupts of one block start from: group 1, disabled, idle, level. */
static void reset_block(volatile u8 *block, u32 first, u32 last, u8 priority)
{
	gic_dist_reset(first, last, priority);
	for (u32 i = first; i < last; i += 32) {
		mmio_write32(block + GICD_IGROUPR + i / 8, ~0U);
		mmio_write32(block + GICD_IGRPMODR + i / 8, 0);
	}
}

static __init void init_dist(void)
{
	mmio_write32(gic_dist + GICD_CTLR, 0);
	wait_rwp(IRQ_FIRST_SPI);
	reset_block(gic_dist, IRQ_FIRST_SPI, gic_info.nr_irqs, GIC_PRIORITY_GUEST);
	/* Affinity routing first: it must not change while groups are enabled. */
	mmio_write32(gic_dist + GICD_CTLR, GICD_CTLR_ARE_NS);
	wait_rwp(IRQ_FIRST_SPI);
	for (u32 irq = IRQ_FIRST_SPI; irq < gic_info.nr_irqs; irq++) {
		gicv3_set_affinity(irq, 0);
	}
	mmio_write32(gic_dist + GICD_CTLR,
		     GICD_CTLR_ARE_NS | GICD_CTLR_ENABLE_GRP1A | GICD_CTLR_ENABLE_GRP1);
	wait_rwp(IRQ_FIRST_SPI);
}

static void gicv3_cpu_init(void)
{
	volatile u8 *redist;

	/* System registers only; without Enable, a guest's access to ICC_SRE_EL1 traps. */
	write_sysreg(ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB, ICC_SRE_EL2);
	isb();
	write_sysreg(ICC_SRE_SRE | ICC_SRE_DFB | ICC_SRE_DIB, ICC_SRE_EL1);
	isb();
	gic_lr_reset();
	redist = gicv3_redist_find();
	if (redist == NULL) {
		return;
	}
	this_cpu(gic_private) = redist + GICR_SGI_BASE;
	reset_block(redist + GICR_SGI_BASE, 0, IRQ_FIRST_SPI, GIC_PRIORITY_OWN);
	wait_rwp(0);
	write_sysreg(0xf0, ICC_PMR_EL1);
	write_sysreg(0, ICC_BPR1_EL1);
	write_sysreg(ICC_CTLR_EOIMODE, ICC_CTLR_EL1);
	write_sysreg(1, ICC_IGRPEN1_EL1);
	isb();
}

static const struct irq_chip gicv3_chip = {
	.name = "GICv3",
	.nr_irqs = IRQ_MAX,
	.ack = gicv3_ack,
	.deactivate = gicv3_deactivate,
	.enable = gic_dist_enable,
	.disable = gicv3_disable,
	.set_type = gic_dist_set_type,
	.set_affinity = gicv3_set_affinity,
	.send_sgi = gicv3_send_sgi,
};

static const struct gic_ops gicv3_ops = {
	.lr_read = gicv3_lr_read,
	.lr_write = gicv3_lr_write,
	.lr_repend = gicv3_lr_repend,
	.elrsr_read = gicv3_elrsr_read,
	.hcr_read = gicv3_hcr_read,
	.hcr_write = gicv3_hcr_write,
	.vmcr_read = gicv3_vmcr_read,
	.vmcr_write = gicv3_vmcr_write,
	.apr_read = gicv3_apr_read,
	.apr_write = gicv3_apr_write,
	.cpu_init = gicv3_cpu_init,
};

/* Where distributor and redistributors are, from the device tree. */
static __init int read_regions(int node)
{
	u32 nr = devtree_u32(node, "#redistributor-regions", 1);
	struct devtree_range range;

	if (devtree_reg(node, 0, &range) != 0 || nr == 0 || nr > GIC_REDIST_REGIONS_MAX) {
		pr_err("gicv3: reg or #redistributor-regions of the device tree is not usable\n");
		return -EINVAL;
	}
	gic_info.dist_base = range.base;
	for (u32 i = 0; i < nr; i++) {
		if (devtree_reg(node, i + 1, &gic_info.redist[i]) != 0) {
			pr_err("gicv3: reg in the device tree has no redistributor region %u\n", i);
			return -EINVAL;
		}
	}
	gic_info.nr_redist_regions = nr;
	gic_info.redist_stride = devtree_u32(node, "redistributor-stride", 0);
	return 0;
}

__init int gicv3_probe(void)
{
	int node = devtree_find_compatible(-1, "arm,gic-v3");
	int rc = node < 0 ? -ENODEV : read_regions(node);

	rc = rc ? rc : gic_dist_probe(node, 3, DIST_BYTES);
	rc = rc ? rc : gicv3_redist_map();
	if (rc == 0) {
		gic_dist_start(&gicv3_chip, &gicv3_ops, gicv3_lr_init());
		init_dist();
	}
	return rc;
}
