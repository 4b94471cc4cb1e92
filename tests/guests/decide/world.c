/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler's sources as they are (common/sched, common/policy), with a clock, timers and
 * softirqs that are played here. What is measured is what trap/run.c does when SOFTIRQ_SCHED is
 * pending: sched_pick(), and sched_switched() when another vCPU runs now.
 */
#include "../../../common/sched/pool.h"
#include "world.h"

#include <hv/heap.h>
#include <hv/irq.h>
#include <hv/percpu.h>
#include <hv/softirq.h>
#include <hv/string.h>
#include <hv/trace.h>

#define UNITS_MAX  256U
#define GROUP_SIZE 64U
#define GROUPS	   (UNITS_MAX / GROUP_SIZE)
#define WINDOW	   (NSEC_PER_MSEC)

unsigned int played_cpu, nr_cpus = PLAYED_CPUS;
cpumask_t cpus_online;
u32 trace_flags;
DEFINE_PER_CPU(u32, softirq_bits);

static u64 now = NSEC_PER_SEC;
static struct sched_unit units[UNITS_MAX], *running[PLAYED_CPUS];
static struct sched_group groups[GROUPS];
static bool served[UNITS_MAX];
static u64 until[PLAYED_CPUS];
static unsigned int nr_units, nr_groups, first_cpu, turn;
static u32 pool;
static bool is_null;

u64 time_now(void)
{
	return now;
}

void timer_init(struct timer *timer, void (*handler)(struct timer *timer))
{
	*timer = (struct timer){ .deadline = TIME_NEVER, .handler = handler };
}

void timer_set(struct timer *timer, u64 deadline)
{
	timer->deadline = deadline;
}

void timer_cancel(struct timer *timer)
{
	timer->deadline = TIME_NEVER;
}

bool timer_is_armed(const struct timer *timer)
{
	return timer->deadline != TIME_NEVER;
}

void softirq_raise(enum softirq nr)
{
	this_cpu(softirq_bits) |= (u32)BIT(nr);
}

void softirq_raise_on(unsigned int cpu, enum softirq nr)
{
	per_cpu(softirq_bits, cpu) |= (u32)BIT(nr);
}

bool softirq_preempt_needed(void)
{
	return false;
}

void irq_kick(unsigned int cpu)
{
	(void)cpu;
	broken("nothing stays loaded here");
}

void spinlock_wait(struct spinlock *lock, u16 ticket)
{
	(void)lock;
	(void)ticket;
	broken("a lock is taken twice");
}

bool spin_trylock(struct spinlock *lock)
{
	spin_lock(lock);
	return true;
}

void trace_wake(struct sched_unit *unit)
{
	(void)unit;
}

void trace_missed(struct sched_unit *unit, u64 nr)
{
	(void)unit;
	(void)nr;
}

static bool heap_taken;

void *heap_alloc(size_t bytes)
{
	static u64 space[2048];

	if (heap_taken || bytes > sizeof(space)) {
		broken("the heap is too small");
	}
	heap_taken = true;
	return memset(space, 0, bytes);
}

void heap_free(void *object)
{
	heap_taken = heap_taken && !object;
}

static bool take_softirq(unsigned int cpu)
{
	u32 bits = per_cpu(softirq_bits, cpu);

	per_cpu(softirq_bits, cpu) = 0;
	return bits != 0;
}

static void note(unsigned int cpu, const struct sched_choice *choice)
{
	until[cpu] = choice->until;
	running[cpu] = choice->unit;
	if (choice->unit) {
		served[choice->unit - units] = true;
	}
}

static u64 decide_on(unsigned int cpu)
{
	struct sched_unit *prev = running[cpu];
	struct sched_choice choice;
	u64 begin;

	played_cpu = cpu;
	begin = counter();
	choice = sched_pick(cpu, now);
	if (prev && prev != choice.unit) {
		sched_switched(prev);
	}
	begin = counter() - begin;
	note(cpu, &choice);
	return begin;
}

/* Let every CPU that has been told to pick do so. */
static void settle(void)
{
	for (unsigned int rounds = 0, again = 1; again; rounds++) {
		again = 0;
		for (unsigned int cpu = 0; cpu < PLAYED_CPUS; cpu++) {
			if (cpumask_has(cpus_online, cpu) && take_softirq(cpu)) {
				again = 1;
				decide_on(cpu);
			}
		}
		if (rounds > 1000) {
			broken("the CPUs pick for ever");
		}
	}
}

