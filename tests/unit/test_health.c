/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fault table (common/health/table.c) under a clock that the test sets: how many WARM and COLD
 * restarts a window lets through, what comes then, and that only time makes them forgotten.
 *
 * A second account is kept here as a plain list of all restarts, against which random faults are
 * held.
 *
 * sources: common/health/table.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <hv/health.h>

#define SECOND NSEC_PER_SEC

static struct health_table table_of(u32 restart, u32 warm, u32 cold, u32 window)
{
	return (struct health_table){ .policy = { .restart = restart,
						  .warm_limit = warm,
						  .cold_limit = cold,
						  .window_s = window } };
}

static void test_three_warm_one_cold(void **state)
{
	struct health_table t = table_of(BULKHEAD_RESTART_warm, 3, 1, 60);

	(void)state;
	for (u64 i = 0; i < 3; i++) {
		assert_int_equal(health_decide(&t, (100 + i) * SECOND), HEALTH_WARM);
	}
	assert_int_equal(health_decide(&t, 159 * SECOND), HEALTH_COLD);
	assert_int_equal(health_decide(&t, 160 * SECOND), HEALTH_DISABLE);
	/* The first is 60 s old now, and within the window to the last ns. */
	assert_int_equal(health_decide(&t, 160 * SECOND + 1), HEALTH_WARM);
	assert_int_equal(health_decide(&t, 160 * SECOND + 2), HEALTH_DISABLE);
	t.policy.give_up = BULKHEAD_GIVE_UP_reset;
	assert_int_equal(health_decide(&t, 160 * SECOND + 3), HEALTH_RESET);
}

static void test_never_cold_and_no_warm(void **state)
{
	struct health_table t = table_of(BULKHEAD_RESTART_never, 3, 3, 60);

	(void)state;
	assert_int_equal(health_decide(&t, 1), HEALTH_LEAVE);
	t = table_of(BULKHEAD_RESTART_cold, 3, 1, 60);
	assert_int_equal(health_decide(&t, 1), HEALTH_COLD);
	assert_int_equal(health_decide(&t, 2), HEALTH_DISABLE);
	t = table_of(BULKHEAD_RESTART_warm, 0, 1, 60);
	assert_int_equal(health_decide(&t, 1), HEALTH_COLD);
}

/* Restarts of a kind since a time, in the list of all of them. */
static u32 count_since(const u64 *at, u32 nr, u64 since)
{
	u32 found = 0;

	for (u32 i = 0; i < nr; i++) {
		found += at[i] >= since;
	}
	return found;
}

static void run_at_random(u32 seed)
{
	static u64 warm[5000], cold[5000];
	u32 nr_warm = 0, nr_cold = 0;
	struct health_table t;
	u64 now = 0;

	srandom(seed);
	t = table_of(BULKHEAD_RESTART_warm, (u32)random() % 101, 1 + (u32)random() % 100,
		     1 + (u32)random() % 100);
	for (int i = 0; i < 5000; i++) {
		enum health_action wanted = HEALTH_DISABLE;
		u64 window = t.policy.window_s * SECOND, since;

		now += (u64)random() % (SECOND * (random() % 50 == 0 ? 60 : 1));
		since = now > window ? now - window : 0;
		if (count_since(warm, nr_warm, since) < t.policy.warm_limit) {
			wanted = HEALTH_WARM;
			warm[nr_warm++] = now;
		} else if (count_since(cold, nr_cold, since) < t.policy.cold_limit) {
			wanted = HEALTH_COLD;
			cold[nr_cold++] = now;
		}
		assert_int_equal(health_decide(&t, now), wanted);
	}
}

static void test_at_random(void **state)
{
	(void)state;
	for (u32 seed = 1; seed <= 50; seed++) {
		run_at_random(seed);
	}
}

static void test_limits_of_a_policy(void **state)
{
	const struct bulkhead_health_policy good = { 2, 1, 100, 100, 86400, 3600000 };
	struct bulkhead_health_policy p = good;

	(void)state;
	assert_true(health_policy_is_valid(&good));
	for (size_t i = 0; i < sizeof(p) / sizeof(u32); i++) {
		p = good;
		((u32 *)&p)[i]++;
		assert_false(health_policy_is_valid(&p));
	}
	p = good;
	p.cold_limit = 0;
	assert_false(health_policy_is_valid(&p));
	p = good;
	p.window_s = 0;
	assert_false(health_policy_is_valid(&p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_warm_one_cold),
		cmocka_unit_test(test_never_cold_and_no_warm),
		cmocka_unit_test(test_at_random),
		cmocka_unit_test(test_limits_of_a_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
