/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU time of a boot-time domain: its pool, vCPUs, where they may run, and the domain's weight and
 * budgets. Reservations are read in reservation.c. All goes through the calls that the toolstack's
 * operations use, so what is admitted here is what would be admitted later. Boot only, no lock.
 */
#include "describe.h"

#include <hv/percpu.h>
#include <hv/refusals.h>
#include <hv/string.h>

#define PERIOD	 "bulkhead,period-us"
#define BUDGET	 "bulkhead,budget-us"
#define AFFINITY "bulkhead,affinity"

static __initdata u64 nr_vcpus[SCHED_POOL_MAX]; /* of boot-time domains, by pool */
static __initdata struct sched_schedule schedule;

/* arinc653: without a window for its first vCPU it would never run. */
static __init bool has_window(const struct build *b)
{
	return !IS_ENABLED(CONFIG_SCHED_ARINC653) || sched_schedule_get(b->pool, &schedule) ||
	       schedule.nr_windows == 0 || sched_schedule_has(&schedule, b->id, 0);
}

static __init bool is_pool_bad(struct build *b)
{
	u32 phandle = devtree_u32(b->node, "domain-cpupool", 0);
	int node = phandle ? devtree_find_phandle(phandle) : 0;
	struct sched_params params = { .weight = b->weight, .cap = b->cap };
	struct sched_pool_info pool = { 0 };
	u64 nr_cpus_there;

	while (phandle && b->pool < SCHED_POOL_MAX && boot_info.pool_nodes[b->pool] != node) {
		b->pool++;
	}
	if (build_bad(b, b->pool == SCHED_POOL_MAX || node < 0 || sched_pool_info(b->pool, &pool),
		      "domain-cpupool", REFUSAL_POOL)) {
		return true;
	}
	nr_vcpus[b->pool] += b->nr_vcpus;
	nr_cpus_there = (u64)__builtin_popcountl(pool.cpus.bits);
	return build_bad(b, pool.policy == SCHED_ID_NULL && nr_vcpus[b->pool] > nr_cpus_there,
			 "cpus", REFUSAL_ONE_EACH, nr_vcpus[b->pool], nr_cpus_there) ||
	       build_bad(b, !has_window(b), "domain-cpupool", REFUSAL_NO_WINDOW) ||
	       build_bad(b, b->cap && pool.policy != SCHED_ID_CREDIT, "bulkhead,cap",
			 REFUSAL_POLICY, sched_name(pool.policy), "credit") ||
	       (IS_ENABLED(CONFIG_CPU_POOLS) && sched_pool_move(&b->d->sched, b->pool) != 0) ||
	       (IS_ENABLED(CONFIG_SCHED_BALANCE) && sched_group_set(&b->d->sched, &params) != 0);
}

/* "0,2-3" as a mask; *missing: a CPU that the machine has not got. False: it is no list. */
static __init bool read_cpus(const char *at, cpumask_t *cpus, u64 *missing)
{
	for (; *at >= '0' && *at <= '9'; at++) {
		char *end;
		u64 first = strtoul(at, &end, 10), last = first;

		if (end[0] == '-' && end[1] >= '0' && end[1] <= '9') {
			last = strtoul(end + 1, &end, 10);
		}
		if (last < first || (*end && *end != ',')) {
			return false;
		}
		*missing = last >= nr_cpus ? last : *missing;
		cpus->bits |= last < nr_cpus ? BIT(last) * 2 - BIT(first) : 0;
		if (!*end) {
			return true;
		}
		at = end;
	}
	return false;
}

static __init bool is_affinity_bad(struct build *b, u32 vcpu)
{
	u64 missing = 0;
	cpumask_t cpus = CPUMASK_NONE;
	const char *text;
	u32 nr;

	if (!devtree_has(b->node, AFFINITY)) {
		return false;
	}
	text = devtree_string_of(b->node, AFFINITY, vcpu, &nr);
	if (build_bad(b, nr == 0, AFFINITY, REFUSAL_TYPE, "a text, or a list of them") ||
	    build_bad(b, nr != 1 && nr != b->nr_vcpus, AFFINITY, REFUSAL_PER_VCPU, (u64)nr,
		      (u64)b->nr_vcpus)) {
		return true;
	}
	text = nr == 1 ? devtree_string(b->node, AFFINITY) : text;
	return build_bad(b, !read_cpus(text, &cpus, &missing), AFFINITY, REFUSAL_AFFINITY, text) ||
	       build_bad(b, missing, AFFINITY, REFUSAL_NO_CPU, missing, (u64)nr_cpus) ||
	       build_bad(b,
			 sched_unit_set_affinity(&b->d->vcpus[vcpu]->sched, cpus, CPUMASK_ALL,
						 NULL),
			 AFFINITY, REFUSAL_NOT_IN_POOL, text);
}

__init bool build_schedule_bad(struct build *b)
{
	bool has_period = devtree_has(b->node, PERIOD);
	bool has_budget = devtree_has(b->node, BUDGET);
	enum sched_id policy;

	if (is_pool_bad(b) ||
	    build_bad(b, has_period != has_budget, has_period ? BUDGET : PERIOD, REFUSAL_HALF)) {
		return true;
	}
	policy = sched_group_policy(&b->d->sched);
	if (build_bad(b, has_budget && policy != SCHED_ID_RTDS, BUDGET, REFUSAL_POLICY,
		      sched_name(policy), "rtds")) {
		return true;
	}
	for (u32 i = 0; i < b->nr_vcpus; i++) {
		if ((b->id && vcpu_create(b->d, (u16)i)) || is_affinity_bad(b, i) ||
		    (IS_ENABLED(CONFIG_SCHED_RTDS) && build_reservation_bad(b, i))) {
			return true;
		}
	}
	return IS_ENABLED(CONFIG_THROTTLE) && throttle_set(&b->d->sched, b->rates) != 0;
}
