/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files that build boot-time domains (include/hv/build.h has the descriptions). Boot
 * only, no lock. Nobody else includes this. Functions whose name ends in "bad" return true when the
 * domain can not be built; a fault of its node has been told by then (is_refused), want of the
 * hypervisor's own memory has not.
 */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <hv/bootinfo.h>
#include <hv/build.h>
#include <hv/device.h>
#include <hv/errno.h>
#include <hv/health.h>
#include <hv/refusal.h>
#include <public/arch-arm.h>

#define BUILD_TREE_ORDER 4U
#define BUILD_TREE_BYTES ((int)PAGE_SIZE << BUILD_TREE_ORDER)
#define CONSOLE_GFN	 gfn(GUEST_MAGIC_BASE >> PAGE_SHIFT)
#define BUILD_SHM	 "xen,domain-shared-memory-v1"
#define BUILD_EVTCHN	 "xen,evtchn-v1"
/* Their properties. */
#define BUILD_SHM_PLACE	  "xen,shared-mem"
#define BUILD_EVTCHN_ENDS "xen,evtchn"

/* By id - 1: the nodes (0 behind the last), and the descriptions of those without a fault. */
extern int build_nodes[BUILD_MAX];
extern struct build *builds[BUILD_MAX];

/* It will not be built. Returns its name, for the line that says why. */
static inline const char *build_refused(struct build *b)
{
	b->is_refused = true;
	return b->name;
}

/* If is_bad: say so. The value of is_bad. */
#define build_bad(b, is_bad, ...)                                                                  \
	((is_bad) && refusal(REFUSAL_DOMAIN, build_refused(b), __VA_ARGS__))

/* Read b->node; the plain properties alone. */
bool build_describe_bad(struct build *b);
bool build_rows_bad(struct build *b);
/* The fault table that the node asks for. */
struct bulkhead_health_policy build_policy(const struct build *b);
bool build_is_ram(u64 base, u64 bytes);

/* A child of the domain's node: shared memory, an event channel. */
bool build_shm_bad(struct build *b, int node);
bool build_port_bad(struct build *b, int node);
/* Map the regions that have an address of their own, or those that may be anywhere. */
bool build_share_bad(struct build *b, bool is_anywhere);

/* Take free machine memory for its owner: the domain (static memory), the hypervisor (shared). */
bool build_claim_bad(struct build *b, u64 base, u64 bytes, domid_t owner);
/* The same, unseen, back. */
void build_unclaim(u64 base, u64 bytes);

/* Pool, vCPUs, affinity, reservations, weight and budgets, once the domain exists. */
bool build_schedule_bad(struct build *b);
bool build_reservation_bad(struct build *b, u32 vcpu);

/* The partial device tree, if it has one: what its devices need; its nodes, true: refused. */
void build_partial_needs(const struct build *b, struct device_needs *needs);
bool build_partial_bad(struct build *b, struct devtree_writer *w);
/* The guest's device tree, in BUILD_TREE_BYTES. */
bool build_tree_bad(struct build *b, void *room);

/*
 * vCPU 0 at the kernel's entry, once it has loaded the domain, which begins when nobody pauses it;
 * what that and restarts need is in common/health's hands then. Without CONFIG_HEALTH it is loaded
 * at once. In each of its lives, the domain finds what build_open_channels() makes. -errno.
 */
int build_start(struct build *b);
int build_keep(struct build *b);
int build_open_channels(struct domain *d);
/* The page of its console, where hvm_op says it is, unless it has a virtual UART. */
bool build_console_bad(const struct build *b);

/* There is no Dom0: what is typed goes to a domain. */
void build_own_console(void);

#endif
