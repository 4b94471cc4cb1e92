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
#include <hv/sched.h>
#include <hv/string.h>
#include <libfdt.h>

_Static_assert(SCHED_OWNER_NAME == DOMAIN_NAME_MAX, "one length of names");

#define POLICIES      16 /* ids of all */
#define FRAME_DEFAULT (10 * NSEC_PER_MSEC)
/* Begins each line about a node that is left out; the reason follows. */
#define IGNORED "pools: /chosen/%s is left out, its CPUs count as not named: "

/* A node, checked. */
struct pool_node {
	const char *name;
	cpumask_t cpus;
	enum sched_id policy;
	struct sched_schedule schedule; /* no windows: none */
};

static __initdata struct pool_node current, first; /* first: pool 0's */
static __initdata enum sched_id policy_default;
static __initdata cpumask_t named; /* CPUs of the nodes so far */

static __init unsigned int count(cpumask_t cpus)
{
	return (unsigned int)__builtin_popcountl(cpus.bits);
}

/* The CPU whose node has this phandle, or nr_cpus. */
static __init unsigned int cpu_of(u32 phandle)
{
	int node = fdt_node_offset_by_phandle(devtree_blob(), phandle);
	const char *type = node < 0 ? NULL : devtree_string(node, "device_type");
	unsigned int cpu = 0;
	u64 id;

	if (!type || strcmp(type, "cpu") != 0 || devtree_number(node, "reg", &id)) {
		return nr_cpus;
	}
	while (cpu < nr_cpus && arch_cpu_id(cpu) != id) {
		cpu++;
	}
	return cpu;
}

static __init int add_cpu(struct pool_node *pool, u32 phandle)
{
	unsigned int cpu = cpu_of(phandle);

	if (cpu == nr_cpus) {
		pr_err(IGNORED "cpupool-cpus: phandle %#x is no CPU of this machine\n", pool->name,
		       phandle);
	} else if (!cpumask_has(cpus_online, cpu)) {
		pr_err(IGNORED "cpupool-cpus: CPU %u does not run\n", pool->name, cpu);
	} else if (cpumask_has(pool->cpus, cpu)) {
		pr_err(IGNORED "cpupool-cpus names CPU %u twice\n", pool->name, cpu);
	} else if (cpumask_has(named, cpu)) {
		pr_err(IGNORED "cpupool-cpus: CPU %u is in another pool\n", pool->name, cpu);
	} else {
		pool->cpus.bits |= BIT(cpu);
		return 0;
	}
	return -EINVAL;
}

