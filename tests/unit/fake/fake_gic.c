/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fake GICv3 (fake_gic.h).
 */
#include "fake_gic.h"

#include <string.h>

#include <hv/arch.h>
#include <hv/errno.h>
#include <hv/vgic.h>

struct fake_interface fake_ifs[FAKE_CPUS];
struct fake_phys fake_spis[IRQ_MAX];
struct fake_phys fake_ppi27[FAKE_CPUS];
const struct gic_ops *gic_ops;
struct gic_info gic_info;
unsigned int gic_nr_lrs;
static irq_handler_t maintenance;

static struct fake_interface *self(void)
{
	return &fake_ifs[fake_cpu];
}

struct vcpu *arch_current(void)
{
	return self()->vcpu;
}

void irq_kick(unsigned int cpu)
{
	fake_kicks[cpu]++;
}

static u64 lr_read(u64 n)
{
	assert_true(n < gic_nr_lrs);
	return self()->lr[n];
}

static void lr_write(u64 n, u64 value)
{
	assert_true(n < gic_nr_lrs);
	/* Not allowed: pending and active with HW; the same INTID in two registers. */
	assert_false((value & GIC_LR_HW) && (value >> 62) == 3);
	for (unsigned int i = 0; i < gic_nr_lrs && value >> 62; i++) {
		assert_false(i != n && self()->lr[i] >> 62 && (u32)self()->lr[i] == (u32)value);
	}
	self()->lr[n] = value;
	self()->nr_writes++;
}

static u64 lr_repend(u64 n)
{
	u64 value = lr_read(n);

	if ((value & (GIC_LR_PENDING | GIC_LR_ACTIVE)) == 0) {
		lr_write(n, value | GIC_LR_PENDING);
	}
	return value;
}

static u32 elrsr_read(void)
{
	u32 empty = 0;

	for (unsigned int n = 0; n < gic_nr_lrs; n++) {
		u64 lr = self()->lr[n];

		if (lr >> 62 == 0 && ((lr & GIC_LR_HW) || !(lr & GIC_LR_EOI))) {
			empty |= 1U << n;
		}
	}
	return empty;
}

static u32 hcr_read(void)
{
	return self()->hcr;
}

static void hcr_write(u32 value)
{
	self()->hcr = value;
}

static u32 vmcr_read(void)
{
	return self()->vmcr;
}

static void vmcr_write(u32 value)
{
	self()->vmcr = value;
}

static void apr_read(u32 apr[2][4])
{
	memcpy(apr, self()->apr, sizeof(self()->apr));
}

static void apr_write(const u32 apr[2][4])
{
	memcpy(self()->apr, apr, sizeof(self()->apr));
}

static struct fake_phys *phys(unsigned int irq, unsigned int cpu)
{
	assert_true(irq == 27 || (irq >= 32 && irq < IRQ_MAX));
	return irq == 27 ? &fake_ppi27[cpu] : &fake_spis[irq];
}

void gic_set_active(unsigned int irq, unsigned int cpu, bool active)
{
	phys(irq, cpu)->active = active;
}

void gic_set_pending(unsigned int irq, unsigned int cpu, bool pending)
{
	phys(irq, cpu)->pending = pending;
}

static bool is_pending(unsigned int irq, unsigned int cpu)
{
	struct fake_phys *p = phys(irq, cpu);

	return p->pending || (!p->edge && p->line);
}

u32 gic_pending_word(unsigned int irq, unsigned int cpu)
{
	u32 first = irq & ~31U, word = 0;

	for (u32 i = irq < 32 ? 27 : 0; i < (irq < 32 ? 28 : 32); i++) {
		word |= (u32)is_pending(first + i, cpu) << i;
	}
	return word;
}

static const struct gic_ops ops = {
	.lr_read = lr_read,
	.lr_write = lr_write,
	.lr_repend = lr_repend,
	.elrsr_read = elrsr_read,
	.hcr_read = hcr_read,
	.hcr_write = hcr_write,
	.vmcr_read = vmcr_read,
	.vmcr_write = vmcr_write,
	.apr_read = apr_read,
	.apr_write = apr_write,
};

int irq_request(unsigned int irq, irq_handler_t handler, void *arg)
{
	maintenance = handler;
	return 0;
}

int irq_request_guest(unsigned int irq, irq_handler_t handler, void *arg)
{
	if (fake_spis[irq].handler) {
		return -EBUSY;
	}
	fake_spis[irq].handler = handler;
	fake_spis[irq].arg = arg;
	return 0;
}

void irq_release(unsigned int irq)
{
	fake_spis[irq].handler = NULL;
}

static void chip_enable(unsigned int irq)
{
	phys(irq == 25 ? 27 : irq, fake_cpu)->enabled = true;
}

static void chip_disable(unsigned int irq)
{
	phys(irq, fake_cpu)->enabled = false;
}

static int chip_set_type(unsigned int irq, enum irq_type type)
{
	phys(irq, fake_cpu)->edge = type == IRQ_TYPE_EDGE;
	return 0;
}

static void chip_set_affinity(unsigned int irq, unsigned int cpu)
{
	phys(irq, fake_cpu)->cpu = cpu;
}

