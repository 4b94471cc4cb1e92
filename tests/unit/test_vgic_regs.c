/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual GIC's registers: what they show, sizes of accesses, states held by another CPU, and
 * where the blocks lie.
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

static void test_identification(void **state)
{
	assert_int_equal(world_get(DIST + 4, 4), 1U << 25 | 9U << 19 | WORLD_SPIS / 32);
	assert_int_equal(world_get(DIST + 0xffe8, 4) >> 4 & 0xf, 3);
	assert_int_equal(world_get(DIST, 4), 3 | 1 << 4 | 1 << 6);
	for (u32 i = 0; i < WORLD_VCPUS; i++) {
		u64 typer = world_get(REDIST_OF(i) + 8, 8);

		assert_int_equal(typer >> 32, i);
		assert_int_equal(typer >> 8 & 0xffff, i);
		assert_int_equal(typer >> 4 & 1, i == WORLD_VCPUS - 1);
		assert_int_equal(world_get(REDIST_OF(i) + 0xc, 4), i);
		assert_int_equal(world_get(REDIST_OF(i) + 8, 4), (u32)typer);
		assert_int_equal(world_get(REDIST_OF(i) + 0xffe8, 4) >> 4 & 0xf, 3);
	}
	assert_int_equal(world_get(REDIST_OF(1) + 0x14, 4), 6);
	world_write(REDIST_OF(1) + 0x14, 0);
	assert_int_equal(world_get(REDIST_OF(1) + 0x14, 4), 0);
}

/* Every register at every size and offset: it answers or refuses, and nothing else happens. */
static void test_every_access(void **state)
{
	static const u8 sizes[] = { 1, 2, 4, 8 };
	unsigned int nr_refused = 0;

	for (u32 offset = 0; offset < 0x20000; offset++) {
		for (u32 s = 0; s < 4; s++) {
			u64 value = 0;

			if (offset < 0x10000) {
				nr_refused += !world_try(DIST + offset, sizes[s], false, &value);
				value = ~0UL;
				(void)world_try(DIST + offset, sizes[s], true, &value);
			}
			value = 0;
			nr_refused +=
				!world_try(SGI_OF(1) - 0x10000 + offset, sizes[s], false, &value);
			value = ~0UL;
			(void)world_try(SGI_OF(1) - 0x10000 + offset, sizes[s], true, &value);
			world_settle();
		}
	}
	assert_true(nr_refused > 0x10000);
	/* Reserved: zero, at any size. */
	assert_int_equal(world_get(DIST + 0x5000, 4), 0);
	assert_int_equal(world_get(DIST + 0xe000, 8), 0);
	assert_int_equal(world_get(SGI_OF(1) + 0xf000, 4), 0);
	/* A redistributor has nothing of the distributor but what it shares with it. */
	assert_int_equal(world_get(SGI_OF(1) + 4, 4), 0);
	assert_int_equal(world_get(SGI_OF(1) + 0xffe8, 4), 0);
	world_write(SGI_OF(1) + ISENABLER + 4, ~0U);
	assert_int_equal(world_get(SGI_OF(1) + ISENABLER + 4, 4), 0);
	/* Refused sizes. */
	u64 value = 0;

	assert_false(world_try(DIST + 4, 8, false, &value));
	assert_false(world_try(DIST + 4, 1, false, &value));
	assert_false(world_try(DIST + ISENABLER + 4, 1, false, &value));
	assert_false(world_try(ROUTER(40), 1, false, &value));
	assert_false(world_try(DIST + PRIORITY + 33, 4, false, &value));
	assert_false(world_try(DIST + 0x10000 - 2, 4, false, &value));
}

static void test_private_hidden_in_distributor(void **state)
{
	world_write(DIST + ISENABLER, ~0U);
	assert_int_equal(world_read(DIST + ISENABLER), 0);
	assert_int_equal(world_read(SGI_OF(0) + ISENABLER), 0);
	world_write(DIST + PRIORITY, ~0U);
	assert_int_equal(world_read(SGI_OF(0) + PRIORITY), 0);
}

static void test_fields_read_back(void **state)
{
	world_write(DIST + PRIORITY + 40, 0xff07a050);
	assert_int_equal(world_read(DIST + PRIORITY + 40), 0xf800a050);
	world_write(DIST + 0xc00 + 8, 0xffffffff);
	assert_int_equal(world_read(DIST + 0xc00 + 8), 0xaaaaaaaa);
	world_write(SGI_OF(2) + 0xc00, 0);
	assert_int_equal(world_read(SGI_OF(2) + 0xc00), 0xaaaaaaaa);
	(void)world_access(ROUTER(50), 8, true, 0x12ff345678UL);
	assert_int_equal(world_access(ROUTER(50), 8, false, 0), 0x1200345678UL);
	(void)world_access(ROUTER(50), 4, true, 0x345679);
	assert_int_equal(world_access(ROUTER(50), 8, false, 0), 0x1200345679UL);
	(void)world_access(ROUTER(50), 4, true, 0x345678);
	(void)world_access(ROUTER(50) + 4, 4, true, 0);
	assert_int_equal(world_access(ROUTER(50), 8, false, 0), 0x345678UL);
	assert_int_equal(world_access(ROUTER(50) + 4, 4, false, 0), 0);
}