static void add_unit(unsigned int i, u64 cpus)
{
	struct sched_params params = { .period_us = 100000 + 1000 * i,
				       .budget_us = 900,
				       .extratime = true };

	if (i % GROUP_SIZE == 0) {
		sched_group_init(&groups[nr_groups], (u16)(nr_groups + 1));
		if (pool && sched_pool_move(&groups[nr_groups], pool)) {
			broken("a domain does not come into its pool");
		}
		nr_groups++;
	}
	units[i] = (struct sched_unit){ 0 };
	if (sched_unit_add(&units[i], &groups[nr_groups - 1], (u16)(i % GROUP_SIZE),
			   (cpumask_t){ cpus })) {
		broken("a vCPU finds no place");
	}
	if (i < SCHED_LOADS_MAX && sched_group_policy(&groups[nr_groups - 1]) == SCHED_ID_RTDS &&
	    sched_unit_set(&units[i], &params, NULL)) {
		broken("a reservation is refused");
	}
	sched_unblock(&units[i], SCHED_BLOCK_DOWN);
	settle();
}

/* A frame with a window for each vCPU, or for 64 of them, evenly chosen. */
static void set_schedule(unsigned int nr)
{
	static struct sched_schedule schedule;
	unsigned int windows = MIN(nr, SCHED_WINDOWS_MAX);

	schedule = (struct sched_schedule){ .nr_windows = windows,
					    .major_frame_ns = windows * WINDOW };
	for (unsigned int w = 0; w < windows; w++) {
		unsigned int i = w * nr / windows + nr / windows - 1;

		schedule.windows[w] = (struct sched_window){ (u16)(i / GROUP_SIZE + 1),
							     (u16)(i % GROUP_SIZE), WINDOW };
	}
	if (sched_schedule_set(pool, &schedule)) {
		broken("the schedule is refused");
	}
}

static void bring_up(unsigned int cpus)
{
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		played_cpu = cpu;
		running[cpu] = NULL;
		until[cpu] = TIME_NEVER;
		cpus_online.bits |= BIT(cpu);
		sched_cpu_online(cpu);
	}
}

/* arinc653 takes a pool of its own. */
static bool own_pool(void)
{
	return sched_pool_create(SCHED_POOL_ANY, SCHED_ID_ARINC653, &pool) == 0 &&
	       sched_pool_remove_cpu(0, 1) == 0 && sched_pool_add_cpu(pool, 1) == 0;
}

bool world_setup(const char *policy, unsigned int nr)
{
	bool has_frame = strcmp(policy, "arinc653") == 0;

	is_null = strcmp(policy, "null") == 0;
	first_cpu = has_frame;
	memset(served, 0, sizeof(served));
	bring_up(is_null ? nr : 1U + has_frame);
	if (has_frame ? !own_pool() : sched_boot_policy(policy) != 0) {
		return false;
	}
	/* A machine keeps one policy in pool 0 for ever: what another has left in its table. */
	memset(sched_pool_find(0)->owners, 0, sizeof(sched_pool_find(0)->owners));
	nr_units = nr;
	for (unsigned int i = 0; i < nr; i++) {
		add_unit(i, is_null ? ~0UL : BIT(first_cpu));
	}
	if (has_frame) {
		set_schedule(nr);
	}
	settle();
	return true;
}

static void fire_timers(void)
{
	for (unsigned int i = 0; i < nr_units; i++) {
		struct timer *timer = &units[i].rtds.refill;

		if (timer->deadline <= now) {
			timer->deadline = TIME_NEVER;
			timer->handler(timer);
		}
	}
}

/* Time goes on to the next moment at which the CPU has to pick. */
static void advance(unsigned int cpu)
{
	while (until[cpu] > now && !take_softirq(cpu)) {
		u64 next = until[cpu];

		for (unsigned int i = 0; i < nr_units; i++) {
			next = MIN(next, units[i].rtds.refill.deadline);
		}
		if (next == TIME_NEVER) {
			broken("no decision is ever due");
		}
		now = MAX(next, now);
		fire_timers();
	}
	now += 100;
}

/* null: a vCPU falls asleep and wakes up again; the decision is to run it. */
static u64 wake_one(void)
{
	unsigned int cpu = turn++ % nr_units;
	struct sched_unit *unit = running[cpu];

	now += 1000;
	played_cpu = cpu;
	if (!unit) {
		broken("a CPU has lost its vCPU");
	}
	sched_block(unit, SCHED_BLOCK_WAIT);
	settle();
	now += 1000;
	sched_unblock(unit, SCHED_BLOCK_WAIT);
	take_softirq(cpu);
	return decide_on(cpu);
}

uint64_t world_decide(void)
{
	if (is_null) {
		return wake_one();
	}
	advance(first_cpu);
	return decide_on(first_cpu);
}

unsigned int world_nr_served(void)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < nr_units; i++) {
		sum += served[i];
	}
	return sum;
}

void world_clear(void)
{
	for (unsigned int i = 0; i < nr_units; i++) {
		played_cpu = first_cpu;
		sched_block(&units[i], SCHED_BLOCK_DOWN);
		settle();
		sched_unit_remove(&units[i]);
	}
	for (; nr_groups; nr_groups--) {
		sched_group_free(&groups[nr_groups - 1]);
	}
	if (pool && (sched_pool_remove_cpu(pool, 1) || sched_pool_destroy(pool))) {
		broken("the pool does not go");
	}
	pool = 0;
	nr_units = 0;
}
