/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh sched-arinc653: the schedule of a pool, one window after the other from the start of the major
 * frame. The interface names domains by UUID; a window of nobody has a UUID of ones.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "out.h"
#include "pool.h"

#define US	     1000ull
#define FRAME_MAX_US 10000000u

static const struct out_col window_cols[] = {
	{ "start_us", "Start" }, { "length_us", "Length" }, { "name", "Name" }, { "vcpu", "VCPU" },
	{ NULL, NULL },
};

static const struct opt arinc_opts[] = {
	{ 'c', "cpupool", "POOL", "the pool (the only one with this scheduler)" },
	{ 'f', "frame", "US", "length of the major frame in microseconds (sum of the windows)" },
	{ 0 },
};

static int find_pool(const struct args *a, struct pool *p)
{
	int nr = 0;

	if (args_has(a, 'c')) {
		int rc = pool_find(args_val(a, 'c'), p);

		if (rc == BH_OK && p->sched != XEN_SCHEDULER_ARINC653) {
			return err_say(BH_FAILED,
				       "the scheduler of pool %u is %s, not arinc653\n\"bh "
				       "cpupool-list\" shows the schedulers",
				       p->id, hyp_sched_name(p->sched));
		}
		return rc;
	}
	for (struct pool q = { 0 }; pool_next(q.id, &q) == 0; q.id++) {
		if (q.sched == XEN_SCHEDULER_ARINC653) {
			*p = q;
			nr++;
		}
	}
	return nr == 1 ? BH_OK
		       : err_say(BH_USAGE, "%s pool has the scheduler arinc653\n%s",
				 nr ? "more than one" : "no",
				 nr ? "say which: -c POOL" : "create one: bh cpupool-create");
}

/* Name of the domain with this UUID, "-" for none. */
static const char *uuid_name(const struct xen_domctl_getdomaininfo *list, int nr,
			     const uint8_t *uuid, char name[BULKHEAD_NAME_LEN])
{
	for (int i = 0; i < nr; i++) {
		if (!memcmp(list[i].handle, uuid, sizeof(list[i].handle))) {
			return dom_name(list[i].domain, name);
		}
	}
	return "-";
}

static int show(const struct args *a, const struct pool *p)
{
	struct xen_domctl_getdomaininfo *list = NULL;
	struct xen_sysctl_arinc653_schedule s;
	char name[BULKHEAD_NAME_LEN];
	struct out_table *t;
	uint64_t at = 0;
	int nr;
	int rc = hyp_schedule_get(p->id, &s);

	if (rc) {
		return err_sys(rc, "cannot read the schedule of pool %u", p->id);
	}
	nr = hyp_dom_list(&list);
	t = out_new(window_cols, OUT_TABLE, a->json);
	for (unsigned int i = 0; i < s.num_sched_entries; i++) {
		out_num(t, at / US);
		out_num(t, s.sched_entries[i].runtime / US);
		out_str(t, uuid_name(list, nr, s.sched_entries[i].dom_handle, name));
		out_num(t, s.sched_entries[i].vcpu_id);
		at += s.sched_entries[i].runtime;
	}
	if (s.major_frame > at) {
		out_num(t, at / US);
		out_num(t, (s.major_frame - at) / US);
		out_str(t, "-");
		out_num(t, 0);
	}
	out_end(t);
	free(list);
	return BH_OK;
}

