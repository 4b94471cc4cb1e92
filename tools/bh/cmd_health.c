/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh health: how often a domain has failed, what the hypervisor does about it,
 * and whether it has given the domain up; and the same in one word for bh list.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "health.h"
#include "out.h"

static const struct out_col health_cols[] = {
	{ "name", "Name" },
	{ "domid", "ID" },
	{ "health", "Health" },
	{ "restart", "Restart" },
	{ "warm_limit", "Warm limit" },
	{ "cold_limit", "Cold limit" },
	{ "window_seconds", "Window (s)" },
	{ "give_up", "Then" },
	{ "watchdog_ms", "Watchdog (ms)" },
	{ "watchdogs", "Watchdogs on" },
	{ "crashes", "Crashes" },
	{ "watchdog_expiries", "Watchdog faults" },
	{ "reboots", "Reboots" },
	{ "warm_restarts", "Warm restarts" },
	{ "cold_restarts", "Cold restarts" },
	{ "last_fault", "Last fault" },
	{ "last_fault_seconds", "at (s)" },
	{ "last_restart_us", "Last restart (us)" },
	{ "kept_kib", "Images (KiB)" },
	{ NULL, NULL },
};

static const char *word(const char *const *words, uint32_t nr, uint32_t i)
{
	return i < nr ? words[i] : "unknown";
}

const char *health_word(const struct bulkhead_health *h)
{
	static const char *const states[] = { "good", "restarting", "given up" };

	if (h->state == BULKHEAD_HEALTH_good && h->nr_warm + h->nr_cold) {
		return "restarted";
	}
	return word(states, 3, h->state);
}

static void health_row(struct out_table *t, uint32_t domid, const struct bulkhead_health *h)
{
	static const char *const restarts[] = { "never", "warm", "cold" };
	static const char *const give_ups[] = { "disable", "reset" };
	static const char *const faults[] = { "crash", "watchdog", "reboot" };
	char name[BULKHEAD_NAME_LEN];

	out_str(t, dom_name(domid, name));
	out_num(t, domid);
	out_str(t, health_word(h));
	out_str(t, word(restarts, 3, h->policy.restart));
	out_num(t, h->policy.warm_limit);
	out_num(t, h->policy.cold_limit);
	out_num(t, h->policy.window_s);
	out_str(t, word(give_ups, 2, h->policy.give_up));
	out_num(t, h->policy.watchdog_ms);
	out_num(t, h->nr_watchdogs);
	for (int i = 0; i < BULKHEAD_NR_FAULTS; i++) {
		out_num(t, h->nr_faults[i]);
	}
	out_num(t, h->nr_warm);
	out_num(t, h->nr_cold);
	out_str(t, h->last_ns ? word(faults, 3, h->last) : NULL);
	out_sec(t, h->last_ns);
	out_num(t, h->took_ns / 1000);
	out_num(t, h->image_bytes / 1024);
}

static int health_cmd(const struct args *a)
{
	struct xen_domctl_getdomaininfo *list = NULL;
	struct bulkhead_health h;
	struct out_table *t;
	uint32_t domid = 0;
	int rc = a->argc ? dom_find(a->argv[0], &domid) : BH_OK;
	int nr = rc ? 0 : hyp_dom_list(&list);

	if (rc || nr < 0) {
		return rc ? rc : err_sys(nr, "cannot list the domains");
	}
	t = out_new(health_cols, OUT_BLOCKS, a->json);
	for (int i = 0; i < nr; i++) {
		if (!a->argc || list[i].domain == domid) {
			rc = hyp_health_get(list[i].domain, &h);
			if (rc == 0) {
				health_row(t, list[i].domain, &h);
			}
		}
	}
	out_end(t);
	free(list);
	return rc == -ENOSYS ? err_say(BH_FAILED, "this hypervisor restarts no domains\n"
						  "build it with CONFIG_HEALTH=y")
			     : BH_OK;
}

const struct cmd cmd_health = {
	.name = "health",
	.usage = "[DOMAIN]",
	.summary = "show faults, restarts and watchdogs of a domain",
	.help = "What happens after a fault is set with restart, warm_limit, cold_limit,\n"
		"restart_window, give_up and watchdog_ms in the domain's configuration.\n",
	.max = 1,
	.flags = CMD_JSON,
	.run = health_cmd,
};
