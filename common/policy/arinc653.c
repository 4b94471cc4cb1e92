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
 * A schedule of the boot tree names domains that have no id yet. Its windows belong to owners: a
 * name or a UUID, and the id of the domain that has it now, if any. window.domain is then
 * SCHED_OWNER + n, and is looked up in the table of owners when the window is compared.
 *
 * Locks: the frame is under the lock of its CPU's queue; without a CPU, under the pools' lock. The
 * owners change under the pools' lock; an id is one word and read without.
 */
#include "../sched/pool.h"

#include <hv/errno.h>
#include <hv/heap.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/string.h>
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

static struct owner {
	char name[SCHED_OWNER_NAME]; /* empty: uuid counts */
	u8 uuid[16];
	u16 domain; /* SCHED_NOBODY: there is none */
} owners[SCHED_OWNERS_MAX];
static u32 nr_owners;

static bool is_owner(const struct owner *owner, const char *name, const u8 *uuid)
{
	if (name) {
		return strcmp(owner->name, name) == 0;
	}
	return owner->name[0] == '\0' && memcmp(owner->uuid, uuid, sizeof(owner->uuid)) == 0;
}

int sched_owner_add(const char *name, const u8 *uuid, u16 *domain)
{
	u32 i = 0;

	while (i < nr_owners && !is_owner(&owners[i], name, uuid)) {
		i++;
	}
	if (i == SCHED_OWNERS_MAX) {
		return -ENOSPC;
	}
	if (i == nr_owners) {
		owners[i] = (struct owner){ .domain = SCHED_NOBODY };
		if (name) {
			string_copy(owners[i].name, name, sizeof(owners[i].name));
		} else {
			memcpy(owners[i].uuid, uuid, sizeof(owners[i].uuid));
		}
		nr_owners++;
	}
	*domain = (u16)(SCHED_OWNER + i);
	return 0;
}

void sched_owner_bind(const char *name, const u8 *uuid, u16 domain)
{
	spin_lock(&sched_pools_lock);
	for (u32 i = 0; i < nr_owners; i++) {
		struct owner *owner = &owners[i];

		if (is_owner(owner, name, uuid)) {
			WRITE_ONCE(owner->domain, domain);
		} else if (owner->domain == domain && (!name || owner->name[0] != '\0')) {
			WRITE_ONCE(owner->domain, SCHED_NOBODY); /* its former name, or id */
		}
	}
	spin_unlock(&sched_pools_lock);
}

static u16 domain_of(const struct sched_window *window)
{
	return window->domain < SCHED_OWNER
		       ? window->domain
		       : READ_ONCE(owners[window->domain - SCHED_OWNER].domain);
}

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
	key = key_of(domain_of(window), window->vcpu);
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

		if (ns == 0 || ns > left ||
		    schedule->windows[i].domain >= SCHED_OWNER + nr_owners) {
			return -EINVAL;
		}
		left -= ns;
	}
	return 0;
}

static bool has_dom0(const struct sched_schedule *schedule)
{
	for (u32 i = 0; i < schedule->nr_windows; i++) {
		if (schedule->windows[i].domain == 0 && schedule->windows[i].vcpu == 0) {
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
	if (!err && id == 0 && !has_dom0(schedule)) {
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
			schedule->windows[i].domain = domain_of(&schedule->windows[i]);
		}
		spin_unlock(&rq->lock);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}
