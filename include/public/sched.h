/* SPDX-License-Identifier: MIT */
/*
 * What a guest tells the scheduler: sched_op(cmd, argument).
 *
 * Called by: guest kernels (yield, block, poll in spin loops; shutdown when they power off,
 * reboot or panic), the toolstack (remote_shutdown), guests with a watchdog driver (watchdog).
 * PSCI SYSTEM_OFF and SYSTEM_RESET lead to the same shutdown reasons.
 */
#ifndef PUBLIC_SCHED_H
#define PUBLIC_SCHED_H

#include <public/types.h>

#define SCHEDOP_yield		0 /* no argument */
#define SCHEDOP_block		1 /* no argument; unmasks events, then waits for one */
#define SCHEDOP_shutdown	2 /* sched_shutdown: stop the caller's whole domain */
#define SCHEDOP_poll		3 /* sched_poll */
#define SCHEDOP_remote_shutdown 4 /* sched_remote_shutdown, privileged */
#define SCHEDOP_shutdown_code	5 /* sched_shutdown: note a reason, keep running */
#define SCHEDOP_watchdog	6 /* sched_watchdog */
#define SCHEDOP_pin_override	7 /* sched_pin_override */

#define SHUTDOWN_poweroff   0
#define SHUTDOWN_reboot	    1
#define SHUTDOWN_suspend    2
#define SHUTDOWN_crash	    3
#define SHUTDOWN_watchdog   4
#define SHUTDOWN_soft_reset 5
#define SHUTDOWN_MAX	    5

struct sched_shutdown {
	unsigned int reason; /* SHUTDOWN_* */
};

/* Sleep until one of the ports is pending or the system time (ns) is reached; 0 = no limit. */
struct sched_poll {
	GUEST_HANDLE(uint32_t) ports;
	unsigned int nr_ports; /* at most 128 */
	uint64_t timeout;
};

struct sched_remote_shutdown {
	uint16_t domain_id;
	unsigned int reason; /* SHUTDOWN_* */
};

/* id 0 with a timeout: arm a new watchdog (its id is returned); timeout 0: disarm. */
struct sched_watchdog {
	uint32_t id;
	uint32_t timeout; /* seconds */
};

struct sched_pin_override {
	int32_t pcpu; /* negative: end the override */
};

_Static_assert(sizeof(struct sched_shutdown) == 4, "size of sched_shutdown");
_Static_assert(sizeof(struct sched_poll) == 24, "size of sched_poll");
_Static_assert(offsetof(struct sched_poll, timeout) == 16, "offset of timeout");
_Static_assert(sizeof(struct sched_remote_shutdown) == 8, "size of sched_remote_shutdown");
_Static_assert(sizeof(struct sched_watchdog) == 8, "size of sched_watchdog");

#endif
