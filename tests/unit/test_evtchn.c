/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event channels: states, delivery bit by bit, masks, poll, closing, and random operations of three
 * domains against the rule that a pair is one at both ends or at none.
 *
 * sources: common/event/evtchn.c common/event/evtchn_deliver.c common/event/evtchn_bind.c
 * sources: common/core/spinlock.c common/core/spinlock_debug.c common/comm/evtchn_static.c
 */
#include "fake.h"

#include <hv/evtchn.h>
#include <public/event_channel.h>

#include "domain_world.h"

#define D(n) (&world_domain[n])

static int setup(void **state)
{
	world_reset(8);
	for (unsigned int i = 0; i < WORLD_DOMAINS; i++) {
		assert_int_equal(evtchn_init(D(i), 0), 0);
	}
	evtchn_set_service(world_service);
	return 0;
}

static int teardown(void **state)
{
	for (unsigned int i = 0; i < WORLD_DOMAINS; i++) {
		D(i)->is_dying = true;
		while (evtchn_close_all(D(i)) == -ERESTART) {}
		for (unsigned int v = 0; v < WORLD_VCPUS; v++) {
			evtchn_unregister_info(&world_vcpu[i][v]);
		}
		while (evtchn_free_slice(D(i))) {}
		assert_int_equal(D(i)->refs, 1);
	}
	for (unsigned int i = 1; i <= 8 * WORLD_DOMAINS; i++) {
		assert_int_equal(world_frames[i].refs, 1);
	}
	return 0;
}

static bool pending(unsigned int d, u32 port)
{
	return world_shared[d].evtchn_pending[port / 64] >> port % 64 & 1;
}

/* A pair between a and b; the new port of b starts pending and is acknowledged. */
static void connect(unsigned int a, unsigned int b, u32 *pa_port, u32 *pb_port)
{
	assert_int_equal(evtchn_alloc_unbound(D(a), (domid_t)b, pa_port), 0);
	assert_int_equal(evtchn_bind_interdomain(D(b), D(a), *pa_port, pb_port), 0);
	assert_true(pending(b, *pb_port));
	memset(&world_shared[b], 0, sizeof(world_shared[b]));
	memset(world_injected, 0, sizeof(world_injected));
}

static void test_pair(void **state)
{
	struct evtchn_status status = { 0 };
	u32 a, b;

	connect(1, 2, &a, &b);
	assert_int_equal(evtchn_send(D(1), a), 0);
	assert_true(pending(2, b));
	assert_true(world_shared[2].vcpu_info[0].evtchn_upcall_pending);
	assert_int_equal(world_shared[2].vcpu_info[0].evtchn_pending_sel, 1UL << (b / 64));
	assert_int_equal(world_injected[2][0], 1);
	assert_int_equal(evtchn_send(D(1), a), 0);
	assert_int_equal(world_injected[2][0], 1);
	/* Handled, but the upcall was lost with the guest's interrupt controller: the next one
	 * counts. */
	world_shared[2].evtchn_pending[b / 64] = 0;
	assert_int_equal(evtchn_send(D(1), a), 0);
	assert_int_equal(world_injected[2][0], 2);
	assert_int_equal(evtchn_status(D(1), a, &status), 0);
	assert_int_equal(status.status, EVTCHNSTAT_interdomain);
	assert_int_equal(status.u.interdomain.dom, 2);
	assert_int_equal(status.u.interdomain.port, b);
	assert_int_equal(status.vcpu, 0);
	assert_int_equal(evtchn_bind_vcpu(D(1), a, 1), 0);
	assert_int_equal(evtchn_status(D(1), a, &status), 0);
	assert_int_equal(status.vcpu, 1);
	/* A closed port has none. */
	assert_int_equal(evtchn_status(D(1), a + 1, &status), 0);
	assert_int_equal(status.status, EVTCHNSTAT_closed);
	assert_int_equal(status.vcpu, 0);
	/* A pair cannot be bound again, nor by another domain. */
	assert_int_equal(evtchn_bind_interdomain(D(0), D(1), a, &b), -EINVAL);
}

struct domain *domain_get(domid_t id)
{
	if (id >= WORLD_DOMAINS) {
		return NULL;
	}
	D(id)->refs++;
	return D(id);
}

