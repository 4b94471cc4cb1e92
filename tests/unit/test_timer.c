/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time and timers: conversions at many frequencies, order of expiry, the comparator, cancelling and
 * moving between CPUs, and that one run is bounded.
 *
 * sources: common/core/timer.c common/core/time.c common/core/softirq.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 * sources: common/lib/tree.c
 */
#include "fake.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include <hv/softirq.h>
#include <hv/timer.h>

static struct timer timers[256];
static unsigned int fired[300], nr_fired;
static u64 again; /* a timer re-arms itself that many ns later */

static void record(struct timer *timer)
{
	fired[nr_fired++] = (unsigned int)(timer - timers);
	if (again) {
		timer_set(timer, time_now() + again - 1);
	}
}

static int setup(void **state)
{
	fake_reset(4);
	assert_int_equal(time_init(1000000000), 0);
	nr_fired = 0;
	again = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++) {
		timer_init(&timers[i], record);
	}
	return 0;
}

/* Drain what earlier tests left on the queues of all CPUs. */
static int teardown(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(timers); i++) {
		timer_cancel(&timers[i]);
	}
	return 0;
}

/* What the way out of EL2 does: a timer a turn until none is due. */
static void run_due(void)
{
	softirq_raise(SOFTIRQ_TIMER);
	while (softirq_is_pending()) {
		softirq_run();
	}
}

static void test_conversion(void **state)
{
	static const u64 rates[] = { 1000000,  19200000,  24000000,   54000000,	 62500000,
				     99999999, 100000000, 1000000000, 3999999999 };

	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		u64 rate = rates[i];

		fake_counter = 12345;
		assert_int_equal(time_init(rate), 0);
		assert_int_equal(time_now(), 0);
		assert_int_equal(time_to_ticks(NSEC_PER_SEC), rate);
		for (u64 seconds = 1; seconds < 100000000; seconds *= 7) {
			u64 ns = time_from_ticks(seconds * rate);
			u64 error = ns > seconds * NSEC_PER_SEC ? ns - seconds * NSEC_PER_SEC
								: seconds * NSEC_PER_SEC - ns;

			assert_true(error <= 1 + seconds / 1000000); /* 1 ns, plus 1e-15 */
		}
		for (u64 ns = 1; ns < 1UL << 56; ns = ns * 3 + 7) {
			u64 at = time_to_counter(ns);

			assert_true(time_of_counter(at) >= ns); /* never early */
			fake_counter = at;
			assert_true(time_now() >= ns);
			/* and no more than a tick late */
			assert_true(time_of_counter(at - 2) <= ns + (ns >> 48) + 1);
		}
	}
	assert_int_not_equal(time_init(999999), 0);
	assert_int_not_equal(time_init(0), 0);
	assert_true(time_to_counter(TIME_NEVER) > 1UL << 63);
	assert_int_equal(time_of_counter(0), 0);
}

static void test_order(void **state)
{
	static const u64 at[] = { 500, 100, 300, 300, 200 };

	for (unsigned int i = 0; i < 5; i++) {
		timer_set(&timers[i], at[i]);
	}
	assert_int_equal(fake_timer[0], 1000 + 100);
	fake_counter = 1000 + 299;
	run_due();
	assert_int_equal(nr_fired, 2);
	assert_int_equal(fired[0], 1);
	assert_int_equal(fired[1], 4);
	assert_int_equal(fake_timer[0], 1000 + 300);
	fake_counter = 1000 + 1000;
	run_due();
	assert_int_equal(nr_fired, 5);
	assert_int_equal(fired[2], 2); /* equals in the order in which they were armed */
	assert_int_equal(fired[3], 3);
	assert_int_equal(fired[4], 0);
	assert_true(fake_timer[0] == ~0UL);
	assert_false(timer_is_armed(&timers[0]));
}

static void test_rearm_and_cancel(void **state)
{
	timer_set(&timers[0], 100);
	timer_set(&timers[1], 200);
	timer_set(&timers[0], 300);
	fake_counter = 1000 + 250;
	run_due();
	assert_int_equal(nr_fired, 1);
	assert_int_equal(fired[0], 1);
	assert_int_equal(fake_timer[0], 1000 + 300);
	timer_cancel(&timers[0]);
	timer_cancel(&timers[0]);
	fake_counter = 1000 + 400;
	run_due();
	assert_int_equal(nr_fired, 1);
	assert_true(fake_timer[0] == ~0UL);
	timer_set(&timers[0], 450);
	assert_int_equal(fake_timer[0], 1000 + 450);
	timer_set(&timers[0], TIME_NEVER);
	assert_false(timer_is_armed(&timers[0]));
}

