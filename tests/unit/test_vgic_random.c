/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC against an oracle: four vCPUs on three CPUs with few list registers, random
 * events from all sides; after each, what every running guest would acknowledge next is what a
 * plain model of a GIC says, every readable state agrees, no physical interrupt is stuck.
 *
 * sources: tests/unit/fake/fake_gic.c common/core/spinlock.c arch/arm64/vgic/vgic_regs_dist2.c
 * sources: common/core/spinlock_debug.c arch/arm64/vgic/vgic_model.c arch/arm64/vgic/vgic_queue.c
 * sources: arch/arm64/vgic/vgic_lr.c arch/arm64/vgic/vgic_hw.c arch/arm64/vgic/vgic_regs.c
 * sources: arch/arm64/vgic/vgic_regs_dist.c arch/arm64/vgic/vgic_unroute.c
 * sources: arch/arm64/vgic/vgic_route.c arch/arm64/vgic/vgic_trace.c arch/arm64/vgic/vgic_v2.c
 * sources: arch/arm64/vgic/vgic_regs_redist.c arch/arm64/vgic/vgic_init.c
 * sources: arch/arm64/vgic/vgic_signal.c arch/arm64/vgic/inject.c arch/arm64/stage2/mmio.c
 */
#include "fake/vgic_world.h"

#include "../../arch/arm64/vgic/vgic_internal.h"

#define FIRST_HW      40U
#define LAST_HW	      47U
#define NR_IDS	      (32 + WORLD_SPIS)
#define IDLE_PRIORITY 256U

/* The oracle: a GIC as a table. SPIs are in row 0. */
struct oracle_irq {
	bool latch, line, edge, enabled, active, group1;
	u8 priority;
	u32 target;
	bool on_stack;	/* acknowledged by a guest, not ended */
	bool is_forced; /* made active by ISACTIVER */
};

struct oracle_vcpu {
	u32 stack[64];
	u8 stack_priority[64];
	u32 depth;
	u32 dropped[64]; /* EOImode 1: priority dropped, to be deactivated */
	u32 nr_dropped, nr_forced;
};

static struct oracle_irq irqs[WORLD_VCPUS][NR_IDS];
static struct oracle_vcpu ov[WORLD_VCPUS];
static u32 ctlr;
static u64 seed;
static unsigned long nr_acks, nr_steps;

static u32 rnd(u32 below)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (u32)(seed >> 33) % below;
}

static bool is_hw(u32 id)
{
	return id >= FIRST_HW && id <= LAST_HW;
}

static struct oracle_irq *oracle(u32 vcpu, u32 id)
{
	return &irqs[id < 32 ? vcpu : 0][id];
}

static bool is_pending(const struct oracle_irq *o)
{
	return o->latch || (!o->edge && o->line);
}

/* What vCPU v would acknowledge: the highest priority, 256 for nothing. */
static unsigned int expected_best(u32 v)
{
	unsigned int best = IDLE_PRIORITY;
	u8 limit = 0xf8;

	if (ov[v].depth && ov[v].stack_priority[ov[v].depth - 1] < limit) {
		limit = ov[v].stack_priority[ov[v].depth - 1];
	}
	for (u32 id = 0; id < NR_IDS; id++) {
		const struct oracle_irq *o = oracle(v, id);

		if (o->enabled && !o->active && is_pending(o) && (ctlr & (o->group1 ? 2 : 1)) &&
		    (id < 32 || o->target == v) && o->priority < limit && o->priority < best) {
			best = o->priority;
		}
	}
	return best;
}

static void take_physical(void)
{
	unsigned int before = fake_cpu;

	for (u32 id = FIRST_HW; id <= LAST_HW; id++) {
		bool was = fake_spis[id].active;

		fake_cpu = rnd(WORLD_CPUS);
		fake_phys_take(id);
		if (!was && fake_spis[id].active) {
			oracle(0, id)->latch = true;
			world_settle();
		}
	}
	fake_cpu = before;
}

