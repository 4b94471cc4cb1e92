/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A domain with vCPUs on fake CPUs, for tests of the virtual GIC: building it, running vCPUs, and
 * register accesses as a guest makes them. Included by one source of a program.
 */
#ifndef VGIC_WORLD_H
#define VGIC_WORLD_H

#include "fake_gic.h"

#include <stdlib.h>
#include <string.h>

#include <hv/errno.h>
#include <hv/inject.h>
#include <hv/sched.h>
#include <hv/stage2.h>
#include <hv/vgic.h>
#include <hv/vtimer.h>

#include "../../arch/arm64/vgic/vgic_internal.h"

#define WORLD_VCPUS   4U
#define WORLD_CPUS    3U
#define WORLD_SPIS    64U
#define DIST	      0x8000000UL
#define REDIST	      0x9000000UL
#define REDIST_OF(id) (REDIST + (id) * 0x20000UL)
#define SGI_OF(id)    (REDIST_OF(id) + 0x10000UL)
#define CPU_IF	      0x8010000UL /* GICv2: as the guest sees it, and the machine's */
#define VCPU_IF	      0x8040000UL
#define VMCR_OPEN     (GIC_VMCR_ENG0 | GIC_VMCR_ENG1 | 0xf8U << GIC_VMCR_PMR_SHIFT)

/* Registers with one bit or byte per interrupt, from the block's start. */
#define ISENABLER  0x100
#define ICENABLER  0x180
#define ISPENDR	   0x200
#define ICPENDR	   0x280
#define ISACTIVER  0x300
#define ICACTIVER  0x380
#define PRIORITY   0x400
#define ROUTER(id) (DIST + 0x6000 + (id) * 8UL)

static struct domain *dom;
static unsigned int nr_retries, nr_wakes;
static bool is_lazy; /* kicks stay unserved until settle() */

void *heap_alloc(size_t size)
{
	return calloc(1, size);
}

/* What a physical SPI of a domain does when it fires: the edge for it, whatever its type. */
static inline void inject_spi(struct domain *d, u32 intid)
{
	inject_begin(d);
	vgic_irq_set_latch(d, vgic_irq_find(d, NULL, intid));
	inject_end(d);
}

void heap_free(void *object)
{
	free(object);
}

bool sched_unblock(struct sched_unit *unit, u32 reasons)
{
	bool was_blocked = unit->blocked != 0;

	unit->blocked &= ~reasons;
	nr_wakes++;
	return was_blocked && unit->blocked == 0;
}

static unsigned int nr_mapped; /* frames, by s2_map() */
static int map_result;

int s2_map(struct domain *d, gfn_t g, mfn_t m, u64 nr, enum s2_kind kind)
{
	assert_int_equal(kind, S2_DEVICE);
	assert_int_equal(m.v - (VCPU_IF >> PAGE_SHIFT), g.v - (CPU_IF >> PAGE_SHIFT));
	assert_true(g.v - (CPU_IF >> PAGE_SHIFT) < 2);
	nr_mapped += (unsigned int)nr;
	return map_result;
}

static bool is_v2; /* the world to make */

static void world_make(unsigned int nr_lrs)
{
	struct vgic_layout layout = {
		.dist_base = DIST,
		.nr_spis = WORLD_SPIS,
		.nr_redist_regions = 1,
		.redist[0] = { REDIST, 0x20000UL * WORLD_VCPUS },
	};

	if (is_v2) {
		layout.cpu_base = CPU_IF;
	}
	fake_reset(WORLD_CPUS);
	fake_gic_reset(nr_lrs);
	gic_info.vcpu_base = VCPU_IF;
	nr_mapped = 0;
	map_result = 0;
	nr_retries = 0;
	nr_wakes = 0;
	dom = calloc(1, sizeof(*dom));
	dom->nr_vcpus = WORLD_VCPUS;
	dom->vcpus = calloc(WORLD_VCPUS, sizeof(dom->vcpus[0]));
	assert_int_equal(vgic_domain_init(dom, &layout), 0);
	while (vgic_spis_init(dom) == -ERESTART) {}
	for (u16 i = 0; i < WORLD_VCPUS; i++) {
		struct vcpu *v = calloc(1, sizeof(*v));

		v->domain = dom;
		v->id = i;
		dom->vcpus[i] = v;
		v->arch.vgic.cpu = VGIC_NO_CPU;
		vgic_vcpu_reset(v);
		v->arch.vgic.irqs[27].flags |= VIRQ_HW;
		v->arch.vgic.irqs[27].pirq = 27;
		v->arch.vgic.vmcr = VMCR_OPEN;
	}
}

static void world_free(void)
{
	vgic_unroute_all(dom);
	heap_free(dom->arch.vgic.spis);
	for (u32 i = 0; i < WORLD_VCPUS; i++) {
		free(dom->vcpus[i]);
	}
	free(dom->vcpus);
	free(dom);
}