static void test_remote_state(void **state)
{
	u64 value = 0;

	world_arm(0, 40, 0x80);
	(void)world_access(ROUTER(40), 8, true, 1);
	inject_spi(dom, 40);
	world_settle();
	is_lazy = true;
	/* It is in a list register of CPU 1: reading has to wait, and says so. */
	assert_false(world_try(DIST + ISPENDR + 4, 4, false, &value));
	assert_int_equal(fake_kicks[1], 1);
	assert_int_equal(world_get(DIST, 4) >> 31, 1);
	assert_false(world_try(DIST + ISPENDR + 4, 4, false, &value));
	world_enter(1);
	assert_int_equal(world_get(DIST, 4) >> 31, 0);
	assert_int_equal(world_get(DIST + ISPENDR + 4, 4), 1 << 8);
	/* Asked again, it is a new question. */
	assert_false(world_try(DIST + ISPENDR + 4, 4, false, &value));
	/* The vCPU may as well leave its CPU. */
	world_off(1);
	assert_int_equal(world_get(DIST + ISPENDR + 4, 4), 1 << 8);
	assert_int_equal(world_get(DIST + ISACTIVER + 4, 4), 0);
}

/* One trap of a store to 32 fields. */
static bool store_once(u64 ipa, u32 value)
{
	struct mmio_access access = { .bytes = 4, .is_write = true, .value = value };

	assert_true(mmio_dispatch(fake_ifs[fake_cpu].vcpu, ipa, &access));
	return !access.retry;
}

/* A store to many fields goes on where it was, unless it is another one. */
static void test_store_in_slices(void **state)
{
	u64 where = DIST + ISENABLER + 4;

	assert_false(store_once(where, 0xffffffff));
	assert_int_equal(world_read(where), 0xf);
	assert_false(store_once(where, 0xffffffff));
	assert_int_equal(world_read(where), 0xff);
	/* What another store did to the fields that are done stays. */
	assert_true(store_once(DIST + ICENABLER + 4, 1));
	assert_int_equal(world_read(where), 0xfe);
	assert_false(store_once(where, 0xffffffff)); /* forgotten: from the beginning */
	assert_int_equal(world_read(where), 0xff);
	for (unsigned int i = 0; i < 6; i++) {
		assert_false(store_once(where, 0xffffffff));
	}
	assert_true(store_once(where, 0xffffffff));
	assert_int_equal(world_read(where), 0xffffffff);
	/* Finished: the same store again is a new one, of four fields at once. */
	assert_true(store_once(DIST + ICENABLER + 4, 0x80010101));
	assert_int_equal(world_read(where), 0x7ffefefe);
}

static void test_layouts(void **state)
{
	struct vgic_layout layout = {
		.dist_base = 0x1000000,
		.nr_spis = 5000,
		.nr_redist_regions = 2,
		.redist = { { 0x2000000, 0x40000 }, { 0x3000000, 0x20000 } },
	};
	struct domain *d = calloc(1, sizeof(*d));

	d->nr_vcpus = 4;
	assert_int_equal(vgic_domain_init(d, &layout), -EINVAL); /* room for three */
	layout.redist[1].bytes = 0x100000;
	memset(d, 0, sizeof(*d));
	d->nr_vcpus = 4;
	assert_int_equal(vgic_domain_init(d, &layout), 0);
	assert_int_equal(vgic_spis_init(d), -ERESTART);
	while (vgic_spis_init(d) == -ERESTART) {}
	assert_int_equal(d->arch.vgic.nr_spis, 988);
	assert_ptr_equal(d->arch.vgic.redist[1].vcpus, &d->vcpus[2]);
	assert_int_equal(d->arch.vgic.redist[1].nr_vcpus, 2);
	heap_free(d->arch.vgic.spis);
	layout.redist[1].base = 0x1008000; /* in the distributor */
	memset(d, 0, sizeof(*d));
	d->nr_vcpus = 4;
	assert_int_equal(vgic_domain_init(d, &layout), -EEXIST);
	assert_null(d->arch.vgic.spis);
	free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_identification),
		CASE(test_every_access),
		CASE(test_private_hidden_in_distributor),
		CASE(test_fields_read_back),
		CASE(test_store_in_slices),
		CASE(test_remote_state),
		CASE(test_layouts),
	};

	return cmocka_run_group_tests_name("vgic_regs", tests, NULL, NULL);
}
