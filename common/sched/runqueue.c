/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run queues (runqueue.h): the units that wait for a CPU, in a balanced tree by key. Callers hold
 * rq->lock.
 */
#include "sched_ops.h"

#include <hv/types.h>

/* Units looked at before a search gives up; what it skips is allowed on other CPUs only. */
#define SEARCH_MAX 64U

static struct sched_unit *unit_of(struct tree_node *node)
{
	return container_of(node, struct sched_unit, node);
}

static void publish_best(struct runqueue *rq)
{
	const struct tree_node *first = tree_first(&rq->units);

	WRITE_ONCE(rq->best_key, first ? first->key : RUNQUEUE_KEY_NONE);
}

void runqueue_add(struct runqueue *rq, struct sched_unit *unit)
{
	tree_insert(&rq->units, &unit->node, unit->key);
	publish_best(rq);
}

void runqueue_remove(struct runqueue *rq, struct sched_unit *unit)
{
	tree_remove(&rq->units, &unit->node);
	publish_best(rq);
}

struct sched_unit *runqueue_best(struct runqueue *rq, runqueue_may_t may, unsigned int cpu)
{
	struct tree_node *node = tree_first(&rq->units);

	for (u32 left = SEARCH_MAX; node && left; node = tree_next(node), left--) {
		if (may(unit_of(node), cpu)) {
			return unit_of(node);
		}
	}
	return NULL;
}

void runqueue_draw_near(const struct runqueue *rq, struct sched_unit *unit)
{
	u64 low = rq->vtime > LAG ? rq->vtime - LAG : 0;

	unit->vtime = MIN(MAX(unit->vtime, low), rq->vtime + LAG);
}
