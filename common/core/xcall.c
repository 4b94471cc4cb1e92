/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cross-CPU calls: each CPU has one slot for the call it makes. The caller fills the slot and then
 * sets the bits of its targets; a target runs the function and then clears its bit; the slot is
 * free again when no bit is left. No lock, and no queue: a CPU with a call under way finishes it
 * first, serving the calls of others meanwhile. A target looks at no more than nr_cpus slots.
 */
#include <hv/arch.h>
#include <hv/compiler.h>
#include <hv/percpu.h>
#include <hv/softirq.h>
#include <hv/xcall.h>

struct xcall_slot {
	void (*fn)(void *arg);
	void *arg;
	u64 targets; /* CPUs that have not run it yet */
};

static DEFINE_PER_CPU(struct xcall_slot, xcall_slot);

/* Run what other CPUs ask of this one. */
static void serve(void)
{
	u64 self = BIT(cpu_id());

	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		struct xcall_slot *slot = per_cpu_ptr(xcall_slot, cpu);

		/* Pairs with the release in xcall_run(): fn and arg are there. */
		if (load_acquire(&slot->targets) & self) {
			slot->fn(slot->arg);
			atomic_fetch_and(&slot->targets, ~self);
		}
	}
}

/* Pairs with the release of serve()'s atomic: what fn did is seen. */
static void wait_for(const struct xcall_slot *slot)
{
	while (load_acquire(&slot->targets)) {
		serve();
		arch_cpu_relax();
	}
}

void xcall_run(cpumask_t cpus, void (*fn)(void *arg), void *arg, bool wait)
{
	struct xcall_slot *slot = this_cpu_ptr(xcall_slot);
	u64 others = cpus.bits & cpus_online.bits & ~BIT(cpu_id());

	wait_for(slot);
	slot->fn = fn;
	slot->arg = arg;
	store_release(&slot->targets, others);
	for (u64 left = others; left; left &= left - 1) {
		softirq_raise_on((unsigned int)__builtin_ctzl(left), SOFTIRQ_XCALL);
	}
	if (cpumask_has(cpus, cpu_id())) {
		fn(arg);
	}
	if (wait) {
		wait_for(slot);
	}
}

void xcall_init(void)
{
	softirq_register(SOFTIRQ_XCALL, serve);
}
