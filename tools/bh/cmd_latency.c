/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh latency: how long interrupts, wake-ups and preempted vCPUs of a domain waited.
 *
 * The histograms are counted in the hypervisor (docs/tracing.md); this switches the counting on
 * when it is off, and prints them, once or again and again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "hyp.h"
#include "out.h"

#define NR_BUCKETS 128u
#define BAR	   40u

static const struct out_col latency_cols[] = {
	{ "name", "" },	  { "domid", "" },   { "vcpu", "" },	{ "kind", "" },
	{ "count", "" },  { "min_ns", "" },  { "mean_ns", "" }, { "p99_ns", "" },
	{ "max_ns", "" }, { "buckets", "" }, { NULL, NULL },
};

static const char *const kinds[] = { "interrupt", "wakeup", "preempted" };

struct view {
	const char *name;
	uint32_t domid;
	uint32_t khz;
	uint32_t *buckets; /* from hyp_buf() */
	bool reset;
	struct out_table *json; /* NULL: for people */
};

static uint64_t ns(const struct view *v, uint64_t ticks)
{
	return v->khz ? (uint64_t)((unsigned __int128)ticks * 1000000 / v->khz) : ticks;
}

/* The first value of a bucket, in ticks (bulkhead.h). */
static uint64_t bucket_start(uint32_t bucket)
{
	return bucket < 4 ? bucket : (4ull + bucket % 4) << (bucket / 4 - 1);
}

/* 99 of 100 values are below this: the end of their bucket, but no more than the longest. */
static uint64_t p99(const struct view *v, const struct bulkhead_latency *l)
{
	uint64_t sum = 0;
	uint32_t i = 0;

	while (i + 1 < NR_BUCKETS && (sum += v->buckets[i]) * 100 < l->count * 99) {
		i++;
	}
	return i + 1 < NR_BUCKETS && bucket_start(i + 1) < l->max ? bucket_start(i + 1) : l->max;
}

static void show_json(const struct view *v, const struct bulkhead_latency *l)
{
	char text[NR_BUCKETS * 36 + 3] = "[";
	size_t at = 1;

	for (uint32_t i = 0; i < NR_BUCKETS; i++) {
		if (v->buckets[i]) {
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s[%llu,%u]",
					       at > 1 ? "," : "",
					       (unsigned long long)ns(v, bucket_start(i)),
					       v->buckets[i]);
		}
	}
	snprintf(text + at, sizeof(text) - at, "]");
	out_str(v->json, v->name);
	out_num(v->json, v->domid);
	out_num(v->json, l->vcpu);
	out_str(v->json, kinds[l->which]);
	out_num(v->json, l->count);
	out_num(v->json, l->count ? ns(v, l->min) : 0);
	out_num(v->json, l->count ? ns(v, l->sum / l->count) : 0);
	out_num(v->json, ns(v, p99(v, l)));
	out_num(v->json, ns(v, l->max));
	out_raw(v->json, text, text);
}

static void show_bars(const struct view *v)
{
	uint32_t most = 1;

	for (uint32_t i = 0; i < NR_BUCKETS; i++) {
		most = v->buckets[i] > most ? v->buckets[i] : most;
	}
	for (uint32_t i = 0; i < NR_BUCKETS; i++) {
		if (v->buckets[i]) {
			printf("  %10.3f us %10u  %.*s\n", (double)ns(v, bucket_start(i)) / 1000,
			       v->buckets[i], (int)(1 + (uint64_t)v->buckets[i] * (BAR - 1) / most),
			       "########################################");
		}
	}
}

static void show_text(const struct view *v, const struct bulkhead_latency *l)
{
	printf("%s vCPU %u, %s latency: %llu values", v->name, l->vcpu, kinds[l->which],
	       (unsigned long long)l->count);
	if (l->count) {
		printf(", min %.3f, mean %.3f, 99 %% below %.3f, max %.3f us",
		       (double)ns(v, l->min) / 1000, (double)ns(v, l->sum / l->count) / 1000,
		       (double)ns(v, p99(v, l)) / 1000, (double)ns(v, l->max) / 1000);
	}
	putchar('\n');
	show_bars(v);
}

