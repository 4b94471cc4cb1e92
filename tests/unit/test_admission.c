/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Admission of reservations: the limits of a period and a budget, the sums at their edges to one
 * ppm, sets of CPUs that are equal, disjoint and overlapping, and values far beyond all limits.
 *
 * sources: common/lib/admission.c
 */
#include "fake.h"

#include <string.h>

#include <hv/admission.h>
#include <hv/errno.h>

static struct admission_load loads[256];
static struct sched_admission why;

static int ask(u32 nr, u64 cpus, u32 ppm)
{
	struct admission_load asked = { .cpus = cpus, .ppm = ppm };
	int err;

	memset(&why, 0xEE, sizeof(why));
	err = admission_check(loads, nr, &asked, &why);
	assert_int_equal(admission_check(loads, nr, &asked, NULL), err);
	return err;
}

static void fill(u32 nr, u64 cpus, u32 ppm)
{
	for (u32 i = 0; i < nr; i++) {
		loads[i] = (struct admission_load){ .cpus = cpus, .ppm = ppm };
	}
}

static void expect(u32 cpu, u32 asked, u32 reserved, u32 allowed)
{
	assert_int_equal(why.cpu, cpu);
	assert_int_equal(why.asked_ppm, asked);
	assert_int_equal(why.reserved_ppm, reserved);
	assert_int_equal(why.allowed_ppm, allowed);
}

static void test_ppm(void **state)
{
	static const struct {
		u32 period, budget;
		int err;
		u32 ppm;
	} cases[] = {
		{ 1000, 300, 0, 300000 },
		{ 10000, 4000, 0, 400000 },
		{ 3000, 1000, 0, 333334 }, /* rounded up */
		{ 100, 100, 0, 1000000 },
		{ 100, 10, 0, 100000 },
		{ 10000000, 10000000, 0, 1000000 },
		{ 10000000, 10, 0, 1 },
		{ 9999999, 10, 0, 2 },
		{ 0, 0, -EINVAL, 7 },
		{ 1000, 0, -EINVAL, 7 },
		{ 0, 1000, -EINVAL, 7 },
		{ 1000, 9, -EINVAL, 7 },
		{ 99, 50, -EINVAL, 7 },
		{ 300, 1000, -EINVAL, 7 }, /* inverted */
		{ 1000, 1001, -EINVAL, 7 },
		{ 10000001, 1000, -EINVAL, 7 },
		{ 0xFFFFFFFF, 0xFFFFFFFF, -EINVAL, 7 },
		{ 1000, (u32)-300, -EINVAL, 7 },
		{ (u32)-1000, 300, -EINVAL, 7 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 ppm = 7;

		assert_int_equal(admission_ppm(cases[i].period, cases[i].budget, &ppm),
				 cases[i].err);
		assert_int_equal(ppm, cases[i].ppm);
	}
}

static void test_one_cpu(void **state)
{
	assert_int_equal(ask(0, 1, 950000), 0);
	expect(0, 950000, 0, 950000);
	assert_int_equal(ask(0, 1, 950001), -ENOSPC);
	expect(0, 950001, 0, 950000);
	/* The example of the manual: 0.30 of CPU 1 where 0.80 are reserved. */
	fill(2, 2, 400000);
	assert_int_equal(ask(2, 2, 300000), -ENOSPC);
	expect(1, 300000, 800000, 950000);
	assert_false(why.overlap);
	assert_int_equal(ask(2, 2, 150000), 0);
	assert_int_equal(ask(2, 2, 150001), -ENOSPC);
	/* What others have on other CPUs does not count. */
	assert_int_equal(ask(2, 4, 950000), 0);
	expect(2, 950000, 0, 950000);
	assert_int_equal(ask(2, 1UL << 63, 950001), -ENOSPC);
	expect(63, 950001, 0, 950000);
}

static void test_several_cpus(void **state)
{
	/* m = 2, Umax = 0.5: 1.9 - 0.5 = 1.4 */
	fill(2, 3, 500000);
	assert_int_equal(ask(2, 3, 400000), 0);
	expect(ADMISSION_CPU_ANY, 400000, 1000000, 1400000);
	assert_int_equal(ask(2, 3, 400001), -ENOSPC);
	/* The new one is the largest: m = 4, 3.8 - 3 * 0.7 = 1.7 */
	fill(10, 0xF0, 100000);
	assert_int_equal(ask(10, 0xF0, 700000), 0);
	expect(ADMISSION_CPU_ANY, 700000, 1000000, 1700000);
	assert_int_equal(ask(10, 0xF0, 700001), -ENOSPC);
	/* Nobody gets more than 0.95 of a CPU, on however many. */
	assert_int_equal(ask(0, ~0UL, 950000), 0);
	assert_int_equal(ask(0, ~0UL, 950001), -ENOSPC);
	/* Light ones fill 64 CPUs nearly: 60.8 - 63 * 0.01 = 60.17 */
	fill(64, ~0UL, 10000);
	assert_int_equal(ask(64, ~0UL, 10000), 0);
	expect(ADMISSION_CPU_ANY, 10000, 640000, 60170000);
}

static void test_overlap(void **state)
{
	loads[0] = (struct admission_load){ .cpus = 0x3, .ppm = 1 };
	assert_int_equal(ask(1, 0x2, 1), -ENOSPC);
	assert_true(why.overlap);
	assert_int_equal(why.cpu, 1);
	assert_int_equal(ask(1, 0x7, 1), -ENOSPC);
	assert_true(why.overlap);
	assert_int_equal(ask(1, 0x6, 1), -ENOSPC);
	assert_int_equal(why.cpu, 1);
	assert_int_equal(ask(1, 0xC, 1), 0); /* disjoint */
	assert_false(why.overlap);
	loads[0].ppm = 0; /* no reservation: in nobody's way */
	assert_int_equal(ask(1, 0x2, 950000), 0);
	assert_false(why.overlap);
}

static void test_many(void **state)
{
	/* 64 reservations: 63 * 15,000 = 945,000 */
	fill(64, 1, 15000);
	assert_int_equal(ask(63, 1, 5000), 0);
	assert_int_equal(ask(63, 1, 5001), -ENOSPC);
	expect(0, 5001, 945000, 950000);
}

static void test_extremes(void **state)
{
	fill(256, ~0UL, 0xFFFFFFFF);
	assert_int_equal(ask(256, ~0UL, 1), -ENOSPC);
	expect(ADMISSION_CPU_ANY, 1, 0xFFFFFFFF, 0);
	assert_int_equal(ask(256, ~0UL, 0xFFFFFFFF), -ENOSPC);
	fill(2, 1, 0x80000000); /* the sum is 0 in 32 bits */
	assert_int_equal(ask(2, 1, 1), -ENOSPC);
	assert_int_equal(ask(0, 0, 1), -ENOSPC); /* no CPU at all */
	expect(ADMISSION_CPU_ANY, 1, 0, 0);
	assert_int_equal(ask(256, ~0UL, 0), 0); /* asks for nothing */
	assert_int_equal(ask(0, 0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ppm),	     cmocka_unit_test(test_one_cpu),
		cmocka_unit_test(test_several_cpus), cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_many),	     cmocka_unit_test(test_extremes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
