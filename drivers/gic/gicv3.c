/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 (IHI 0069): distributor, this CPU's redistributor and CPU interface, as the irq chip of the
 * core and as the hardware behind hv/gic.h. EOImode is 1: ending an interrupt only drops its
 * priority, deactivation is a step of its own, because a guest's end of interrupt may have to do
 * it.
 *
 * The registers that are written after boot have write-one-to-set/clear semantics, bytes of their
 * own or (ICFGR) a lock, so CPUs do not disturb each other. All interrupts are in group 1. Works
 * with one security state (GICD_CTLR.DS) and as the non-secure side of two.
 */
#include <asm/smp.h>
#include <hv/arch.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/irq.h>
#include <hv/mapping.h>
#include <hv/mmio.h>
#include <hv/printk.h>
#include <hv/spinlock.h>

#include "gicv3.h"

#define DIST_BYTES     0x10000U
#define PRIORITY_GUEST 0xa0U
#define PRIORITY_OWN   0x80U
#define RWP_TRIES      1000000U
#define INTID_SPECIAL  1020U

static volatile u8 *dist __sealed;
static DEFINE_PER_CPU(volatile u8 *, gicv3_redist);
static struct spinlock gicv3_lock = SPINLOCK_INIT(LOCK_RANK_IRQ); /* GICD_ICFGR */

/* The block of registers that holds an interrupt: the distributor's, or this CPU's redistributor's.
 */
static volatile u8 *block_of(unsigned int irq)
{
	return irq < 32 ? this_cpu(gicv3_redist) + GICR_SGI_BASE : dist;
}

static void write_bit(unsigned int irq, u32 offset)
{
	mmio_write32(block_of(irq) + offset + irq / 32 * 4, 1U << (irq & 31));
}

/* Wait until a register write has taken effect everywhere; bounded, because firmware may lie. */
static void wait_rwp(unsigned int irq)
{
	volatile u8 *reg = irq < 32 ? this_cpu(gicv3_redist) + GICR_CTLR : dist + GICD_CTLR;
	u32 bit = irq < 32 ? GICR_CTLR_RWP : GICD_CTLR_RWP;

	for (u32 i = 0; i < RWP_TRIES; i++) {
		if ((mmio_read32(reg) & bit) == 0) {
			return;
		}
	}
}

static unsigned int gicv3_ack(void)
{
	unsigned int irq = (unsigned int)read_sysreg(ICC_IAR1_EL1) & 0xffffff;

	if (unlikely(irq >= INTID_SPECIAL)) {
		return IRQ_SPURIOUS;
	}
	write_sysreg(irq, ICC_EOIR1_EL1);
	return irq;
}

static void gicv3_deactivate(unsigned int irq)
{
	write_sysreg(irq, ICC_DIR_EL1);
}

static void gicv3_enable(unsigned int irq)
{
	write_bit(irq, GICD_ISENABLER);
}

static void gicv3_disable(unsigned int irq)
{
	write_bit(irq, GICD_ICENABLER);
	wait_rwp(irq);
}

static int gicv3_set_type(unsigned int irq, enum irq_type type)
{
	volatile u8 *reg = block_of(irq) + GICD_ICFGR + irq / 16 * 4;
	u32 edge = 2U << (irq % 16 * 2);
	u32 value;

	if (irq < IRQ_FIRST_PPI) {
		return type == IRQ_TYPE_EDGE ? 0 : -EINVAL;
	}
	spin_lock(&gicv3_lock);
	value = mmio_read32(reg);
	mmio_write32(reg, type == IRQ_TYPE_EDGE ? value | edge : value & ~edge);
	value = mmio_read32(reg);
	spin_unlock(&gicv3_lock);
	return ((value & edge) != 0) == (type == IRQ_TYPE_EDGE) ? 0 : -EINVAL;
}

static void gicv3_set_priority(unsigned int irq, u8 priority)
{
	mmio_write8(block_of(irq) + GICD_IPRIORITYR + irq, priority);
}

