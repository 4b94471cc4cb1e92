/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC, one case per rule: delivery, lazy read-back, overflow, levels, routing, links to
 * physical interrupts, SGIs, switching.
 *
 * sources: tests/unit/fake/fake_gic.c
 * sources: arch/arm64/vgic/vgic_model.c arch/arm64/vgic/vgic_queue.c arch/arm64/vgic/vgic_lr.c
 * sources: arch/arm64/vgic/vgic_hw.c arch/arm64/vgic/vgic_regs.c arch/arm64/vgic/vgic_regs_dist.c
 * sources: arch/arm64/vgic/vgic_unroute.c
 * sources: arch/arm64/vgic/vgic_route.c arch/arm64/vgic/vgic_trace.c arch/arm64/vgic/vgic_v2.c
 * sources: arch/arm64/vgic/vgic_regs_redist.c arch/arm64/vgic/vgic_init.c
 * sources: arch/arm64/vgic/vgic_signal.c arch/arm64/vgic/inject.c arch/arm64/stage2/mmio.c
 * sources: common/core/spinlock.c arch/arm64/vgic/vgic_regs_dist2.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake/vgic_world.h"

#include <hv/errno.h>

static void test_delivery(void **state)
{
	world_arm(0, 20, 0x80);
	inject_ppi(dom->vcpus[0], 20);
	assert_int_equal(fake_guest_best(), 0x80);
	assert_int_equal(fake_guest_ack(), 20);
	assert_int_equal(fake_guest_best(), 256);
	assert_true(world_read_bit(0, 20, ISACTIVER));
	assert_false(world_read_bit(0, 20, ISPENDR));
	fake_guest_eoi(20);
	world_settle();
	assert_false(world_read_bit(0, 20, ISACTIVER));
}

/* A repeated interrupt costs one write of a list register and no work on entry. */
static void test_lazy_repeat(void **state)
{
	u16 edge = VIRQ_EDGE;

	world_arm(0, 20, 0x80);
	dom->vcpus[0]->arch.vgic.irqs[20].flags |= edge;
	inject_ppi(dom->vcpus[0], 20);
	for (int i = 0; i < 5; i++) {
		unsigned int before = fake_ifs[0].nr_writes;

		assert_int_equal(fake_guest_ack(), 20);
		fake_guest_eoi(20);
		inject_ppi(dom->vcpus[0], 20);
		assert_int_equal(fake_ifs[0].nr_writes, before + 1);
		assert_int_equal(dom->vcpus[0]->arch.vgic.work, 0);
	}
	assert_int_equal(fake_kicks[0] + fake_kicks[1] + fake_kicks[2], 0);
}

static void test_pending_once(void **state)
{
	world_arm(0, 3, 0x80);
	for (int i = 0; i < 10; i++) {
		vgic_sgi_write(dom->vcpus[0], 3UL << 24 | 1, VGIC_SGI1R);
	}
	world_settle();
	assert_int_equal(fake_guest_ack(), 3);
	/* While active, another one waits and comes exactly once. */
	vgic_sgi_write(dom->vcpus[0], 3UL << 24 | 1, VGIC_SGI1R);
	vgic_sgi_write(dom->vcpus[0], 3UL << 24 | 1, VGIC_SGI1R);
	world_settle();
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
	fake_guest_eoi(3);
	world_settle();
	assert_int_equal(fake_guest_ack(), 3);
	fake_guest_eoi(3);
	world_settle();
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
}

