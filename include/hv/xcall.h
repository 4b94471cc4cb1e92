/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run a function on other CPUs, in their softirq. A CPU that waits serves the calls of others
 * meanwhile, so two CPUs may call each other. No lock may be held by the caller or be taken for
 * long by the function, which must be short. Wait only at boot and for rare control operations.
 */
#ifndef HV_XCALL_H
#define HV_XCALL_H

#include <hv/cpumask.h>
#include <hv/types.h>

/* Boot: registers the softirq. */
void xcall_init(void);

/*
 * fn(arg) on every CPU of cpus that is online, this one included (at once). With wait, returns when
 * all have run it; without, arg must stay valid until then.
 */
void xcall_run(cpumask_t cpus, void (*fn)(void *arg), void *arg, bool wait);

#endif
