/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GICv2: its distributor's registers, banking, targets, the way to the hardware's CPU
 * interface, and SGIs, which are pending once for each source: one case per rule, then random
 * events against a table of sources.
 *
 * sources: tests/unit/fake/fake_gic.c
 * sources: arch/arm64/vgic/vgic_model.c arch/arm64/vgic/vgic_queue.c arch/arm64/vgic/vgic_lr.c
 * sources: arch/arm64/vgic/vgic_hw.c arch/arm64/vgic/vgic_regs.c arch/arm64/vgic/vgic_regs_dist.c
 * sources: arch/arm64/vgic/vgic_unroute.c
 * sources: arch/arm64/vgic/vgic_route.c arch/arm64/vgic/vgic_trace.c arch/arm64/vgic/vgic_v2.c
 * sources: arch/arm64/vgic/vgic_regs_redist.c arch/arm64/vgic/vgic_init.c
 * sources: arch/arm64/vgic/vgic_regs_dist2.c
 * sources: arch/arm64/vgic/vgic_signal.c arch/arm64/vgic/inject.c arch/arm64/stage2/mmio.c
 * sources: common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake/vgic_world.h"

#define TARGETS	  (DIST + 0x800)
#define SGIR	  (DIST + 0xf00)
#define CPENDSGI  (DIST + 0xf10)
#define SPENDSGI  (DIST + 0xf20)
#define TO_OTHERS (1U << 24)
#define TO_SELF	  (2U << 24)
#define TO(mask)  ((u32)(mask) << 16)

static int setup(void **state)
{
	is_v2 = true;
	return world_setup(state);
}

#undef CASE
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)

/* As the vCPU on a CPU. */
static void write_on(unsigned int cpu, u64 ipa, u32 value)
{
	unsigned int before = fake_cpu;

	fake_cpu = cpu;
	world_write(ipa, value);
	fake_cpu = before;
}

static u32 read_on(unsigned int cpu, u64 ipa)
{
	unsigned int before = fake_cpu;
	u32 value;

	fake_cpu = cpu;
	value = world_read(ipa);
	fake_cpu = before;
	return value;
}

/* Acknowledge on a CPU as GICV_IAR shows it: INTID, source << 10. */
static u32 ack_on(unsigned int cpu)
{
	unsigned int before = fake_cpu;
	u32 id;

	fake_cpu = cpu;
	id = fake_guest_ack();
	for (unsigned int n = 0; n < gic_nr_lrs && id < 16; n++) {
		u64 lr = fake_ifs[cpu].lr[n];

		if ((u32)lr == id && (lr & GIC_LR_ACTIVE) != 0) {
			assert_false(lr & GIC_LR_PENDING);
			id |= (u32)(lr >> GIC_LR_PINTID_SHIFT & 7) << 10;
		}
	}
	fake_cpu = before;
	return id;
}

static void eoi_on(unsigned int cpu, u32 id)
{
	unsigned int before = fake_cpu;

	fake_cpu = cpu;
	fake_guest_eoi(id & 0x3ff);
	world_settle();
	fake_cpu = before;
}

static void test_identification(void **state)
{
	assert_int_equal(world_read(DIST), 3);
	assert_int_equal(world_read(DIST + 4), (WORLD_VCPUS - 1) << 5 | WORLD_SPIS / 32);
	assert_int_equal(world_read(DIST + 0xfe8) >> 4 & 0xf, 2);
	assert_int_equal(world_read(DIST + 0xff0), 0x0d);
	assert_int_equal(world_read(DIST + 0xffc), 0xb1);
	assert_int_equal(world_read(DIST + 0xd00), 0);
	for (u32 offset = 0x80; offset < 0xf00; offset += 4) {
		(void)world_read(DIST + offset); /* also those of interrupts that do not exist */
	}
	assert_int_equal(world_read(SGIR), 0);
	world_write(DIST, 0xffffffff);
	assert_int_equal(world_read(DIST), 3);
	world_write(DIST, 1);
	assert_int_equal(world_read(DIST), 1);
}