static void test_sgi_targets(void **state)
{
	for (u32 i = 0; i < WORLD_VCPUS; i++) {
		world_arm(i, 5, 0x80);
	}
	/* As many in a trap as may be woken in one; another SGI in between changes nothing. */
	assert_false(vgic_sgi_write(dom->vcpus[0], 5UL << 24 | BIT(40), VGIC_SGI1R));
	for (u32 i = 0; i < WORLD_VCPUS; i++) {
		assert_int_equal(inject_is_pending(dom->vcpus[i]), i == 1 || i == 2);
	}
	assert_true(vgic_sgi_write(dom->vcpus[1], 5UL << 24 | 4, VGIC_SGI1R));
	for (u32 tries = 1; !vgic_sgi_write(dom->vcpus[0], 5UL << 24 | BIT(40), VGIC_SGI1R);
	     tries++) {
		assert_true(tries < WORLD_VCPUS);
	}
	for (u32 i = 0; i < WORLD_VCPUS; i++) {
		assert_int_equal(inject_is_pending(dom->vcpus[i]), i != 0);
	}
	/* Targets and clusters that do not exist, and the wrong group, reach nobody. */
	vgic_sgi_write(dom->vcpus[0], 5UL << 24 | 0xfff0, VGIC_SGI1R);
	vgic_sgi_write(dom->vcpus[0], 5UL << 24 | 1 | 1UL << 16, VGIC_SGI1R);
	vgic_sgi_write(dom->vcpus[0], 5UL << 24 | 1 | 1UL << 32, VGIC_SGI1R);
	vgic_sgi_write(dom->vcpus[0], 5UL << 24 | 1 | 1UL << 48, VGIC_SGI1R);
	vgic_sgi_write(dom->vcpus[0], 5UL << 24 | 1 | 1UL << 44, VGIC_SGI1R);
	vgic_sgi_write(dom->vcpus[0], 5UL << 24 | 1, VGIC_SGI0R);
	vgic_sgi_write(dom->vcpus[0], 5UL << 24 | 1, VGIC_ASGI1R);
	assert_false(inject_is_pending(dom->vcpus[0]));
	vgic_sgi_write(dom->vcpus[1], 5UL << 24 | 1, VGIC_SGI1R);
	assert_true(fake_kicks[0] + fake_kicks[1] + fake_kicks[2] >= 2);
	world_settle();
	assert_true(inject_is_pending(dom->vcpus[0]));
}

/* Requests for a state in another CPU's list register, in every order with a new event. */
static void test_remote_clear(void **state)
{
	is_lazy = true;
	world_arm(0, 40, 0x80);
	(void)world_access(ROUTER(40), 8, true, 1);
	dom->arch.vgic.spis[8].flags |= VIRQ_EDGE;
	inject_spi(dom, 40);
	world_settle();
	world_write_bit(0, 40, ICPENDR);
	world_settle();
	fake_cpu = 1;
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
	fake_cpu = 0;
	inject_spi(dom, 40);
	world_settle();
	world_write_bit(0, 40, ICPENDR);
	inject_spi(dom, 40); /* after the clear: it counts */
	world_settle();
	fake_cpu = 1;
	assert_int_equal(fake_guest_ack(), 40);
	fake_cpu = 0;
	world_write_bit(0, 40, ICPENDR); /* active: there is nothing to clear */
	inject_spi(dom, 40);
	world_write_bit(0, 40, ICACTIVER);
	world_settle();
	fake_cpu = 1;
	fake_ifs[1].apr[1][0] = 0;
	assert_int_equal(fake_guest_ack(), 40);
}

static void test_overflow(void **state)
{
	for (u32 i = 0; i < WORLD_SPIS; i++) {
		world_arm(0, 32 + i, (u8)(0xf0 - i % 30 * 8));
	}
	for (u32 i = 0; i < WORLD_SPIS; i++) {
		inject_spi(dom, 32 + i);
	}
	world_settle();
	unsigned int last = 0, n = 0;
	bool seen[WORLD_SPIS] = { false };

	for (; n < WORLD_SPIS; n++) {
		unsigned int best = fake_guest_best();
		unsigned int id = fake_guest_ack();

		assert_in_range(id, 32, 32 + WORLD_SPIS - 1);
		assert_true(best >= last);
		assert_false(seen[id - 32]);
		seen[id - 32] = true;
		last = best;
		fake_guest_eoi(id);
		world_settle();
	}
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
	assert_int_equal(fake_ifs[0].hcr, GIC_HCR_EN);
}

/* A guest that deactivates late (EOImode 1) still gets the others, and can deactivate in any order.
 */