/* All histograms of all vCPUs. */
static int show(const struct view *v)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < BULKHEAD_MAX_VCPUS * BULKHEAD_NR_LATENCIES; i++) {
		struct bulkhead_latency l = { .vcpu = i / BULKHEAD_NR_LATENCIES,
					      .which = i % BULKHEAD_NR_LATENCIES,
					      .nr = NR_BUCKETS };

		l.buckets = GUEST_HANDLE_OF(v->buckets);
		rc = hyp_latency(v->domid, &l, v->reset);
		if (rc == 0 && v->json) {
			show_json(v, &l);
		} else if (rc == 0) {
			show_text(v, &l);
		}
	}
	/* The first number that no vCPU has ends the list. */
	return rc == -ENOENT || rc == 0 ? BH_OK : err_sys(rc, "cannot read latencies");
}

static void pause_for(uint64_t seconds)
{
	struct timespec ts = { .tv_sec = (time_t)seconds };

	fflush(stdout);
	nanosleep(&ts, NULL);
}

/* Switches counting on. *was_off: there is nothing to show yet. */
static int start(bool *was_off)
{
	struct bulkhead_trace_control control = { .state = 0 };
	int rc = hyp_trace_control(0, 0, &control);

	*was_off = !(control.state & BULKHEAD_TRACE_latency);
	if (rc == 0 && *was_off) {
		rc = hyp_trace_control(BULKHEAD_TRACE_latency, 0, &control);
	}
	if (rc == -ENOSYS) {
		return err_say(BH_FAILED, "this hypervisor counts no latencies\n"
					  "build it with CONFIG_TRACE=y");
	}
	return rc ? err_sys(rc, "cannot count latencies") : BH_OK;
}

static int loop(struct view *v, uint64_t seconds, uint64_t count, bool json)
{
	bool was_off;
	int rc = start(&was_off);

	if (rc == BH_OK && was_off) {
		pause_for(seconds);
	}
	for (uint64_t n = 0; rc == BH_OK && (count == 0 || n < count); n++) {
		if (n) {
			pause_for(seconds);
			if (!json) {
				putchar('\n');
			}
		}
		v->json = json ? out_new(latency_cols, OUT_TABLE, true) : NULL;
		rc = show(v);
		if (v->json) {
			out_end(v->json);
		}
	}
	return rc;
}

static int latency_cmd(const struct args *a)
{
	struct bulkhead_trace_control control;
	struct bulkhead_info info;
	char name[BULKHEAD_NAME_LEN];
	struct view v = { .reset = args_has(a, 'r') };
	uint64_t seconds = 1;
	uint64_t count = args_has(a, 'i') && !args_has(a, 'n') ? 0 : 1;
	int rc = dom_find(a->argv[0], &v.domid);

	if ((args_has(a, 'i') && (!text_u64(args_val(a, 'i'), 3600, &seconds) || !seconds)) ||
	    (args_has(a, 'n') && !text_u64(args_val(a, 'n'), UINT32_MAX, &count))) {
		return err_say(BH_USAGE,
			       "latency: -i wants seconds (1 to 3600), -n a number of pictures\n"
			       "write for example: bh latency -i 1 -n 10 %s",
			       a->argv[0]);
	}
	if (rc) {
		return rc;
	}
	if (args_has(a, 's')) {
		rc = hyp_trace_control(0, BULKHEAD_TRACE_latency, &control);
		return rc ? err_sys(rc, "cannot stop counting") : BH_OK;
	}
	rc = hyp_own_info(&info);
	v.buckets = hyp_buf(NR_BUCKETS * sizeof(*v.buckets));
	if (rc || !v.buckets) {
		return err_sys(rc ? rc : -ENOMEM, "cannot read latencies");
	}
	v.name = dom_name(v.domid, name);
	v.khz = info.cpu_khz;
	rc = loop(&v, seconds, count, a->json);
	hyp_buf_free(v.buckets);
	return rc;
}

static const struct opt latency_opts[] = {
	{ 'i', "interval", "SECONDS", "print again and again, this far apart" },
	{ 'n', "iterations", "COUNT", "leave after so many pictures (1; with -i: never)" },
	{ 'r', "reset", NULL, "empty the histograms after each picture" },
	{ 's', "stop", NULL, "stop counting, of all domains, and leave" },
	{ 0 },
};

const struct cmd cmd_latency = {
	.name = "latency",
	.usage = "DOMAIN",
	.summary = "show how long interrupts, wake-ups and preempted vCPUs wait",
	.help = "The first use begins to count, for all domains, and waits for one interval.\n",
	.opts = latency_opts,
	.min = 1,
	.max = 1,
	.flags = CMD_JSON,
	.run = latency_cmd,
};