static void test_other_cpu(void **state)
{
	timer_set(&timers[0], 100);
	fake_cpu = 1;
	timer_set(&timers[1], 150);
	timer_set(&timers[0], 120); /* moves here */
	assert_int_equal(fake_timer[1], 1000 + 120);
	fake_counter = 1000 + 130;
	fake_cpu = 0;
	run_due();
	assert_int_equal(nr_fired, 0);
	timer_cancel(&timers[1]); /* from another CPU */
	fake_cpu = 1;
	run_due();
	assert_int_equal(nr_fired, 1);
	assert_int_equal(fired[0], 0);
	fake_counter = 1000 + 500;
	run_due();
	assert_int_equal(nr_fired, 1);
}

static void test_interrupt(void **state)
{
	timer_set(&timers[0], 100);
	fake_counter = 1000 + 100;
	timer_interrupt(26, NULL);
	assert_true(fake_timer[0] == ~0UL); /* the level is gone */
	assert_true(softirq_is_pending());
	run_due();
	assert_int_equal(nr_fired, 1);
	assert_false(softirq_is_pending());
	/* After an early interrupt the comparator is set anew. */
	timer_set(&timers[0], 200);
	timer_interrupt(26, NULL);
	run_due();
	assert_int_equal(nr_fired, 1);
	assert_int_equal(fake_timer[0], 1000 + 200);
}

static void test_run_is_bounded(void **state)
{
	for (unsigned int i = 0; i < 40; i++) {
		timer_set(&timers[i], 5);
	}
	fake_counter = 1000 + 10;
	for (unsigned int i = 0; i < 40; i++) {
		timer_run();
		assert_int_equal(nr_fired, i + 1);	  /* one handler */
		assert_true(softirq_take(SOFTIRQ_TIMER)); /* and another look */
	}
	timer_run();
	assert_int_equal(nr_fired, 40);
	assert_false(softirq_is_pending());
	again = 1; /* always due again */
	timer_set(&timers[0], 10);
	timer_run();
	timer_run();
	assert_int_equal(nr_fired, 42);
	assert_true(softirq_take(SOFTIRQ_TIMER));
}

/* 256 timers, some moved, some cancelled: the others fire in order, equals as they were armed. */
static void test_many(void **state)
{
	u64 at[256];
	u32 seed = 7;

	for (unsigned int i = 0; i < 512; i++) {
		seed = seed * 1664525U + 1013904223U;
		at[i % 256] = 100 + (seed >> 16) % 64;
		timer_set(&timers[i % 256], at[i % 256]);
	}
	for (unsigned int i = 0; i < 256; i += 4) {
		timer_cancel(&timers[i]);
	}
	fake_counter = 1000 + 500;
	for (int i = 0; i < 64 && nr_fired < 192; i++) {
		run_due();
	}
	assert_int_equal(nr_fired, 192);
	for (unsigned int i = 1; i < nr_fired; i++) {
		unsigned int a = fired[i - 1], b = fired[i];

		assert_true(at[a] < at[b] || (at[a] == at[b] && a < b));
		assert_int_not_equal(b % 4, 0);
	}
	run_due();
	assert_int_equal(nr_fired, 192);
	assert_true(fake_timer[0] == ~0UL);
}

/* CPU 1 cancels while the handler runs on CPU 0: what the timer is part of may be freed next. */
static bool is_cancelled;

static void *cancel_elsewhere(void *arg)
{
	fake_cpu = 1;
	timer_cancel(&timers[0]);
	__atomic_store_n(&is_cancelled, true, __ATOMIC_SEQ_CST);
	return NULL;
}

static pthread_t canceller;

static void slow(struct timer *timer)
{
	assert_int_equal(pthread_create(&canceller, NULL, cancel_elsewhere, NULL), 0);
	usleep(50000);
	assert_false(__atomic_load_n(&is_cancelled, __ATOMIC_SEQ_CST));
	/* The handler itself may cancel. */
	timer_cancel(timer);
}

static void test_cancel_waits(void **state)
{
	is_cancelled = false;
	timer_init(&timers[0], slow);
	timer_set(&timers[0], time_now() + 1);
	fake_counter++;
	run_due();
	assert_int_equal(pthread_join(canceller, NULL), 0);
	assert_true(is_cancelled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_conversion, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rearm_and_cancel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_cpu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interrupt, setup, teardown),
		cmocka_unit_test_setup_teardown(test_run_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancel_waits, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
