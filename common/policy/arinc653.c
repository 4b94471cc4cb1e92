/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arinc653: a fixed frame of windows, repeated for ever (hv/sched.h, SCHED_ID_ARINC653; the idea is
 * the partition scheduling of ARINC 653 part 1, 2.3.1).
 *
 * A pool has one CPU and one schedule: a major frame, and in it windows that follow each other from
 * its start. In a window only its vCPU may run; while that sleeps, or when the window is nobody's,
 * or after the last window, the CPU idles. What a vCPU gets, and when, therefore depends on the
 * schedule alone: not on what others do, nor on what it did before.
 *
 * All boundaries are computed from the start of the frame, and that from the frame before, never
 * from the time at which EL2 came to switch: a late switch shortens one window by as much and
 * delays nothing after it. A switch is late by at most the longest path through EL2.
 *
 * A new schedule is checked at once and takes effect at the start of the next frame, when the one
 * in force has run to its end. The first one starts when it is set. Without a schedule the pool's
 * vCPUs do not run.
 *
 * Windows name vCPUs by domain id and vCPU number, so a schedule may be set before its domains
 * exist, and stays when they are restarted with the same ids. Who waits is in a tree by these two
 * numbers, in which the one who may run now is found in the logarithm of their number; nothing is
 * kept that could go stale.
 *
 * A schedule of the boot tree names domains that have no id yet: its windows belong to owners
 * (common/sched/owner.c), and whose one is is looked up when it is compared.
 *
 * Locks: the frame is under the lock of its CPU's queue; without a CPU, under the pools' lock.
 */
#include "../sched/pool.h"

#include <hv/errno.h>
#include <hv/heap.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/timer.h>

#define MAJOR_MAX (10 * NSEC_PER_SEC)

struct arinc653_frame {
	struct sched_schedule schedule; /* in force; no windows: none */
	struct sched_schedule next;
	bool has_next;
	u64 start;	/* ns, of the current frame */
	u32 window;	/* current one; nr_windows: the rest of the frame */
	u64 window_end; /* ns */
};

static int arinc653_pool_init(struct sched_pool *pool)
{
	pool->frame = heap_alloc(sizeof(*pool->frame));
	return pool->frame ? 0 : -ENOMEM;
}

static void arinc653_pool_free(struct sched_pool *pool)
{
	heap_free(pool->frame);
	pool->frame = NULL;
}

static void enter_window(struct arinc653_frame *frame, u32 window)
{
	const struct sched_schedule *schedule = &frame->schedule;

	frame->window = window;
	frame->window_end = window < schedule->nr_windows
				    ? frame->window_end + schedule->windows[window].ns
				    : frame->start + schedule->major_frame_ns;
}

static void enter_frame(struct arinc653_frame *frame, u64 start)
{
	if (frame->has_next) {
		frame->schedule = frame->next;
		frame->has_next = false;
	}
	frame->start = start;
	frame->window_end = start;
	enter_window(frame, 0);
}

static void arinc653_advance(struct runqueue *rq, u64 now)
{
	struct arinc653_frame *frame = rq->pool->frame;
	const u64 *major = &frame->schedule.major_frame_ns;

	if (!*major) {
		return;
	}
	/* Twice at most: one that waits begins with the very next frame, even if that is over. */
	while (now - frame->start >= *major) {
		u64 periods = frame->has_next ? 1 : (now - frame->start) / *major;

		enter_frame(frame, frame->start + periods * *major);
	}
	while (now >= frame->window_end) {
		enter_window(frame, frame->window + 1);
	}
}

static u64 key_of(u16 domain, u16 vcpu)
{
	return (u64)domain << 16 | vcpu;
}

static void arinc653_set_key(struct runqueue *rq __unused, struct sched_unit *unit)
{
	unit->key = key_of(unit->group->domain, unit->id);
}

/* The one whose window it is, if it waits. */
static struct sched_unit *arinc653_best(struct runqueue *rq, runqueue_may_t may, unsigned int cpu)
{
	const struct arinc653_frame *frame = rq->pool->frame;
	const struct sched_window *window = &frame->schedule.windows[frame->window];
	struct tree_node *node = rq->units.root;
	u64 key;

