/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ticket spinlocks with ranks (hv/lock_ranks.h): first come, first served, so that the wait of a
 * CPU is bounded by the other CPUs' critical sections. EL2 runs with interrupts masked, so there is
 * no variant that masks them. Debug builds keep the locks that each CPU holds and stop the machine
 * when one is taken out of order, twice, or released by a CPU that does not hold it.
 */
#ifndef HV_SPINLOCK_H
#define HV_SPINLOCK_H

#include <hv/compiler.h>
#include <hv/kconfig.h>
#include <hv/lock_ranks.h>
#include <hv/types.h>

struct spinlock {
	union {
		u32 tickets;
		struct {
			u16 serving; /* ticket that may enter */
			u16 next;    /* ticket of the next to come */
		};
	};
	u16 rank; /* of debug builds */
};

#define SPINLOCK_INIT(lock_rank) { .rank = IS_ENABLED(CONFIG_DEBUG) ? (lock_rank) : 0 }
#define SPINLOCK_NEXT_TICKET	 0x10000U

static inline void spin_lock_init(struct spinlock *lock, enum lock_rank rank)
{
	*lock = (struct spinlock)SPINLOCK_INIT(rank);
}

/* Internal: waits for a ticket; debug bookkeeping. */
void spinlock_wait(struct spinlock *lock, u16 ticket);
void spinlock_check(const struct spinlock *lock, bool same_rank);
void spinlock_note_taken(const struct spinlock *lock);
void spinlock_note_released(const struct spinlock *lock);

static inline void spin_lock_checked(struct spinlock *lock, bool same_rank)
{
	u32 old;

	if (IS_ENABLED(CONFIG_DEBUG)) {
		spinlock_check(lock, same_rank);
	}
	/* Pairs with the release in spin_unlock(). */
	old = __atomic_fetch_add(&lock->tickets, SPINLOCK_NEXT_TICKET, __ATOMIC_ACQUIRE);
	if (unlikely((u16)old != (u16)(old >> 16))) {
		spinlock_wait(lock, (u16)(old >> 16));
	}
	if (IS_ENABLED(CONFIG_DEBUG)) {
		spinlock_note_taken(lock);
	}
}

/* Take a lock of a higher rank than every lock this CPU holds. Any context. */
static inline void spin_lock(struct spinlock *lock)
{
	spin_lock_checked(lock, false);
}

/* Take a second lock of the rank last taken; the caller has ordered the two (lower id first). */
static inline void spin_lock_second(struct spinlock *lock)
{
	spin_lock_checked(lock, true);
}

/* Release a lock that this CPU holds, in any order. */
static inline void spin_unlock(struct spinlock *lock)
{
	if (IS_ENABLED(CONFIG_DEBUG)) {
		spinlock_note_released(lock);
	}
	/* Only the holder writes serving. Pairs with the acquire of the next holder. */
	store_release(&lock->serving, (u16)(lock->serving + 1));
}

/* Take the lock if it is free; true when taken. Ranks are not checked: it can not deadlock. */
bool __must_check spin_trylock(struct spinlock *lock);

#endif
