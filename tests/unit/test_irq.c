/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical interrupts, softirqs and deferred work, with a chip whose pending
 * interrupts are a list in the test.
 *
 * sources: common/core/irq.c common/core/irq_rows.c common/core/softirq.c common/core/defer.c
 * sources: common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <string.h>

#include <hv/defer.h>
#include <hv/errno.h>
#include <hv/irq.h>
#include <hv/softirq.h>

static unsigned int pending[16], nr_pending;
static unsigned int nr_deactivated, last_deactivated, disabled;
static unsigned int handled, nr_handled;

static unsigned int chip_ack(void)
{
	unsigned int irq = nr_pending ? pending[0] : IRQ_SPURIOUS;

	if (nr_pending) {
		memmove(pending, pending + 1, sizeof(pending) - sizeof(pending[0]));
		nr_pending--;
	}
	return irq;
}

static void chip_deactivate(unsigned int irq)
{
	nr_deactivated++;
	last_deactivated = irq;
}

static void chip_enable(unsigned int irq)
{
}

static void chip_disable(unsigned int irq)
{
	disabled = irq;
}

/* A kick of another CPU: that CPU takes the interrupt and its softirqs right away. */
static void chip_send_sgi(unsigned int cpu, unsigned int sgi)
{
	unsigned int self = fake_cpu;

	fake_kicks[cpu]++;
	fake_cpu = cpu;
	softirq_run();
	fake_cpu = self;
}

static const struct irq_chip chip = {
	.name = "fake",
	.nr_irqs = 96,
	.ack = chip_ack,
	.deactivate = chip_deactivate,
	.enable = chip_enable,
	.disable = chip_disable,
	.send_sgi = chip_send_sgi,
};

static void handler(unsigned int irq, void *arg)
{
	handled = irq;
	nr_handled++;
	assert_ptr_equal(arg, &handled);
}

static int setup(void **state)
{
	fake_reset(4);
	nr_pending = nr_deactivated = nr_handled = 0;
	irq_set_chip(&chip);
	return 0;
}

static void test_request(void **state)
{
	assert_int_equal(irq_request(96, handler, &handled), -EINVAL);
	assert_int_equal(irq_request(~0U, handler, &handled), -EINVAL);
	assert_int_equal(irq_request(40, handler, &handled), 0);
	assert_true(irq_is_requested(40));
	assert_int_equal(irq_request(40, handler, &handled), -EBUSY);
	assert_int_equal(irq_request_guest(40, handler, &handled), -EBUSY);
	irq_release(40);
	assert_false(irq_is_requested(40));
	assert_false(irq_is_requested(5000));
	assert_int_equal(irq_nr(), 96);
}

static void test_dispatch(void **state)
{
	assert_int_equal(irq_request(40, handler, &handled), 0);
	assert_int_equal(irq_request_guest(41, handler, &handled), 0);
	pending[nr_pending++] = 40;
	pending[nr_pending++] = 41;
	irq_handle_pending();
	irq_handle_pending();
	assert_int_equal(nr_handled, 2);
	assert_int_equal(nr_deactivated, 1); /* 41 is the guest's to deactivate */
	assert_int_equal(last_deactivated, 40);
	irq_handle_pending(); /* spurious */
	assert_int_equal(nr_handled, 2);
	irq_release(40);
	irq_release(41);
}

static void test_unhandled_is_disabled(void **state)
{
	pending[nr_pending++] = 77;
	irq_handle_pending();
	assert_int_equal(disabled, 77);
	assert_int_equal(last_deactivated, 77);
	assert_non_null(strstr(fake_log, "77"));
}

static void test_one_at_a_time(void **state)
{
	assert_int_equal(irq_request(40, handler, &handled), 0);
	for (nr_pending = 0; nr_pending < 16; nr_pending++) {
		pending[nr_pending] = 40;
	}
	irq_handle_pending();
	assert_int_equal(nr_handled, 1);
	assert_int_equal(nr_pending, 15);
	nr_pending = 0;
	irq_release(40);
}

static void test_softirq_kicks_once(void **state)
{
	static const struct irq_chip silent = { .nr_irqs = 96 };
	struct irq_chip counting = silent;

	counting.send_sgi = chip_send_sgi;
	irq_set_chip(&counting);
	softirq_raise_on(2, SOFTIRQ_SCHED); /* softirq_run() leaves this one to its owner */
	softirq_raise_on(2, SOFTIRQ_SCHED);
	assert_int_equal(fake_kicks[2], 1);
	fake_cpu = 2;
	assert_true(softirq_is_pending() && softirq_preempt_needed());
	assert_true(softirq_take(SOFTIRQ_SCHED));
	assert_false(softirq_take(SOFTIRQ_SCHED));
	softirq_raise_on(2, SOFTIRQ_SCHED);
	assert_int_equal(fake_kicks[2], 1); /* itself */
	assert_true(softirq_take(SOFTIRQ_SCHED));
	assert_false(softirq_preempt_needed());
	fake_irq_pending = true;
	assert_true(softirq_preempt_needed());
	irq_set_chip(&chip);
}

static unsigned int order[8], nr_order;
static struct defer_work works[3];

static void work_fn(struct defer_work *work)
{
	order[nr_order++] = (unsigned int)(work - works);
	if (work == &works[2] && nr_order < 6) {
		defer_queue(work);
	}
}

static void test_defer(void **state)
{
	for (int i = 0; i < 3; i++) {
		works[i] = (struct defer_work){ .fn = work_fn };
	}
	nr_order = 0;
	defer_queue(&works[1]);
	defer_queue(&works[0]);
	defer_queue(&works[1]);
	softirq_run(); /* one a run */
	assert_int_equal(nr_order, 1);
	assert_int_equal(order[0], 1);
	softirq_run();
	assert_int_equal(nr_order, 2);
	assert_int_equal(order[1], 0);
	softirq_run();
	assert_int_equal(nr_order, 2);
	defer_queue(&works[2]); /* queues itself: once per run */
	softirq_run();
	assert_int_equal(nr_order, 3);
	softirq_run();
	assert_int_equal(nr_order, 4);
	softirq_run();
	softirq_run();
	softirq_run();
	assert_int_equal(nr_order, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_request, setup),
		cmocka_unit_test_setup(test_dispatch, setup),
		cmocka_unit_test_setup(test_unhandled_is_disabled, setup),
		cmocka_unit_test_setup(test_one_at_a_time, setup),
		cmocka_unit_test_setup(test_softirq_kicks_once, setup),
		cmocka_unit_test_setup(test_defer, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