static void test_sizes(void **state)
{
	u64 value = 0;

	assert_true(world_try(TARGETS + 33, 1, false, &value));
	assert_true(world_try(CPENDSGI + 3, 1, false, &value));
	assert_false(world_try(TARGETS + 32, 2, false, &value));
	assert_false(world_try(TARGETS + 32, 8, false, &value));
	assert_false(world_try(DIST + 0x101, 1, false, &value));
	assert_false(world_try(SGIR, 1, true, &value));
	assert_false(world_try(DIST + 0x102, 4, false, &value));
}

static void test_banked(void **state)
{
	write_on(0, DIST + ISENABLER, 0x00020001);
	write_on(1, DIST + ISENABLER, 0x00040002);
	assert_int_equal(read_on(0, DIST + ISENABLER), 0x00020001);
	assert_int_equal(read_on(1, DIST + ISENABLER), 0x00040002);
	assert_int_equal(read_on(2, DIST + ISENABLER), 0);
	write_on(1, DIST + PRIORITY + 16, 0x50607080);
	assert_int_equal(read_on(1, DIST + PRIORITY + 16), 0x50607080);
	assert_int_equal(read_on(0, DIST + PRIORITY + 16), 0);
	/* Shared ones are the same for all, up to the last. */
	write_on(1, DIST + ISENABLER + 8, 0x80000001);
	assert_int_equal(read_on(0, DIST + ISENABLER + 8), 0x80000001);
	assert_int_equal(read_on(0, DIST + ISENABLER + 12), 0);
	assert_int_equal(read_on(0, DIST + 0xc00), 0xaaaaaaaa);
	write_on(0, DIST + 0xc00, 0);
	assert_int_equal(read_on(0, DIST + 0xc00), 0xaaaaaaaa);
}

static void test_targets(void **state)
{
	for (unsigned int cpu = 0; cpu < WORLD_CPUS; cpu++) {
		assert_int_equal(read_on(cpu, TARGETS), 0x01010101U << cpu);
	}
	write_on(0, TARGETS + 28, 0x0f0f0f0f);
	assert_int_equal(read_on(2, TARGETS + 28), 0x04040404);
	assert_int_equal(world_read(TARGETS + 40), 0x01010101);
	world_write(TARGETS + 40, 0xff0600f4);
	assert_int_equal(world_read(TARGETS + 40), 0x0f060004);
	world_arm(0, 40, 0x80);
	world_arm(0, 41, 0x80);
	world_arm(0, 42, 0x80);
	for (u32 id = 40; id < 43; id++) {
		inject_spi(dom, id);
	}
	world_settle();
	assert_int_equal(ack_on(0), FAKE_GIC_NONE);
	assert_int_equal(ack_on(2), 40);
	assert_int_equal(ack_on(1), 42); /* the first of two */
	eoi_on(1, 42);
	eoi_on(2, 40);
	assert_int_equal(ack_on(2), FAKE_GIC_NONE);
	/* Nobody's, until it gets a target. */
	(void)world_access(TARGETS + 41, 1, true, 1);
	assert_int_equal(ack_on(0), 41);
}

static void test_cpu_interface(void **state)
{
	u64 value = 0;
	struct mmio_access access = { .bytes = 4 };

	assert_true(mmio_dispatch(dom->vcpus[0], CPU_IF + 0xc, &access));
	assert_true(access.retry);
	access = (struct mmio_access){ .bytes = 4, .is_write = true };
	assert_true(mmio_dispatch(dom->vcpus[1], CPU_IF + 0x1000, &access));
	assert_true(access.retry);
	assert_int_equal(nr_mapped, 2);
	map_result = -EEXIST; /* another vCPU was faster */
	assert_true(mmio_dispatch(dom->vcpus[1], CPU_IF, &access));
	assert_true(access.retry);
	map_result = -ENOMEM; /* the domain's pool is empty: an abort */
	assert_false(mmio_dispatch(dom->vcpus[1], CPU_IF, &access));
	assert_false(world_try(REDIST, 4, false, &value));
	assert_false(world_try(CPU_IF + 0x2000, 4, false, &value));
	assert_false(world_try(DIST + 0x1000, 4, false, &value));
}

