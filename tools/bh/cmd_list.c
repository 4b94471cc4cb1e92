/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh list, domid, domname.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "health.h"
#include "out.h"
#include "tag.h"

static const struct out_col list_cols[] = {
	{ "name", "Name" },	{ "domid", "ID" },    { "memory_mib", "Mem" },
	{ "vcpus", "VCPUs" },	{ "state", "State" }, { "cpu_seconds", "Time(s)" },
	{ "health", "Health" }, { NULL, NULL },
};

static const struct out_col long_cols[] = {
	{ "name", "Name" },
	{ "domid", "ID" },
	{ "uuid", "UUID" },
	{ "state", "State" },
	{ "shutdown_reason", "Stopped by" },
	{ "memory_mib", "Memory (MiB)" },
	{ "maxmem_mib", "Limit (MiB)" },
	{ "vcpus", "vCPUs on" },
	{ "max_vcpus", "vCPUs" },
	{ "cpupool", "CPU pool" },
	{ "cpu_seconds", "CPU time (s)" },
	{ "age_seconds", "Age (s)" },
	{ "traps", "Traps" },
	{ "interrupts", "Interrupts" },
	{ "pool_used_kib", "Stage-2 used (KiB)" },
	{ "pool_kib", "Stage-2 pool (KiB)" },
	{ "on_poweroff", "on_poweroff" },
	{ "on_reboot", "on_reboot" },
	{ "on_crash", "on_crash" },
	{ "config", "Configuration" },
	{ NULL, NULL },
};

static uint64_t pages_to_mib(uint64_t pages)
{
	/* Rounded: a domain's special pages, or those that Dom0 gave away, are no news. */
	return (pages + 128) / 256;
}

static void list_row(struct out_table *t, const struct xen_domctl_getdomaininfo *d)
{
	char name[BULKHEAD_NAME_LEN];
	char state[8];
	struct bulkhead_health h = { .state = 0 };

	(void)hyp_health_get(d->domain, &h); /* a hypervisor without: good */
	out_str(t, dom_name(d->domain, name));
	out_num(t, d->domain);
	out_num(t, pages_to_mib(d->tot_pages));
	out_num(t, d->nr_online_vcpus);
	out_str(t, dom_state(d, state));
	out_sec(t, d->cpu_time);
	out_str(t, health_word(&h));
}

static void long_tag(struct out_table *t, uint32_t domid)
{
	static const char *const keys[] = { "on_poweroff", "on_reboot", "on_crash", "config" };
	char tag[BULKHEAD_TAG_MAX + 1];
	char value[1024];

	hyp_tag_get(domid, tag);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		out_str(t, tag_get(tag, keys[i], 0, value, sizeof(value)));
	}
}

static void long_row(struct out_table *t, const struct xen_domctl_getdomaininfo *d)
{
	struct bulkhead_domain_stat st = { 0 };
	struct bulkhead_info info;
	char name[BULKHEAD_NAME_LEN];
	char uuid[TEXT_UUID];
	char state[8];

	memset(&info, 0, sizeof(info));
	hyp_dom_stat(d->domain, &st);
	hyp_own_info(&info);
	out_str(t, dom_name(d->domain, name));
	out_num(t, d->domain);
	out_str(t, text_uuid(d->handle, uuid));
	out_str(t, dom_state(d, state));
	out_str(t,
		d->flags & XEN_DOMINF_shutdown ? dom_shutdown_name(dom_shutdown_reason(d)) : NULL);
	out_num(t, pages_to_mib(d->tot_pages));
	out_num(t, pages_to_mib(d->max_pages));
	out_num(t, d->nr_online_vcpus);
	out_num(t, d->max_vcpu_id + 1u);
	out_num(t, d->cpupool);
	out_sec(t, d->cpu_time);
	out_sec(t, info.uptime_ns > st.created_ns ? info.uptime_ns - st.created_ns : 0);
	out_num(t, st.nr_exits);
	out_num(t, st.nr_injected);
	out_num(t, st.s2_pool_used * 4ull);
	out_num(t, st.s2_pool_total * 4ull);
	long_tag(t, d->domain);
}

/* The domains named in @a, or all. Number or -enum bh_exit. */
static int list_select(const struct args *a, struct xen_domctl_getdomaininfo **list)
{
	int nr;

	*list = NULL;
	if (a->argc == 0) {
		nr = hyp_dom_list(list);
		return nr < 0 ? -err_sys(nr, "cannot list the domains") : nr;
	}
	*list = calloc((size_t)a->argc, sizeof(**list));
	for (nr = 0; *list && nr < a->argc; nr++) {
		uint32_t domid;
		int rc = dom_find(a->argv[nr], &domid);

		if (rc == BH_OK && hyp_dom_info(domid, &(*list)[nr])) {
			rc = err_say(BH_NODOM, "domain \"%s\" has just ended", a->argv[nr]);
		}
		if (rc) {
			return -rc;
		}
	}
	return *list ? nr : -err_say(BH_FAILED, "out of memory");
}

static int list_cmd(const struct args *a)
{
	struct xen_domctl_getdomaininfo *list;
	bool details = args_has(a, 'l');
	int nr = list_select(a, &list);
	struct out_table *t;

	if (nr >= 0) {
		t = out_new(details ? long_cols : list_cols, details ? OUT_BLOCKS : OUT_TABLE,
			    a->json);
		for (int i = 0; i < nr; i++) {
			if (details) {
				long_row(t, &list[i]);
			} else {
				list_row(t, &list[i]);
			}
		}
		out_end(t);
	}
	free(list);
	return nr < 0 ? -nr : BH_OK;
}

static int domid_cmd(const struct args *a)
{
	uint32_t domid;
	int rc = dom_find(a->argv[0], &domid);

	if (rc == BH_OK) {
		printf("%u\n", domid);
	}
	return rc;
}

static int domname_cmd(const struct args *a)
{
	char name[BULKHEAD_NAME_LEN];
	uint32_t domid;
	int rc = dom_find(a->argv[0], &domid);

	if (rc == BH_OK) {
		puts(dom_name(domid, name));
	}
	return rc;
}

static const struct opt list_opts[] = {
	{ 'l', "long", NULL, "everything known about each domain" },
	{ 0 },
};

const struct cmd cmd_list = {
	.name = "list",
	.usage = "[DOMAIN]...",
	.summary = "list domains",
	.help = "State: r running, b blocked, p paused, s shut down, c crashed, d dying.\n",
	.opts = list_opts,
	.max = -1,
	.flags = CMD_JSON,
	.run = list_cmd,
};

const struct cmd cmd_domid = {
	.name = "domid",
	.usage = "DOMAIN",
	.summary = "print the number of a domain",
	.min = 1,
	.max = 1,
	.run = domid_cmd,
};

const struct cmd cmd_domname = {
	.name = "domname",
	.usage = "DOMAIN",
	.summary = "print the name of a domain",
	.min = 1,
	.max = 1,
	.run = domname_cmd,
};
