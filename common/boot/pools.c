/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools of CPUs from the boot device tree, by Xen's binding: nodes below /chosen with compatible
 * "xen,cpupool", cpupool-cpus and cpupool-sched. Beyond it, a node with the scheduler arinc653 may
 * have a schedule: bulkhead,major-frame-us and one child per window. docs/scheduling.md has both.
 *
 * The boot CPU is in pool 0, so a node that names it describes pool 0. The other nodes become pools
 * 1, 2, … in the tree's order. CPUs that no node names are pool 0's when it has no node, else they
 * get a last pool of their own. Each node is checked as a whole before anything of it is done; one
 * that is wrong is told in one line and counts as not there, and boot goes on.
 *
 * Boot CPU, all others online, before the first domain; no locks of its own.
 */
#include "pools.h"

#include <hv/arch.h>
#include <hv/bootinfo.h>
#include <hv/compiler.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/format.h>
#include <hv/percpu.h>
#include <hv/printk.h>
#include <hv/refusals.h>
#include <hv/sched.h>
#include <hv/string.h>

_Static_assert(SCHED_OWNER_NAME == DOMAIN_NAME_MAX, "one length of names");

#define POLICIES      16 /* ids of all */
#define FRAME_DEFAULT (10 * NSEC_PER_MSEC)
#define CPUS	      "cpupool-cpus"
#define SCHED	      "cpupool-sched"

/* A node, checked. */
struct pool_node {
	int node;
	cpumask_t cpus;
	enum sched_id policy;
	struct sched_schedule schedule; /* no windows: none */
};

__initdata const char *pools_node;
static __initdata struct pool_node current, first; /* first: pool 0's */
static __initdata enum sched_id policy_default;
static __initdata cpumask_t named; /* CPUs of the nodes so far */

static __init u64 count(cpumask_t cpus)
{
	return (u64)__builtin_popcountl(cpus.bits);
}

/* The CPU whose node has this phandle, or nr_cpus. */
static __init unsigned int cpu_of(u32 phandle)
{
	int node = devtree_find_phandle(phandle);
	unsigned int cpu = 0;
	u64 id;

	if (!devtree_has_type(node, "cpu") || devtree_number(node, "reg", &id)) {
		return nr_cpus;
	}
	while (cpu < nr_cpus && arch_cpu_id(cpu) != id) {
		cpu++;
	}
	return cpu;
}

static __init bool is_cpu_bad(u32 phandle)
{
	unsigned int cpu = cpu_of(phandle);

	if (pools_bad(CPUS, cpu == nr_cpus, "phandle %#x is no CPU of this machine: correct it",
		      phandle) ||
	    pools_bad(CPUS, !cpumask_has(cpus_online, cpu), "CPU %u does not run: leave it out",
		      cpu) ||
	    pools_bad(CPUS, cpumask_has(current.cpus, cpu), REFUSAL_POOL_CPU_TWICE, (u64)cpu) ||
	    pools_bad(CPUS, cpumask_has(named, cpu), REFUSAL_POOL_CPU_TAKEN, (u64)cpu)) {
		return true;
	}
	current.cpus.bits |= BIT(cpu);
	return false;
}

static __init bool are_cpus_bad(void)
{
	int bytes;
	const u32 *cells = devtree_property(current.node, CPUS, &bytes);
	bool is_bad = pools_bad(CPUS, bytes <= 0, REFUSAL_POOL_NO_CPU) ||
		      pools_bad(CPUS, bytes % 4 != 0, REFUSAL_TYPE, "phandles of CPUs");

	for (; bytes > 0 && !is_bad; bytes -= 4) {
		is_bad = is_cpu_bad((u32)devtree_cells(cells++, 1));
	}
	return is_bad;
}

/* By its name; -EINVAL: none of this build's. */
static __init int find_policy(const char *text, enum sched_id *policy)
{
	for (int id = 0; text && id < POLICIES; id++) {
		const char *name = sched_name((enum sched_id)id);

		if (name && strcmp(name, text) == 0) {
			*policy = (enum sched_id)id;
			return 0;
		}
	}
	return -EINVAL;
}

/* Those of this build, for a message. */
static __init const char *policy_names(void)
{
	static __initdata char text[40];
	size_t at = 0;

	for (int id = 0; id < POLICIES; id++) {
		const char *name = sched_name((enum sched_id)id);

		if (name) {
			at += format(text + at, sizeof(text) - at, at ? ", %s" : "%s", name);
		}
	}
	return text;
}

static __init bool is_policy_bad(void)
{
	const char *text = devtree_string(current.node, SCHED);
	bool is_given = devtree_has(current.node, SCHED);

	current.policy = policy_default;
	return pools_bad(SCHED, is_given && find_policy(text, &current.policy), REFUSAL_WORD,
			 text ? text : "", policy_names()) ||
	       pools_bad(CPUS, current.policy == SCHED_ID_ARINC653 && count(current.cpus) > 1,
			 REFUSAL_POOL_ONE_CPU, count(current.cpus));
}