static void test_vcpus_max(void **state)
{
	struct vgic_layout layout = { .dist_base = DIST, .nr_spis = 32, .cpu_base = CPU_IF };
	struct domain *d = calloc(1, sizeof(*d));

	d->nr_vcpus = 9;
	assert_int_equal(vgic_domain_init(d, &layout), -EINVAL);
	d->nr_vcpus = 8;
	assert_int_equal(vgic_domain_init(d, &layout), 0);
	free(d);
}

static void arm_sgi(u32 id)
{
	for (unsigned int cpu = 0; cpu < WORLD_CPUS; cpu++) {
		unsigned int before = fake_cpu;

		fake_cpu = cpu;
		world_arm(cpu, id, 0x80);
		fake_cpu = before;
	}
}

static void test_sgi_filters(void **state)
{
	arm_sgi(5);
	write_on(1, SGIR, TO(0x5) | 5); /* vCPUs 0 and 2 */
	assert_int_equal(ack_on(0), 5 | 1 << 10);
	assert_int_equal(ack_on(1), FAKE_GIC_NONE);
	assert_int_equal(ack_on(2), 5 | 1 << 10);
	eoi_on(0, 5);
	eoi_on(2, 5);
	write_on(2, SGIR, TO_OTHERS | TO(4) | 5);
	assert_int_equal(ack_on(0), 5 | 2 << 10);
	assert_int_equal(ack_on(1), 5 | 2 << 10);
	assert_int_equal(ack_on(2), FAKE_GIC_NONE);
	eoi_on(0, 5);
	eoi_on(1, 5);
	write_on(2, SGIR, TO_SELF | TO(3) | 5);
	assert_int_equal(ack_on(2), 5 | 2 << 10);
	eoi_on(2, 5);
	write_on(2, SGIR, TO_SELF | TO_OTHERS | TO(7) | 5); /* reserved */
	write_on(2, SGIR, TO(0xf0) | 5);		    /* no such vCPUs */
	for (unsigned int cpu = 0; cpu < WORLD_CPUS; cpu++) {
		assert_int_equal(ack_on(cpu), FAKE_GIC_NONE);
	}
}

/* Each source once, one at a time, the lowest first; the same source twice is one. */
static void test_sgi_sources(void **state)
{
	arm_sgi(3);
	write_on(2, SGIR, TO(1) | 3);
	write_on(0, SGIR, TO(1) | 3);
	write_on(1, SGIR, TO(1) | 3);
	write_on(1, SGIR, TO(1) | 3);
	assert_int_equal(world_read(CPENDSGI), 0x07000000);
	assert_int_equal(world_read(DIST + ISPENDR), 1 << 3);
	assert_int_equal(ack_on(0), 3 | 0 << 10);
	assert_int_equal(ack_on(0), FAKE_GIC_NONE);
	assert_int_equal(world_read(SPENDSGI), 0x06000000);
	assert_int_equal(world_read(DIST + ISPENDR), 1 << 3);
	assert_int_equal(world_read(DIST + ISACTIVER), 1 << 3);
	write_on(0, SGIR, TO(1) | 3); /* again, while it is active */
	eoi_on(0, 3);
	assert_int_equal(ack_on(0), 3 | 0 << 10);
	eoi_on(0, 3);
	assert_int_equal(ack_on(0), 3 | 1 << 10);
	eoi_on(0, 3);
	assert_int_equal(ack_on(0), 3 | 2 << 10);
	eoi_on(0, 3);
	assert_int_equal(ack_on(0), FAKE_GIC_NONE);
	assert_int_equal(world_read(DIST + ISPENDR), 0);
	assert_int_equal(world_read(CPENDSGI), 0);
}

