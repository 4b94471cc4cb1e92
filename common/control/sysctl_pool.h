/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of sysctl about CPU pools and their schedulers, for the table in op_sysctl.c. The
 * caller has asked XSM_MACHINE_INFO and holds no lock. -ERESTART: come again.
 */
#ifndef GUEST_SYSCTL_POOL_H
#define GUEST_SYSCTL_POOL_H

#include <public/sysctl.h>

int sysctl_cpupool(struct xen_sysctl *op);
int sysctl_scheduler(struct xen_sysctl *op);

#endif
