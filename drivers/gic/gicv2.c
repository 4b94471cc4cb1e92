/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2 (IHI 0048B): distributor and CPU interface as the irq chip of the core and as the hardware
 * behind hv/gic.h. EOImode is 1: ending an interrupt only drops its priority, deactivation is a
 * step of its own, because a guest's end of interrupt may have to do it.
 *
 * Interrupts 0 to 31 have banked registers: each CPU reaches its own only. The registers that are
 * written after boot have write-one-to-set/clear semantics, bytes of their own or (ICFGR) a lock,
 * so CPUs do not disturb each other. The driver leaves groups alone: without the security extension
 * all interrupts are in group 0, with it firmware has given them to the non-secure side, which sees
 * one group only.
 */
#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/irq.h>
#include <hv/mapping.h>
#include <hv/mmio.h>
#include <hv/percpu.h>
#include <hv/printk.h>
#include <hv/spinlock.h>
#include <asm/sysreg.h>

#include "gicv2.h"

#define DIST_BYTES     0x1000U
#define PRIORITY_GUEST 0xa0U
#define PRIORITY_OWN   0x80U
#define INTID_SPECIAL  1020U

static volatile u8 *dist __sealed;
static volatile u8 *cpuif __sealed;
static struct spinlock gicv2_lock = SPINLOCK_INIT(LOCK_RANK_IRQ); /* GICD_ICFGR */
static DEFINE_PER_CPU(u32, gicv2_sgi_iar); /* last SGI, with the CPU that has sent it */
static DEFINE_PER_CPU(u8, gicv2_target);   /* this CPU's bit in GICD_ITARGETSR and GICD_SGIR */

