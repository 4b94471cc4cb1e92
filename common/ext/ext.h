/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of Bulkhead's own hypercall, as ext.c has them in its table (hv/call.h). A handler
 * gets the target and what the command has in the union of struct bulkhead_op.
 */
#ifndef EXT_EXT_H
#define EXT_EXT_H

#include <hv/types.h>
#include <public/bulkhead.h>

struct domain;
struct sched_admission;

int ext_set_name(struct domain *d, void *arg);
int ext_get_name(struct domain *d, void *arg);
int ext_find_name(struct domain *d, void *arg);
int ext_load(struct domain *d, void *arg);
int ext_console_read(struct domain *d, void *arg);
int ext_console_write(struct domain *d, void *arg);
int ext_console_attach(struct domain *d, void *arg);
int ext_bounds(struct domain *d, void *arg);
int ext_refusal(struct domain *d, void *arg);
int ext_get_health(struct domain *d, void *arg);
int ext_set_health(struct domain *d, void *arg);
int ext_keep_image(struct domain *d, void *arg);

int ext_get_throttle(struct domain *d, void *arg);
int ext_set_throttle(struct domain *d, void *arg);
int ext_trace_control(struct domain *d, void *arg);
int ext_trace_read(struct domain *d, void *arg);
int ext_latency(struct domain *d, void *arg);

/*
 * Keep why, with -ENOSPC: the current domain's reservation has been refused because of that.
 * Returns err. Lock: control_lock.
 */
int ext_refusal_keep(int err, const struct sched_admission *why);

/* What the vCPUs of d do (BULKHEAD_STATE_*) and have done (into stat). */
u32 ext_vcpu_states(const struct domain *d, struct bulkhead_domain_stat *stat);

#endif
