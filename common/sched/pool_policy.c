/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy of a pool (hv/sched.h), where there is a choice: by the command line's sched=, by the
 * boot tree or by the toolstack. Else pool 0 has the policy of the build. Lock: sched_pools_lock.
 */
#include "pool.h"

#include <hv/errno.h>
#include <hv/string.h>

int sched_pool_set_policy(struct sched_pool *pool, const struct sched_ops *ops)
{
	int err = 0;

	if (ops->pool_init) {
		err = ops->pool_init(pool);
	}
	pool->ops = err ? pool->ops : ops;
	return err;
}

int sched_boot_policy(const char *name)
{
	u32 nr_cpus_owned = (u32)__builtin_popcountl(sched_pools[0].owned.bits);

	for_each_policy(ops) {
		if (strcmp(ops->name, name) == 0) {
			return nr_cpus_owned > ops->cpus_max
				       ? -ENOSPC
				       : sched_pool_set_policy(&sched_pools[0], ops);
		}
	}
	return -EINVAL;
}