static void test_sgi_registers(void **state)
{
	arm_sgi(7);
	(void)world_access(SPENDSGI + 7, 1, true, 0xfc); /* sources 2, 3; there are no others */
	assert_int_equal(world_get(CPENDSGI + 7, 1), 0x0c);
	(void)world_access(CPENDSGI + 7, 1, true, 0x04);
	assert_int_equal(world_get(CPENDSGI + 7, 1), 0x08);
	/* These do nothing to an SGI. */
	world_write(DIST + ICPENDR, 0xffff);
	world_write(DIST + ISPENDR, 0xff7f);
	assert_int_equal(world_read(DIST + ISPENDR), 0x80);
	assert_int_equal(ack_on(0), 7 | 3 << 10);
	(void)world_access(SPENDSGI + 7, 1, true, 0x01);
	assert_int_equal(world_read(DIST + ISACTIVER), 0x80);
	(void)world_access(CPENDSGI + 7, 1, true, 0xff); /* not the active one */
	eoi_on(0, 7);
	assert_int_equal(ack_on(0), FAKE_GIC_NONE);
	assert_int_equal(world_read(DIST + ISPENDR), 0);
	/* Off while it waits, and a switch of vCPUs in between. */
	(void)world_access(SPENDSGI + 7, 1, true, 0x0a);
	world_write(DIST + ICENABLER, 0x80);
	assert_int_equal(ack_on(0), FAKE_GIC_NONE);
	world_off(0);
	world_on(0, dom->vcpus[0]);
	assert_int_equal(world_get(CPENDSGI + 7, 1), 0x0a);
	world_write(DIST + ISENABLER, 0x80);
	assert_int_equal(ack_on(0), 7 | 1 << 10);
	world_off(0);
	world_on(0, dom->vcpus[0]);
	assert_int_equal(world_get(CPENDSGI + 7, 1), 0x08);
	eoi_on(0, 7);
	assert_int_equal(ack_on(0), 7 | 3 << 10);
}

/* The oracle: sources that wait, and the one that is active, of each SGI of each vCPU. */
struct oracle {
	u32 waiting;
	bool active, enabled;
	u32 source;
};

static struct oracle oracles[WORLD_VCPUS][16];
static u32 depth[WORLD_CPUS + 1], stack[WORLD_CPUS + 1][16];
static u64 seed;
static unsigned long nr_acks;

static u32 rnd(u32 below)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (u32)(seed >> 33) % below;
}

static void random_send(unsigned int cpu, u32 self)
{
	u32 mask = rnd(16), id = rnd(16);

	write_on(cpu, SGIR, TO(mask) | id);
	for (u32 v = 0; v < WORLD_VCPUS; v++) {
		oracles[v][id].waiting |= (mask >> v & 1) << self;
	}
}

static void random_ack(unsigned int cpu, u32 self)
{
	u32 got = ack_on(cpu), id = got & 0x3ff;
	struct oracle *o = &oracles[self][id & 0xf];

	if (id == FAKE_GIC_NONE) {
		return;
	}
	nr_acks++;
	assert_true(id < 16 && o->enabled && !o->active);
	o->source = got >> 10;
	assert_true((o->waiting >> o->source & 1) != 0);
	o->waiting &= ~(1U << o->source);
	o->active = true;
	stack[self][depth[self]++] = id;
}

static void random_eoi(unsigned int cpu, u32 self)
{
	u32 id;

	if (depth[self] != 0) {
		id = stack[self][--depth[self]];
		oracles[self][id].active = false;
		eoi_on(cpu, id);
	}
}

