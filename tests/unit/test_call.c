/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done around every command of a hypercall: when its argument is copied in and out, who is
 * looked up and put back, what is asked before what, and under which lock the handler runs.
 *
 * sources: common/call/call.c common/core/spinlock.c xsm/xsm.c xsm/module.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <string.h>

#include <hv/call.h>
#include <hv/control.h>
#include <hv/domain.h>

struct argument {
	u32 in, out;
	u16 domid;
};

static struct domain dom0 = { .id = 0, .refs = 1, .is_privileged = true };
static struct domain guest = { .id = 1, .refs = 1 };
static struct vcpu caller;
static struct argument memory; /* the guest's, at address 1; nothing is anywhere else */
static struct domain *ran_on;
static int result;
static u32 nr_held; /* references to the target while the handler runs */
static bool was_locked;

struct vcpu *arch_current(void)
{
	return &caller;
}

struct domain *domain_get(domid_t id)
{
	struct domain *d = id == 0 ? &dom0 : id == 1 ? &guest : NULL;

	if (d != NULL) {
		d->refs++;
	}
	return d;
}

void domain_put(struct domain *d)
{
	if (d != NULL) {
		d->refs--;
	}
}

int guest_copy_from(void *dst, u64 gva, size_t bytes)
{
	memcpy(dst, &memory, gva == 1 ? bytes : 0);
	return gva == 1 ? 0 : -EFAULT;
}

int guest_copy_to(u64 gva, const void *src, size_t bytes)
{
	memcpy(&memory, src, gva == 1 ? bytes : 0);
	return gva == 1 ? 0 : -EFAULT;
}

static int handler(struct domain *d, void *arg)
{
	struct argument *argument = arg;

	ran_on = d;
	nr_held = d->refs - 1;
	was_locked = !spin_trylock(&control_lock);
	if (!was_locked) {
		spin_unlock(&control_lock);
	}
	argument->out = argument->in + 1;
	return result;
}

/* Odd: refused; 100: answered. */
static int check(void *arg)
{
	const struct argument *argument = arg;

	return argument->in == 100 ? 1 : argument->in % 2 != 0 ? -E2BIG : 0;
}

static int setup(void **state)
{
	fake_reset(1);
	caller.domain = &guest;
	memory = (struct argument){ .in = 4, .domid = HV_DOMID_SELF };
	ran_on = NULL;
	result = 0;
	return 0;
}

#define ROW(hook_, flags_)                                                                         \
	{                                                                                          \
		.run = handler,                                                                    \
		.hook = (hook_),                                                                   \
		.flags = (flags_),                                                                 \
		.bytes = sizeof(memory),                                                           \
		.domid_at = offsetof(struct argument, domid),                                      \
	}

static void test_absent(void **state)
{
	static const struct call_row rows[] = { [1] = ROW(XSM_ANY, 0) };

	assert_int_equal(call_command(rows, 2, 0, 1), -ENOSYS);
	assert_int_equal(call_command(rows, 2, 2, 1), -ENOSYS);
	assert_int_equal(call_command(rows, 2, ~0UL, 1), -ENOSYS);
	assert_int_equal(call_command(rows, 2, 1, 1), 0);
	assert_int_equal(call_command(rows, 2, 1, 2), -EFAULT);
	/* Who may not use it is not told that it is missing. */
	assert_int_equal(call_run(&(struct call_row){ .hook = XSM_DOMCTL }, 0, NULL), -EPERM);
	assert_int_equal(call_run(&rows[0], 0, NULL), -ENOSYS);
}

static void test_target(void **state)
{
	static const struct call_row of = ROW(XSM_EVTCHN_STATUS, CALL_TARGET);
	static const struct call_row of_none = ROW(XSM_ANY, CALL_LOCKED);
	struct argument arg;

	assert_int_equal(call_at(&of, 1, &arg), 0);
	assert_ptr_equal(ran_on, &guest);
	assert_int_equal(nr_held, 1);
	assert_false(was_locked);
	memory.domid = 0;
	ran_on = NULL;
	assert_int_equal(call_at(&of, 1, &arg), -EPERM);
	assert_null(ran_on);
	caller.domain = &dom0;
	memory.domid = 7;
	assert_int_equal(call_at(&of, 1, &arg), -ESRCH);
	assert_null(ran_on);
	/* Without a target: the caller's domain, without a reference. */
	assert_int_equal(call_at(&of_none, 1, &arg), 0);
	assert_ptr_equal(ran_on, &dom0);
	assert_int_equal(nr_held, 0);
	assert_true(was_locked);
	assert_true(spin_trylock(&control_lock));
	spin_unlock(&control_lock);
	assert_int_equal(dom0.refs + guest.refs, 2);
}

/* The argument goes back with exactly those results for which the row says so. */
static void test_answer(void **state)
{
	static const int results[] = { 0, -ERESTART, -EBUSY };
	static const u8 flags[] = { CALL_OUT, CALL_PROGRESS, CALL_FAILED };

	for (u32 wanted = 0; wanted < 8; wanted++) {
		for (u32 i = 0; i < 3; i++) {
			struct call_row row = ROW(XSM_ANY, 0);
			struct argument arg;

			for (u32 bit = 0; bit < 3; bit++) {
				row.flags |= (wanted >> bit & 1) != 0 ? flags[bit] : 0;
			}
			setup(state);
			result = results[i];
			assert_int_equal(call_at(&row, 1, &arg), result);
			assert_int_equal(memory.out, (wanted >> i & 1) != 0 ? 5 : 0);
		}
	}
	/* A number is a result and no reason to copy. */
	setup(state);
	result = 3;
	assert_int_equal(call_command(&(struct call_row)ROW(XSM_ANY, CALL_OUT), 1, 0, 1), 3);
	assert_int_equal(memory.out, 0);
	assert_int_equal(call_answer(&(struct call_row)ROW(XSM_ANY, CALL_OUT), 0, 2, &memory, 4),
			 -EFAULT);
}

/* What needs no target is refused or answered before anybody is looked up. */
static void test_check(void **state)
{
	struct call_row row = ROW(XSM_EVTCHN_STATUS, CALL_TARGET | CALL_OUT | CALL_FAILED);

	row.check = check;
	memory.domid = 7;
	memory.in = 3;
	assert_int_equal(call_command(&row, 1, 0, 1), -E2BIG);
	memory.in = 100;
	assert_int_equal(call_command(&row, 1, 0, 1), 1);
	memory.in = 4;
	assert_int_equal(call_command(&row, 1, 0, 1), -EPERM);
	assert_null(ran_on);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test_setup(test_absent, setup),
		cmocka_unit_test_setup(test_target, setup),
		cmocka_unit_test_setup(test_answer, setup),
		cmocka_unit_test_setup(test_check, setup),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