/* What there is to see when a check is about to fail. */
static void dump(const struct vcpu *v)
{
	const struct vgic_vcpu *vg = &v->arch.vgic;

	print_message("# vcpu %u cpu %u work %x hcr %x ctlr %x depth %u\n", v->id, vg->cpu,
		      vg->work, vg->hcr, dom->arch.vgic.ctlr, ov[v->id].depth);
	for (unsigned int n = 0; n < gic_nr_lrs && vg->cpu < WORLD_CPUS; n++) {
		print_message("# lr %u: %016lx\n", n, fake_ifs[vg->cpu].lr[n]);
	}
	for (u32 id = 0; id < NR_IDS; id++) {
		const struct oracle_irq *o = oracle(v->id, id);
		const struct vgic_irq *irq = vgic_irq_find(dom, dom->vcpus[v->id], id);

		if (is_pending(o) || o->active || irq->lr != VGIC_NO_LR) {
			print_message(
				"# %u: latch %d line %d edge %d on %d act %d group %d prio %x to %u"
				" | flags %x lr %u holder %u target %u\n",
				id, o->latch, o->line, o->edge, o->enabled, o->active, o->group1,
				o->priority, o->target, irq->flags, irq->lr, irq->holder,
				irq->target);
		}
	}
}

static void expect(const struct vcpu *v, unsigned int is, unsigned int should)
{
	if (is != should) {
		dump(v);
	}
	assert_int_equal(is, should);
}

static void check(void)
{
	unsigned int before = fake_cpu;

	for (unsigned int cpu = 0; cpu < WORLD_CPUS; cpu++) {
		struct vcpu *v = fake_ifs[cpu].vcpu;

		fake_cpu = cpu;
		if (v != NULL) {
			expect(v, fake_guest_best(), expected_best(v->id));
			expect(v, inject_is_pending(v), expected_best(v->id) != IDLE_PRIORITY);
		}
	}
	fake_cpu = before;
	for (u32 i = 0; i < WORLD_VCPUS; i++) {
		struct vcpu *v = dom->vcpus[i];

		if (v->arch.vgic.cpu == VGIC_NO_CPU) {
			expect(v, inject_is_pending(v), expected_best(i) != IDLE_PRIORITY);
		}
	}
	for (u32 id = FIRST_HW; id <= LAST_HW; id++) {
		assert_int_equal(fake_spis[id].active,
				 oracle(0, id)->latch || oracle(0, id)->active);
	}
	assert_int_equal(dom->arch.vgic.nr_syncs, 0);
	assert_int_equal(dom->arch.vgic.kicks, 0);
}

static void guest_ack(struct vcpu *v)
{
	struct oracle_vcpu *o = &ov[v->id];
	unsigned int best = expected_best(v->id);
	unsigned int id;

	if (o->depth == ARRAY_SIZE(o->stack) || o->nr_dropped + o->depth > 40) {
		return;
	}
	id = fake_guest_ack();
	if (id == FAKE_GIC_NONE) {
		assert_int_equal(best, IDLE_PRIORITY);
		return;
	}
	nr_acks++;
	assert_true(oracle(v->id, id)->enabled && is_pending(oracle(v->id, id)));
	assert_int_equal(oracle(v->id, id)->priority, best);
	oracle(v->id, id)->latch = false;
	oracle(v->id, id)->active = true;
	oracle(v->id, id)->on_stack = true;
	o->stack[o->depth] = id;
	o->stack_priority[o->depth++] = (u8)best;
}

static void ended(u32 v, u32 id)
{
	oracle(v, id)->active = false;
	oracle(v, id)->on_stack = false;
}

static void guest_eoi(struct vcpu *v)
{
	struct oracle_vcpu *o = &ov[v->id];
	u32 id, at;

	if (fake_ifs[fake_cpu].vmcr & GIC_VMCR_EOIM && o->nr_dropped && rnd(2)) {
		at = rnd(o->nr_dropped);
		id = o->dropped[at];
		o->dropped[at] = o->dropped[--o->nr_dropped];
		ended(v->id, id);
		fake_guest_dir(id);
	} else if (o->depth) {
		id = o->stack[--o->depth];
		if (fake_ifs[fake_cpu].vmcr & GIC_VMCR_EOIM) {
			o->dropped[o->nr_dropped++] = id;
		} else {
			ended(v->id, id);
		}
		fake_guest_eoi(id);
	}
}