static void random_register(unsigned int cpu, u32 self)
{
	u32 id = rnd(16), mask = rnd(16);
	unsigned int before = fake_cpu;
	struct oracle *o = &oracles[self][id];

	fake_cpu = cpu;
	switch (rnd(4)) {
	case 0:
		(void)world_access(SPENDSGI + id, 1, true, mask);
		o->waiting |= mask;
		break;
	case 1:
		(void)world_access(CPENDSGI + id, 1, true, mask);
		o->waiting &= ~mask;
		break;
	case 2:
		o->enabled = !o->enabled;
		world_write(DIST + (o->enabled ? ISENABLER : ICENABLER), 1U << id);
		break;
	default:
		assert_int_equal(world_get(CPENDSGI + id, 1), o->waiting);
		assert_int_equal(world_read(DIST + ISPENDR) >> id & 1, o->waiting != 0);
		assert_int_equal(world_read(DIST + ISACTIVER) >> id & 1, o->active);
		break;
	}
	fake_cpu = before;
}

/* What a vCPU on a CPU would acknowledge: all SGIs have one priority, so none while one is active.
 */
static void random_check(unsigned int cpu, u32 self)
{
	unsigned int before = fake_cpu;
	bool is_due = false;

	for (u32 id = 0; id < 16; id++) {
		const struct oracle *o = &oracles[self][id];

		is_due = is_due || (o->enabled && !o->active && o->waiting != 0);
	}
	fake_cpu = cpu;
	assert_int_equal(fake_guest_best() != 256, is_due && depth[self] == 0);
	fake_cpu = before;
}

static void random_step(void)
{
	unsigned int cpu = rnd(WORLD_CPUS);
	struct vcpu *v = fake_ifs[cpu].vcpu;

	fake_cpu = cpu;
	if (v == NULL || rnd(16) == 0) {
		u32 next = rnd(WORLD_VCPUS);

		if (dom->vcpus[next]->arch.vgic.cpu == VGIC_NO_CPU) {
			world_on(cpu, dom->vcpus[next]);
		} else if (rnd(2) != 0) {
			world_off(cpu);
		}
		return;
	}
	switch (rnd(4)) {
	case 0:
		random_send(cpu, v->id);
		break;
	case 1:
		random_ack(cpu, v->id);
		break;
	case 2:
		random_eoi(cpu, v->id);
		break;
	default:
		random_register(cpu, v->id);
		break;
	}
}

static void play(unsigned int nr_lrs, u64 first_seed)
{
	is_v2 = true;
	world_make(nr_lrs);
	memset(oracles, 0, sizeof(oracles));
	memset(depth, 0, sizeof(depth));
	seed = first_seed;
	nr_acks = 0;
	fake_cpu = 0;
	for (u32 i = 0; i < WORLD_VCPUS; i++) {
		world_on(0, dom->vcpus[i]);
		write_on(0, DIST, 3);
		for (u32 id = 0; id < 16; id++) {
			world_arm(i, id, 0x80);
			oracles[i][id].enabled = true;
		}
	}
	for (u32 i = 0; i < 40000; i++) {
		random_step();
		world_settle();
		for (unsigned int cpu = 0; cpu < WORLD_CPUS; cpu++) {
			if (fake_ifs[cpu].vcpu != NULL) {
				random_check(cpu, fake_ifs[cpu].vcpu->id);
			}
		}
	}
	assert_true(nr_acks > 1000);
	for (unsigned int cpu = 0; cpu < WORLD_CPUS; cpu++) {
		world_off(cpu);
	}
	world_free();
}

static void test_random(void **state)
{
	for (u64 s = 1; s <= 3; s++) {
		play(2, s);
		play(4, s + 100);
		play(16, s + 200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_identification), CASE(test_sizes),
		CASE(test_banked),	   CASE(test_targets),
		CASE(test_cpu_interface),  CASE(test_vcpus_max),
		CASE(test_sgi_filters),	   CASE(test_sgi_sources),
		CASE(test_sgi_registers),  cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("vgic2", tests, NULL, NULL);
}
