/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run queues in virtual-time order (runqueue.h). List n of the ring holds units whose virtual time
 * lies in step n (modulo 64); the ring begins at the step of rq->vtime. Callers hold rq->lock.
 */
#include "runqueue.h"

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
	rq->nr_waiting++;
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
	rq->nr_waiting--;
}

/* Distance of the first filled list from the base, or 64. */
static unsigned int first_filled(const struct runqueue *rq, u64 filled)
{
	unsigned int base = (unsigned int)(step_of(rq->vtime) % RUNQUEUE_SLOTS);
	u64 turned = base ? filled >> base | filled << (RUNQUEUE_SLOTS - base) : filled;

	return turned ? (unsigned int)__builtin_ctzl(turned) : RUNQUEUE_SLOTS;
}

typedef bool (*runqueue_may_t)(const struct sched_unit *unit, unsigned int cpu);

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
