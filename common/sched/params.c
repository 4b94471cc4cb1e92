/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of domains and vCPUs (hv/sched.h): weight and cap, periods and budgets. Each change is
 * checked first and then applied under sched_pools_lock, so that of two changes the second sees the
 * first. A configuration without credit and rtds has nobody who reads them.
 */
#include "pool.h"

#include <hv/errno.h>
#include <hv/sched.h>

#define WEIGHT_MAX 65535U
#define CAP_MAX	   (100U * 64U)

void sched_group_get(const struct sched_group *group, struct sched_params *params)
{
	*params = group->params;
}

int sched_group_set(struct sched_group *group, const struct sched_params *params)
{
	if (params->weight == 0 || params->weight > WEIGHT_MAX || params->cap > CAP_MAX) {
		return -EINVAL;
	}
	spin_lock(&sched_pools_lock);
	spin_lock(&group->lock);
	group->params.weight = params->weight;
	group->params.cap = params->cap;
	if (group->pool->ops->group_changed) {
		group->pool->ops->group_changed(group);
	}
	spin_unlock(&group->lock);
	spin_unlock(&sched_pools_lock);
	return 0;
}

void sched_unit_get(const struct sched_unit *unit, struct sched_params *params)
{
	params->period_us = (u32)(unit->rtds.period / NSEC_PER_USEC);
	params->budget_us = (u32)(unit->rtds.budget / NSEC_PER_USEC);
	params->extratime = unit->rtds.extratime;
}

int sched_unit_set(struct sched_unit *unit, const struct sched_params *params,
		   struct sched_admission *why)
{
	struct sched_pool *pool;
	const struct sched_ops *rtds = sched_ops_find(SCHED_ID_RTDS);
	u32 ppm;
	int err = params->extratime ? 0 : -EINVAL; /* without a budget it could never run */

	if (params->budget_us) {
		err = admission_ppm(params->period_us, params->budget_us, &ppm);
	}
	if (err || !rtds) {
		return err ? err : -EOPNOTSUPP;
	}
	spin_lock(&sched_pools_lock);
	pool = unit->group->pool;
	if (pool->ops->unit_admit) {
		err = pool->ops->unit_admit(pool, unit, params, why);
	}
	if (!err) {
		rtds->unit_apply(unit, params);
	}
	spin_unlock(&sched_pools_lock);
	return err;
}
