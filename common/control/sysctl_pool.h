/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of sysctl about CPU pools and their schedulers, for the table in op_sysctl.c. The
 * caller has asked XSM_MACHINE_INFO and holds the control lock. -ERESTART: come again.
 */
#ifndef GUEST_SYSCTL_POOL_H
#define GUEST_SYSCTL_POOL_H

struct domain;

int sysctl_cpupool(struct domain *d, void *arg);
int sysctl_scheduler(struct domain *d, void *arg);

#endif
