/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels of domains that have nothing to do with each other: virtual interrupts, events
 * between vCPUs, closing, and the number of ports. Nothing of evtchn.c is linked.
 *
 * without: CONFIG_EVTCHN_PEERS CONFIG_STATIC_COMM CONFIG_CONSOLE_KEEP CONFIG_TOOLSTACK
 * sources: common/event/evtchn_own.c common/event/evtchn_deliver.c common/event/evtchn_bind.c
 * sources: common/core/spinlock.c common/core/spinlock_debug.c
 */
#include "fake.h"

#include <hv/evtchn.h>
#include <public/event_channel.h>

#include "domain_world.h"

#define D(n) (&world_domain[n])
#define LAST 255U

static int setup(void **state)
{
	world_reset(8);
	for (unsigned int i = 0; i < WORLD_DOMAINS; i++) {
		assert_int_equal(evtchn_init(D(i), 0), 0);
	}
	return 0;
}

static int teardown(void **state)
{
	for (unsigned int i = 0; i < WORLD_DOMAINS; i++) {
		while (evtchn_reset(D(i)) == -ERESTART) {}
	}
	return 0;
}

static bool pending(unsigned int d, u32 port)
{
	return world_shared[d].evtchn_pending[port / 64] >> port % 64 & 1;
}

static void test_ipi(void **state)
{
	struct evtchn_status status = { 0 };
	u32 port;

	assert_int_equal(evtchn_bind_ipi(D(1), 7, &port), -ENOENT);
	assert_int_equal(evtchn_bind_ipi(D(1), 0, &port), 0);
	assert_int_equal(evtchn_send(D(1), port), 0);
	assert_true(pending(1, port));
	assert_int_equal(world_injected[1][0], 1);
	assert_int_equal(evtchn_bind_vcpu(D(1), port, 1), -EINVAL);
	assert_int_equal(evtchn_status(D(1), port, &status), 0);
	assert_int_equal(status.status, EVTCHNSTAT_ipi);
	/* What was pending is forgotten, and the port is the next one again. */
	assert_int_equal(evtchn_close(D(1), port), 0);
	assert_false(pending(1, port));
	assert_int_equal(evtchn_close(D(1), port), -EINVAL);
	assert_int_equal(evtchn_send(D(1), port), -EINVAL);
	assert_int_equal(evtchn_bind_ipi(D(1), 0, &port), 0);
	assert_int_equal(port, 1);
	assert_false(pending(2, port));
}

static void test_virq(void **state)
{
	u32 port, again;

	assert_int_equal(evtchn_bind_virq(D(2), VIRQ_TIMER, 1, &port), 0);
	assert_int_equal(evtchn_bind_virq(D(2), VIRQ_TIMER, 1, &again), -EEXIST);
	evtchn_raise_virq(&world_vcpu[2][1], VIRQ_TIMER);
	assert_true(pending(2, port));
	assert_int_equal(evtchn_send(D(2), port), -EINVAL);
	assert_int_equal(evtchn_close(D(2), port), 0);
	assert_int_equal(evtchn_bind_virq(D(2), VIRQ_TIMER, 1, &again), 0);
	assert_int_equal(again, port);
}

static void test_limits(void **state)
{
	u32 port, nr = 0;

	while (evtchn_bind_ipi(D(1), nr % 2, &port) == 0) {
		assert_int_equal(port, ++nr);
	}
	assert_int_equal(nr, LAST);
	assert_int_equal(evtchn_bind_ipi(D(1), 0, &port), -ENOSPC);
	for (u32 wrong = 0; wrong < 3; wrong++) {
		static const u32 ports[] = { 0, LAST + 1, ~0U };

		assert_int_equal(evtchn_send(D(1), ports[wrong]), -EINVAL);
		assert_int_equal(evtchn_close(D(1), ports[wrong]), -EINVAL);
		assert_int_equal(evtchn_unmask(D(1), ports[wrong]), -EINVAL);
	}
	assert_int_equal(evtchn_close(D(1), 77), 0);
	assert_int_equal(evtchn_close(D(1), 5), 0);
	assert_int_equal(evtchn_bind_ipi(D(1), 0, &port), 0);
	assert_int_equal(port, 5);
	assert_int_equal(evtchn_bind_ipi(D(1), 0, &port), 0);
	assert_int_equal(port, 77);
	assert_int_equal(evtchn_reset(D(1)), -ERESTART);
	while (evtchn_reset(D(1)) == -ERESTART) {}
	for (port = 1; port <= LAST; port++) {
		assert_int_equal(evtchn_close(D(1), port), -EINVAL);
	}
}

static void test_mask(void **state)
{
	u32 port;

	assert_int_equal(evtchn_bind_ipi(D(1), 1, &port), 0);
	world_shared[1].evtchn_mask[0] = 1UL << port;
	assert_int_equal(evtchn_send(D(1), port), 0);
	assert_true(pending(1, port));
	assert_int_equal(world_injected[1][1], 0);
	assert_int_equal(evtchn_unmask(D(1), port), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ipi, setup, teardown),
		cmocka_unit_test_setup_teardown(test_virq, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mask, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