static void test_many_active(void **state)
{
	u32 ids[20];

	fake_ifs[0].vmcr |= GIC_VMCR_EOIM;
	for (u32 i = 0; i < 20; i++) {
		world_arm(0, 32 + i, 0x80);
		inject_spi(dom, 32 + i);
	}
	world_settle();
	for (u32 i = 0; i < 20; i++) {
		ids[i] = fake_guest_ack();
		assert_in_range(ids[i], 32, 51);
		fake_guest_eoi(ids[i]);
		world_settle();
	}
	assert_int_equal(world_read(DIST + ISACTIVER + 4), 0xfffff);
	for (u32 i = 0; i < 20; i++) {
		fake_guest_dir(ids[(i * 7) % 20]);
		world_settle();
		assert_int_equal(__builtin_popcount(world_read(DIST + ISACTIVER + 4)), 19 - i);
	}
	assert_int_equal(fake_ifs[0].hcr, GIC_HCR_EN);
}

static void test_level(void **state)
{
	world_arm(0, 33, 0x80);
	inject_spi_level(dom, 33, true);
	assert_int_equal(fake_guest_ack(), 33);
	fake_guest_eoi(33);
	world_settle();
	assert_int_equal(fake_guest_ack(), 33); /* still high */
	inject_spi_level(dom, 33, false);
	fake_guest_eoi(33);
	world_settle();
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
	inject_spi_level(dom, 33, true);
	world_write_bit(0, 33, ICPENDR); /* a line can not be cleared */
	assert_true(world_read_bit(0, 33, ISPENDR));
	inject_spi_level(dom, 33, false);
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
	assert_false(world_read_bit(0, 33, ISPENDR));
}

static void test_route(void **state)
{
	world_arm(0, 45, 0x80);
	(void)world_access(ROUTER(45), 8, true, 7); /* no such vCPU: it waits */
	inject_spi(dom, 45);
	world_settle();
	assert_true(world_read_bit(0, 45, ISPENDR));
	(void)world_access(ROUTER(45), 8, true, 2);
	fake_cpu = 2;
	assert_int_equal(fake_guest_ack(), 45);
	fake_cpu = 0;
	inject_spi(dom, 45);
	(void)world_access(ROUTER(45), 8, true,
			   0); /* active there, pending: moves when it has ended */
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
	fake_cpu = 2;
	fake_guest_eoi(45);
	world_settle();
	fake_cpu = 0;
	world_settle();
	assert_int_equal(fake_guest_ack(), 45);
}

static void test_linked(void **state)
{
	assert_int_equal(vgic_route_hw(dom, 41, 100), 0);
	assert_int_equal(vgic_route_hw(dom, 41, 101), -EBUSY);
	assert_int_equal(vgic_route_hw(dom, 42, 100), -EBUSY);
	assert_int_equal(vgic_route_hw(dom, 31, 102), -EINVAL);
	assert_int_equal(vgic_route_hw(dom, 32 + WORLD_SPIS, 102), -EINVAL);
	assert_int_equal(vgic_route_hw(dom, 43, 31), -EINVAL);
	assert_int_equal(vgic_route_hw(dom, 43, 256), -EINVAL);
	assert_int_equal(vgic_unroute_hw(dom, 43), -ENOENT);
	assert_int_equal(vgic_unroute_hw(dom, 2000), -ENOENT);
	assert_false(fake_spis[100].enabled);
	world_arm(0, 41, 0x80);
	assert_true(fake_spis[100].enabled);
	fake_phys_line(100, true);
	fake_phys_take(100);
	assert_true(fake_spis[100].active);
	assert_int_equal(fake_guest_ack(), 41);
	fake_phys_line(100, false);
	fake_guest_eoi(41);
	assert_false(fake_spis[100].active);
	/* Taken back while pending: nothing is left behind. */
	fake_phys_line(100, true);
	fake_phys_take(100);
	assert_int_equal(vgic_unroute_hw(dom, 41), 0);
	assert_false(fake_spis[100].active);
	assert_false(fake_spis[100].enabled);
	assert_null(fake_spis[100].handler);
}

/* It has fired on a CPU that comes to its handler only when the interrupt has been taken back. */
static void test_linked_and_late(void **state)
{
	irq_handler_t handler;
	void *arg;

	assert_int_equal(vgic_route_hw(dom, 41, 100), 0);
	world_arm(0, 41, 0x80);
	handler = fake_spis[100].handler;
	arg = fake_spis[100].arg;
	assert_int_equal(vgic_unroute_hw(dom, 41), 0);
	handler(100, arg);
	world_settle();
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
}

