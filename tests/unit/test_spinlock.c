/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spinlocks: the checks of debug builds (order of ranks, double and foreign release), the ticket
 * order, and mutual exclusion among real threads.
 *
 * sources: common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <pthread.h>
#include <sched.h>

#include <hv/spinlock.h>

static struct spinlock outer, inner, inner2;

static bool is_held(const struct spinlock *lock)
{
	return lock->serving != lock->next;
}

static int setup(void **state)
{
	fake_reset(4);
	spin_lock_init(&outer, LOCK_RANK_DOMAIN);
	spin_lock_init(&inner, LOCK_RANK_SCHED);
	spin_lock_init(&inner2, LOCK_RANK_SCHED);
	return 0;
}

static void test_right_order(void **state)
{
	spin_lock(&outer);
	spin_lock(&inner);
	spin_lock_second(&inner2);
	assert_true(is_held(&outer) && is_held(&inner) && is_held(&inner2));
	spin_unlock(&inner); /* in any order */
	spin_unlock(&outer);
	spin_unlock(&inner2);
	assert_false(is_held(&outer));
	spin_lock(&outer);
	spin_unlock(&outer);
}

static void test_wrong_order_is_found(void **state)
{
	spin_lock(&inner);
	expect_panic(spin_lock(&outer));
	expect_panic(spin_lock(&inner2));
	expect_panic(spin_lock(&inner));
	expect_panic(spin_lock_second(&inner));
	spin_unlock(&inner);
	struct spinlock unranked = { 0 };

	expect_panic(spin_lock(&unranked));
}

static void test_foreign_release_is_found(void **state)
{
	spin_lock(&outer);
	fake_cpu = 1;
	expect_panic(spin_unlock(&outer));
	fake_cpu = 0;
	spin_unlock(&outer);
	expect_panic(spin_unlock(&outer));
}

static void test_trylock(void **state)
{
	assert_true(spin_trylock(&outer));
	fake_cpu = 1;
	assert_false(spin_trylock(&outer));
	fake_cpu = 0;
	spin_unlock(&outer);
	for (int i = 0; i < 70000; i++) { /* the tickets wrap */
		assert_true(spin_trylock(&outer));
		spin_unlock(&outer);
	}
	assert_false(is_held(&outer));
}

/* The raw protocol, without the per-CPU bookkeeping, which the fake CPU number would confuse. */
static struct spinlock shared = SPINLOCK_INIT(LOCK_RANK_HEAP);
static unsigned long counter;

static void *hammer(void *arg)
{
	for (int i = 0; i < 20000; i++) {
		u32 old =
			__atomic_fetch_add(&shared.tickets, SPINLOCK_NEXT_TICKET, __ATOMIC_ACQUIRE);

		while (load_acquire(&shared.serving) != (u16)(old >> 16)) {
			sched_yield();
		}
		counter++;
		store_release(&shared.serving, (u16)(shared.serving + 1));
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++) {
		pthread_create(&threads[i], NULL, hammer, NULL);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
	}
	assert_int_equal(counter, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_right_order, setup),
		cmocka_unit_test_setup(test_wrong_order_is_found, setup),
		cmocka_unit_test_setup(test_foreign_release_is_found, setup),
		cmocka_unit_test_setup(test_trylock, setup),
		cmocka_unit_test_setup(test_threads, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
