/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of domctl and sysctl that Debian's xl needs and bh does not, for the tables in
 * op_domctl.c and op_sysctl.c. -ERESTART: come again.
 */
#ifndef CONTROL_XL_H
#define CONTROL_XL_H

struct domain;

int domctl_get_pool(struct domain *d, void *arg);
int domctl_cacheflush(struct domain *d, void *arg);
int domctl_set_address_size(struct domain *d, void *arg);
int domctl_setnodeaffinity(struct domain *d, void *arg);
int domctl_llc_colors(struct domain *d, void *arg);
int domctl_getvcpucontext(struct domain *d, void *arg);
int sysctl_cputopo(struct domain *d, void *arg);
int sysctl_numa(struct domain *d, void *arg);

#endif