/*
 * Taken from a guest in each state and given on: the next owner finds the physical interrupt at
 * rest, and gets what its line says from then on. states: fired, acknowledged, fired again.
 */
static void take_and_give_on(bool is_edge, u32 states)
{
	u32 icfgr = 0xc00 + 41 / 16 * 4, bit = 2U << (41 % 16 * 2);

	assert_int_equal(vgic_route_hw(dom, 41, 100), 0);
	world_write(DIST + icfgr, is_edge ? bit : 0);
	assert_int_equal(fake_spis[100].edge, is_edge);
	world_arm(0, 41, 0x80);
	fake_phys_line(100, true);
	fake_phys_take(100);
	if (states > 1) {
		assert_int_equal(fake_guest_ack(), 41);
	}
	if (states > 2) {
		fake_phys_line(100, false);
		fake_phys_line(100, true);
	}
	assert_int_equal(vgic_unroute_hw(dom, 41), 0);
	assert_false(fake_spis[100].active);
	assert_false(fake_spis[100].pending);
	assert_false(fake_spis[100].enabled);
	if (states > 1) {
		fake_guest_eoi(41); /* of nothing */
	}
	fake_phys_line(100, false);
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
	assert_int_equal(vgic_route_hw(dom, 42, 100), 0);
	world_arm(0, 42, 0x80);
	fake_phys_take(100);
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
	fake_phys_line(100, true);
	fake_phys_take(100);
	assert_int_equal(fake_guest_ack(), 42);
	fake_phys_line(100, false);
	fake_guest_eoi(42);
	assert_false(fake_spis[100].active);
	assert_int_equal(vgic_unroute_hw(dom, 42), 0);
}

static void test_linked_and_given_on(void **state)
{
	for (u32 states = 1; states <= 3; states++) {
		take_and_give_on(false, states);
		take_and_give_on(true, states);
	}
}

/* A device's interrupt goes to its vCPU's CPU from the first on, also when that changes. */
static void test_linked_goes_to_its_cpu(void **state)
{
	u64 vcpu = 2;

	fake_spis[100].cpu = 0;
	assert_int_equal(vgic_route_hw(dom, 41, 100), 0);
	assert_true(world_try(ROUTER(41), 8, true, &vcpu));
	world_arm(0, 41, 0x80);
	assert_int_equal(fake_spis[100].cpu, 2);
	vcpu = 1;
	assert_true(world_try(ROUTER(41), 8, true, &vcpu));
	fake_cpu = 2;
	fake_phys_line(100, true);
	fake_phys_take(100);
	assert_int_equal(fake_spis[100].cpu, 1);
	/* An interrupt that the guest has enabled before it is given the device. */
	assert_int_equal(vgic_unroute_hw(dom, 41), 0);
	fake_spis[100].cpu = 0;
	assert_int_equal(vgic_route_hw(dom, 41, 100), 0);
	assert_int_equal(fake_spis[100].cpu, 1);
	assert_true(fake_spis[100].enabled);
	/* A vCPU that is nowhere: where it was. */
	assert_int_equal(vgic_unroute_hw(dom, 41), 0);
	vcpu = 3;
	assert_true(world_try(ROUTER(41), 8, true, &vcpu));
	assert_int_equal(vgic_route_hw(dom, 41, 100), 0);
	assert_int_equal(fake_spis[100].cpu, 1);
}

/* Loaded as active only, then ended: the list register must not be used for what comes next. */
static void test_changed_while_active(void **state)
{
	assert_int_equal(vgic_route_hw(dom, 41, 100), 0);
	world_arm(0, 41, 0x80);
	fake_phys_line(100, true);
	fake_phys_take(100);
	assert_int_equal(fake_guest_ack(), 41);
	(void)world_access(ROUTER(41), 8, true, 1);
	fake_guest_eoi(41);
	fake_phys_take(100);
	world_settle();
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
	fake_cpu = 1;
	assert_int_equal(fake_guest_ack(), 41);
	fake_cpu = 0;

	world_arm(0, 4, 0x80);
	inject_ppi(dom->vcpus[0], 4);
	assert_int_equal(fake_guest_ack(), 4);
	world_write_bit(0, 4, ICENABLER);
	fake_guest_eoi(4);
	inject_ppi(dom->vcpus[0], 4);
	world_settle();
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
	assert_true(world_read_bit(0, 4, ISPENDR));
}

