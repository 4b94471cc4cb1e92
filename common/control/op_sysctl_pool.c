/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl commands about CPU pools (include/public/sysctl.h; table in op_sysctl.c): what there is.
 * Everything that changes asks a hook of its own, and is in files that go with it. All of it runs
 * under the control lock (LOCK_RANK_CONTROL).
 */
#include <hv/errno.h>
#include <hv/xsm.h>
#include <public/sysctl.h>

#include "domctl.h"
#include "sysctl_pool.h"

static int get_info(struct xen_sysctl_cpupool_op *arg)
{
	struct sched_pool_info info;

	if (sched_pool_info(arg->cpupool_id, &info) != 0) {
		return -ENOENT;
	}
	arg->cpupool_id = info.id;
	arg->sched_id = info.policy;
	arg->n_dom = info.nr_groups;
	return domctl_put_cpus(&arg->cpumap, info.cpus);
}

int sysctl_cpupool(struct domain *d, void *arg)
{
	struct xen_sysctl_cpupool_op *op = arg;
	bool is_question = op->op == XEN_SYSCTL_CPUPOOL_OP_INFO ||
			   op->op == XEN_SYSCTL_CPUPOOL_OP_FREEINFO;
	int err = is_question ? 0 : xsm_check(XSM_POOL_CONTROL, d, NULL);

	if (err != 0) {
		return err;
	}
	if (op->op == XEN_SYSCTL_CPUPOOL_OP_INFO) {
		return get_info(op);
	}
	if (op->op == XEN_SYSCTL_CPUPOOL_OP_FREEINFO) {
		return domctl_put_cpus(&op->cpumap, IS_ENABLED(CONFIG_CPU_POOLS) ? sched_free_cpus()
										 : CPUMASK_NONE);
	}
	return IS_ENABLED(CONFIG_CPU_POOLS) ? sysctl_change_pool(op) : -ENOSYS;
}
