/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of domains (hv/sched.h): weight and cap, which credit has for all vCPUs and rtds for
 * those without a reservation. Each change is checked first and then applied under
 * sched_pools_lock, so that of two changes the second sees the first.
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
