/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of Bulkhead's own hypercall, as ext.c has them in its table. A handler gets
 * the target (referenced and authorised; NULL for commands without one) and the operation, copied
 * in, which is copied back on success and on -ERESTART.
 */
#ifndef EXT_EXT_H
#define EXT_EXT_H

#include <hv/types.h>
#include <public/bulkhead.h>

struct domain;
struct sched_admission;
struct vcpu;

int ext_set_name(struct domain *d, struct bulkhead_op *op);
int ext_get_name(struct domain *d, struct bulkhead_op *op);
int ext_find_name(struct domain *d, struct bulkhead_op *op);
int ext_load(struct domain *d, struct bulkhead_op *op);
int ext_console_read(struct domain *d, struct bulkhead_op *op);
int ext_console_write(struct domain *d, struct bulkhead_op *op);
int ext_console_attach(struct domain *d, struct bulkhead_op *op);
int ext_refusal(struct domain *d, struct bulkhead_op *op);

/* The current domain's reservation has been refused because of this. Lock: control_lock. */
void ext_refusal_keep(const struct sched_admission *why);
int ext_vcpu_stat(struct domain *d, struct bulkhead_op *op);
int ext_get_throttle(struct domain *d, struct bulkhead_op *op);
int ext_set_throttle(struct domain *d, struct bulkhead_op *op);
int ext_trace_control(struct domain *d, struct bulkhead_op *op);
int ext_trace_read(struct domain *d, struct bulkhead_op *op);
int ext_latency(struct domain *d, struct bulkhead_op *op);

/* A vCPU of a referenced domain; NULL when there is none of this number. */
struct vcpu *ext_vcpu(const struct domain *d, u32 id);

#endif
