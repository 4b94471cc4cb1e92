/* SPDX-License-Identifier: Apache-2.0 */
/*
 * List registers of a GICv2: hv/gic.h's layout to the hardware's (IHI 0048B, 5.3.10) and back, and
 * what does not exist there.
 *
 * sources: drivers/gic/gicv2_lr.c arch/arm64/hw/gic.c
 */
#include "fake/fake.h"

#include <string.h>

#include <hv/mapping.h>

#include "../../drivers/gic/gicv2.h"

static u32 frame[GICH_BYTES / 4];

void *map_device(pa_t base, size_t bytes)
{
	assert_int_equal(base.v, 0x8030000);
	assert_int_equal(bytes, sizeof(frame));
	return frame;
}

static const struct gic_ops ops = {
	.lr_write = gicv2_lr_write,
	.hcr_write = gicv2_hcr_write,
	.vmcr_write = gicv2_vmcr_write,
	.apr_write = gicv2_apr_write,
};

static int setup(void **state)
{
	memset(frame, 0xff, sizeof(frame));
	frame[GICH_VTR / 4] = 0x90000003;
	gic_nr_lrs = gicv2_lr_init(0x8030000);
	assert_int_equal(gic_nr_lrs, 4);
	gic_ops = &ops;
	gic_lr_reset();
	return 0;
}

static void test_nothing_is_left(void **state)
{
	assert_int_equal(frame[GICH_HCR / 4], 0);
	assert_int_equal(frame[GICH_VMCR / 4], 0);
	assert_int_equal(frame[GICH_APR / 4], 0);
	assert_int_equal(frame[GICH_LR / 4 + 3], 0);
	assert_int_equal(frame[GICH_LR / 4 + 4], 0xffffffff); /* there is none */
	frame[GICH_VTR / 4] = 0x9000003f;
	assert_int_equal(gicv2_lr_init(0x8030000), 16);
}

static void test_list_register(void **state)
{
	static const struct {
		u64 value;
		u32 lr;
	} rows[] = {
		{ 0, 0 },
		{ 1019, 0x3fb },
		{ 27 | GIC_LR_PENDING, 0x1000001b },
		{ 27 | GIC_LR_ACTIVE, 0x2000001b },
		{ 27 | GIC_LR_GROUP1, 0x4000001b },
		{ 27 | GIC_LR_HW | 42UL << GIC_LR_PINTID_SHIFT, 0x8000a81b },
		{ 27 | GIC_LR_HW | 1019UL << GIC_LR_PINTID_SHIFT, 0x800fec1b },
		{ 33 | GIC_LR_EOI, 0x00080021 },
		{ 5 | 7UL << GIC_LR_PINTID_SHIFT, 0x00001c05 }, /* SGI 5 of vCPU 7 */
		{ 5 | 0xf8UL << GIC_LR_PRIORITY_SHIFT, 0x0f800005 },
		{ 5 | 0x08UL << GIC_LR_PRIORITY_SHIFT, 0x00800005 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		gicv2_lr_write(2, rows[i].value);
		assert_int_equal(frame[GICH_LR / 4 + 2], rows[i].lr);
		assert_int_equal(gicv2_lr_read(2), rows[i].value);
	}
	assert_int_equal(frame[GICH_LR / 4 + 1], 0);
	assert_int_equal(frame[GICH_LR / 4 + 3], 0);
}

static void test_repend(void **state)
{
	gicv2_lr_write(1, 40 | 0x80UL << GIC_LR_PRIORITY_SHIFT);
	assert_int_equal(gicv2_lr_repend(1), 40 | 0x80UL << GIC_LR_PRIORITY_SHIFT);
	assert_int_equal(frame[GICH_LR / 4 + 1], 0x18000028);
	frame[GICH_LR / 4 + 1] = 0x28000028; /* acknowledged */
	assert_true((gicv2_lr_repend(1) & GIC_LR_ACTIVE) != 0);
	assert_int_equal(frame[GICH_LR / 4 + 1], 0x28000028);
}

static void test_other_registers(void **state)
{
	u32 apr[2][4] = { { 5, 6, 7, 8 }, { 9, 10, 11, 12 } };

	gicv2_hcr_write(GIC_HCR_EN | GIC_HCR_NPIE | GIC_HCR_LRENPIE | GIC_HCR_TDIR);
	assert_int_equal(gicv2_hcr_read(), GIC_HCR_EN | GIC_HCR_NPIE | GIC_HCR_LRENPIE);
	gicv2_vmcr_write(0xf8000203);
	assert_int_equal(gicv2_vmcr_read(), 0xf8000203);
	gicv2_apr_write(apr);
	assert_int_equal(frame[GICH_APR / 4], 5);
	apr[0][0] = 0;
	gicv2_apr_read(apr);
	assert_int_equal(apr[0][0], 5);
	assert_int_equal(apr[1][0], 0); /* whatever the caller's memory held */
	frame[GICH_ELRSR / 4] = 0xa;
	assert_int_equal(gicv2_elrsr_read(), 0xa);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing_is_left, setup),
		cmocka_unit_test_setup(test_list_register, setup),
		cmocka_unit_test_setup(test_repend, setup),
		cmocka_unit_test_setup(test_other_registers, setup),
	};

	return cmocka_run_group_tests_name("gicv2", tests, NULL, NULL);
}
