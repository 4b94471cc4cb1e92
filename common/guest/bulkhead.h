/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of Bulkhead's own hypercall, as op_bulkhead.c has them in its table. A handler gets
 * the target (referenced and authorised; NULL for commands without one) and the operation, copied
 * in, which is copied back on success and on -ERESTART.
 */
#ifndef GUEST_BULKHEAD_H
#define GUEST_BULKHEAD_H

#include <public/bulkhead.h>

struct domain;

int bulkhead_load(struct domain *d, struct bulkhead_op *op);
int bulkhead_console_read(struct domain *d, struct bulkhead_op *op);
int bulkhead_console_write(struct domain *d, struct bulkhead_op *op);
int bulkhead_console_attach(struct domain *d, struct bulkhead_op *op);

#endif
