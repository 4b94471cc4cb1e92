/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools of CPUs and schedules of the boot device tree. Boot only, no lock. Only main.c, the files
 * of both and their test include this.
 */
#ifndef POOLS_H
#define POOLS_H

#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/refusal.h>
#include <hv/sched.h>
#include <hv/string.h>

/*
 * Make the pools of the tree; sched: the policy of pools that name none (NULL: the build's). What
 * the tree has wrong is told and left out. -EINVAL after a message: there is no such policy;
 * others: pool 0 cannot have the one asked for.
 */
#ifdef CONFIG_CPU_POOLS
int boot_pools(const char *sched);
#else
static inline int boot_pools(const char *sched)
{
	if (!sched || strcmp(sched, sched_name(sched_default_id())) == 0) {
		return 0;
	}
	return IS_ENABLED(CONFIG_SCHED_CHOICE) ? sched_boot_policy(sched) : -ENOENT;
}
#endif

#define MAJOR_FRAME "bulkhead,major-frame-us"

/* If is_bad: tell why the node being read is left out, after the property or the window that is to
 * blame. The value of is_bad. */
#define pools_bad(what, is_bad, ...)                                                               \
	((is_bad) && refusal("error: pools: /chosen/%s is left out, its CPUs count as not "        \
			     "named: %.40s: %s",                                                   \
			     pools_node, what, __VA_ARGS__))
extern const char *pools_node; /* its name */
/*
 * Read the schedule of a pool's node; no windows when it has none. True: it can not be used, and
 * that has been told.
 */
bool schedule_bad(int node, struct sched_schedule *schedule);

#endif
