/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wall-clock time, as Dom0 tells it (platform_op settime64): shown to every domain in its
 * shared_info. Domains that keep time themselves need not look.
 */
#ifndef HV_WALLCLOCK_H
#define HV_WALLCLOCK_H

#include <hv/types.h>

struct domain;

/* It was seconds + ns since 1970 when the hypervisor's clock said system_ns. No lock held. */
void wallclock_set(u64 seconds, u32 ns, u64 system_ns);
/* Write it into the shared_info of a domain that is new. */
void wallclock_show(struct domain *d);

#endif