static void write_field(u32 v, u32 id)
{
	struct oracle_irq *o = oracle(v, id);
	u8 priority = (u8)(rnd(6) * 0x28);
	bool may_forget = false;
	u64 reg;

	switch (rnd(5)) {
	case 0:
		if (!o->active) {
			o->priority = priority & 0xf8;
			(void)world_access(world_block(v, id) + 0x400 + id, 1, true, priority);
		}
		break;
	case 1:
		o->group1 = rnd(4) != 0;
		reg = world_block(v, id) + 0x80 + id / 32 * 4;
		world_write(reg,
			    (world_read(reg) & ~(1U << (id & 31))) | (u32)o->group1 << (id & 31));
		break;
	case 2:
		if (id >= 32) {
			o->target = rnd(WORLD_VCPUS + 1);
			if (o->on_stack || o->is_forced) {
				o->target = o->target % WORLD_VCPUS;
			}
			(void)world_access(DIST + 0x6000 + id * 8, 8, true,
					   o->target < WORLD_VCPUS ? o->target : 0x4000);
		}
		break;
	default:
		/* A level that was taken and has gone is forgotten when the guest enables it. */
		if (is_hw(id) && !o->enabled && !o->edge && !o->active && !fake_spis[id].line &&
		    !fake_spis[id].pending) {
			may_forget = true;
		}
		o->enabled = rnd(3) != 0;
		if (o->enabled && may_forget) {
			o->latch = false;
		}
		world_write_bit(v, id, o->enabled ? 0x100 : 0x180);
		break;
	}
}

static void change_active(u32 v, u32 id)
{
	struct oracle_irq *o = oracle(v, id);
	u32 owner = id < 32 ? v : 0;

	if (o->on_stack || id == 27) {
		return;
	}
	if (o->is_forced) {
		o->is_forced = false;
		o->active = false;
		ov[owner].nr_forced--;
		world_write_bit(v, id, 0x380);
	} else if (ov[owner].nr_forced < 1 && o->priority >= 0xa0) {
		o->is_forced = true;
		o->active = true;
		ov[owner].nr_forced++;
		if (is_hw(id)) {
			o->latch = false;
		}
		world_write_bit(v, id, 0x300);
	}
}

static void change_pending(u32 v, u32 id, bool set)
{
	struct oracle_irq *o = oracle(v, id);

	if (id == 27) {
		return;
	}
	if (set && is_hw(id)) {
		const struct vgic_irq *irq = vgic_irq_find(dom, NULL, id);
		bool is_remote = irq->lr != VGIC_NO_LR &&
				 dom->vcpus[irq->holder]->arch.vgic.cpu != fake_cpu;

		/* Where the virtual side is out of reach or active, the physical one keeps it. */
		o->latch = o->latch || (!o->active && !is_remote);
		world_write_bit(v, id, 0x200);
		return;
	}
	o->latch = set;
	world_write_bit(v, id, set ? 0x200 : 0x280);
}

static void read_state(u32 v, u32 id)
{
	struct oracle_irq *o = oracle(v, id);
	bool pending = is_pending(o) ||
		       (is_hw(id) &&
			(fake_spis[id].pending || (!fake_spis[id].edge && fake_spis[id].line)));

	if (id != 27) {
		assert_int_equal(world_read_bit(v, id, 0x200 + rnd(2) * 0x80), pending);
	}
	assert_int_equal(world_read_bit(v, id, 0x300 + rnd(2) * 0x80), o->active);
	assert_int_equal(world_read_bit(v, id, 0x100 + rnd(2) * 0x80), o->enabled);
	assert_int_equal(world_access(world_block(v, id) + 0x400 + id, 1, false, 0), o->priority);
}

static void send_sgi(struct vcpu *v)
{
	u32 id = rnd(16), list = rnd(16);
	enum vgic_sgi_reg reg = rnd(8) ? VGIC_SGI1R : VGIC_SGI0R;
	bool all = rnd(4) == 0;

	while (!vgic_sgi_write(v, (u64)id << 24 | list | (all ? BIT(40) : 0), reg)) {}
	for (u32 i = 0; i < WORLD_VCPUS; i++) {
		if ((all ? i != v->id : list >> i & 1) &&
		    oracle(i, id)->group1 == (reg == VGIC_SGI1R)) {
			oracle(i, id)->latch = true;
		}
	}
}

static void outside(u32 v, u32 id)
{
	struct oracle_irq *o = oracle(v, id);
	bool level = rnd(2);

	if (is_hw(id)) {
		fake_phys_line(id, level);
		return;
	}
	if (id < 16 || id == 27 || o->edge || rnd(3) == 0) {
		if (id == 27) {
			return;
		}
		o->latch = true;
		if (id < 32) {
			inject_ppi(dom->vcpus[v], id);
		} else {
			inject_spi(dom, id);
		}
		return;
	}
	o->line = level;
	if (id < 32) {
		inject_ppi_level(dom->vcpus[v], id, level);
	} else {
		inject_spi_level(dom, id, level);
	}
}

static void switch_vcpu(void)
{
	u32 v = rnd(WORLD_VCPUS);
	unsigned int cpu = rnd(WORLD_CPUS);

	if (rnd(3) == 0) {
		world_off(cpu);
	}
	for (unsigned int i = 0; i < WORLD_CPUS; i++) {
		if (fake_ifs[i].vcpu == dom->vcpus[v]) {
			world_off(i);
		}
	}
	world_on(cpu, dom->vcpus[v]);
}