/* Both ends by their numbers, in any order, and again after one side was closed. */
static void test_static(void **state)
{
	struct evtchn_status status = { 0 };
	u32 port;

	assert_int_equal(evtchn_open(D(2), 9, 1, 300), 0);
	assert_int_equal(evtchn_send(D(2), 9), 0); /* nobody is there yet */
	assert_int_equal(evtchn_open(D(1), 300, 2, 9), 0);
	assert_true(pending(1, 300) && pending(2, 9));
	memset(world_shared, 0, sizeof(world_shared));
	assert_int_equal(evtchn_send(D(2), 9), 0);
	assert_true(pending(1, 300));
	assert_int_equal(evtchn_open(D(1), 300, 2, 9), -ENOSPC);
	assert_int_equal(evtchn_open(D(1), 4096, 2, 9), -ENOSPC);
	/* Another domain has no way in, and other ports are found around them. */
	assert_int_equal(evtchn_open(D(0), 5, 2, 9), 0);
	assert_int_equal(evtchn_status(D(0), 5, &status), 0);
	assert_int_equal(status.status, EVTCHNSTAT_unbound);
	assert_int_equal(evtchn_alloc_unbound(D(0), 1, &port), 0);
	assert_int_equal(port, 1);
	assert_int_equal(evtchn_close(D(1), 300), 0);
	memset(world_shared, 0, sizeof(world_shared));
	assert_int_equal(evtchn_open(D(1), 300, 2, 9), 0);
	assert_int_equal(evtchn_send(D(1), 300), 0);
	assert_true(pending(2, 9));
	assert_int_equal(evtchn_close(D(2), 9), 0);
	assert_int_equal(evtchn_close(D(1), 300), 0);
}

static void test_wrong_binder(void **state)
{
	u32 a, b;

	assert_int_equal(evtchn_alloc_unbound(D(1), 2, &a), 0);
	assert_int_equal(evtchn_bind_interdomain(D(0), D(1), a, &b), -EINVAL);
	assert_int_equal(evtchn_bind_interdomain(D(2), D(1), a + 1, &b), -EINVAL);
	assert_int_equal(evtchn_bind_interdomain(D(2), D(1), 0, &b), -EINVAL);
	assert_int_equal(evtchn_bind_interdomain(D(2), D(1), ~0U, &b), -EINVAL);
	assert_int_equal(evtchn_send(D(1), a), 0);
	assert_int_equal(evtchn_send(D(1), 0), -EINVAL);
	assert_int_equal(evtchn_send(D(1), 4095), -EINVAL);
	assert_int_equal(evtchn_send(D(1), 1U << 31), -EINVAL);
}

static void test_mask(void **state)
{
	u32 a, b;

	connect(1, 2, &a, &b);
	world_shared[2].evtchn_mask[b / 64] = 1UL << b % 64;
	assert_int_equal(evtchn_send(D(1), a), 0);
	assert_true(pending(2, b));
	assert_int_equal(world_shared[2].vcpu_info[0].evtchn_upcall_pending, 0);
	assert_int_equal(evtchn_unmask(D(2), b), 0);
	assert_int_equal(world_shared[2].evtchn_mask[b / 64], 0);
	assert_int_equal(world_injected[2][0], 1);
	assert_int_equal(evtchn_unmask(D(2), 0), -EINVAL);
}

static void test_registered_info(void **state)
{
	struct vcpu_info *info;
	u32 a, b;

	connect(1, 2, &a, &b);
	assert_int_equal(evtchn_bind_vcpu(D(2), b, 1), 0);
	/* Nobody has said where the vcpu_info of vCPU 1 is: the event waits. */
	assert_int_equal(evtchn_send(D(1), a), 0);
	assert_int_equal(world_injected[2][1], 0);
	assert_int_equal(evtchn_register_info(&world_vcpu[2][1], gfn(3), 4), -EINVAL);
	assert_int_equal(evtchn_register_info(&world_vcpu[2][1], gfn(3), 4096 - 40), -EINVAL);
	assert_int_equal(evtchn_register_info(&world_vcpu[2][1], gfn(60), 64), -EINVAL);
	assert_int_equal(evtchn_register_info(&world_vcpu[2][1], gfn(3), 64), 0);
	info = (void *)(world_frames[world_machine(2, 3).v].bytes + 64);
	assert_int_equal(world_injected[2][1], 1);
	assert_int_equal(info->evtchn_upcall_pending, 1);
	assert_true(info->evtchn_pending_sel >> (b / 64) & 1);
	assert_int_equal(world_frames[world_machine(2, 3).v].refs, 2);
	assert_int_equal(evtchn_register_info(&world_vcpu[2][1], gfn(4), 64), -EINVAL);
	assert_int_equal(world_frames[world_machine(2, 4).v].refs, 1);
}

