/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh vcpu-list, vcpu-pin, vcpu-set.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "create.h"
#include "dom.h"
#include "err.h"
#include "monitor.h"
#include "out.h"

static const struct out_col vcpu_cols[] = {
	{ "name", "Name" },
	{ "domid", "ID" },
	{ "vcpu", "VCPU" },
	{ "cpu", "CPU" },
	{ "state", "State" },
	{ "cpu_seconds", "Time(s)" },
	{ "affinity_hard", "Hard" },
	{ "affinity_soft", "Soft" },
	{ NULL, NULL },
};

static void vcpu_row(struct out_table *t, const char *name, uint32_t domid, uint32_t vcpu)
{
	unsigned int nr_cpus = create_nr_cpus();
	struct xen_domctl_getvcpuinfo vi;
	struct cpuset hard;
	struct cpuset soft;
	char text[128];

	if (hyp_vcpu_info(domid, vcpu, &vi)) {
		return;
	}
	hyp_vcpu_affinity_get(domid, vcpu, &hard, &soft);
	out_str(t, name);
	out_num(t, domid);
	out_num(t, vcpu);
	if (vi.online) {
		out_num(t, vi.cpu);
	} else {
		out_str(t, NULL);
	}
	out_str(t, !vi.online	? "off"
		   : vi.running ? "running"
		   : vi.blocked ? "blocked"
				: "waiting");
	out_sec(t, vi.cpu_time);
	out_str(t, cpuset_text(&hard, nr_cpus, text, sizeof(text)));
	out_str(t, cpuset_text(&soft, nr_cpus, text, sizeof(text)));
}

static void vcpu_rows(struct out_table *t, const struct xen_domctl_getdomaininfo *d)
{
	char name[BULKHEAD_NAME_LEN];

	dom_name(d->domain, name);
	for (uint32_t v = 0; d->max_vcpu_id != XEN_INVALID_MAX_VCPU_ID && v <= d->max_vcpu_id;
	     v++) {
		vcpu_row(t, name, d->domain, v);
	}
}

static int vcpu_list_all(struct out_table *t)
{
	struct xen_domctl_getdomaininfo *list;
	int nr = hyp_dom_list(&list);

	for (int i = 0; i < nr; i++) {
		vcpu_rows(t, &list[i]);
	}
	free(list);
	return nr < 0 ? err_sys(nr, "cannot list the domains") : BH_OK;
}

static int vcpu_list_cmd(const struct args *a)
{
	struct out_table *t = out_new(vcpu_cols, OUT_TABLE, a->json);
	int rc = a->argc ? BH_OK : vcpu_list_all(t);

	for (int i = 0; i < a->argc && rc == BH_OK; i++) {
		struct xen_domctl_getdomaininfo info;
		uint32_t domid;

		rc = dom_find(a->argv[i], &domid);
		if (rc == BH_OK && hyp_dom_info(domid, &info) == 0) {
			vcpu_rows(t, &info);
		}
	}
	if (rc == BH_OK) {
		out_end(t);
	}
	return rc;
}

/* "-" leaves an affinity as it is. */
static int pin_parse(const char *text, struct cpuset *set, bool *given)
{
	unsigned int nr_cpus = create_nr_cpus();
	const char *bad;

	*given = text && strcmp(text, "-");
	if (!*given) {
		return BH_OK;
	}
	bad = cpuset_parse(text, nr_cpus, set);
	return bad ? err_say(BH_USAGE,
			     "\"%s\": %s\nthis machine has the CPUs 0-%u; write for example 0-1 "
			     "or ^0",
			     text, bad, nr_cpus - 1)
		   : BH_OK;
}

static int pin_range(const char *text, uint32_t max_id, uint32_t *first, uint32_t *last)
{
	uint64_t v;

	if (!strcmp(text, "all")) {
		*first = 0;
		*last = max_id;
		return BH_OK;
	}
	if (!text_u64(text, max_id, &v)) {
		return err_say(BH_USAGE, "there is no vCPU \"%s\"\nwrite 0 to %u or all", text,
			       max_id);
	}
	*first = *last = (uint32_t)v;
	return BH_OK;
}

