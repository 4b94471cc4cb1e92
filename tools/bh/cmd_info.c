/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh info, dmesg, uptime, debug-keys: the machine and the hypervisor itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "out.h"

#include <xen/version.h>

#define RING_STEP 16384
/* The most that is printed at once: a log that grows while it is read must end some time. */
#define RING_MAX (1u << 20)

static const struct out_col info_cols[] = {
	{ "host", "host" },
	{ "dom0_release", "Dom0 kernel" },
	{ "bulkhead", "Bulkhead" },
	{ "xen_interface", "Xen interface" },
	{ "scheduler", "scheduler" },
	{ "nr_cpus", "CPUs" },
	{ "counter_khz", "counter (kHz)" },
	{ "total_memory_mib", "memory (MiB)" },
	{ "free_memory_mib", "free memory (MiB)" },
	{ "free_memory_bytes", NULL },
	{ "heap_free_kib", "hypervisor heap free (KiB)" },
	{ "nr_domains", "domains" },
	{ "max_domains", "domains at most" },
	{ "uptime_seconds", "up since (s)" },
	{ NULL, NULL },
};

static int info_cmd(const struct args *a)
{
	struct bulkhead_info info;
	struct out_table *t;
	struct utsname u;
	uint32_t sched = 0;
	char text[48];
	long version;
	int rc = hyp_own_info(&info);

	if (rc) {
		return err_sys(rc, "cannot ask the hypervisor");
	}
	version = hyp_version(XENVER_version, text, 0);
	hyp_sched_id(&sched);
	uname(&u);
	t = out_new(info_cols, OUT_SINGLE, a->json);
	out_str(t, u.nodename);
	out_str(t, u.release);
	out_str(t, info.version);
	snprintf(text, sizeof(text), "%ld.%ld", version >> 16, version & 0xffff);
	out_str(t, version > 0 ? text : NULL);
	out_str(t, hyp_sched_name(sched));
	out_num(t, info.nr_cpus);
	out_num(t, info.cpu_khz);
	out_num(t, info.total_frames / 256);
	out_num(t, info.free_frames / 256);
	out_num(t, info.free_frames * 4096);
	out_num(t, info.heap_free_pages * 4);
	out_num(t, info.nr_domains);
	out_num(t, info.max_domains);
	out_sec(t, info.uptime_ns);
	out_end(t);
	return BH_OK;
}

static int dmesg_cmd(const struct args *a)
{
	static char buf[RING_STEP];
	uint32_t index = 0;
	size_t total = 0;
	int n;

	do {
		uint32_t before = index;

		n = hyp_console_ring(buf, sizeof(buf), &index, false);
		if (n > 0) {
			fwrite(buf, 1, (size_t)n, stdout);
			total += (size_t)n;
		}
		n = index == before ? 0 : n;
	} while (n > 0 && total < RING_MAX);
	if (n == 0 && args_has(a, 'c')) {
		n = hyp_console_ring(buf, sizeof(buf), &index, true);
	}
	return n < 0 ? err_sys(n, "cannot read the hypervisor's log") : BH_OK;
}

static const struct out_col uptime_cols[] = {
	{ "name", "Name" },	    { "domid", "ID" }, { "uptime", "Uptime" },
	{ "uptime_seconds", NULL }, { NULL, NULL },
};

/* "3 days, 04:05:06" */
static void uptime_text(uint64_t ns, char *buf, size_t size)
{
	uint64_t s = ns / 1000000000;
	uint64_t days = s / 86400;

	if (days) {
		snprintf(buf, size, "%" PRIu64 " day%s, %02" PRIu64 ":%02" PRIu64 ":%02" PRIu64,
			 days, days > 1 ? "s" : "", s / 3600 % 24, s / 60 % 60, s % 60);
	} else {
		snprintf(buf, size, "%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60,
			 s % 60);
	}
}

static void uptime_row(struct out_table *t, uint32_t domid, uint64_t now)
{
	struct bulkhead_domain_stat st;
	char name[BULKHEAD_NAME_LEN];
	char text[64];
	uint64_t ns;

	if (hyp_dom_stat(domid, &st)) {
		return;
	}
	ns = now > st.created_ns ? now - st.created_ns : 0;
	uptime_text(ns, text, sizeof(text));
	out_str(t, dom_name(domid, name));
	out_num(t, domid);
	out_str(t, text);
	out_sec(t, ns);
}

static int uptime_cmd(const struct args *a)
{
	struct out_table *t = out_new(uptime_cols, OUT_TABLE, a->json);
	struct xen_domctl_getdomaininfo *list = NULL;
	struct bulkhead_info info;
	int nr = a->argc ? 0 : hyp_dom_list(&list);
	int rc = hyp_own_info(&info);

	if (nr < 0 || rc) {
		return err_sys(nr < 0 ? nr : rc, "cannot ask the hypervisor");
	}
	for (int i = 0; i < nr; i++) {
		uptime_row(t, list[i].domain, info.uptime_ns);
	}
	for (int i = 0; i < a->argc && rc == BH_OK; i++) {
		uint32_t domid;

		rc = dom_find(a->argv[i], &domid);
		if (rc == BH_OK) {
			uptime_row(t, domid, info.uptime_ns);
		}
	}
	free(list);
	if (rc == BH_OK) {
		out_end(t);
	}
	return rc;
}

static int debug_keys_cmd(const struct args *a)
{
	int rc = hyp_debug_keys(a->argv[0]);

	return rc ? err_sys(rc,
			    "cannot send debug keys \"%s\"\nbh debug-keys h; bh dmesg: lists them",
			    a->argv[0])
		  : BH_OK;
}

static const struct opt dmesg_opts[] = {
	{ 'c', "clear", NULL, "clear the log after printing it" },
	{ 0 },
};

const struct cmd cmd_info = {
	.name = "info",
	.summary = "show the machine and the hypervisor",
	.flags = CMD_JSON,
	.run = info_cmd,
};

const struct cmd cmd_dmesg = {
	.name = "dmesg",
	.summary = "print the hypervisor's log",
	.opts = dmesg_opts,
	.run = dmesg_cmd,
};

const struct cmd cmd_uptime = {
	.name = "uptime",
	.usage = "[DOMAIN]...",
	.summary = "how long domains have been running",
	.max = -1,
	.flags = CMD_JSON,
	.run = uptime_cmd,
};

const struct cmd cmd_debug_keys = {
	.name = "debug-keys",
	.usage = "KEYS",
	.summary = "press keys on the hypervisor's console",
	.help = "What they print is in \"bh dmesg\"; key h lists them.\n",
	.min = 1,
	.max = 1,
	.run = debug_keys_cmd,
};