/* The counts of the queues are those of their lists. */
static void check_counts(const struct vgic_vcpu *vg)
{
	for (unsigned int q = 0; q < NR_VGIC_QUEUES; q++) {
		unsigned int nr = 0;

		for (unsigned int level = 0; level < VGIC_NR_LEVELS; level++) {
			const struct vgic_irq *first = vg->queue[q][level], *irq = first;

			for (; irq != NULL; irq = irq->next == first ? NULL : irq->next) {
				nr++;
			}
		}
		assert_int_equal(vg->nr_queued[q], nr);
	}
}

/* What the way out of EL2 does (arch/arm64/trap/run.c). */
static inline void fake_enter(struct vcpu *v)
{
	while (vgic_has_work(v)) {
		vgic_enter_work(v);
	}
}

/* The way into the guest on a CPU: until nothing more is to be done. */
static void world_enter(unsigned int cpu)
{
	unsigned int before = fake_cpu, rounds = 0;
	struct vcpu *v = fake_ifs[cpu].vcpu;

	fake_cpu = cpu;
	fake_kicks[cpu] = 0;
	if (v != NULL) {
		fake_enter(v);
		while (fake_maintenance()) {
			fake_enter(v);
			assert_true(++rounds < 40);
		}
		check_counts(&v->arch.vgic);
	}
	fake_cpu = before;
}

/* Let each CPU that was kicked, and this one, go on. */
static void world_settle(void)
{
	unsigned int rounds = 0;

	world_enter(fake_cpu);
	for (unsigned int cpu = 0; cpu < WORLD_CPUS; cpu++) {
		if (fake_kicks[cpu] != 0) {
			world_enter(cpu);
			cpu = ~0U;
			assert_true(++rounds < 100);
		}
	}
}

static void world_off(unsigned int cpu)
{
	unsigned int before = fake_cpu;

	fake_cpu = cpu;
	if (fake_ifs[cpu].vcpu != NULL) {
		vgic_save(fake_ifs[cpu].vcpu);
		fake_ifs[cpu].vcpu = NULL;
	}
	fake_cpu = before;
}

static void world_on(unsigned int cpu, struct vcpu *v)
{
	unsigned int before = fake_cpu;

	world_off(cpu);
	fake_cpu = cpu;
	fake_ifs[cpu].vcpu = v;
	vgic_restore(v);
	fake_cpu = before;
	world_enter(cpu);
}

/* A guest's access by the vCPU on this CPU, run again for as long as it is told to. */
static u64 world_access(u64 ipa, u8 bytes, bool is_write, u64 value)
{
	struct mmio_access access;
	unsigned int tries = 0;

	do {
		access = (struct mmio_access){ .bytes = bytes,
					       .is_write = is_write,
					       .value = value };
		assert_true(mmio_dispatch(fake_ifs[fake_cpu].vcpu, ipa, &access));
		if (access.retry) {
			nr_retries += !is_write;
			/* A store does two fields or more at a time. */
			assert_true(++tries < (is_write ? 16 : 4));
		}
		if (access.retry || !is_lazy) {
			world_settle();
		}
	} while (access.retry);
	return access.value;
}

static u32 world_read(u64 ipa)
{
	return (u32)world_access(ipa, 4, false, 0);
}

static void world_write(u64 ipa, u32 value)
{
	(void)world_access(ipa, 4, true, value);
}

/* Where the block of registers of an interrupt is, as seen from vCPU id. */
static u64 world_block(u32 vcpu, u32 intid)
{
	return intid < 32 && !is_v2 ? SGI_OF(vcpu) : DIST;
}

static void world_write_bit(u32 vcpu, u32 intid, u32 offset)
{
	world_write(world_block(vcpu, intid) + offset + intid / 32 * 4, 1U << (intid & 31));
}

static inline bool world_read_bit(u32 vcpu, u32 intid, u32 offset)
{
	return world_read(world_block(vcpu, intid) + offset + intid / 32 * 4) >> (intid & 31) & 1;
}

static inline int world_setup(void **state)
{
	world_make(4);
	for (u32 i = 0; i < WORLD_CPUS; i++) {
		world_on(i, dom->vcpus[i]);
	}
	world_write(DIST, 3);
	return 0;
}

static inline int world_teardown(void **state)
{
	is_lazy = false;
	world_free();
	return 0;
}

/* Group 1, a priority, enabled. */
static inline void world_arm(u32 vcpu, u32 id, u8 priority)
{
	u64 group = world_block(vcpu, id) + 0x80 + id / 32 * 4;

	world_write(group, world_read(group) | 1U << (id & 31));
	(void)world_access(world_block(vcpu, id) + PRIORITY + id, 1, true, priority);
	world_write_bit(vcpu, id, ISENABLER);
}

static inline bool world_try(u64 ipa, u8 bytes, bool is_write, u64 *value)
{
	struct mmio_access access;
	bool ok;

	do {
		access = (struct mmio_access){ .bytes = bytes,
					       .is_write = is_write,
					       .value = *value };
		ok = mmio_dispatch(fake_ifs[fake_cpu].vcpu, ipa, &access);
	} while (ok && is_write && access.retry);
	*value = access.value;
	return ok && !access.retry;
}

static inline u64 world_get(u64 ipa, u8 bytes)
{
	u64 value = 0;

	assert_true(world_try(ipa, bytes, false, &value));
	return value;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

#endif