/* The interrupt of the virtual timer is active on the CPU where its vCPU is, and nowhere else. */
static void test_timer_moves(void **state)
{
	world_arm(0, 27, 0x80);
	fake_ppi27[0].active = true;
	inject_ppi(dom->vcpus[0], 27);
	world_off(0);
	assert_false(fake_ppi27[0].active);
	assert_true(inject_is_pending(dom->vcpus[0]));
	world_on(2, dom->vcpus[0]);
	assert_true(fake_ppi27[2].active);
	fake_cpu = 2;
	assert_int_equal(fake_guest_ack(), 27);
	world_off(2);
	assert_false(fake_ppi27[2].active);
	inject_ppi(dom->vcpus[0], 27); /* the stand-in: covered by the end of the active one */
	world_on(1, dom->vcpus[0]);
	assert_true(fake_ppi27[1].active);
	fake_cpu = 1;
	fake_guest_eoi(27);
	assert_false(fake_ppi27[1].active);
	world_settle();
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
}

static void test_wake(void **state)
{
	struct vcpu *v = dom->vcpus[3];

	world_arm(3, 22, 0x80);
	v->sched.blocked = SCHED_BLOCK_WAIT;
	inject_ppi(v, 23); /* not enabled: it sleeps on */
	assert_int_equal(nr_wakes, 0);
	inject_ppi(v, 22);
	assert_int_equal(nr_wakes, 1);
	assert_int_equal(v->sched.blocked, 0);
	/* Closed interface or mask: nothing to wake up for. */
	assert_true(inject_is_pending(v));
	v->arch.vgic.vmcr &= ~GIC_VMCR_ENG1;
	assert_false(inject_is_pending(v));
	v->arch.vgic.vmcr = GIC_VMCR_ENG1 | 0x80U << GIC_VMCR_PMR_SHIFT;
	assert_false(inject_is_pending(v));
	v->arch.vgic.vmcr = GIC_VMCR_ENG1 | 0x88U << GIC_VMCR_PMR_SHIFT;
	assert_true(inject_is_pending(v));
	/* One that runs here, but is about to sleep. */
	world_arm(0, 22, 0x80);
	dom->vcpus[0]->sched.blocked = SCHED_BLOCK_WAIT;
	inject_ppi(dom->vcpus[0], 22);
	assert_int_equal(nr_wakes, 2);
}

static void test_reset(void **state)
{
	struct vcpu *v = dom->vcpus[3];

	world_arm(3, 22, 0x80);
	inject_ppi(v, 22);
	inject_ppi(v, 1);
	vgic_vcpu_reset(v);
	assert_false(inject_is_pending(v));
	assert_int_equal(world_read(SGI_OF(3) + ISENABLER), 0);
	assert_int_equal(world_read(SGI_OF(3) + ISPENDR), 0);
	assert_true(v->arch.vgic.irqs[27].flags & VIRQ_HW);
	world_on(0, v);
	assert_int_equal(fake_guest_ack(), FAKE_GIC_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_delivery),
		CASE(test_lazy_repeat),
		CASE(test_pending_once),
		CASE(test_sgi_targets),
		CASE(test_remote_clear),
		CASE(test_overflow),
		CASE(test_many_active),
		CASE(test_level),
		CASE(test_route),
		CASE(test_linked),
		CASE(test_linked_and_late),
		CASE(test_linked_and_given_on),
		CASE(test_linked_goes_to_its_cpu),
		CASE(test_changed_while_active),
		CASE(test_timer_moves),
		CASE(test_wake),
		CASE(test_reset),
	};

	return cmocka_run_group_tests_name("vgic", tests, NULL, NULL);
}