static __init int read_cpus(struct pool_node *pool, int node)
{
	int bytes = 0, err = 0;
	const char *cells = fdt_getprop(devtree_blob(), node, "cpupool-cpus", &bytes);

	if (bytes <= 0 || bytes % 4 != 0) {
		pr_err(IGNORED "cpupool-cpus is missing or not one or more phandles: %d bytes\n",
		       pool->name, MAX(bytes, 0));
		return -EINVAL;
	}
	for (int at = 0; at < bytes && !err; at += 4) {
		err = add_cpu(pool, (u32)devtree_cells(cells + at, 1));
	}
	return err;
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

static __init int read_policy(struct pool_node *pool, int node)
{
	const char *text = devtree_string(node, "cpupool-sched");

	pool->policy = policy_default;
	if (fdt_getprop(devtree_blob(), node, "cpupool-sched", NULL) &&
	    find_policy(text, &pool->policy)) {
		pr_err(IGNORED "cpupool-sched \"%s\" is none of credit, rtds, null and arinc653, "
			       "or not in this build\n",
		       pool->name, text ? text : "");
		return -EINVAL;
	}
	if (pool->policy == SCHED_ID_ARINC653 && count(pool->cpus) > 1) {
		pr_err(IGNORED "arinc653 has one CPU, cpupool-cpus names %u\n", pool->name,
		       count(pool->cpus));
		return -EINVAL;
	}
	return 0;
}

static __init int read_schedule(struct pool_node *pool, int node)
{
	char why[POOLS_WHY_BYTES];
	int err;

	if (!IS_ENABLED(CONFIG_SCHED_ARINC653)) {
		return 0;
	}
	err = schedule_read(node, &pool->schedule, why);
	if (!err && pool->schedule.nr_windows && pool->policy != SCHED_ID_ARINC653) {
		format(why, sizeof(why), "it has windows, which its scheduler %s knows not",
		       sched_name(pool->policy));
		err = -EINVAL;
	}
	if (!err && pool->schedule.nr_windows && cpumask_has(pool->cpus, 0) &&
	    bootinfo_find(BOOT_MODULE_KERNEL) && !schedule_has(&pool->schedule, 0, 0)) {
		format(why, sizeof(why), "no window is Dom0's, and Dom0 lives in pool 0");
		err = -EINVAL;
	}
	if (err) {
		pr_err(IGNORED "%s\n", pool->name, why);
	}
	return err;
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

static __init int make_pool(cpumask_t cpus, enum sched_id policy,
			    const struct sched_schedule *schedule, int node)
{
	u32 id;
	int err = sched_pool_create(SCHED_POOL_ANY, policy, &id);

	if (!err) {
		boot_info.pool_nodes[id] = node;
		move_cpus(cpus, id);
		if (IS_ENABLED(CONFIG_SCHED_ARINC653) && schedule && schedule->nr_windows) {
			err = sched_schedule_set(id, schedule);
		}
	}
	return err;
}

static __init void add_node(int node)
{
	struct pool_node *pool = &current;
	int err;

	memset(pool, 0, sizeof(*pool));
	pool->name = fdt_get_name(devtree_blob(), node, NULL);
	err = read_cpus(pool, node);
	err = err ? err : read_policy(pool, node);
	err = err ? err : read_schedule(pool, node);
	if (err) {
		return;
	}
	if (cpumask_has(pool->cpus, 0)) {
		first = *pool;
		boot_info.pool_nodes[0] = node;
	} else {
		err = make_pool(pool->cpus, pool->policy, &pool->schedule, node);
	}
	if (err) {
		pr_err(IGNORED "no pool more can be made: error %d\n", pool->name, err);
	} else {
		named.bits |= pool->cpus.bits;
	}
}

/* Dom0 alone, all the time. */
static __init void default_schedule(struct sched_schedule *schedule)
{
	schedule->major_frame_ns = FRAME_DEFAULT;
	schedule->nr_windows = 1;
	schedule->windows[0] = (struct sched_window){ .ns = FRAME_DEFAULT };
}

/* Pool 0 becomes what its node says, and who is left over gets a pool. */
static __init int make_first(enum sched_id fallback)
{
	cpumask_t rest = { cpus_online.bits & ~named.bits & ~first.cpus.bits };
	enum sched_id policy = policy_default == SCHED_ID_ARINC653 ? fallback : policy_default;
	int err;

	if (!cpumask_is_empty(rest) && make_pool(rest, policy, NULL, 0)) {
		move_cpus(rest, SCHED_POOL_ANY);
		pr_err("pools: the %u CPUs that no node names are in no pool: none more can be "
		       "made\n",
		       count(rest));
	}
	err = sched_boot_policy(sched_name(first.policy));
	if (IS_ENABLED(CONFIG_SCHED_ARINC653) && !err && first.policy == SCHED_ID_ARINC653) {
		if (!first.schedule.nr_windows) {
			default_schedule(&first.schedule);
		}
		err = sched_schedule_set(0, &first.schedule);
	}
	return err;
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
	int chosen = devtree_chosen(), node, err;

	named = CPUMASK_NONE;
	memset(&first, 0, sizeof(first));
	policy_default = built_in;
	if (sched && find_policy(sched, &policy_default)) {
		pr_err("sched: \"%s\" is none of credit, rtds, null and arinc653, or not in this "
		       "build\n",
		       sched);
		return -EINVAL;
	}
	if (chosen >= 0) {
		fdt_for_each_subnode(node, devtree_blob(), chosen) {
			if (devtree_is_compatible(node, "xen,cpupool")) {
				add_node(node);
			}
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