	if (frame->window >= frame->schedule.nr_windows) {
		return NULL;
	}
	key = key_of(sched_owner_domain(window->domain), window->vcpu);
	while (node) {
		struct sched_unit *unit = container_of(node, struct sched_unit, node);

		if (unit->key == key) {
			return may(unit, cpu) ? unit : NULL;
		}
		node = node->child[unit->key < key];
	}
	return NULL;
}

static u64 arinc653_idle_until(struct runqueue *rq)
{
	const struct arinc653_frame *frame = rq->pool->frame;

	return frame->schedule.major_frame_ns ? frame->window_end : TIME_NEVER;
}

static u64 arinc653_slice(struct runqueue *rq, struct sched_unit *unit __unused,
			  bool others_wait __unused, u64 now)
{
	return rq->pool->frame->window_end - now;
}

SCHED_POLICY arinc653_ops = {
	.id = SCHED_ID_ARINC653,
	.name = "arinc653",
	.cpus_max = 1,
	.pool_init = arinc653_pool_init,
	.pool_free = arinc653_pool_free,
	.unit_fit = sched_fit_mask,
	.set_key = arinc653_set_key,
	.best = arinc653_best,
	.advance = arinc653_advance,
	.idle_until = arinc653_idle_until,
	.slice = arinc653_slice,
};

static int check(const struct sched_schedule *schedule)
{
	u64 left = schedule->major_frame_ns;

	if (left == 0 || left > MAJOR_MAX || schedule->nr_windows == 0 ||
	    schedule->nr_windows > SCHED_WINDOWS_MAX) {
		return -EINVAL;
	}
	for (u32 i = 0; i < schedule->nr_windows; i++) {
		u64 ns = schedule->windows[i].ns;

		if (ns == 0 || ns > left || !sched_owner_is(schedule->windows[i].domain)) {
			return -EINVAL;
		}
		left -= ns;
	}
	return 0;
}

bool sched_schedule_has(const struct sched_schedule *schedule, u16 domain, u16 vcpu)
{
	for (u32 i = 0; i < schedule->nr_windows; i++) {
		if (schedule->windows[i].domain == domain && schedule->windows[i].vcpu == vcpu) {
			return true;
		}
	}
	return false;
}

/* The pool with its frame locked by its CPU's queue, any CPU's while it has none. Pool lock. */
static int lock_frame(u32 id, struct sched_pool **pool, struct runqueue **rq)
{
	*pool = sched_pool_find(id);
	if (!*pool || (*pool)->ops != &arinc653_ops) {
		return *pool ? -EOPNOTSUPP : -ENOENT;
	}
	*rq = sched_queue_of(cpumask_is_empty((*pool)->owned) ? 0 : cpumask_first((*pool)->owned));
	spin_lock(&(*rq)->lock);
	return 0;
}

int sched_schedule_set(u32 id, const struct sched_schedule *schedule)
{
	struct sched_pool *pool;
	struct runqueue *rq;
	int err = check(schedule);

	spin_lock(&sched_pools_lock);
	err = err ? err : lock_frame(id, &pool, &rq);
	if (!err && id == 0 && !sched_schedule_has(schedule, 0, 0)) {
		spin_unlock(&rq->lock);
		err = -EPERM;
	}
	if (!err) {
		pool->frame->next = *schedule;
		pool->frame->has_next = true;
		if (!pool->frame->schedule.major_frame_ns) {
			enter_frame(pool->frame, time_now());
		}
		spin_unlock(&rq->lock);
		if (!cpumask_is_empty(pool->owned)) {
			softirq_raise_on(cpumask_first(pool->owned), SOFTIRQ_SCHED);
		}
	}
	spin_unlock(&sched_pools_lock);
	return err;
}

int sched_schedule_get(u32 id, struct sched_schedule *schedule)
{
	struct sched_pool *pool;
	struct runqueue *rq;
	int err;

	spin_lock(&sched_pools_lock);
	err = lock_frame(id, &pool, &rq);
	if (!err) {
		*schedule = pool->frame->has_next ? pool->frame->next : pool->frame->schedule;
		for (u32 i = 0; i < schedule->nr_windows; i++) {
			schedule->windows[i].domain =
				sched_owner_domain(schedule->windows[i].domain);
		}
		spin_unlock(&rq->lock);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}