static __init bool is_schedule_bad(void)
{
	const struct sched_schedule *schedule = &current.schedule;
	bool is_dom0s = cpumask_has(current.cpus, 0) && bootinfo_find(BOOT_MODULE_KERNEL);

	if (!IS_ENABLED(CONFIG_SCHED_ARINC653)) {
		return false;
	}
	return schedule_bad(current.node, &current.schedule) ||
	       pools_bad(MAJOR_FRAME, schedule->nr_windows && current.policy != SCHED_ID_ARINC653,
			 REFUSAL_POLICY, sched_name(current.policy), "arinc653") ||
	       pools_bad(MAJOR_FRAME,
			 schedule->nr_windows && is_dom0s && !sched_schedule_has(schedule, 0, 0),
			 REFUSAL_WINDOW_DOM0);
}

/* These CPUs leave pool 0, for another or none. No vCPU is anywhere yet: it can not be refused. */
static __init void move_cpus(cpumask_t cpus, u32 id)
{
	for (unsigned int cpu = 1; cpu < nr_cpus; cpu++) {
		if (cpumask_has(cpus, cpu)) {
			(void)sched_pool_remove_cpu(0, cpu);
			(void)sched_pool_add_cpu(id, cpu);
		}
	}
}

static __init int make_pool(const struct pool_node *pool)
{
	u32 id;
	int err = sched_pool_create(SCHED_POOL_ANY, pool->policy, &id);

	if (err) {
		return err;
	}
	boot_info.pool_nodes[id] = pool->node;
	move_cpus(pool->cpus, id);
	return IS_ENABLED(CONFIG_SCHED_ARINC653) && pool->schedule.nr_windows
		       ? sched_schedule_set(id, &pool->schedule)
		       : 0;
}

static __init void add_node(int node)
{
	int err;

	memset(&current, 0, sizeof(current));
	current.node = node;
	pools_node = devtree_name(node);
	if (are_cpus_bad() || is_policy_bad() || is_schedule_bad()) {
		return;
	}
	if (cpumask_has(current.cpus, 0)) {
		first = current;
		boot_info.pool_nodes[0] = node;
	} else {
		err = make_pool(&current);
		if (pools_bad(CPUS, err == -ENOSPC, REFUSAL_POOL_MANY, (u64)SCHED_POOL_MAX) ||
		    pools_bad(CPUS, err != 0, "the pool cannot be made: error %d", err)) {
			return;
		}
	}
	named.bits |= current.cpus.bits;
}

/* Pool 0 becomes what its node says, and who is left over gets a pool. */
static __init int make_first(enum sched_id fallback)
{
	cpumask_t rest = { cpus_online.bits & ~named.bits & ~first.cpus.bits };
	int err;

	memset(&current, 0, sizeof(current));
	current.cpus = rest;
	current.policy = policy_default == SCHED_ID_ARINC653 ? fallback : policy_default;
	if (!cpumask_is_empty(rest) && make_pool(&current)) {
		move_cpus(rest, SCHED_POOL_ANY);
		pr_err("pools: the %lu CPUs that no node names are in no pool: none more can be "
		       "made\n",
		       count(rest));
	}
	err = sched_boot_policy(sched_name(first.policy));
	if (!IS_ENABLED(CONFIG_SCHED_ARINC653) || err || first.policy != SCHED_ID_ARINC653) {
		return err;
	}
	if (!first.schedule.nr_windows) { /* Dom0 alone, all the time */
		first.schedule.major_frame_ns = FRAME_DEFAULT;
		first.schedule.windows[0].ns = FRAME_DEFAULT;
		first.schedule.nr_windows = 1;
	}
	return sched_schedule_set(0, &first.schedule);
}

static __init void report(void)
{
	struct sched_pool_info info;

	for (u32 id = 0; !sched_pool_info(id, &info); id = info.id + 1) {
		char cpus[160];
		size_t at = 0;

		cpus[0] = '\0';
		for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
			if (cpumask_has(info.cpus, cpu) && at < sizeof(cpus)) {
				at += format(cpus + at, sizeof(cpus) - at, at ? ",%u" : "%u", cpu);
			}
		}
		pr_info("sched: pool %u has %s, CPUs %s\n", info.id, sched_name(info.policy), cpus);
	}
}

__init int boot_pools(const char *sched)
{
	enum sched_id built_in = sched_default_id();
	int node, err;

	named = CPUMASK_NONE;
	memset(&first, 0, sizeof(first));
	policy_default = built_in;
	if (sched && find_policy(sched, &policy_default)) {
		pr_err("sched: " REFUSAL_WORD "\n", sched, policy_names());
		return -EINVAL;
	}
	devtree_for_each_child(node, devtree_chosen()) {
		if (devtree_is_compatible(node, "xen,cpupool")) {
			add_node(node);
		}
	}
	if (cpumask_is_empty(first.cpus)) {
		first.policy = policy_default;
		first.cpus = policy_default == SCHED_ID_ARINC653
				     ? cpumask_of(0)
				     : (cpumask_t){ cpus_online.bits & ~named.bits };
	}
	err = make_first(built_in);
	report();
	return err;
}