static int vcpu_pin_cmd(const struct args *a)
{
	struct xen_domctl_getdomaininfo info;
	struct cpuset hard, soft;
	bool has_hard, has_soft;
	uint32_t domid, first = 0, last = 0;
	int rc = dom_find(a->argv[0], &domid);

	if (rc == BH_OK && hyp_dom_info(domid, &info)) {
		rc = err_say(BH_NODOM, "domain \"%s\" has just ended", a->argv[0]);
	}
	if (rc == BH_OK) {
		rc = pin_range(a->argv[1], info.max_vcpu_id, &first, &last);
	}
	if (rc == BH_OK) {
		rc = pin_parse(a->argv[2], &hard, &has_hard);
	}
	if (rc == BH_OK) {
		rc = pin_parse(a->argc > 3 ? a->argv[3] : NULL, &soft, &has_soft);
	}
	for (uint32_t v = first; rc == BH_OK && v <= last; v++) {
		int err = hyp_vcpu_affinity_set(domid, v, has_hard ? &hard : NULL,
						has_soft ? &soft : NULL);

		rc = err ? err_sys(err, "cannot pin vCPU %u of \"%s\"\n\"bh info\" shows the CPUs",
				   v, a->argv[0])
			 : BH_OK;
	}
	return rc;
}

static int vcpu_set_cmd(const struct args *a)
{
	struct xen_domctl_getdomaininfo info;
	uint32_t domid;
	uint64_t count;
	char path[64];
	int rc = dom_find_guest(a->argv[0], "change the vCPUs of", &domid);

	if (rc == BH_OK && hyp_dom_info(domid, &info)) {
		rc = err_say(BH_NODOM, "domain \"%s\" has just ended", a->argv[0]);
	}
	if (rc) {
		return rc;
	}
	if (!text_u64(a->argv[1], info.max_vcpu_id + 1u, &count) || count == 0) {
		return err_say(
			BH_USAGE,
			"\"%s\" is no number of vCPUs for domain \"%s\"\nit can have 1 to %u; "
			"maxvcpus in its configuration is the limit",
			a->argv[1], a->argv[0], info.max_vcpu_id + 1u);
	}
	for (uint32_t v = 0; v <= info.max_vcpu_id && rc == 0; v++) {
		snprintf(path, sizeof(path), "cpu/%u/availability", v);
		rc = monitor_store_write(domid, NULL, path, v < count ? "online" : "offline");
	}
	if (rc == -ENOTCONN || rc == -ENOENT) {
		return err_say(BH_FAILED, "domain \"%s\" cannot be asked: %s\n%s", a->argv[0],
			       rc == -ENOENT ? "it has no monitor"
					     : "it has no driver for vCPU hotplug",
			       rc == -ENOENT
				       ? "start one: bh monitor --all"
				       : "set vcpus in its configuration and create it again");
	}
	return rc ? err_sys(rc, "cannot change the vCPUs of \"%s\"", a->argv[0]) : BH_OK;
}

const struct cmd cmd_vcpu_list = {
	.name = "vcpu-list",
	.usage = "[DOMAIN]...",
	.summary = "list vCPUs, where they run and where they may run",
	.max = -1,
	.flags = CMD_JSON,
	.run = vcpu_list_cmd,
};

const struct cmd cmd_vcpu_pin = {
	.name = "vcpu-pin",
	.usage = "DOMAIN VCPU|all HARD|- [SOFT]",
	.summary = "say on which CPUs a vCPU may (HARD) and should (SOFT) run",
	.help = "HARD and SOFT are CPU lists as in a configuration: 0-3,5  all  ^0. \"-\" leaves\n"
		"the value as it is.\n",
	.min = 3,
	.max = 4,
	.run = vcpu_pin_cmd,
};

const struct cmd cmd_vcpu_set = {
	.name = "vcpu-set",
	.usage = "DOMAIN COUNT",
	.summary = "ask a domain to use COUNT vCPUs",
	.min = 2,
	.max = 2,
	.run = vcpu_set_cmd,
};
