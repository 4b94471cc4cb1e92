/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduling part of the fake hypervisor: pools of four CPUs, reservations, one schedule.
 * Functions return 0 or -1 with errno, as the libraries do.
 */
#ifndef FAKE_SCHED_H
#define FAKE_SCHED_H

#include "hyp.h"

#define FAKE_DOMS  8
#define FAKE_POOLS 16

struct fake_sched {
	uint32_t is_ready;
	struct {
		uint32_t used, sched;
		uint8_t cpus;
	} pool[FAKE_POOLS];
	uint32_t pool_of[FAKE_DOMS];
	struct xen_domctl_sched_rtds rtds[FAKE_DOMS][4];
	struct xen_sysctl_arinc653_schedule schedule;
};

long fake_rtds(struct fake_sched *f, uint32_t domid, struct xen_domctl_scheduler_op *op);
long fake_pool(struct fake_sched *f, struct xen_sysctl_cpupool_op *op);
long fake_schedule(struct fake_sched *f, struct xen_sysctl_scheduler_op *op);
/* fake_device.c */
long fake_device(struct xen_domctl *op);

/* fake_xen.c: a line of the log. */
void say(const char *fmt, ...);

#endif
