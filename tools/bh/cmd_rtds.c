/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh sched-rtds: period, budget and extra time of vCPUs in pools whose scheduler is rtds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admit.h"
#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "out.h"
#include "pool.h"

static const struct out_col rtds_cols[] = {
	{ "name", "Name" },	   { "domid", "ID" },
	{ "vcpu", "VCPU" },	   { "period_us", "Period" },
	{ "budget_us", "Budget" }, { "extratime", "Extra" },
	{ "share_ppm", "Share" },  { NULL, NULL },
};

static const struct opt rtds_opts[] = {
	{ 'd', "domain", "DOMAIN", "the domain to show or change" },
	{ 'v', "vcpu", "VCPU", "one of its vCPUs, or \"all\" (all)" },
	{ 'p', "period", "US", "period in microseconds" },
	{ 'b', "budget", "US", "CPU time in each period, microseconds; 0 = no reservation" },
	{ 'e', "extratime", "0|1", "1 = may also use what others leave" },
	{ 'c', "cpupool", "POOL", "only domains of this pool" },
	{ 0 },
};

static void rtds_row(struct out_table *t, uint32_t domid, uint32_t vcpu,
		     const struct xen_domctl_sched_rtds *r)
{
	char name[BULKHEAD_NAME_LEN];
	char number[16], share[16];
	uint32_t ppm = 0;

	(void)admission_ppm(r->period, r->budget, &ppm);
	snprintf(number, sizeof(number), "%u", ppm);
	out_str(t, dom_name(domid, name));
	out_num(t, domid);
	out_num(t, vcpu);
	out_num(t, r->period);
	out_num(t, r->budget);
	out_bool(t, (r->flags & XEN_DOMCTL_SCHEDRT_extra) != 0);
	out_raw(t, number, admit_share(ppm, share));
}

/* The vCPUs of one domain, or the one that was asked for. 0 or -errno. */
static int rtds_domain(struct out_table *t, const struct xen_domctl_getdomaininfo *info,
		       uint32_t vcpu)
{
	uint32_t end = info->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : info->max_vcpu_id + 1;
	struct xen_domctl_sched_rtds r;
	int rc = 0;

	for (uint32_t v = 0; v < end && rc == 0; v++) {
		if (vcpu != HYP_EVERY_VCPU && v != vcpu) {
			continue;
		}
		rc = hyp_rtds_get(info->domain, v, &r);
		if (rc == 0) {
			rtds_row(t, info->domain, v, &r);
		}
	}
	return rc;
}

/* Whether the domain is to be listed: an rtds pool, and the one that was asked for. */
static bool rtds_wanted(const struct xen_domctl_getdomaininfo *info, const struct pool *only)
{
	struct pool p;

	return pool_next(info->cpupool, &p) == 0 && p.sched == XEN_SCHEDULER_RTDS &&
	       (!only || p.id == only->id);
}

static int rtds_list(const struct args *a, const char *dom, uint32_t domid, uint32_t vcpu)
{
	struct xen_domctl_getdomaininfo *list = NULL;
	struct out_table *t;
	struct pool only;
	int rc = args_has(a, 'c') ? pool_find(args_val(a, 'c'), &only) : BH_OK;
	int nr;

	if (rc) {
		return rc;
	}
	nr = hyp_dom_list(&list);
	t = out_new(rtds_cols, OUT_TABLE, a->json);
	for (int i = 0; i < nr && rc == 0; i++) {
		if ((!dom || list[i].domain == domid) &&
		    rtds_wanted(&list[i], args_has(a, 'c') ? &only : NULL)) {
			rc = rtds_domain(t, &list[i], vcpu);
		}
	}
	free(list);
	if (nr < 0 || rc) {
		return err_sys(nr < 0 ? nr : rc, "cannot list reservations");
	}
	out_end(t);
	return BH_OK;
}

