/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh trace: switch the hypervisor's event rings on and off, save them for a viewer, and tell the
 * ten worst delays in them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "hyp.h"
#include "out.h"
#include "trace.h"

static const struct out_col report_cols[] = {
	{ "delay_ns", "DELAY(us)" },
	{ "vcpu", "VCPU" },
	{ "cpu", "CPU" },
	{ "at_ns", "AT(ms)" },
	{ "cause", "CAUSED BY" },
	{ "cause_percent", "PART(%)" },
	{ NULL, NULL },
};

static int trace_switch(uint32_t on, uint32_t off)
{
	struct bulkhead_trace_control control;
	int rc = hyp_trace_control(on, off, &control);

	if (rc == -ENOSYS) {
		return err_say(BH_FAILED, "this hypervisor keeps no traces\n"
					  "build it with CONFIG_TRACE=y");
	}
	if (rc == -ENOMEM) {
		return err_say(BH_FAILED, "the hypervisor's heap has no room for the rings\n"
					  "each CPU needs 64 KiB; \"heap=\" on its command line "
					  "makes more");
	}
	return rc ? err_sys(rc, "cannot switch tracing") : BH_OK;
}

static int save(const char *path)
{
	bool is_stdout = !strcmp(path, "-");
	struct trace t;
	FILE *f;
	int rc = trace_fetch(&t);
	int failed;

	f = rc ? NULL : is_stdout ? stdout : fopen(path, "w");
	if (f) {
		trace_write_json(&t, f);
		failed = ferror(f);
		failed = (is_stdout ? fflush(f) : fclose(f)) || failed;
		rc = failed ? err_say(BH_FAILED, "cannot write \"%s\"\nis the disk full?", path)
			    : rc;
	} else if (rc == BH_OK) {
		rc = err_sys(-errno, "cannot write \"%s\"", path);
	}
	if (rc == BH_OK && !is_stdout) {
		printf("%zu events of %u CPUs in \"%s\"\n", t.nr, t.nr_cpus, path);
	}
	trace_free(&t);
	return rc;
}

/* A number with a fraction for people, whole for programs. */
static void cell_scaled(struct out_table *o, uint64_t value, uint64_t unit)
{
	char json[24];
	char text[32];

	snprintf(json, sizeof(json), "%llu", (unsigned long long)value);
	snprintf(text, sizeof(text), "%llu.%llu", (unsigned long long)(value / unit),
		 (unsigned long long)(value % unit * 10 / unit));
	out_raw(o, json, text);
}

static int report(uint32_t domid, bool json)
{
	struct trace_delay delays[TRACE_NR_DELAYS];
	struct trace t;
	struct out_table *o;
	char name[BULKHEAD_NAME_LEN + 16];
	int rc = trace_fetch(&t);
	unsigned int nr = rc ? 0 : trace_delays(&t, domid, delays);

	if (rc) {
		trace_free(&t);
		return rc;
	}
	o = out_new(report_cols, OUT_TABLE, json);
	for (unsigned int i = 0; i < nr; i++) {
		const struct trace_delay *d = &delays[i];
		uint64_t start = t.events[0].r.time;

		cell_scaled(o, trace_ns(&t, d->until - d->since), 1000);
		out_str(o, trace_who(d->who, name, sizeof(name)));
		out_num(o, d->cpu);
		cell_scaled(o, d->since > start ? trace_ns(&t, d->since - start) : 0, 1000000);
		out_str(o, trace_who(d->cause, name, sizeof(name)));
		out_num(o, d->permille / 10);
	}
	out_end(o);
	trace_free(&t);
	return BH_OK;
}

static int trace_cmd(const struct args *a)
{
	const char *what = a->argv[0];
	uint32_t domid = TRACE_ANY;
	int rc;
	int wanted = !strcmp(what, "save") ? 2 : 1;

	if (a->argc == wanted && !strcmp(what, "start")) {
		return trace_switch(BULKHEAD_TRACE_events, 0);
	}
	if (a->argc == wanted && !strcmp(what, "stop")) {
		return trace_switch(0, BULKHEAD_TRACE_events);
	}
	if (a->argc == wanted && !strcmp(what, "save")) {
		return save(a->argv[1]);
	}
	if (!strcmp(what, "report")) {
		rc = a->argc > 1 ? dom_find(a->argv[1], &domid) : BH_OK;
		return rc ? rc : report(domid, a->json);
	}
	return err_say(BH_USAGE,
		       "trace: \"%s%s\" is not something to do\n"
		       "write bh trace start, stop, save FILE or report",
		       what, a->argc > 1 ? " ..." : "");
}

const struct cmd cmd_trace = {
	.name = "trace",
	.usage = "start|stop|save FILE|report [DOMAIN]",
	.summary = "record what the hypervisor does",
	.help = "save writes JSON for ui.perfetto.dev or chrome://tracing; FILE \"-\" is\n"
		"standard output. report lists the ten longest waits of a vCPU from its wake-up\n"
		"to its start, and who had the CPU for the longest part of each.\n",
	.min = 1,
	.max = 2,
	.flags = CMD_JSON,
	.run = trace_cmd,
};
