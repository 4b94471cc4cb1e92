/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-up of pools, see pool.h.
 */
#include <errno.h>

#include "admit.h"
#include "err.h"
#include "pool.h"

int pool_next(uint32_t from, struct pool *p)
{
	struct xen_sysctl_cpupool_op info;
	int rc = hyp_pool_info(from, &info, &p->cpus);

	p->id = info.cpupool_id;
	p->sched = info.sched_id;
	p->nr_doms = info.n_dom;
	return rc;
}

int pool_find(const char *arg, struct pool *p)
{
	uint32_t id;
	int rc;

	if (!admit_pool_id(arg, &id)) {
		return err_say(BH_USAGE, "\"%s\" is not a pool\nthey are called Pool-0 to Pool-%u",
			       arg, ADMIT_POOLS - 1);
	}
	rc = pool_next(id, p);
	if (rc == -ENOENT || (rc == 0 && p->id != id)) {
		return err_say(BH_FAILED,
			       "there is no pool %u\n\"bh cpupool-list\" shows those in use", id);
	}
	return rc ? err_sys(rc, "cannot ask about pool %u", id) : BH_OK;
}

int pool_of_domain(uint32_t domid, struct pool *p)
{
	struct xen_domctl_getdomaininfo info;
	int rc = hyp_dom_info(domid, &info);

	return rc ? rc : pool_next(info.cpupool, p);
}