static int rtds_number(const struct args *a, char key, const char *name, uint64_t max,
		       uint32_t *out)
{
	uint64_t v;

	if (!args_has(a, key)) {
		return BH_OK;
	}
	if (!text_u64(args_val(a, key), max, &v)) {
		return err_say(BH_USAGE,
			       "%s \"%s\" is not a number from 0 to %llu\ntimes are in "
			       "microseconds",
			       name, args_val(a, key), (unsigned long long)max);
	}
	*out = (uint32_t)v;
	return BH_OK;
}

/* What is asked for on top of what is in force, checked as the hypervisor will. */
static int rtds_compose(const struct args *a, struct xen_domctl_sched_rtds *r)
{
	uint32_t extra = (r->flags & XEN_DOMCTL_SCHEDRT_extra) != 0;
	uint32_t ppm;

	if (rtds_number(a, 'p', "period", ADMISSION_PERIOD_MAX_US, &r->period) ||
	    rtds_number(a, 'b', "budget", ADMISSION_PERIOD_MAX_US, &r->budget) ||
	    rtds_number(a, 'e', "extratime", 1, &extra)) {
		return BH_USAGE;
	}
	r->flags = extra ? XEN_DOMCTL_SCHEDRT_extra : 0;
	if (r->budget && admission_ppm(r->period, r->budget, &ppm) != 0) {
		return err_say(BH_USAGE,
			       "period %u and budget %u do not go together\nthe period is %u to %u "
			       "microseconds, the budget %u to the period",
			       r->period, r->budget, ADMISSION_PERIOD_MIN_US,
			       ADMISSION_PERIOD_MAX_US, ADMISSION_BUDGET_MIN_US);
	}
	return BH_OK;
}

static int rtds_change(const struct args *a, const char *dom, uint32_t domid, uint32_t vcpu)
{
	struct xen_domctl_sched_rtds r;
	struct pool p;
	char what[128];
	int rc = pool_of_domain(domid, &p);

	if (rc == 0 && p.sched != XEN_SCHEDULER_RTDS) {
		return err_say(
			BH_FAILED,
			"\"%s\" is in pool %u, whose scheduler is %s, not rtds\nmove it with "
			"\"bh cpupool-migrate\"",
			dom, p.id, hyp_sched_name(p.sched));
	}
	rc = rc ? rc : hyp_rtds_get(domid, vcpu == HYP_EVERY_VCPU ? 0 : vcpu, &r);
	if (rc) {
		return err_sys(rc, "cannot read the reservation of \"%s\"\nhas it this vCPU?", dom);
	}
	rc = rtds_compose(a, &r);
	if (rc) {
		return rc;
	}
	rc = hyp_rtds_set(domid, vcpu, &r);
	snprintf(what, sizeof(what), "cannot reserve CPU time for \"%s\"", dom);
	return rc ? admit_explain(rc, what) : BH_OK;
}

static int rtds_cmd(const struct args *a)
{
	const char *dom = args_has(a, 'd') ? args_val(a, 'd') : a->argc ? a->argv[0] : NULL;
	uint32_t vcpu = HYP_EVERY_VCPU;
	uint32_t domid = 0;
	int rc = dom ? dom_find(dom, &domid) : BH_OK;

	if (rc == BH_OK && args_has(a, 'v') && strcmp(args_val(a, 'v'), "all")) {
		rc = rtds_number(a, 'v', "vcpu", BULKHEAD_MAX_VCPUS - 1, &vcpu);
	}
	if (rc) {
		return rc;
	}
	if (!args_has(a, 'p') && !args_has(a, 'b') && !args_has(a, 'e')) {
		return rtds_list(a, dom, domid, vcpu);
	}
	if (!dom) {
		return err_say(BH_USAGE, "sched-rtds: which domain?\nwrite -d DOMAIN");
	}
	return rtds_change(a, dom, domid, vcpu);
}

const struct cmd cmd_sched_rtds = {
	.name = "sched-rtds",
	.usage = "[DOMAIN]",
	.summary = "show or set period and budget of vCPUs",
	.opts = rtds_opts,
	.max = 1,
	.flags = CMD_JSON,
	.run = rtds_cmd,
};
