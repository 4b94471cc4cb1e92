/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of hypercalls, as rows of tables: what has to be done around each handler is the same.
 * The argument is copied in, once; the domain that it names is looked up and the row's hook asked;
 * the handler runs, under the control lock (LOCK_RANK_CONTROL) if the row says so; the argument is
 * copied back when the row says so. Call with no lock held, on behalf of current_vcpu().
 */
#ifndef HV_CALL_H
#define HV_CALL_H

#include <hv/types.h>
#include <hv/xsm.h>

/* The argument names a domain, on which the hook is asked. Without: it is asked on the machine. */
#define CALL_TARGET BIT(0)
#define CALL_LOCKED BIT(1)
/* The argument is copied back after success, with -ERESTART, after an error. */
#define CALL_OUT      BIT(2)
#define CALL_PROGRESS BIT(3)
#define CALL_FAILED   BIT(4)

#define CALL_ARG_MAX 64U

struct call_row {
	/*
	 * d is the target, referenced and authorised, or the caller's own domain for a command
	 * without one. NULL: there is no such command, or not in this build (-ENOSYS).
	 */
	int (*run)(struct domain *d, void *arg);
	u8 hook;     /* enum xsm_hook */
	u8 flags;    /* CALL_* */
	u8 bytes;    /* of the argument */
	u8 domid_at; /* where in it the target's id is */
	/* Or NULL: refuses (-errno) or answers (> 0) what needs no target. */
	int (*check)(void *arg);
};

/* Row number cmd of a table of nr, or NULL. */
const struct call_row *call_find(const struct call_row *rows, size_t nr, u64 cmd);

/* Target, hook, lock and handler, for an argument that is here already. */
int call_run(const struct call_row *row, domid_t target, void *arg);

/* Copy the answer back if the row wants it with this result; returns the result, or -EFAULT. */
int call_answer(const struct call_row *row, int result, u64 gva, const void *answer, size_t bytes);

/* All of it for the argument at gva; arg has room for row->bytes. row NULL: -ENOSYS. */
int call_at(const struct call_row *row, u64 gva, void *arg);

/* The same for number cmd of a table of nr; all arguments have at most CALL_ARG_MAX bytes. */
int call_command(const struct call_row *rows, size_t nr, u64 cmd, u64 gva);

#endif
