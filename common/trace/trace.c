/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event rings. Each CPU counts its records in `head` and writes record n to slot n modulo the size.
 * Only the own CPU writes, EL2 is not preempted, so a writer needs no lock.
 *
 * While record n is written, head is still n, and slot n holds half of record n - SIZE. So with a
 * head of h, the records h - SIZE + 1 ... h - 1 are whole. A reader copies first, then looks at
 * head again and drops what is no longer in that range. Rings that were in use are never freed: a
 * CPU may be about to write when tracing stops.
 */
#include <hv/arch.h>
#include <hv/errno.h>
#include <hv/heap.h>
#include <hv/panic.h>
#include <hv/percpu.h>
#include <hv/printk.h>
#include <hv/timer.h>
#include <hv/trace.h>

u32 trace_flags;
static DEFINE_PER_CPU(struct trace_record *, trace_ring);
static DEFINE_PER_CPU(u64, trace_head); /* records written so far */

/* Of the heap's pages of 4 KiB. */
#define RING_ORDER (TRACE_RING_SHIFT - 7U)
_Static_assert(sizeof(struct trace_record) << TRACE_RING_SHIFT == 4096UL << RING_ORDER, "");

/* By BULKHEAD_EVENT_*. */
static const char *const names[] = { "?",    "exit", "hypercall", "inject",
				     "wake", "pick", "switch",	  "missed" };

#define SLOT(count) ((count) & (TRACE_NR_RECORDS - 1))

/* One CPU's ring, read as it is: another CPU may still write the record that is half overwritten.
 */
static void print_cpu(unsigned int cpu)
{
	const struct trace_record *ring = READ_ONCE(per_cpu(trace_ring, cpu));
	u64 head = READ_ONCE(per_cpu(trace_head, cpu));
	u64 from = head < TRACE_NR_LAST ? 0 : head - TRACE_NR_LAST;

	for (u64 i = from; ring && i < head; i++) {
		const struct trace_record *r = &ring[SLOT(i)];

		printk("  CPU %u %lu %s d%uv%u %#lx %#lx", cpu, time_of_counter(r->time),
		       r->event < ARRAY_SIZE(names) ? names[r->event] : "?", r->domain, r->vcpu,
		       r->args[0], r->args[1]);
	}
}

void trace_print_last(void)
{
	printk("last events: CPU, ns, event, whom it is about, arguments");
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		print_cpu(cpu);
	}
}

/* A first start has failed, so nobody has written, and readers see empty rings. */
static void free_rings(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		heap_pages_free(per_cpu(trace_ring, cpu), RING_ORDER);
		per_cpu(trace_ring, cpu) = NULL;
	}
}

int trace_start(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		struct trace_record *ring = per_cpu(trace_ring, cpu);

		if (ring) {
			continue;
		}
		ring = heap_pages_alloc(RING_ORDER);
		if (!ring) {
			free_rings();
			return -ENOMEM;
		}
		/* Pairs with trace_record_put(). */
		store_release(per_cpu_ptr(trace_ring, cpu), ring);
	}
	panic_set_last_words(trace_print_last);
	atomic_fetch_or(&trace_flags, BULKHEAD_TRACE_events);
	return 0;
}

void trace_stop(void)
{
	atomic_fetch_and(&trace_flags, ~BULKHEAD_TRACE_events);
}

void trace_record_put(const struct trace_record *event)
{
	struct trace_record *ring = load_acquire(this_cpu_ptr(trace_ring));
	u64 *head = this_cpu_ptr(trace_head);
	struct trace_record *slot;

	if (!ring) {
		return;
	}
	/* The last head is seen before this slot changes: pairs with the fence in trace_read(). */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	slot = &ring[SLOT(*head)];
	*slot = *event;
	slot->time = arch_counter();
	store_release(head, *head + 1); /* pairs with trace_read() */
}

/* Count of the oldest record that is whole when head records were written. */
static u64 oldest(u64 head)
{
	return head < TRACE_NR_RECORDS ? 0 : head - TRACE_NR_RECORDS + 1;
}

u32 trace_read(unsigned int cpu, struct trace_cursor *cursor, struct trace_record *to, u32 max)
{
	struct trace_record *ring = load_acquire(per_cpu_ptr(trace_ring, cpu));
	u64 head, first, from, lost;
	u32 nr;

	if (!ring) {
		return 0;
	}
	head = load_acquire(per_cpu_ptr(trace_head, cpu));
	from = MIN(cursor->next, head);
	first = MAX(from, oldest(head));
	nr = (u32)MIN(head - first, max);
	for (u32 i = 0; i < nr; i++) {
		to[i] = ring[SLOT(first + i)];
	}
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* pairs with the one in trace_record_put() */
	lost = oldest(READ_ONCE(per_cpu(trace_head, cpu)));
	lost = lost > first ? MIN(lost - first, nr) : 0;
	for (u32 i = 0; i < nr - lost; i++) {
		to[i] = to[i + lost];
	}
	cursor->nr_dropped += first - from + lost;
	cursor->next = first + nr;
	return nr - (u32)lost;
}
