/* SPDX-License-Identifier: MIT */
/*
 * Per-vCPU services: vcpu_op(cmd, vcpu id, argument).
 *
 * Called by: guest kernels at the start of each vCPU (register_vcpu_info,
 * register_runstate_memory_area). On Arm vCPUs are started and stopped through PSCI, and timers
 * are the architecture's: the other commands return -XEN_EINVAL.
 */
#ifndef PUBLIC_VCPU_H
#define PUBLIC_VCPU_H

#include <public/types.h>

#define VCPUOP_initialise		     0
#define VCPUOP_up			     1
#define VCPUOP_down			     2
#define VCPUOP_is_up			     3
#define VCPUOP_get_runstate_info	     4
#define VCPUOP_register_runstate_memory_area 5
#define VCPUOP_set_periodic_timer	     6
#define VCPUOP_stop_periodic_timer	     7
#define VCPUOP_set_singleshot_timer	     8
#define VCPUOP_stop_singleshot_timer	     9
#define VCPUOP_register_vcpu_info	     10
#define VCPUOP_register_runstate_phys_area   14

#define RUNSTATE_running  0
#define RUNSTATE_runnable 1 /* wants to run, another vCPU has the CPU */
#define RUNSTATE_blocked  2 /* waits for an event */
#define RUNSTATE_offline  3 /* neither runs nor could: paused, off */

/* Set in state_entry_time while an update is in progress, if VMASST asked for it. */
#define XEN_RUNSTATE_UPDATE (1ULL << 63)

struct vcpu_runstate_info {
	int state;		   /* RUNSTATE_* */
	uint64_t state_entry_time; /* system time in ns */
	uint64_t time[4];	   /* ns spent in each RUNSTATE_* */
};

/* The area is a vcpu_runstate_info of the guest, given by virtual address (or, p, by physical). */
struct vcpu_register_runstate_memory_area {
	union {
		GUEST_HANDLE(struct vcpu_runstate_info) h;
		uint64_t p;
	} addr;
};

/* Move the vCPU's vcpu_info to this place; once per vCPU, must not cross a page. */
struct vcpu_register_vcpu_info {
	uint64_t mfn;	 /* guest frame number */
	uint32_t offset; /* in that page */
	uint32_t rsvd;
};

_Static_assert(sizeof(struct vcpu_runstate_info) == 48, "size of vcpu_runstate_info");
_Static_assert(offsetof(struct vcpu_runstate_info, time) == 16, "offset of time");
_Static_assert(sizeof(struct vcpu_register_runstate_memory_area) == 8, "size of runstate area");
_Static_assert(sizeof(struct vcpu_register_vcpu_info) == 16, "size of vcpu_register_vcpu_info");

#endif
