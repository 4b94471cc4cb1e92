/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software timers: one queue per CPU, a tree by deadline, and the comparator set to its first.
 *
 * A queue's lock (LOCK_RANK_TIMER) protects the queue and the fields of the timers in it. Handlers
 * run without it. The comparator is moved forward when an earlier deadline arrives, but not back
 * when the first timer is cancelled: that costs at most one interrupt which finds nothing due.
 */
#include <hv/arch.h>
#include <hv/percpu.h>
#include <hv/softirq.h>
#include <hv/spinlock.h>
#include <hv/timer.h>

struct timer_queue {
	struct spinlock lock;
	struct tree timers;	     /* by deadline */
	u64 programmed;		     /* deadline the comparator stands at, 0 = unknown */
	const struct timer *running; /* whose handler runs, NULL = none */
};

static DEFINE_PER_CPU(struct timer_queue, timer_queue);

/* The slots are zeroed at boot: a queue gives its lock a rank when it is first used. */
static struct timer_queue *lock_queue(unsigned int cpu)
{
	struct timer_queue *queue = per_cpu_ptr(timer_queue, cpu);

	queue->lock.rank = LOCK_RANK_TIMER;
	spin_lock(&queue->lock);
	return queue;
}

static struct timer *first_of(const struct timer_queue *queue)
{
	struct tree_node *node = tree_first(&queue->timers);

	return node ? container_of(node, struct timer, node) : NULL;
}

static void program(struct timer_queue *queue)
{
	struct timer *first = first_of(queue);
	u64 deadline = first ? first->deadline : TIME_NEVER;

	if (deadline != queue->programmed) {
		queue->programmed = deadline;
		arch_timer_program(deadline == TIME_NEVER ? ~0UL : time_to_counter(deadline));
	}
}

static void remove(struct timer_queue *queue, struct timer *timer)
{
	tree_remove(&queue->timers, &timer->node);
	/* Pairs with is_busy(): who sees this sees whose handler is about to run. */
	store_release(&timer->deadline, TIME_NEVER);
}

void timer_init(struct timer *timer, void (*handler)(struct timer *timer))
{
	*timer = (struct timer){ .deadline = TIME_NEVER, .handler = handler };
}

bool timer_is_armed(const struct timer *timer)
{
	return READ_ONCE(timer->deadline) != TIME_NEVER;
}

/* Armed, or its handler is running on another CPU. */
static bool is_busy(const struct timer *timer)
{
	return load_acquire(&timer->deadline) != TIME_NEVER ||
	       (timer->cpu != cpu_id() &&
		load_acquire(&per_cpu_ptr(timer_queue, timer->cpu)->running) == timer);
}

void timer_cancel(struct timer *timer)
{
	/* The timer may fire and be armed elsewhere while this CPU waits for a lock: look again. */
	while (is_busy(timer)) {
		unsigned int cpu = READ_ONCE(timer->cpu);
		struct timer_queue *queue = lock_queue(cpu);

		if (timer->cpu == cpu && timer_is_armed(timer)) {
			remove(queue, timer);
		}
		spin_unlock(&queue->lock);
	}
}

void timer_set(struct timer *timer, u64 deadline)
{
	struct timer_queue *queue;

	if (timer_is_armed(timer) && timer->cpu != cpu_id()) {
		timer_cancel(timer);
	}
	queue = lock_queue(cpu_id());
	if (timer_is_armed(timer)) {
		remove(queue, timer);
	}
	if (deadline != TIME_NEVER) {
		timer->cpu = cpu_id();
		timer->deadline = MAX(deadline, 1UL); /* 0 = comparator unknown */
		tree_insert(&queue->timers, &timer->node, timer->deadline);
		if (first_of(queue) == timer) {
			program(queue);
		}
	}
	spin_unlock(&queue->lock);
}

/* Take the first timer that is due at now off the queue, or program the comparator and return NULL.
 */
static struct timer *take_due(u64 now)
{
	struct timer_queue *queue = lock_queue(cpu_id());
	struct timer *timer = first_of(queue);

	if (timer && timer->deadline <= now) {
		queue->running = timer;
		remove(queue, timer);
	} else {
		timer = NULL;
		program(queue);
	}
	spin_unlock(&queue->lock);
	return timer;
}

void timer_run(void)
{
	struct timer *timer = take_due(time_now());

	if (timer) {
		timer->handler(timer);
		store_release(&this_cpu(timer_queue).running, NULL);
		softirq_raise(SOFTIRQ_TIMER);
	}
}

void timer_interrupt(unsigned int irq __unused, void *arg __unused)
{
	/* The comparator's line is level: switch it off until timer_run() sets it anew. */
	this_cpu(timer_queue).programmed = TIME_NEVER;
	arch_timer_program(~0UL);
	softirq_raise(SOFTIRQ_TIMER);
}
