/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which policy there is, and the parameters of domains. group->lock (LOCK_RANK_SCHED_GROUP)
 * protects a group's parameters and its list of units; the policy says which parameters are valid.
 */
#include "sched_ops.h"

#include <hv/sched.h>

const struct sched_ops *const sched_policy = &credit_ops;

void sched_group_init(struct sched_group *group)
{
	spin_lock_init(&group->lock, LOCK_RANK_SCHED_GROUP);
	sched_policy->group_init(group);
}

void sched_group_free(struct sched_group *group)
{
	sched_policy->group_free(group);
}

int sched_group_get(const struct sched_group *group, struct sched_params *params)
{
	*params = group->params;
	return 0;
}

int sched_group_set(struct sched_group *group, const struct sched_params *params)
{
	int rc;

	spin_lock(&group->lock);
	rc = sched_policy->group_set(group, params);
	spin_unlock(&group->lock);
	return rc;
}

enum sched_id sched_default_id(void)
{
	return sched_policy->id;
}

const char *sched_name(enum sched_id id)
{
	return id == sched_policy->id ? sched_policy->name : NULL;
}