static void test_close(void **state)
{
	struct evtchn_status status = { 0 };
	u32 a, b, c;

	connect(1, 2, &a, &b);
	assert_int_equal(evtchn_send(D(2), b), 0);
	assert_int_equal(evtchn_close(D(1), a), 0);
	assert_false(pending(1, a));
	assert_int_equal(evtchn_close(D(1), a), -EINVAL);
	assert_int_equal(evtchn_status(D(2), b, &status), 0);
	assert_int_equal(status.status, EVTCHNSTAT_unbound);
	assert_int_equal(status.u.unbound.dom, 1);
	/* The port is taken again first, and what was pending is forgotten. */
	assert_int_equal(evtchn_alloc_unbound(D(1), 0, &c), 0);
	assert_int_equal(c, a);
}

static void test_virq(void **state)
{
	u32 port, again;

	assert_int_equal(evtchn_bind_virq(D(0), VIRQ_DOM_EXC, 1, &port), -EINVAL);
	assert_int_equal(evtchn_bind_virq(D(0), VIRQ_DOM_EXC, 7, &port), -EINVAL);
	assert_int_equal(evtchn_bind_virq(D(0), VIRQ_TIMER, 7, &port), -ENOENT);
	assert_int_equal(evtchn_bind_virq(D(0), NR_VIRQS, 0, &port), -EINVAL);
	assert_int_equal(evtchn_bind_virq(D(0), VIRQ_DOM_EXC, 0, &port), 0);
	assert_int_equal(evtchn_bind_virq(D(0), VIRQ_DOM_EXC, 0, &again), -EEXIST);
	evtchn_raise_global(VIRQ_DOM_EXC);
	assert_true(pending(0, port));
	assert_int_equal(evtchn_send(D(0), port), -EINVAL);
	/* A machine's VIRQ may move, and closing it makes room for the next. */
	assert_int_equal(evtchn_bind_vcpu(D(0), port, 1), 0);
	assert_int_equal(evtchn_close(D(0), port), 0);
	assert_int_equal(evtchn_bind_virq(D(0), VIRQ_DOM_EXC, 0, &again), 0);
	/* One of a vCPU may not. */
	assert_int_equal(evtchn_bind_virq(D(0), VIRQ_TIMER, 1, &port), 0);
	assert_int_equal(evtchn_bind_vcpu(D(0), port, 0), -EINVAL);
}

static void test_console(void **state)
{
	u32 port;

	assert_int_equal(evtchn_alloc_unbound(D(1), HV_DOMID_HYP, &port), 0);
	assert_true(evtchn_is_hypervisor(D(1), port));
	assert_false(evtchn_is_unbound(D(1), port, HV_DOMID_HYP));
	assert_int_equal(evtchn_send(D(1), port), 0);
	assert_int_equal(world_services[1], 1);
}

static void test_poll(void **state)
{
	struct vcpu *v = &world_vcpu[2][0];
	u32 ports[2], a, b, bad = 0;

	connect(1, 2, &a, &b);
	ports[0] = b;
	world_shared[2].evtchn_mask[b / 64] = 1UL << b % 64;
	assert_int_equal(evtchn_poll(v, &bad, 1, 0), -EINVAL);
	assert_int_equal(evtchn_poll(v, ports, 1, 5000), 0);
	assert_int_equal(v->sched.blocked, SCHED_BLOCK_WAIT);
	assert_int_equal(v->oneshot.deadline, 5000);
	/* Masked events wake a sleeper in poll. */
	assert_int_equal(evtchn_send(D(1), a), 0);
	assert_int_equal(v->sched.blocked, 0);
	assert_int_equal(evtchn_poll(v, ports, 1, 0), 0);
	assert_int_equal(v->sched.blocked, 0);
}