static unsigned int gicv2_ack(void)
{
	u32 iar = mmio_read32(cpuif + GICC_IAR);
	unsigned int irq = iar & GICC_IAR_INTID;

	if (unlikely(irq >= INTID_SPECIAL)) {
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

static void write_bit(unsigned int irq, u32 offset)
{
	mmio_write32(dist + offset + irq / 32 * 4, 1U << (irq & 31));
}

static void gicv2_enable(unsigned int irq)
{
	write_bit(irq, GICD_ISENABLER);
}

static void gicv2_disable(unsigned int irq)
{
	write_bit(irq, GICD_ICENABLER);
	/* The write has arrived when a read behind it is answered. */
	(void)mmio_read32(dist + GICD_CTLR);
}

static int gicv2_set_type(unsigned int irq, enum irq_type type)
{
	volatile u8 *reg = dist + GICD_ICFGR + irq / 16 * 4;
	u32 edge = 2U << (irq % 16 * 2);
	u32 value;

	if (irq < IRQ_FIRST_PPI) {
		return type == IRQ_TYPE_EDGE ? 0 : -EINVAL;
	}
	spin_lock(&gicv2_lock);
	value = mmio_read32(reg);
	mmio_write32(reg, type == IRQ_TYPE_EDGE ? value | edge : value & ~edge);
	value = mmio_read32(reg);
	spin_unlock(&gicv2_lock);
	return ((value & edge) != 0) == (type == IRQ_TYPE_EDGE) ? 0 : -EINVAL;
}

static void gicv2_set_priority(unsigned int irq, u8 priority)
{
	mmio_write8(dist + GICD_IPRIORITYR + irq, priority);
}

static void gicv2_set_affinity(unsigned int irq, unsigned int cpu)
{
	if (irq >= IRQ_FIRST_SPI) {
		mmio_write8(dist + GICD_ITARGETSR + irq, per_cpu(gicv2_target, cpu));
	}
}

static void gicv2_send_sgi(unsigned int cpu, unsigned int sgi)
{
	/* What the other CPU is to see comes before the interrupt that makes it look. */
	dsb(ishst);
	mmio_write32(dist + GICD_SGIR,
		     (u32)per_cpu(gicv2_target, cpu) << GICD_SGIR_TARGETS_SHIFT | sgi);
}

/*
 * A private interrupt of another CPU is out of reach. Nobody asks for one: the virtual GIC looks at
 * the physical side of a private interrupt where the vCPU is, and a guest of this controller sees
 * its own vCPU's private interrupts only.
 */
static bool is_reachable(unsigned int irq, unsigned int cpu)
{
	return irq >= IRQ_FIRST_SPI || cpu == cpu_id();
}

static void gicv2_set_active(unsigned int irq, unsigned int cpu, bool active)
{
	if (is_reachable(irq, cpu)) {
		write_bit(irq, active ? GICD_ISACTIVER : GICD_ICACTIVER);
	}
}

static void gicv2_set_pending(unsigned int irq, unsigned int cpu, bool pending)
{
	if (is_reachable(irq, cpu)) {
		write_bit(irq, pending ? GICD_ISPENDR : GICD_ICPENDR);
	}
}

static u32 gicv2_pending_word(unsigned int irq, unsigned int cpu)
{
	return is_reachable(irq, cpu) ? mmio_read32(dist + GICD_ISPENDR + irq / 32 * 4) : 0;
}

/* The state that interrupts start from: disabled, idle. */
static void reset_irqs(u32 first, u32 last, u8 priority)
{
	for (u32 i = first; i < last; i += 32) {
		mmio_write32(dist + GICD_ICENABLER + i / 8, ~0U);
		mmio_write32(dist + GICD_ICACTIVER + i / 8, ~0U);
		mmio_write32(dist + GICD_ICPENDR + i / 8, ~0U);
	}
	for (u32 i = first; i < last; i += 4) {
		mmio_write32(dist + GICD_IPRIORITYR + i, priority * 0x01010101U);
	}
}

/* The targets of private interrupts read as the CPU that reads; as 0 if there is but one. */
static void learn_target(void)
{
	u32 targets = 0;

	for (u32 i = 0; i < IRQ_FIRST_SPI; i += 4) {
		targets |= mmio_read32(dist + GICD_ITARGETSR + i);
	}
	targets |= targets >> 16;
	targets |= targets >> 8;
	this_cpu(gicv2_target) = (u8)targets != 0 ? (u8)targets : 1;
}

static void init_dist(void)
{
	mmio_write32(dist + GICD_CTLR, 0);
	reset_irqs(IRQ_FIRST_SPI, gic_info.nr_irqs, PRIORITY_GUEST);
	learn_target();
	for (u32 irq = IRQ_FIRST_SPI; irq < gic_info.nr_irqs; irq++) {
		gicv2_set_affinity(irq, cpu_id());
	}
	mmio_write32(dist + GICD_CTLR, 1);
}

static void gicv2_cpu_init(void)
{
	gicv2_lr_cpu_init();
	learn_target();
	reset_irqs(0, IRQ_FIRST_SPI, PRIORITY_OWN);
	mmio_write32(cpuif + GICC_PMR, 0xf0);
	mmio_write32(cpuif + GICC_BPR, 0);
	mmio_write32(cpuif + GICC_CTLR, GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE);
}

static const struct irq_chip gicv2_chip = {
	.name = "GICv2",
	.nr_irqs = IRQ_MAX,
	.ack = gicv2_ack,
	.deactivate = gicv2_deactivate,
	.enable = gicv2_enable,
	.disable = gicv2_disable,
	.set_type = gicv2_set_type,
	.set_priority = gicv2_set_priority,
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
	.set_active = gicv2_set_active,
	.set_pending = gicv2_set_pending,
	.pending_word = gicv2_pending_word,
	.cpu_init = gicv2_cpu_init,
};

static int find_node(void)
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
static int map_frames(int node)
{
	struct devtree_range reg[4];
	struct devtree_irq irq;

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
	if (devtree_irq(node, 0, &irq) != 0) {
		pr_err("gicv2: the device tree names no maintenance interrupt\n");
		return -EINVAL;
	}
	gic_info.version = 2;
	gic_info.node = node;
	gic_info.dist_base = reg[0].base;
	gic_info.cpu_base = reg[1].base;
	gic_info.vcpu_base = reg[3].base;
	gic_info.maintenance_irq = irq.number;
	dist = map_device(pa(reg[0].base), DIST_BYTES);
	cpuif = map_device(pa(reg[1].base), GICC_BYTES);
	gic_register(&gicv2_ops, gicv2_lr_init(reg[2].base));
	if (dist == NULL || cpuif == NULL || gic_nr_lrs == 0) {
		pr_err("gicv2: the frames from %#lx on can not be mapped\n", reg[0].base);
		return -ENOMEM;
	}
	return 0;
}

int gicv2_probe(void)
{
	int node = find_node();
	int rc = node < 0 ? -ENODEV : map_frames(node);

	if (rc != 0) {
		return rc;
	}
	gic_info.nr_irqs = MIN(((mmio_read32(dist + GICD_TYPER) & 0x1f) + 1) * 32, IRQ_MAX);
	irq_set_chip(&gicv2_chip);
	init_dist();
	pr_info("gicv2: %u interrupts, %u list registers\n", gic_info.nr_irqs, gic_nr_lrs);
	return 0;
}
