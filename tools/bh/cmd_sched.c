/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh sched-credit: weight and cap of a domain while it runs.
 */
#include <errno.h>
#include <stdlib.h>

#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "out.h"

#define CAP_MAX (BULKHEAD_MAX_VCPUS * 100u)

static const struct out_col credit_cols[] = {
	{ "name", "Name" }, { "domid", "ID" }, { "weight", "Weight" },
	{ "cap", "Cap" },   { NULL, NULL },
};

static int credit_explain(int rc, const char *arg)
{
	uint32_t id = 0;

	hyp_sched_id(&id);
	if (rc == -EINVAL && id != XEN_SCHEDULER_CREDIT) {
		return err_say(BH_FAILED,
			       "the scheduler is %s, not credit\nstart the hypervisor with "
			       "sched=credit",
			       hyp_sched_name(id));
	}
	return err_sys(rc, "cannot use the credit parameters of \"%s\"", arg);
}

static int credit_row(struct out_table *t, uint32_t domid)
{
	struct xen_domctl_sched_credit c;
	char name[BULKHEAD_NAME_LEN];
	int rc = hyp_credit_get(domid, &c);

	if (rc == 0) {
		out_str(t, dom_name(domid, name));
		out_num(t, domid);
		out_num(t, c.weight);
		out_num(t, c.cap);
	}
	return rc;
}

static int credit_list(const struct args *a, const char *arg, uint32_t domid)
{
	struct out_table *t = out_new(credit_cols, OUT_TABLE, a->json);
	struct xen_domctl_getdomaininfo *list = NULL;
	int rc = 0;

	if (arg) {
		rc = credit_row(t, domid);
	} else {
		int nr = hyp_dom_list(&list);

		rc = nr < 0 ? nr : 0;
		for (int i = 0; i < nr && rc == 0; i++) {
			rc = credit_row(t, list[i].domain);
		}
		free(list);
	}
	if (rc) {
		return credit_explain(rc, arg ? arg : "all domains");
	}
	out_end(t);
	return BH_OK;
}

static int credit_change(const struct args *a, const char *arg, uint32_t domid)
{
	struct xen_domctl_sched_credit c;
	uint64_t v;
	int rc = hyp_credit_get(domid, &c);

	if (rc) {
		return credit_explain(rc, arg);
	}
	if (args_has(a, 'w')) {
		if (!text_u64(args_val(a, 'w'), 65535, &v) || v == 0) {
			return err_say(BH_USAGE,
				       "weight \"%s\" is not a number from 1 to 65535\n256 is the "
				       "usual share",
				       args_val(a, 'w'));
		}
		c.weight = (uint16_t)v;
	}
	if (args_has(a, 'c')) {
		if (!text_u64(args_val(a, 'c'), CAP_MAX, &v)) {
			return err_say(BH_USAGE,
				       "cap \"%s\" is not a number from 0 to %u\n100 is one whole "
				       "CPU, 0 means no limit",
				       args_val(a, 'c'), CAP_MAX);
		}
		c.cap = (uint16_t)v;
	}
	rc = hyp_credit_set(domid, &c);
	return rc ? credit_explain(rc, arg) : BH_OK;
}

static int credit_cmd(const struct args *a)
{
	const char *arg = args_has(a, 'd') ? args_val(a, 'd') : a->argc ? a->argv[0] : NULL;
	uint32_t domid = 0;
	int rc = arg ? dom_find(arg, &domid) : BH_OK;

	if (rc) {
		return rc;
	}
	if (!args_has(a, 'w') && !args_has(a, 'c')) {
		return credit_list(a, arg, domid);
	}
	if (!arg) {
		return err_say(BH_USAGE, "sched-credit: which domain?\nwrite -d DOMAIN");
	}
	return credit_change(a, arg, domid);
}

static const struct opt credit_opts[] = {
	{ 'd', "domain", "DOMAIN", "the domain to show or change" },
	{ 'w', "weight", "WEIGHT", "its share of CPU time, 1 to 65535" },
	{ 'c', "cap", "CAP", "its limit in percent of one CPU, 0 = none" },
	{ 0 },
};

const struct cmd cmd_sched_credit = {
	.name = "sched-credit",
	.usage = "[DOMAIN]",
	.summary = "show or set weight and cap of domains",
	.opts = credit_opts,
	.max = 1,
	.flags = CMD_JSON,
	.run = credit_cmd,
};
