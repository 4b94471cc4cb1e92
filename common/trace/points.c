/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the trace points of the other layers call while tracing is on: makes records of events, and
 * counts how long interrupts, wake-ups and preempted vCPUs waited.
 *
 * Reads vCPUs, changes only their struct trace_vcpu, without a lock: its times are written by the
 * CPU that injects or wakes and by the one that switches or enters; a lost update loses one value
 * of a histogram. A virtual timer's deadline is in the guest's hands: a deadline of before the vCPU
 * was last seen did not hold while the guest ran (it would have fired), so the waiting began no
 * earlier than that. Values that began before counting did are dropped.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/sched.h>
#include <hv/trace.h>
#include <hv/vcpu.h>

_Static_assert(BULKHEAD_DOMID_idle == HV_DOMID_IDLE, "one number for nobody");

static u64 counting_since; /* ticks */

static bool is_on(u32 flag)
{
	return (READ_ONCE(trace_flags) & flag) != 0;
}

static u16 domain_of(const struct vcpu *v)
{
	return v->is_idle ? HV_DOMID_IDLE : v->domain->id;
}

static u64 name_of(const struct vcpu *v)
{
	return (u64)domain_of(v) << 16 | v->id;
}

static void put(const struct vcpu *v, u32 event, u64 first, u64 second)
{
	const struct trace_record record = {
		.event = event,
		.domain = domain_of(v),
		.vcpu = v->id,
		.args = { first, second },
	};

	if (is_on(BULKHEAD_TRACE_events)) {
		trace_record_put(&record);
	}
}

static void see(struct vcpu *v)
{
	WRITE_ONCE(v->trace->seen, arch_counter());
}

static void count(struct vcpu *v, u32 which, u64 *since)
{
	u64 start = READ_ONCE(*since);

	if (start != 0 && is_on(BULKHEAD_TRACE_latency) && start >= READ_ONCE(counting_since)) {
		latency_add(&v->trace->latency[which], arch_counter() - start);
	}
	WRITE_ONCE(*since, 0);
}

void trace_latency_start(void)
{
	if (!is_on(BULKHEAD_TRACE_latency)) {
		WRITE_ONCE(counting_since, arch_counter());
		atomic_fetch_or(&trace_flags, BULKHEAD_TRACE_latency);
	}
}

void trace_latency_stop(void)
{
	atomic_fetch_and(&trace_flags, ~BULKHEAD_TRACE_latency);
}

void trace_exit(struct vcpu *v, u32 reason, u64 esr)
{
	see(v);
	put(v, BULKHEAD_EVENT_exit, reason | esr << 32, v->arch.regs.pc);
}

void trace_hypercall(struct vcpu *v, u64 nr)
{
	see(v);
	put(v, BULKHEAD_EVENT_hypercall, nr, v->arch.regs.pc);
}

void trace_softirq(struct vcpu *v)
{
	u64 interrupts = v->nr_exits[BULKHEAD_EXIT_interrupt];

	if (!v->is_idle && v->trace->interrupts != interrupts) {
		v->trace->interrupts = interrupts;
		put(v, BULKHEAD_EVENT_exit, BULKHEAD_EXIT_interrupt, v->arch.regs.pc);
	}
}

void trace_entry(struct vcpu *v)
{
	count(v, BULKHEAD_LATENCY_interrupt, &v->trace->pending);
	see(v);
}

void trace_inject(struct vcpu *v, u32 intid, u64 since)
{
	u64 now = arch_counter();
	struct trace_vcpu *t = v->trace;

	since = MIN(MAX(since, READ_ONCE(t->seen)), now);
	if (READ_ONCE(t->pending) == 0) {
		WRITE_ONCE(t->pending, since);
	}
	put(v, BULKHEAD_EVENT_inject, intid, since);
}

void trace_wake(struct sched_unit *unit)
{
	struct vcpu *v = container_of(unit, struct vcpu, sched);

	WRITE_ONCE(v->trace->woken, arch_counter());
	WRITE_ONCE(v->trace->preempted, 0);
	put(v, BULKHEAD_EVENT_wake, 0, name_of(current_vcpu()));
}

void trace_missed(struct sched_unit *unit, u64 nr)
{
	put(container_of(unit, struct vcpu, sched), BULKHEAD_EVENT_missed, nr, 0);
}

void trace_pick(struct vcpu *next, u64 until)
{
	put(next, BULKHEAD_EVENT_pick, until, name_of(current_vcpu()));
}

/* Did it have to make room for another, or does it sleep? */
static bool might_go_on(const struct vcpu *v)
{
	return !v->is_idle && READ_ONCE(v->sched.blocked) == 0;
}

void trace_switch(struct vcpu *prev, struct vcpu *next)
{
	if (might_go_on(prev)) {
		WRITE_ONCE(prev->trace->preempted, arch_counter());
	}
	put(next, BULKHEAD_EVENT_switch, READ_ONCE(next->trace->woken), name_of(prev));
	count(next, BULKHEAD_LATENCY_wakeup, &next->trace->woken);
	count(next, BULKHEAD_LATENCY_preempted, &next->trace->preempted);
	trace_entry(next);
}
