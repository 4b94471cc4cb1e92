/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug builds: the per-CPU stack of held locks against which each acquisition is checked. It is
 * written by its own CPU only. Once a panic is under way nothing is checked any more, so that its
 * message comes out whatever was held.
 */
#include <hv/panic.h>
#include <hv/percpu.h>
#include <hv/spinlock.h>

#define HELD_MAX 8U

struct held_locks {
	u32 nr;
	const struct spinlock *lock[HELD_MAX];
};

static DEFINE_PER_CPU(struct held_locks, spinlock_held);

void spinlock_check(const struct spinlock *lock, bool same_rank)
{
	const struct held_locks *held = this_cpu_ptr(spinlock_held);

	if (panic_is_active()) {
		return;
	}
	if (lock->rank == 0 || lock->rank >= LOCK_RANK_COUNT) {
		panic("lock %p has no rank: not initialised", lock);
	}
	for (u32 i = 0; i < held->nr; i++) {
		unsigned int rank = held->lock[i]->rank;

		if (held->lock[i] == lock) {
			panic("lock of rank %u taken twice", rank);
		}
		if (rank > lock->rank || (rank == lock->rank && !same_rank)) {
			panic("lock of rank %u taken while one of rank %u is held", lock->rank,
			      rank);
		}
	}
}

void spinlock_note_taken(const struct spinlock *lock)
{
	struct held_locks *held = this_cpu_ptr(spinlock_held);

	if (panic_is_active()) {
		return;
	}
	if (held->nr == HELD_MAX) {
		panic("more than %u locks held", HELD_MAX);
	}
	held->lock[held->nr++] = lock;
}

void spinlock_note_released(const struct spinlock *lock)
{
	struct held_locks *held = this_cpu_ptr(spinlock_held);
	u32 i = 0;

	if (panic_is_active()) {
		return;
	}
	while (i < held->nr && held->lock[i] != lock) {
		i++;
	}
	if (i == held->nr) {
		panic("lock of rank %u released by CPU %u, which does not hold it", lock->rank,
		      cpu_id());
	}
	for (held->nr--; i < held->nr; i++) {
		held->lock[i] = held->lock[i + 1];
	}
}
