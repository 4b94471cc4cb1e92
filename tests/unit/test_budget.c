/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets of paths: what counts as one, count and maximum, limits, reports, a table that is full.
 *
 * sources: common/trace/budget.c common/core/budget.c
 */
#define CONFIG_EL2_BUDGET 1

#include "fake.h"

#include <string.h>

#include <hv/budget.h>
#include <hv/debugkeys.h>
#include <hv/printk.h>
#include <hv/timer.h>

#define OUTSIDE 60U /* of entry.S, as in budget.c */

static u64 stamp, now = 1000;

u64 *budget_stamp(void)
{
	return &stamp;
}

u64 arch_counter(void)
{
	return now;
}

u64 arch_counter_frequency(void)
{
	return NSEC_PER_SEC;
}

u64 time_now(void)
{
	return now;
}

bool ratelimit_allow(struct ratelimit *limit, u64 at, u32 burst, u64 period_ns)
{
	return true;
}

void debugkeys_register(char key, void (*handler)(char key), const char *help)
{
}

static const struct budget_row *row_of(u32 key)
{
	const struct budget_row *row;

	for (u32 i = 0; (row = budget_next(&i)) != NULL; i++) {
		if (row->key == key) {
			return row;
		}
	}
	return NULL;
}

static void enter(enum budget_kind kind, u32 number, u32 sub)
{
	stamp = now;
	budget_note(kind, number, sub);
}

static void leave(u64 ticks)
{
	now += ticks;
	budget_exit();
}

static void test_count_and_maximum(void **state)
{
	enter(BUDGET_TRAP, 0x18, 0);
	leave(300);
	enter(BUDGET_TRAP, 0x18, 0);
	leave(100);
	assert_int_equal(row_of(0x10180000)->nr, 2);
	assert_int_equal(row_of(0x10180000)->longest, 300 + OUTSIDE);
	/* Boot, which nobody has noted, is no path. */
	stamp = 0;
	leave(5);
	assert_null(row_of(0));
}

/* The longest slice counts, and each slice is one. */
static void test_slices(void **state)
{
	enter(BUDGET_HYPERCALL, 12, 6);
	now += 700;
	budget_slice();
	now += 900;
	budget_slice();
	leave(200);
	assert_int_equal(row_of(0x300c0006)->longest, 900 + OUTSIDE);
	assert_int_equal(row_of(0x300c0006)->nr, 3);
}

static void test_flags(void **state)
{
	enter(BUDGET_TRAP, 1, 0);
	budget_flag(BUDGET_SWITCHED);
	leave(10);
	assert_non_null(row_of(0x12010000));
	/* What came before the CPU woke does not count. */
	stamp = now;
	now += 100000;
	budget_wake();
	budget_note(BUDGET_IRQ, 26, 0);
	leave(50);
	assert_int_equal(row_of(0x211a0000)->longest, 50 + OUTSIDE);
	/* The flags are the path's, not the CPU's. */
	enter(BUDGET_IRQ, 27, 0);
	leave(10);
	assert_non_null(row_of(0x201b0000));
	enter(BUDGET_HYPERCALL, 36, 0);
	budget_note_sub(41);
	leave(10);
	assert_non_null(row_of(0x30240029));
}

static void test_limits_and_reports(void **state)
{
	assert_int_equal(budget_limit(0x201a0000), 2000);
	assert_int_equal(budget_limit(0x30200004), 2000); /* event channels */
	assert_int_equal(budget_limit(0x30240002), 5000);
	assert_int_equal(budget_limit(0x40000003), 5000);
	fake_log[0] = '\0';
	enter(BUDGET_HYPERCALL, 35, 6);
	leave(5000 - OUTSIDE);
	budget_report();
	assert_string_equal(fake_log, "");
	enter(BUDGET_HYPERCALL, 35, 6);
	leave(5001 - OUTSIDE);
	budget_report();
	assert_non_null(strstr(fake_log, "30230006"));
	/* Once per path. */
	fake_log[0] = '\0';
	enter(BUDGET_HYPERCALL, 35, 6);
	leave(9000);
	budget_report();
	assert_string_equal(fake_log, "");
	assert_int_equal(row_of(0x30230006)->longest, 9000 + OUTSIDE);
}

/* More paths than there is room for: those share a row, and none is lost. */
static void test_full_table(void **state)
{
	u64 total = 0;
	const struct budget_row *row;

	for (u32 i = 0; (row = budget_next(&i)) != NULL; i++) {
		total += row->nr;
	}
	for (u32 sub = 0; sub < 3000; sub++) {
		enter(BUDGET_HYPERCALL, 63, sub);
		leave(1);
		total++;
	}
	assert_non_null(row_of(0xf0000000));
	for (u32 i = 0; (row = budget_next(&i)) != NULL; i++) {
		total -= row->nr;
	}
	assert_int_equal(total, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count_and_maximum),
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_limits_and_reports),
		cmocka_unit_test(test_full_table),
	};

	return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