/* "DOMAIN[:VCPU]=US" into entry @i; "=US": nobody's. */
static int parse_window(const char *arg, struct xen_sysctl_arinc653_schedule *s, unsigned int i)
{
	struct xen_domctl_getdomaininfo info;
	char name[BULKHEAD_NAME_LEN + 8];
	const char *equals = strrchr(arg, '=');
	char *colon;
	uint64_t vcpu = 0, us;
	uint32_t domid;
	int rc;

	if (!equals || (size_t)(equals - arg) >= sizeof(name) ||
	    !text_u64(equals + 1, FRAME_MAX_US, &us) || us == 0) {
		return err_say(
			BH_USAGE,
			"window \"%s\" is not DOMAIN[:VCPU]=US\nfor example autopilot:0=3000; "
			"a window has 1 to %u microseconds",
			arg, FRAME_MAX_US);
	}
	snprintf(name, sizeof(name), "%.*s", (int)(equals - arg), arg);
	s->sched_entries[i].runtime = us * US;
	memset(s->sched_entries[i].dom_handle, 0xff, sizeof(s->sched_entries[i].dom_handle));
	if (name[0] == '\0') {
		return BH_OK;
	}
	colon = strrchr(name, ':');
	if (colon) {
		*colon = '\0';
	}
	if (colon && !text_u64(colon + 1, BULKHEAD_MAX_VCPUS - 1, &vcpu)) {
		return err_say(BH_USAGE, "window \"%s\": \"%s\" is not a vCPU\ngive 0 to %u", arg,
			       colon + 1, BULKHEAD_MAX_VCPUS - 1);
	}
	rc = dom_find(name, &domid);
	if (rc == BH_OK && hyp_dom_info(domid, &info) == 0) {
		memcpy(s->sched_entries[i].dom_handle, info.handle, sizeof(info.handle));
		s->sched_entries[i].vcpu_id = (uint32_t)vcpu;
	}
	return rc;
}

static int change(const struct args *a, const struct pool *p)
{
	struct xen_sysctl_arinc653_schedule s = { .num_sched_entries = (uint8_t)a->argc };
	uint64_t sum = 0, frame = 0;
	int rc = BH_OK;

	if (a->argc > ARINC653_MAX_DOMAINS_PER_SCHEDULE) {
		return err_say(BH_USAGE, "%d windows are too many\na schedule has at most %d",
			       a->argc, ARINC653_MAX_DOMAINS_PER_SCHEDULE);
	}
	for (int i = 0; i < a->argc && rc == BH_OK; i++) {
		rc = parse_window(a->argv[i], &s, (unsigned int)i);
		sum += s.sched_entries[i].runtime;
	}
	if (rc) {
		return rc;
	}
	if (args_has(a, 'f') && (!text_u64(args_val(a, 'f'), FRAME_MAX_US, &frame) || !frame)) {
		return err_say(BH_USAGE,
			       "frame \"%s\" is not a number from 1 to %u\nit is in "
			       "microseconds",
			       args_val(a, 'f'), FRAME_MAX_US);
	}
	s.major_frame = frame ? frame * US : sum;
	if (sum > s.major_frame || s.major_frame > FRAME_MAX_US * US) {
		return err_say(
			BH_USAGE,
			"the windows add up to %llu us, the frame has %llu\na frame has room "
			"for all windows and is at most %u us",
			(unsigned long long)(sum / US), (unsigned long long)(s.major_frame / US),
			FRAME_MAX_US);
	}
	rc = hyp_schedule_set(p->id, &s);
	if (rc == -EPERM && p->id == 0) {
		return err_say(BH_FAILED, "no window is Domain-0's first vCPU's\nDomain-0 lives in "
					  "pool 0 and could not run: add Domain-0=US");
	}
	return rc ? err_sys(rc, "cannot set the schedule of pool %u\nsee \"bh dmesg\"", p->id)
		  : BH_OK;
}

static int arinc_cmd(const struct args *a)
{
	struct pool p;
	int rc = find_pool(a, &p);

	if (rc) {
		return rc;
	}
	if (!a->argc && args_has(a, 'f')) {
		return err_say(BH_USAGE, "a frame without windows\nadd DOMAIN[:VCPU]=US ...");
	}
	return a->argc ? change(a, &p) : show(a, &p);
}

const struct cmd cmd_sched_arinc653 = {
	.name = "sched-arinc653",
	.usage = "[DOMAIN[:VCPU]=US]...",
	.summary = "show or set the schedule of a pool",
	.help = "Windows follow each other from the start of the frame; \"=US\" is nobody's.\n"
		"A new schedule takes effect at the next start of a frame.\n",
	.opts = arinc_opts,
	.max = -1,
	.flags = CMD_JSON,
	.run = arinc_cmd,
};
