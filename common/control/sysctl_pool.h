/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of sysctl about CPU pools and their schedulers, for the table in op_sysctl.c. The
 * caller has asked XSM_MACHINE_INFO and holds the control lock. -ERESTART: come again.
 */
#ifndef GUEST_SYSCTL_POOL_H
#define GUEST_SYSCTL_POOL_H

#include <hv/sched.h>

struct domain;
struct xen_sysctl_cpupool_op;

int sysctl_cpupool(struct domain *d, void *arg);
int sysctl_scheduler(struct domain *d, void *arg);

/* The pool of exactly this id, or -ENOENT. */
int sysctl_find_pool(u32 id, struct sched_pool_info *info);
/* What changes pools (CONFIG_CPU_POOLS), and the schedule of one with arinc653 from and to the
 * caller's memory. XSM_POOL_CONTROL has been asked. */
int sysctl_change_pool(struct xen_sysctl_cpupool_op *op);
int sysctl_put_schedule(u32 pool, u64 from);
int sysctl_get_schedule(u32 pool, u64 to);

#endif