static void step(void)
{
	u32 kind = rnd(100);
	u32 v = rnd(WORLD_VCPUS);
	u32 id = rnd(4) ? rnd(16) + 16 * rnd(3) : rnd(NR_IDS);
	struct vcpu *me;

	nr_steps++;
	fake_cpu = rnd(WORLD_CPUS);
	me = fake_ifs[fake_cpu].vcpu;
	if (me == NULL || kind < 3) {
		switch_vcpu();
	} else if (kind < 28) {
		guest_ack(me);
	} else if (kind < 50) {
		guest_eoi(me);
	} else if (kind < 75) {
		outside(v, id);
	} else if (kind < 80) {
		send_sgi(me);
	} else if (kind < 88) {
		write_field(v, id);
	} else if (kind < 91) {
		change_active(v, id);
	} else if (kind < 94) {
		change_pending(v, id, rnd(2));
	} else if (kind < 99) {
		read_state(v, id);
	} else {
		ctlr = rnd(3) ? 3 : rnd(4);
		world_write(DIST, ctlr);
		assert_int_equal(world_read(DIST) & 3, ctlr);
	}
	world_settle();
	take_physical();
}

static void start(u64 with_seed, unsigned int nr_lrs, bool eoi_mode)
{
	seed = with_seed;
	memset(irqs, 0, sizeof(irqs));
	memset(ov, 0, sizeof(ov));
	world_make(nr_lrs);
	for (u32 v = 0; v < WORLD_VCPUS; v++) {
		for (u32 id = 0; id < 16; id++) {
			irqs[v][id].edge = true;
		}
		dom->vcpus[v]->arch.vgic.vmcr |= eoi_mode ? GIC_VMCR_EOIM : 0;
	}
	for (u32 i = 0; i < WORLD_CPUS; i++) {
		world_on(i, dom->vcpus[i]);
	}
	for (u32 id = FIRST_HW; id <= LAST_HW; id++) {
		assert_int_equal(vgic_route_hw(dom, id, id), 0);
	}
	fake_cpu = 0;
	ctlr = 3;
	world_write(DIST, 3);
	/* A third of the interrupts is edge-triggered; that and most enables are set up front. */
	for (u32 id = 16; id < NR_IDS; id++) {
		for (u32 v = 0; v < (id < 32 ? WORLD_VCPUS : 1); v++) {
			u64 reg = world_block(v, id) + 0xc00 + id / 16 * 4;

			if (rnd(3) == 0 && id != 27) {
				oracle(v, id)->edge = true;
				world_write(reg, world_read(reg) | 2U << (id % 16 * 2));
			}
		}
	}
	for (u32 id = 0; id < NR_IDS; id++) {
		for (u32 v = 0; v < (id < 32 ? WORLD_VCPUS : 1); v++) {
			if (rnd(4)) {
				oracle(v, id)->enabled = true;
				world_write_bit(v, id, 0x100);
			}
			oracle(v, id)->priority = (u8)(rnd(6) * 0x28);
			(void)world_access(world_block(v, id) + 0x400 + id, 1, true,
					   oracle(v, id)->priority);
		}
	}
}

static void campaign(unsigned int nr_lrs, bool eoi_mode, unsigned int nr_seeds)
{
	for (unsigned int i = 1; i <= nr_seeds; i++) {
		start(i * 77 + nr_lrs, nr_lrs, eoi_mode);
		for (unsigned int n = 0; n < 3000; n++) {
			step();
			check();
		}
		world_free();
	}
	print_message("# %lu steps, %lu acknowledged, %u reads run again, %u wake-ups\n", nr_steps,
		      nr_acks, nr_retries, nr_wakes);
	assert_true(nr_acks > nr_steps / 50);
}

/* The number of list registers, negative with EOImode 1. */
static void test_registers(void **state)
{
	int nr_lrs = *(const int *)*state;

	campaign((unsigned int)abs(nr_lrs), nr_lrs < 0, abs(nr_lrs) == 16 ? 30 : 50);
}

int main(void)
{
	static int four = 4, two = 2, sixteen = 16, separate = -4;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_registers, &four),
		cmocka_unit_test_prestate(test_registers, &two),
		cmocka_unit_test_prestate(test_registers, &sixteen),
		cmocka_unit_test_prestate(test_registers, &separate),
	};

	return cmocka_run_group_tests_name("vgic_random", tests, NULL, NULL);
}