static void chip_deactivate(unsigned int irq)
{
	phys(irq, fake_cpu)->active = false;
}

static const struct irq_chip chip = {
	.enable = chip_enable,
	.disable = chip_disable,
	.set_type = chip_set_type,
	.set_affinity = chip_set_affinity,
	.deactivate = chip_deactivate,
};

const struct irq_chip *irq_chip = &chip;

void fake_gic_reset(unsigned int nr_lrs)
{
	memset(fake_ifs, 0, sizeof(fake_ifs));
	memset(fake_spis, 0, sizeof(fake_spis));
	memset(fake_ppi27, 0, sizeof(fake_ppi27));
	gic_ops = &ops;
	gic_nr_lrs = nr_lrs;
	gic_info.nr_irqs = 256;
	gic_info.maintenance_irq = 25;
	maintenance = NULL;
	assert_int_equal(vgic_init(), 0);
}

static unsigned int running(void)
{
	u32 active = self()->apr[0][0] | self()->apr[1][0];

	return active ? (unsigned int)__builtin_ctz(active) * 8 : 256;
}

static int best_lr(void)
{
	unsigned int limit = MIN(running(), self()->vmcr >> GIC_VMCR_PMR_SHIFT);
	int best = -1;

	if (!(self()->hcr & GIC_HCR_EN)) {
		return -1;
	}
	for (unsigned int n = 0; n < gic_nr_lrs; n++) {
		u64 lr = self()->lr[n];
		u32 enable = lr & GIC_LR_GROUP1 ? GIC_VMCR_ENG1 : GIC_VMCR_ENG0;
		unsigned int priority = lr >> GIC_LR_PRIORITY_SHIFT & 0xff;

		if (lr >> 62 == 1 && (self()->vmcr & enable) && priority < limit) {
			limit = priority;
			best = (int)n;
		}
	}
	return best;
}

unsigned int fake_guest_best(void)
{
	int n = best_lr();

	return n < 0 ? 256 : self()->lr[n] >> GIC_LR_PRIORITY_SHIFT & 0xff;
}

unsigned int fake_guest_ack(void)
{
	int n = best_lr();
	u64 *lr = &self()->lr[MAX(n, 0)];

	if (n < 0) {
		return FAKE_GIC_NONE;
	}
	*lr ^= 3UL << 62;
	self()->apr[*lr & GIC_LR_GROUP1 ? 1 : 0][0] |= 1U
						       << (*lr >> (GIC_LR_PRIORITY_SHIFT + 3) & 31);
	return (u32)*lr;
}

static bool deactivate(unsigned int intid)
{
	for (unsigned int n = 0; n < gic_nr_lrs; n++) {
		u64 *lr = &self()->lr[n];

		if ((u32)*lr == intid && *lr & GIC_LR_ACTIVE) {
			*lr &= ~GIC_LR_ACTIVE;
			if (*lr & GIC_LR_HW) {
				phys(*lr >> GIC_LR_PINTID_SHIFT & 0x1fff, fake_cpu)->active = false;
			}
			return true;
		}
	}
	return false;
}

void fake_guest_eoi(unsigned int intid)
{
	bool dropped = false;

	for (unsigned int bit = 0; bit < 32 && !dropped; bit++) {
		for (unsigned int g = 0; g < 2 && !dropped; g++) {
			dropped = self()->apr[g][0] >> bit & 1;
			self()->apr[g][0] &= ~(u32)(dropped ? 1U << bit : 0);
		}
	}
	if (!(self()->vmcr & GIC_VMCR_EOIM) && !deactivate(intid) && dropped) {
		self()->hcr += 1U << GIC_HCR_EOICOUNT_SHIFT;
	}
}

void fake_guest_dir(unsigned int intid)
{
	if (self()->hcr & GIC_HCR_TDIR) {
		vgic_dir_write(self()->vcpu, intid);
	} else if (!deactivate(intid)) {
		self()->hcr += 1U << GIC_HCR_EOICOUNT_SHIFT;
	}
}

bool fake_maintenance(void)
{
	unsigned int pending = 0;
	u32 hcr = self()->hcr;

	for (unsigned int n = 0; n < gic_nr_lrs; n++) {
		u64 lr = self()->lr[n];

		pending += lr >> 62 == 1;
		if (hcr & GIC_HCR_EN && lr >> 62 == 0 && !(lr & GIC_LR_HW) && lr & GIC_LR_EOI) {
			maintenance(25, NULL);
			return true;
		}
	}
	if (hcr & GIC_HCR_EN && ((hcr & GIC_HCR_NPIE && !pending) ||
				 (hcr & GIC_HCR_LRENPIE && hcr >> GIC_HCR_EOICOUNT_SHIFT))) {
		maintenance(25, NULL);
		return true;
	}
	return false;
}

void fake_phys_line(unsigned int irq, bool level)
{
	struct fake_phys *p = &fake_spis[irq];

	if (p->edge && level && !p->line) {
		p->pending = true;
	}
	p->line = level;
}

void fake_phys_take(unsigned int irq)
{
	struct fake_phys *p = &fake_spis[irq];

	if (p->enabled && !p->active && is_pending(irq, 0) && p->handler) {
		p->pending = false;
		p->active = true;
		p->handler(irq, p->arg);
	}
}
