/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run queues in the order of virtual time or of a key (runqueue.h). List n of the ring holds units
 * whose virtual time lies in step n (modulo 64); the ring begins at the step of rq->vtime. Callers
 * hold rq->lock.
 */
#include "sched_ops.h"

#include <hv/types.h>

/* Units looked at before a search gives up; what it skips is allowed on other CPUs only. */
#define SEARCH_MAX 64U

static u64 step_of(u64 vtime)
{
	return vtime >> RUNQUEUE_STEP_SHIFT;
}

static unsigned int slot_for(const struct runqueue *rq, const struct sched_unit *unit)
{
	u64 base = step_of(rq->vtime), step = step_of(unit->vtime);

	if (unit->urgent) {
		return RUNQUEUE_URGENT;
	}
	step = MAX(step + unit->yielded, base);
	step = MIN(step, base + RUNQUEUE_SLOTS - 1);
	return (unsigned int)(step % RUNQUEUE_SLOTS);
}

void runqueue_add(struct runqueue *rq, struct sched_unit *unit)
{
	unsigned int slot = slot_for(rq, unit);
	struct runqueue_list *list = &rq->lists[slot];

	unit->slot = (u16)slot;
	unit->next = NULL;
	unit->prev = list->last;
	if (list->last) {
		list->last->next = unit;
	} else {
		list->first = unit;
	}
	list->last = unit;
	if (slot < RUNQUEUE_SLOTS) {
		rq->filled |= BIT(slot);
	}
}

void runqueue_remove(struct runqueue *rq, struct sched_unit *unit)
{
	struct runqueue_list *list = &rq->lists[unit->slot];

	if (unit->prev) {
		unit->prev->next = unit->next;
	} else {
		list->first = unit->next;
	}
	if (unit->next) {
		unit->next->prev = unit->prev;
	} else {
		list->last = unit->prev;
	}
	unit->prev = NULL;
	unit->next = NULL;
	if (!list->first && unit->slot < RUNQUEUE_SLOTS) {
		rq->filled &= ~BIT(unit->slot);
	}
}

/* Distance of the first filled list from the base, or 64. */
static unsigned int first_filled(const struct runqueue *rq, u64 filled)
{
	unsigned int base = (unsigned int)(step_of(rq->vtime) % RUNQUEUE_SLOTS);
	u64 turned = base ? filled >> base | filled << (RUNQUEUE_SLOTS - base) : filled;

	return turned ? (unsigned int)__builtin_ctzl(turned) : RUNQUEUE_SLOTS;
}

static struct sched_unit *search(struct runqueue_list *list, runqueue_may_t may, unsigned int cpu,
				 unsigned int *left)
{
	for (struct sched_unit *unit = list->first; unit && *left; unit = unit->next, (*left)--) {
		if (may(unit, cpu)) {
			return unit;
		}
	}
	return NULL;
}

struct sched_unit *runqueue_best(struct runqueue *rq, runqueue_may_t may, unsigned int cpu)
{
	unsigned int left = SEARCH_MAX;
	struct sched_unit *unit = search(&rq->lists[RUNQUEUE_URGENT], may, cpu, &left);
	u64 filled = rq->filled;

	while (!unit && filled && left) {
		unsigned int slot = (unsigned int)((step_of(rq->vtime) + first_filled(rq, filled)) %
						   RUNQUEUE_SLOTS);

		unit = search(&rq->lists[slot], may, cpu, &left);
		filled &= ~BIT(slot);
	}
	return unit;
}

static struct sched_unit *unit_of(const struct tree_node *node)
{
	return node ? container_of(node, struct sched_unit, rtds.node) : NULL;
}

static bool is_earlier(const struct tree_node *a, const struct tree_node *b)
{
	return unit_of(a)->rtds.key < unit_of(b)->rtds.key;
}

static void publish_best(struct runqueue *rq)
{
	const struct sched_unit *first = unit_of(tree_first(&rq->keyed));

	WRITE_ONCE(rq->best_key, first ? first->rtds.key : RUNQUEUE_KEY_NONE);
}

void runqueue_key_add(struct runqueue *rq, struct sched_unit *unit)
{
	tree_insert(&rq->keyed, &unit->rtds.node, is_earlier);
	publish_best(rq);
}

void runqueue_key_remove(struct runqueue *rq, struct sched_unit *unit)
{
	tree_remove(&rq->keyed, &unit->rtds.node);
	publish_best(rq);
}

struct sched_unit *runqueue_key_best(struct runqueue *rq, runqueue_may_t may, unsigned int cpu)
{
	struct tree_node *node = tree_first(&rq->keyed);

	for (u32 left = SEARCH_MAX; node && left; node = tree_next(node), left--) {
		if (may(unit_of(node), cpu)) {
			return unit_of(node);
		}
	}
	return NULL;
}
