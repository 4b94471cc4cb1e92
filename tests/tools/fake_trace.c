/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fake hypervisor has traced: records in the file $BH_FAKE_TRACE, one histogram of
 * interrupts, none of wake-ups.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_sched.h"
#include "fake_trace.h"

struct fake_record {
	uint64_t cpu;
	struct bulkhead_trace_record r;
};

static void fake_trace_read(struct bulkhead_trace_read *r)
{
	const char *path = getenv("BH_FAKE_TRACE");
	FILE *f = path ? fopen(path, "r") : NULL;
	struct bulkhead_trace_record *to = (void *)r->data.va;
	struct fake_record record;
	uint64_t at = 0;
	uint32_t nr = 0;

	while (f && nr < r->nr && fread(&record, sizeof(record), 1, f) == 1) {
		if (record.cpu == r->cpu && at++ >= r->next) {
			to[nr++] = record.r;
		}
	}
	if (f) {
		fclose(f);
	}
	r->nr = nr;
	r->next += nr;
	r->dropped = 0;
}

void fake_latency(struct bulkhead_latency *l)
{
	uint32_t *buckets = (uint32_t *)l->buckets.va;

	memset(buckets, 0, l->nr * sizeof(*buckets));
	if (l->which == BULKHEAD_LATENCY_interrupt) {
		buckets[32] = 98; /* from 512 ticks on */
		buckets[40] = 2;  /* from 2048 on */
		l->count = 100;
		l->min = 600;
		l->max = 2100;
		l->sum = 98 * 600 + 2 * 2100;
	}
}

/* Two paths: a trap that is within its limit, a hypercall that is not. */
static int next_bound(struct bulkhead_bounds *b)
{
	if (b->index > 7) {
		return -1;
	}
	*b = b->index <= 3 ? (struct bulkhead_bounds){ 3, 0x13240000, 10, 900, 2000 }
			   : (struct bulkhead_bounds){ 7, 0x300c0006, 4, 5001, 5000 };
	return 0;
}

int fake_measured(struct bulkhead_op *op, uint32_t *tracing)
{
	if (op->cmd == BULKHEAD_OP_bounds) {
		return next_bound(&op->u.bounds);
	}
	if (op->cmd == BULKHEAD_OP_trace_read) {
		fake_trace_read(&op->u.trace_read);
		return 0;
	}
	*tracing |= op->u.trace_control.on;
	*tracing &= ~op->u.trace_control.off;
	op->u.trace_control.state = *tracing;
	op->u.trace_control.ring_records = 512;
	say("tracing %#x", *tracing);
	return 0;
}

int fake_vcpu_stat(struct bulkhead_vcpu_stat *st, uint64_t *calls)
{
	if (st->vcpu > 0) {
		return -1;
	}
	st->state = BULKHEAD_VCPU_up;
	st->cpu = 2;
	st->cpu_time_ns = ++*calls * 1000000000;
	for (uint32_t i = 0; i < BULKHEAD_NR_EXITS; i++) {
		st->nr_exits[i] = *calls * (i + 1) * 1000000;
	}
	st->nr_injected = *calls * 50000000;
	st->nr_missed = 7;
	return 0;
}

bool fake_throttle(struct bulkhead_op *op, uint32_t *rates, uint64_t calls)
{
	struct bulkhead_throttle *t = &op->u.throttle;
	uint32_t traps;

	if (op->cmd == BULKHEAD_OP_set_throttle) {
		say("rates %d %d %d", (int)t->rates[0], (int)t->rates[1], (int)t->rates[2]);
		memcpy(rates, t->rates, sizeof(t->rates));
	} else if (op->cmd != BULKHEAD_OP_get_throttle) {
		return false;
	}
	memset(t, 0, sizeof(*t));
	for (uint32_t i = 0; i < BULKHEAD_NR_RATES; i++) {
		bool is_default = rates[i] == BULKHEAD_RATE_default;

		t->rates[i] = is_default ? 100000 * (i + 1) : rates[i];
		t->defaults |= is_default ? 1u << i : 0;
	}
	traps = rates[BULKHEAD_RATE_traps];
	if (traps && traps != BULKHEAD_RATE_default) {
		t->is_throttled = 1;
		t->exceeded = 1u << BULKHEAD_RATE_traps | 1u << BULKHEAD_RATE_log;
		t->nr_throttled = 7;
		t->throttled_ns = calls * 250000000;
	}
	return true;
}

bool fake_health(struct bulkhead_op *op)
{
	const struct bulkhead_health_policy *p = &op->u.health_policy;

	switch (op->cmd) {
	case BULKHEAD_OP_set_health:
		say("policy %u %u %u %u %u %u", p->restart, p->give_up, p->warm_limit,
		    p->cold_limit, p->window_s, p->watchdog_ms);
		return true;
	case BULKHEAD_OP_keep_image:
		say("keep %#llx size %llu", (unsigned long long)op->u.keep_image.gpa,
		    (unsigned long long)op->u.keep_image.bytes);
		return true;
	case BULKHEAD_OP_get_health:
		memset(&op->u.health, 0, sizeof(op->u.health));
		op->u.health.policy.restart = op->domid ? BULKHEAD_RESTART_warm : 0;
		op->u.health.nr_warm = op->domid ? 2 : 0;
		op->u.health.last_ns = op->domid ? 5000000000 : 0;
		op->u.health.last = BULKHEAD_FAULT_watchdog;
		op->u.health.nr_faults[BULKHEAD_FAULT_watchdog] = op->domid ? 3 : 0;
		op->u.health.state = op->domid == 2 ? BULKHEAD_HEALTH_given_up : 0;
		return true;
	default:
		return false;
	}
}