static void gicv3_set_affinity(unsigned int irq, unsigned int cpu)
{
	if (irq >= IRQ_FIRST_SPI) {
		mmio_write64(dist + GICD_IROUTER + irq * 8UL, arch_cpu_id(cpu));
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

/* The same registers of any CPU's block. */
static volatile u8 *state_of(unsigned int irq, unsigned int cpu, u32 offset)
{
	volatile u8 *block = irq < 32 ? per_cpu(gicv3_redist, cpu) + GICR_SGI_BASE : dist;

	return block + offset + irq / 32 * 4;
}

static void gicv3_set_active(unsigned int irq, unsigned int cpu, bool active)
{
	mmio_write32(state_of(irq, cpu, active ? GICD_ISACTIVER : GICD_ICACTIVER),
		     1U << (irq & 31));
}

static void gicv3_set_pending(unsigned int irq, unsigned int cpu, bool pending)
{
	mmio_write32(state_of(irq, cpu, pending ? GICD_ISPENDR : GICD_ICPENDR), 1U << (irq & 31));
}

static u32 gicv3_pending_word(unsigned int irq, unsigned int cpu)
{
	return mmio_read32(state_of(irq, cpu, GICD_ISPENDR));
}

/* The state that interrupts of one block start from: group 1, disabled, idle, level. */
static void reset_block(volatile u8 *block, u32 first, u32 last, u8 priority)
{
	for (u32 i = first; i < last; i += 32) {
		mmio_write32(block + GICD_ICENABLER + i / 8, ~0U);
		mmio_write32(block + GICD_ICACTIVER + i / 8, ~0U);
		mmio_write32(block + GICD_ICPENDR + i / 8, ~0U);
		mmio_write32(block + GICD_IGROUPR + i / 8, ~0U);
		mmio_write32(block + GICD_IGRPMODR + i / 8, 0);
	}
	for (u32 i = first; i < last; i += 4) {
		mmio_write32(block + GICD_IPRIORITYR + i, priority * 0x01010101U);
	}
}

static void init_dist(void)
{
	mmio_write32(dist + GICD_CTLR, 0);
	wait_rwp(IRQ_FIRST_SPI);
	reset_block(dist, IRQ_FIRST_SPI, gic_info.nr_irqs, PRIORITY_GUEST);
	/* Affinity routing first: it must not change while groups are enabled. */
	mmio_write32(dist + GICD_CTLR, GICD_CTLR_ARE_NS);
	wait_rwp(IRQ_FIRST_SPI);
	for (u32 irq = IRQ_FIRST_SPI; irq < gic_info.nr_irqs; irq++) {
		gicv3_set_affinity(irq, 0);
	}
	mmio_write32(dist + GICD_CTLR,
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
	gicv3_lr_cpu_init();
	redist = gicv3_redist_find();
	if (redist == NULL) {
		return;
	}
	this_cpu(gicv3_redist) = redist;
	reset_block(redist + GICR_SGI_BASE, 0, 32, PRIORITY_OWN);
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
	.enable = gicv3_enable,
	.disable = gicv3_disable,
	.set_type = gicv3_set_type,
	.set_priority = gicv3_set_priority,
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
	.set_active = gicv3_set_active,
	.set_pending = gicv3_set_pending,
	.pending_word = gicv3_pending_word,
	.cpu_init = gicv3_cpu_init,
};

/* Fill gic_info from the device tree. */
static int read_node(int node)
{
	u32 nr = devtree_u32(node, "#redistributor-regions", 1);
	struct devtree_range range;
	struct devtree_irq irq;

	if (devtree_reg(node, 0, &range) != 0 || nr == 0 || nr > GIC_REDIST_REGIONS_MAX) {
		pr_err("gicv3: reg or #redistributor-regions of the device tree is not usable\n");
		return -EINVAL;
	}
	gic_info.dist_base = range.base;
	for (u32 i = 0; i < nr; i++) {
		if (devtree_reg(node, i + 1, &range) != 0) {
			pr_err("gicv3: reg in the device tree has no redistributor region %u\n", i);
			return -EINVAL;
		}
		gic_info.redist[i].base = range.base;
		gic_info.redist[i].bytes = range.bytes;
	}
	gic_info.nr_redist_regions = nr;
	gic_info.redist_stride = devtree_u32(node, "redistributor-stride", 0);
	if (devtree_irq(node, 0, &irq) != 0) {
		pr_err("gicv3: the device tree names no maintenance interrupt\n");
		return -EINVAL;
	}
	gic_info.maintenance_irq = irq.number;
	return 0;
}

int gicv3_probe(void)
{
	int node = devtree_find_compatible(-1, "arm,gic-v3");
	int rc;

	if (node < 0) {
		return -ENODEV;
	}
	rc = read_node(node);
	if (rc != 0) {
		return rc;
	}
	dist = map_device(pa(gic_info.dist_base), DIST_BYTES);
	if (dist == NULL) {
		pr_err("gicv3: the distributor at %#lx can not be mapped\n", gic_info.dist_base);
		return -ENOMEM;
	}
	rc = gicv3_redist_map();
	if (rc != 0) {
		return rc;
	}
	gic_info.version = 3;
	gic_info.node = node;
	gic_info.nr_irqs = MIN(((mmio_read32(dist + GICD_TYPER) & 0x1f) + 1) * 32, IRQ_MAX);
	gic_register(&gicv3_ops, gicv3_lr_init());
	irq_set_chip(&gicv3_chip);
	init_dist();
	pr_info("gicv3: %u interrupts, %u list registers\n", gic_info.nr_irqs, gic_nr_lrs);
	return 0;
}
