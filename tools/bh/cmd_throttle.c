/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh throttle: how many traps, interrupts and bytes of log per second a domain may cause, and
 * whether it has tried more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "out.h"

static const struct out_col throttle_cols[] = {
	{ "name", "NAME" },
	{ "domid", "ID" },
	{ "traps", "TRAPS/s" },
	{ "interrupts", "IRQS/s" },
	{ "log", "LOG(B/s)" },
	{ "is_throttled", "THROTTLED" },
	{ "throttled_seconds", "TIME(s)" },
	{ "times", "TIMES" },
	{ "exceeded", "EXCEEDED" },
	{ NULL, NULL },
};

static const struct opt throttle_opts[] = {
	{ 't', "traps", "N", "traps per second; 0 = no limit, default" },
	{ 'i', "interrupts", "N", "interrupts per second that it causes to itself" },
	{ 'l', "log", "N", "bytes per second that it writes to its consoles" },
	{ 0 },
};

/* In the order of BULKHEAD_RATE_*. */
static const char rate_keys[BULKHEAD_NR_RATES] = { 't', 'i', 'l' };
static const char *const rate_names[BULKHEAD_NR_RATES] = { "traps", "interrupts", "log" };

/* A rate; "*" marks the default, as which it may be none. */
static void throttle_rate(struct out_table *t, const struct bulkhead_throttle *th, int i)
{
	const char *mark = th->defaults & 1u << i ? "*" : "";
	char json[16], text[32];

	snprintf(json, sizeof(json), "%u", th->rates[i]);
	snprintf(text, sizeof(text), "%s%s", th->rates[i] ? json : "-", mark);
	out_raw(t, json, text);
}

static void throttle_exceeded(struct out_table *t, uint32_t exceeded)
{
	char json[64] = "[", text[64] = "";

	for (int i = 0; i < BULKHEAD_NR_RATES; i++) {
		size_t j = strlen(json), x = strlen(text);

		if (exceeded & 1u << i) {
			snprintf(json + j, sizeof(json) - j, "%s\"%s\"", j > 1 ? ", " : "",
				 rate_names[i]);
			snprintf(text + x, sizeof(text) - x, "%s%s", x ? "," : "", rate_names[i]);
		}
	}
	strcat(json, "]");
	out_raw(t, json, text[0] ? text : "-");
}

static int throttle_row(struct out_table *t, uint32_t domid)
{
	struct bulkhead_throttle th;
	char name[BULKHEAD_NAME_LEN];
	int rc = hyp_throttle_get(domid, &th);

	if (rc) {
		return rc;
	}
	out_str(t, dom_name(domid, name));
	out_num(t, domid);
	for (int i = 0; i < BULKHEAD_NR_RATES; i++) {
		throttle_rate(t, &th, i);
	}
	out_bool(t, th.is_throttled != 0);
	out_sec(t, th.throttled_ns);
	out_num(t, th.nr_throttled);
	throttle_exceeded(t, th.exceeded);
	return 0;
}

static int throttle_list(const struct args *a, uint32_t domid)
{
	struct out_table *t = out_new(throttle_cols, OUT_TABLE, a->json);
	struct xen_domctl_getdomaininfo *list = NULL;
	int nr = hyp_dom_list(&list);
	int rc = nr < 0 ? nr : 0;

	for (int i = 0; i < nr && rc == 0; i++) {
		if (!a->argc || list[i].domain == domid) {
			rc = throttle_row(t, list[i].domain);
		}
		/* It has gone meanwhile. */
		rc = rc == -ESRCH && !a->argc ? 0 : rc;
	}
	free(list);
	if (rc) {
		return err_sys(rc, "cannot list the budgets");
	}
	out_end(t);
	return BH_OK;
}

/* The rates that are asked for, those of now for the rest. */
static int throttle_compose(const struct args *a, struct bulkhead_throttle *th)
{
	for (int i = 0; i < BULKHEAD_NR_RATES; i++) {
		const char *s = args_val(a, rate_keys[i]);
		uint64_t rate = BULKHEAD_RATE_default;

		if (!s) {
			rate = th->defaults & 1u << i ? BULKHEAD_RATE_default : th->rates[i];
		} else if (strcmp(s, "default") && (!text_u64(s, BULKHEAD_RATE_max, &rate) ||
						    (rate && rate < BULKHEAD_RATE_min))) {
			return err_say(BH_USAGE,
				       "%s \"%s\" is neither 0 nor a number from %u to %u\n0 means "
				       "no limit, \"default\" that of the hypervisor",
				       rate_names[i], s, BULKHEAD_RATE_min, BULKHEAD_RATE_max);
		}
		th->rates[i] = (uint32_t)rate;
	}
	return BH_OK;
}

static int throttle_change(const struct args *a, uint32_t domid)
{
	struct bulkhead_throttle th;
	int rc = hyp_throttle_get(domid, &th);

	if (rc == 0) {
		rc = throttle_compose(a, &th);
		if (rc) {
			return rc;
		}
		rc = hyp_throttle_set(domid, &th);
	}
	return rc ? err_sys(rc, "cannot set the budgets of \"%s\"", a->argv[0]) : BH_OK;
}

static int throttle_cmd(const struct args *a)
{
	bool is_change = args_has(a, 't') || args_has(a, 'i') || args_has(a, 'l');
	uint32_t domid = 0;
	int rc = a->argc ? dom_find(a->argv[0], &domid) : BH_OK;

	if (rc) {
		return rc;
	}
	if (is_change && !a->argc) {
		return err_say(BH_USAGE, "throttle: which domain?\nwrite for "
					 "example: bh throttle linux1 --traps 50000");
	}
	return is_change ? throttle_change(a, domid) : throttle_list(a, domid);
}

const struct cmd cmd_throttle = {
	.name = "throttle",
	.usage = "[DOMAIN]",
	.summary = "show or set how many traps, interrupts and how much log a domain may cause",
	.help = "Who exceeds one does not run until what it did is paid for at that rate.\n"
		"\"*\" behind a rate: the hypervisor's default.\n",
	.opts = throttle_opts,
	.max = 1,
	.flags = CMD_JSON,
	.run = throttle_cmd,
};
