/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole scheduler of a configuration with null alone and without a toolstack: what core.c,
 * pick.c, unit.c, pool.c, the run queues and the policy do elsewhere, for units that have a CPU of
 * their own from the day they are made. Nobody waits for anybody, so there are no queues, slices
 * or timers, and all CPUs are in pool 0. Admission is counting: who finds no free CPU is refused.
 *
 * A unit's state is under the lock of its CPU's place (LOCK_RANK_SCHED). Places are given by the
 * boot CPU alone, before the unit has run, so unit->cpu is constant for everybody else. A unit is
 * QUEUED from its wake-up until its CPU picks, and on_cpu while its context is loaded, which also a
 * sleeping unit's is that is `parked`.
 */
#include <hv/errno.h>
#include <hv/irq.h>
#include <hv/percpu.h>
#include <hv/sched.h>
#include <hv/softirq.h>
#include <hv/trace.h>

/* A CPU, and whose it is. */
struct place {
	struct spinlock lock;
	struct sched_unit *owner; /* NULL: it idles */
};

static DEFINE_PER_CPU(struct place, places);

static struct place *lock_place(const struct sched_unit *unit)
{
	struct place *place = per_cpu_ptr(places, unit->cpu);

	spin_lock(&place->lock);
	return place;
}

/* Close the books on the state that ends now. Lock held. */
static void change(struct sched_unit *unit, enum sched_state state, u64 now)
{
	u64 ns = now > unit->since ? now - unit->since : 0;

	unit->run_ns += unit->state == SCHED_STATE_RUNNING ? ns : 0;
	unit->wait_ns += unit->state == SCHED_STATE_QUEUED ? ns : 0;
	unit->since = now;
	__atomic_store_n(&unit->state, state, __ATOMIC_RELEASE); /* sched_is_running() */
}

void sched_block(struct sched_unit *unit, u32 reasons)
{
	struct place *place = lock_place(unit);

	unit->blocked |= reasons;
	if (unit->state == SCHED_STATE_QUEUED) {
		change(unit, SCHED_STATE_ASLEEP, time_now());
	} else if (unit->state == SCHED_STATE_RUNNING) {
		softirq_raise_on(unit->cpu, SOFTIRQ_SCHED);
	}
	spin_unlock(&place->lock);
}

bool sched_unblock(struct sched_unit *unit, u32 reasons)
{
	struct place *place = lock_place(unit);
	bool was_blocked = unit->blocked != 0, wakes, goes_on;

	unit->blocked &= ~reasons;
	wakes = was_blocked && !unit->blocked && unit->state == SCHED_STATE_ASLEEP;
	goes_on = wakes && unit->parked; /* its CPU need not pick */
	if (wakes) {
		if (trace_is_on()) {
			trace_wake(unit);
		}
		change(unit, goes_on ? SCHED_STATE_RUNNING : SCHED_STATE_QUEUED, time_now());
	}
	if (wakes && !goes_on) {
		softirq_raise_on(unit->cpu, SOFTIRQ_SCHED);
	}
	spin_unlock(&place->lock);
	if (goes_on && unit->cpu != cpu_id()) {
		irq_kick(unit->cpu);
	}
	return wakes;
}

void sched_yield(struct sched_unit *unit __unused)
{
	/* To whom? */
}

struct sched_choice sched_pick(unsigned int cpu, u64 now)
{
	struct place *place = per_cpu_ptr(places, cpu);
	struct sched_choice choice = { .until = TIME_NEVER };
	struct sched_unit *unit;

	spin_lock(&place->lock);
	unit = place->owner;
	if (unit) {
		unit->parked = unit->on_cpu && unit->blocked == SCHED_BLOCK_WAIT;
		change(unit, unit->blocked ? SCHED_STATE_ASLEEP : SCHED_STATE_RUNNING, now);
	}
	if (unit && !unit->blocked) {
		unit->on_cpu = true;
		choice.unit = unit;
	}
	spin_unlock(&place->lock);
	return choice;
}

void sched_switched(struct sched_unit *prev)
{
	struct place *place = lock_place(prev);

	store_release(&prev->on_cpu, false); /* the context is complete before it is seen */
	spin_unlock(&place->lock);
}

bool sched_is_on_cpu(const struct sched_unit *unit)
{
	return load_acquire(&unit->on_cpu);
}

void sched_cpu_online(unsigned int cpu)
{
	struct place *place = per_cpu_ptr(places, cpu);

	spin_lock_init(&place->lock, LOCK_RANK_SCHED);
	place->owner = NULL;
}

/* The unit's place has this owner from now on. */
static void set_owner(const struct sched_unit *unit, struct sched_unit *owner)
{
	struct place *place = lock_place(unit);

	if (owner || place->owner == unit) {
		place->owner = owner;
	}
	spin_unlock(&place->lock);
}

/* Of the CPUs, the one that the unit has, or those that are free. */
static u64 choices(const struct sched_unit *unit, u64 cpus)
{
	u64 left = 0;

	for (; cpus; cpus &= cpus - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzl(cpus);
		const struct sched_unit *owner = per_cpu(places, cpu).owner;

		if (owner == unit) {
			return BIT(cpu);
		}
		left |= !owner ? BIT(cpu) : 0;
	}
	return left;
}

int sched_unit_set_affinity(struct sched_unit *unit, cpumask_t hard, cpumask_t soft,
			    struct sched_admission *why __unused)
{
	u64 cpus = cpus_online.bits & hard.bits, left = choices(unit, cpus);

	if (!left) {
		return cpus ? -ENOSPC : -EINVAL;
	}
	set_owner(unit, NULL);
	unit->hard = hard;
	unit->soft = soft;
	unit->cpu = (u32)__builtin_ctzl(left);
	unit->allowed = cpumask_of(unit->cpu);
	set_owner(unit, unit);
	return 0;
}

int sched_unit_add(struct sched_unit *unit, struct sched_group *group, u16 id, cpumask_t hard)
{
	unit->group = group;
	unit->id = id;
	unit->blocked = SCHED_BLOCK_DOWN;
	unit->since = time_now();
	return sched_unit_set_affinity(unit, hard, CPUMASK_ALL, NULL);
}

void sched_unit_remove(struct sched_unit *unit)
{
	sched_block(unit, SCHED_BLOCK_DOWN);
	set_owner(unit, NULL);
}

bool sched_owns_cpu(const struct sched_unit *unit __unused)
{
	return true;
}

void sched_group_init(struct sched_group *group, u16 domain)
{
	group->domain = domain;
}

void sched_group_free(struct sched_group *group __unused)
{
	/* Nobody knows it. */
}

int sched_pool_info(u32 from, struct sched_pool_info *info)
{
	*info = (struct sched_pool_info){ .policy = SCHED_ID_NULL, .cpus = cpus_online };
	return from ? -ENOENT : 0;
}

enum sched_id sched_group_policy(const struct sched_group *group __unused)
{
	return SCHED_ID_NULL;
}

enum sched_id sched_default_id(void)
{
	return SCHED_ID_NULL;
}

const char *sched_name(enum sched_id id)
{
	return id == SCHED_ID_NULL ? "null" : NULL;
}
