/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trace points: what each puts into the ring of its CPU, and which latencies are counted: from the
 * deadline, from the injection, from the wake-up, from being preempted; not what began before
 * counting did.
 *
 * sources: common/trace/points.c common/trace/trace.c common/trace/latency.c
 */
#include "fake.h"

#include <hv/domain.h>
#include <hv/heap.h>
#include <hv/trace.h>

#include <stdlib.h>
#include <string.h>

static struct domain domain = { .id = 3 };
static struct vcpu guest, idle;
static struct vcpu *current;
static struct trace_cursor cursor;

void *heap_pages_alloc(unsigned int order)
{
	return calloc(1, 4096UL << order);
}

void heap_pages_free(void *pages, unsigned int order)
{
	free(pages);
}

u64 time_of_counter(u64 counter)
{
	return counter;
}

struct vcpu *arch_current(void)
{
	return current;
}

static int setup(void **state)
{
	fake_reset(1);
	memset(&guest, 0, sizeof(guest));
	memset(&idle, 0, sizeof(idle));
	guest.domain = &domain;
	guest.id = 2;
	guest.arch.regs.pc = 0x4000;
	idle.is_idle = true;
	current = &guest;
	trace_flags = 0;
	return trace_start();
}

/* The next record of CPU 0. */
static struct trace_record next(void)
{
	struct trace_record record = { 0 };

	assert_int_equal(trace_read(0, &cursor, &record, 1), 1);
	return record;
}

static void assert_none(void)
{
	struct trace_record record;

	assert_int_equal(trace_read(0, &cursor, &record, 1), 0);
}

static void assert_next(u32 event, u16 domain_id, u64 first, u64 second)
{
	struct trace_record record = next();

	assert_int_equal(record.event, event);
	assert_int_equal(record.domain, domain_id);
	assert_int_equal(record.args[0], first);
	assert_int_equal(record.args[1], second);
}

static void test_records(void **state)
{
	const u64 name = 3 << 16 | 2, nobody = (u64)HV_DOMID_IDLE << 16;

	trace_exit(&guest, BULKHEAD_EXIT_wait, 0x1234);
	assert_next(BULKHEAD_EVENT_exit, 3, BULKHEAD_EXIT_wait | 0x1234UL << 32, 0x4000);
	trace_hypercall(&guest, 29);
	assert_next(BULKHEAD_EVENT_hypercall, 3, 29, 0x4000);
	trace_inject(&guest, 27, fake_counter - 5);
	assert_next(BULKHEAD_EVENT_inject, 3, 27, fake_counter);
	trace_missed(&guest.sched, 4);
	assert_next(BULKHEAD_EVENT_missed, 3, 4, 0);
	trace_pick(&idle, 77);
	assert_next(BULKHEAD_EVENT_pick, HV_DOMID_IDLE, 77, name);
	trace_switch(&guest, &idle);
	assert_next(BULKHEAD_EVENT_switch, HV_DOMID_IDLE, 0, name);
	current = &idle;
	fake_counter = 2000;
	trace_wake(&guest.sched);
	assert_next(BULKHEAD_EVENT_wake, 3, 0, nobody);
	fake_counter = 2300;
	trace_switch(&idle, &guest);
	assert_next(BULKHEAD_EVENT_switch, 3, 2000, nobody);
	trace_switch(&idle, &guest);
	assert_next(BULKHEAD_EVENT_switch, 3, 0, nobody); /* it has run since */
	trace_stop();
	trace_exit(&guest, BULKHEAD_EXIT_wait, 0);
	assert_none();
}

static void test_interrupts_once(void **state)
{
	guest.nr_exits[BULKHEAD_EXIT_interrupt]++;
	trace_softirq(&guest);
	assert_next(BULKHEAD_EVENT_exit, 3, BULKHEAD_EXIT_interrupt, 0x4000);
	trace_softirq(&guest); /* a slow way back from something else */
	idle.nr_exits[BULKHEAD_EXIT_interrupt]++;
	trace_softirq(&idle);
	assert_none();
}

static void test_interrupt_latency(void **state)
{
	const struct latency *l = &guest.trace->latency[BULKHEAD_LATENCY_interrupt];

	trace_latency_start();
	fake_counter = 5000;
	trace_entry(&guest); /* seen at 5000 */
	assert_int_equal(l->count, 0);
	fake_counter = 6000;
	trace_inject(&guest, 27, 5900); /* a deadline */
	trace_inject(&guest, 40, ~0UL); /* a second one does not hide the first */
	fake_counter = 6010;
	trace_entry(&guest);
	assert_int_equal(l->count, 1);
	assert_int_equal(l->max, 110);
	fake_counter = 7000;
	trace_inject(&guest, 40, ~0UL);
	fake_counter = 7030;
	trace_entry(&guest);
	trace_entry(&guest); /* nothing is pending any more */
	assert_int_equal(l->count, 2);
	assert_int_equal(l->min, 30);
	/* A deadline of long ago: not before it was last seen, which is 7030. */
	fake_counter = 7100;
	trace_inject(&guest, 27, 10);
	trace_entry(&guest);
	assert_int_equal(l->sum, 110 + 30 + 70);
}

static void test_wake_latency(void **state)
{
	const struct latency *l = &guest.trace->latency[BULKHEAD_LATENCY_wakeup];

	trace_wake(&guest.sched); /* before counting began */
	fake_counter = 3000;
	trace_latency_start();
	trace_switch(&idle, &guest);
	assert_int_equal(l->count, 0);
	trace_wake(&guest.sched);
	fake_counter = 3500;
	trace_latency_start(); /* again: goes on */
	trace_switch(&idle, &guest);
	assert_int_equal(l->count, 1);
	assert_int_equal(l->sum, 500);
	trace_wake(&guest.sched);
	trace_latency_stop();
	trace_switch(&idle, &guest);
	assert_int_equal(l->count, 1);
}

static void test_preempted(void **state)
{
	const struct latency *l = &guest.trace->latency[BULKHEAD_LATENCY_preempted];

	fake_counter = 3000;
	trace_latency_start();
	trace_switch(&guest, &idle); /* it might go on */
	fake_counter = 3400;
	trace_switch(&idle, &guest);
	assert_int_equal(l->count, 1);
	assert_int_equal(l->sum, 400);
	guest.sched.blocked = SCHED_BLOCK_WAIT;
	trace_switch(&guest, &idle); /* it sleeps */
	trace_switch(&idle, &guest);
	assert_int_equal(l->count, 1);
	/* It was preempted, then paused: what counts is the wake-up. */
	guest.sched.blocked = 0;
	trace_switch(&guest, &idle);
	trace_wake(&guest.sched);
	trace_switch(&idle, &guest);
	assert_int_equal(l->count, 1);
	assert_int_equal(guest.trace->latency[BULKHEAD_LATENCY_wakeup].count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_records, setup),
		cmocka_unit_test_setup(test_interrupts_once, setup),
		cmocka_unit_test_setup(test_interrupt_latency, setup),
		cmocka_unit_test_setup(test_wake_latency, setup),
		cmocka_unit_test_setup(test_preempted, setup),
	};

	return cmocka_run_group_tests_name("points", tests, NULL, NULL);
}
