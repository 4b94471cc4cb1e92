/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all commands of hypercalls have in common (hv/call.h): their argument in and out, their
 * target, their authority and their lock. On the path of every event that a guest sends.
 */
#include <hv/call.h>
#include <hv/compiler.h>
#include <hv/control.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/panic.h>

struct spinlock control_lock = SPINLOCK_INIT(LOCK_RANK_CONTROL);

const struct call_row *call_find(const struct call_row *rows, size_t nr, u64 cmd)
{
	return cmd < nr && rows[cmd].run != NULL ? &rows[cmd] : NULL;
}

static inline int run(const struct call_row *row, struct domain *d, void *arg)
{
	int err;

	if (row->run == NULL) {
		return -ENOSYS;
	}
	if ((row->flags & CALL_LOCKED) == 0) {
		return row->run(d, arg);
	}
	spin_lock(&control_lock);
	err = row->run(d, arg);
	spin_unlock(&control_lock);
	return err;
}

int call_run(const struct call_row *row, domid_t target, void *arg)
{
	struct domain *d;
	int err;

	if ((row->flags & CALL_TARGET) == 0) {
		d = current_domain();
		err = row->hook != XSM_ANY ? xsm_check(row->hook, d, NULL) : 0;
		return err != 0 ? err : run(row, d, arg);
	}
	err = xsm_target(target, row->hook, &d);
	if (err == 0) {
		err = run(row, d, arg);
		domain_put(d);
	}
	return err;
}

int call_answer(const struct call_row *row, int result, u64 gva, const void *answer, size_t bytes)
{
	u64 wanted = result == 0 ? CALL_OUT : result == -ERESTART ? CALL_PROGRESS : CALL_FAILED;

	return (row->flags & wanted) != 0 && guest_copy_to(gva, answer, bytes) != 0 ? -EFAULT
										    : result;
}

int call_at(const struct call_row *row, u64 gva, void *arg)
{
	int err;

	if (row == NULL) {
		return -ENOSYS;
	}
	ASSERT(row->bytes <= CALL_ARG_MAX);
	if (guest_copy_from(arg, gva, row->bytes) != 0) {
		return -EFAULT;
	}
	err = row->check != NULL ? row->check(arg) : 0;
	if (err == 0) {
		err = call_run(row, *(const domid_t *)((char *)arg + row->domid_at), arg);
	}
	return err > 0 ? err : call_answer(row, err, gva, arg, row->bytes);
}

int call_command(const struct call_row *rows, size_t nr, u64 cmd, u64 gva)
{
	u64 arg[CALL_ARG_MAX / sizeof(u64)];

	return call_at(call_find(rows, nr, cmd), gva, arg);
}