/* The first port of a bucket needs a page, which can be had beforehand; the next ones do not. */
static void test_prepare(void **state)
{
	u32 port;

	D(2)->is_dying = true;
	assert_false(evtchn_prepare(D(2)));
	D(2)->is_dying = false;
	assert_true(evtchn_prepare(D(2)));
	assert_false(evtchn_prepare(D(2)));
	assert_int_equal(evtchn_alloc_unbound(D(2), 0, &port), 0);
	assert_false(evtchn_prepare(D(2)));
}

static void test_limits(void **state)
{
	u32 port, nr = 0;

	while (evtchn_alloc_unbound(D(1), 0, &port) == 0) {
		nr++;
	}
	assert_int_equal(nr, EVTCHN_2L_NR_CHANNELS - 1);
	assert_int_equal(evtchn_alloc_unbound(D(1), 0, &port), -ENOSPC);
	assert_int_equal(evtchn_close(D(1), 77), 0);
	assert_int_equal(evtchn_alloc_unbound(D(1), 0, &port), 0);
	assert_int_equal(port, 77);
	/* Closing everything goes in slices, each with an end and all of them together, too. */
	assert_int_equal(evtchn_close_all(D(1)), -ERESTART);
	for (nr = 1; evtchn_close_all(D(1)) == -ERESTART; nr++) {}
	assert_in_range(nr, EVTCHN_2L_NR_CHANNELS / 24, EVTCHN_2L_NR_CHANNELS);
	for (port = 1; port < EVTCHN_2L_NR_CHANNELS; port++) {
		assert_int_equal(evtchn_close(D(1), port), -EINVAL);
	}
	D(1)->is_dying = true;
	assert_int_equal(evtchn_alloc_unbound(D(1), 0, &port), -ESRCH);
}

/* Every pair is one at both ends. */
static void check_pairs(u32 max_port)
{
	for (unsigned int d = 0; d < WORLD_DOMAINS; d++) {
		for (u32 p = 1; p < max_port; p++) {
			struct evtchn_status here = { 0 }, there = { 0 };

			evtchn_status(D(d), p, &here);
			if (here.status != EVTCHNSTAT_interdomain ||
			    here.u.interdomain.dom >= WORLD_DOMAINS) {
				continue;
			}
			evtchn_status(D(here.u.interdomain.dom), here.u.interdomain.port, &there);
			assert_int_equal(there.status, EVTCHNSTAT_interdomain);
			assert_int_equal(there.u.interdomain.dom, d);
			assert_int_equal(there.u.interdomain.port, p);
		}
	}
}

static void test_random(void **state)
{
	u32 port;

	srand(1);
	for (int i = 0; i < 20000; i++) {
		unsigned int d = (unsigned int)rand() % WORLD_DOMAINS;
		unsigned int e = (unsigned int)rand() % WORLD_DOMAINS;
		u32 p = (u32)rand() % 24, q = (u32)rand() % 24;

		switch (rand() % 6) {
		case 0:
			evtchn_alloc_unbound(D(d), (domid_t)e, &port);
			break;
		case 1:
		case 2:
			evtchn_bind_interdomain(D(d), D(e), p, &port);
			break;
		case 3:
			evtchn_close(D(d), q);
			evtchn_close(D(e), p);
			break;
		case 4:
			evtchn_send(D(d), p);
			break;
		default:
			evtchn_bind_vcpu(D(d), p, (u32)rand() % 3);
			break;
		}
		if (i % 50 == 0) {
			check_pairs(64);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pair, setup, teardown),
		cmocka_unit_test_setup_teardown(test_static, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_binder, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mask, setup, teardown),
		cmocka_unit_test_setup_teardown(test_registered_info, setup, teardown),
		cmocka_unit_test_setup_teardown(test_close, setup, teardown),
		cmocka_unit_test_setup_teardown(test_virq, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poll, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prepare, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
