/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pause, unpause and shutdown of a domain with many vCPUs (common/domain/lifecycle.c): a slice at
 * once, the rest by deferred work or by who waits, whatever was asked for meanwhile.
 *
 * sources: common/domain/lifecycle.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <stdlib.h>

#include <hv/arch.h>
#include <hv/console.h>
#include <hv/domain.h>
#include <hv/errno.h>

#define NR_VCPUS 63U
#define SLICE	 3U

struct domain *hardware_domain;
static struct vcpu vcpu[NR_VCPUS], idle;
static struct vcpu *vcpus[NR_VCPUS];
static struct domain domain, other;
static struct vcpu *current;
static struct defer_work *queued;
static u32 nr_changes; /* vCPUs blocked or unblocked */

void console_finish(void)
{
}

void arch_machine_off(void)
{
	abort();
}

void arch_machine_reset(void)
{
	abort();
}

static void changed(struct domain *d, bool is_end)
{
}

DOMAIN_LISTENER listener = { .changed = changed };

struct vcpu *arch_current(void)
{
	return current;
}

void sched_block(struct sched_unit *unit, u32 reasons)
{
	nr_changes++;
	unit->blocked |= reasons;
}

bool sched_unblock(struct sched_unit *unit, u32 reasons)
{
	nr_changes++;
	unit->blocked &= ~reasons;
	return true;
}

bool sched_is_on_cpu(const struct sched_unit *unit)
{
	assert_int_equal(unit->blocked, SCHED_BLOCK_DOMAIN);
	return false;
}

bool defer_queue(struct defer_work *work)
{
	bool is_new = queued == NULL;

	queued = work;
	return is_new;
}

void domain_put(struct domain *d)
{
	d->refs--;
}

static bool run_deferred(void)
{
	struct defer_work *work = queued;

	queued = NULL;
	if (work != NULL) {
		work->fn(work);
	}
	return work != NULL;
}

static u32 nr_blocked(void)
{
	u32 nr = 0;

	for (u32 i = 0; i < NR_VCPUS; i++) {
		nr += vcpu[i].sched.blocked != 0;
	}
	return nr;
}

static int setup(void **state)
{
	(void)state;
	idle = (struct vcpu){ .domain = &other };
	domain = (struct domain){
		.refs = 1, .nr_vcpus = NR_VCPUS, .vcpus = vcpus, .pause_work.fn = domain_pause_slice
	};
	spin_lock_init(&domain.lock, LOCK_RANK_DOMAIN);
	for (u32 i = 0; i < NR_VCPUS; i++) {
		vcpu[i] = (struct vcpu){ .domain = &domain, .id = i };
		vcpus[i] = i == 2 ? NULL : &vcpu[i];
	}
	current = &idle;
	queued = NULL;
	return 0;
}

static void test_shutdown_in_slices(void **state)
{
	(void)state;
	current = &vcpu[50];
	domain_shutdown(&domain, DOMAIN_SHUTDOWN_POWEROFF);
	assert_int_equal(vcpu[50].sched.blocked, SCHED_BLOCK_DOMAIN);
	assert_int_equal(nr_blocked(), SLICE - 1 + 1);
	assert_int_equal(domain.refs, 2);
	for (u32 i = 1; i < NR_VCPUS / SLICE; i++) {
		assert_true(run_deferred());
	}
	assert_int_equal(nr_blocked(), NR_VCPUS - 1);
	assert_false(run_deferred());
	assert_int_equal(domain.refs, 1);
}

/* Who waits does the rest itself; the end of the pause finds its work queued. */
static void test_waiter_does_the_rest(void **state)
{
	(void)state;
	domain_pause(&domain, true);
	assert_int_equal(nr_blocked(), NR_VCPUS - 1);
	domain_pause(&domain, false);
	assert_int_equal(nr_blocked(), NR_VCPUS - SLICE);
	while (run_deferred()) {}
	assert_int_equal(nr_blocked(), 0);
	assert_int_equal(domain.refs, 1);
}

static u32 changes(void)
{
	u32 nr = nr_changes;

	nr_changes = 0;
	return nr;
}

/* The toolstack's commands go over a few vCPUs each time that they are called. */
static void test_commands_are_short(void **state)
{
	u32 calls = 0;

	(void)state;
	(void)domain_control_pause(&domain, false); /* as it is */
	(void)changes();
	while (domain_control_pause(&domain, true) == -ERESTART) {
		assert_in_range(changes(), SLICE - 1, 2 * SLICE);
		assert_true(run_deferred());
		assert_in_range(changes(), SLICE - 1, SLICE);
		calls++;
	}
	assert_in_range(calls, NR_VCPUS / (3 * SLICE), NR_VCPUS / SLICE);
	assert_int_equal(nr_blocked(), NR_VCPUS - 1);
	while (run_deferred()) {}
	(void)changes();
	assert_int_equal(domain_control_pause(&domain, false), 0);
	do {
		assert_in_range(changes(), SLICE - 1, SLICE);
	} while (run_deferred());
	assert_int_equal(nr_blocked(), 0);
	assert_int_equal(domain.refs, 1);
}

/* Changed before it was carried out: the last word counts for all. */
static void test_pause_overtakes_its_end(void **state)
{
	(void)state;
	domain_pause(&domain, true);
	domain_pause(&domain, false);
	(void)run_deferred();
	domain_control_pause(&domain, true);
	assert_int_equal(nr_blocked(), NR_VCPUS - 1);
	domain_pause(&domain, false);
	while (run_deferred()) {}
	assert_int_equal(nr_blocked(), 0);
	assert_int_equal(domain.refs, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_shutdown_in_slices, setup),
		cmocka_unit_test_setup(test_waiter_does_the_rest, setup),
		cmocka_unit_test_setup(test_pause_overtakes_its_end, setup),
		cmocka_unit_test_setup(test_commands_are_short, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
