/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ticket spinlocks: the slow path, and the attempt. What debug builds check is in spinlock_debug.c.
 * Any context.
 */
#include <hv/arch.h>
#include <hv/spinlock.h>

void spinlock_wait(struct spinlock *lock, u16 ticket)
{
	/* Pairs with the release in spin_unlock(). */
	while (load_acquire(&lock->serving) != ticket) {
		arch_cpu_relax();
	}
}

bool spin_trylock(struct spinlock *lock)
{
	u32 old = READ_ONCE(lock->tickets);

	if ((u16)old != (u16)(old >> 16) ||
	    !__atomic_compare_exchange_n(&lock->tickets, &old, old + SPINLOCK_NEXT_TICKET, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		return false;
	}
	if (IS_ENABLED(CONFIG_DEBUG)) {
		spinlock_note_taken(lock);
	}
	return true;
}
