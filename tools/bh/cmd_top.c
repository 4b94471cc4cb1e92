/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh top: which domain uses how much of the machine, again and again.
 *
 * Two samples of all domains, one interval apart, give the rates. On a terminal
 * each picture replaces the last one and "q" leaves; otherwise, and with
 * --json, pictures are simply printed one after the other.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "out.h"

struct sample {
	uint32_t domid;
	uint64_t created_ns; /* tells a new domain from an old one with the same number */
	uint64_t cpu_ns;
	uint64_t exits;
	uint64_t irqs;
	uint64_t throttled_ns;
};

struct vcpu_sample {
	uint32_t domid;
	char name[BULKHEAD_NAME_LEN];
	uint64_t throttled_ns; /* of its domain */
	struct bulkhead_vcpu_stat st;
};

struct vcpu_samples {
	struct vcpu_sample *s;
	int nr;
	uint64_t now_ns;
};

struct samples {
	struct sample *s;
	int nr;
	uint64_t now_ns;
	struct xen_domctl_getdomaininfo *list;
	struct bulkhead_info info;
};

static const struct out_col top_cols[] = {
	{ "name", "NAME" },
	{ "domid", "ID" },
	{ "state", "STATE" },
	{ "cpu_seconds", "CPU(s)" },
	{ "cpu_percent", "CPU(%)" },
	{ "memory_mib", "MEM(MiB)" },
	{ "vcpus", "VCPUS" },
	{ "traps_per_second", "TRAPS/s" },
	{ "interrupts_per_second", "IRQS/s" },
	{ "throttled_percent", "THROT(%)" },
	{ NULL, NULL },
};

/* By vCPU. More columns will come where the hypervisor gets more to tell. */
static const struct out_col vcpu_cols[] = {
	{ "name", "NAME" },
	{ "domid", "ID" },
	{ "vcpu", "VCPU" },
	{ "cpu", "CPU" },
	{ "cpu_percent", "CPU(%)" },
	{ "hypercalls_per_second", "HVC/s" },
	{ "physical_interrupts_per_second", "PIRQ/s" },
	{ "waits_per_second", "WAIT/s" },
	{ "sysregs_per_second", "SYSREG/s" },
	{ "memory_per_second", "MMIO/s" },
	{ "others_per_second", "OTHER/s" },
	{ "interrupts_per_second", "IRQS/s" },
	{ "throttled_percent", "THROT(%)" },
	{ "missed_deadlines", "MISSED" },
	{ NULL, NULL },
};

static volatile sig_atomic_t top_stop;

static void top_signal(int sig)
{
	(void)sig;
	top_stop = 1;
}

static uint64_t throttled_ns(uint32_t domid)
{
	struct bulkhead_throttle t;

	return hyp_throttle_get(domid, &t) ? 0 : t.throttled_ns;
}

static int samples_take(struct samples *all)
{
	int nr = hyp_dom_list(&all->list);
	int rc = hyp_own_info(&all->info);

	if (nr < 0 || rc) {
		return nr < 0 ? nr : rc;
	}
	all->nr = nr;
	all->now_ns = all->info.uptime_ns;
	all->s = calloc((size_t)nr + 1, sizeof(*all->s));
	for (int i = 0; all->s && i < nr; i++) {
		struct bulkhead_domain_stat st = { 0 };

		hyp_dom_stat(all->list[i].domain, &st);
		all->s[i] = (struct sample){
			.domid = all->list[i].domain,
			.created_ns = st.created_ns,
			.cpu_ns = st.cpu_time_ns,
			.exits = st.nr_exits,
			.irqs = st.nr_injected,
			.throttled_ns = throttled_ns(all->list[i].domain),
		};
	}
	return all->s ? 0 : -1;
}

static void samples_free(struct samples *all)
{
	free(all->s);
	free(all->list);
	memset(all, 0, sizeof(*all));
}

static const struct sample *samples_find(const struct samples *all, const struct sample *like)
{
	static const struct sample none;

	for (int i = 0; i < all->nr; i++) {
		if (all->s[i].domid == like->domid && all->s[i].created_ns == like->created_ns) {
			return &all->s[i];
		}
	}
	return &none;
}

static uint64_t rate(uint64_t now, uint64_t before, uint64_t ns)
{
	return ns && now > before ? (uint64_t)((double)(now - before) * 1e9 / (double)ns) : 0;
}

/* Part of an interval, in percent with one decimal. */
static void percent(struct out_table *t, uint64_t now, uint64_t before, uint64_t ns)
{
	uint64_t permille = rate(now, before, ns) / 1000000;
	char text[32];

	snprintf(text, sizeof(text), "%llu.%llu", (unsigned long long)permille / 10,
		 (unsigned long long)permille % 10);
	out_raw(t, text, text);
}

static void top_row(struct out_table *t, const struct samples *now, int i,
		    const struct samples *old)
{
	const struct xen_domctl_getdomaininfo *d = &now->list[i];
	const struct sample *s = &now->s[i];
	const struct sample *o = samples_find(old, s);
	uint64_t ns = now->now_ns - (o->domid == s->domid && o->created_ns == s->created_ns
					     ? old->now_ns
					     : s->created_ns);
	char name[BULKHEAD_NAME_LEN];
	char state[8];

	out_str(t, dom_name(d->domain, name));
	out_num(t, d->domain);
	out_str(t, dom_state(d, state));
	out_sec(t, s->cpu_ns);
	percent(t, s->cpu_ns, o->cpu_ns, ns);
	out_num(t, d->tot_pages / 256);
	out_num(t, d->nr_online_vcpus);
	out_num(t, rate(s->exits, o->exits, ns));
	out_num(t, rate(s->irqs, o->irqs, ns));
	percent(t, s->throttled_ns, o->throttled_ns, ns);
}

static int vcpus_take(struct vcpu_samples *all)
{
	struct xen_domctl_getdomaininfo *list;
	struct bulkhead_info info;
	int nr = hyp_dom_list(&list);
	int rc = nr < 0 ? nr : hyp_own_info(&info);

	for (int i = 0; rc == 0 && i < nr; i++) {
		struct vcpu_sample one = { .domid = list[i].domain };
		void *more = realloc(all->s, sizeof(one) * (size_t)(all->nr + BULKHEAD_MAX_VCPUS));

		if (!more) {
			rc = -ENOMEM;
			break;
		}
		all->s = more;
		dom_name(one.domid, one.name);
		one.throttled_ns = throttled_ns(one.domid);
		for (uint32_t v = 0; v < BULKHEAD_MAX_VCPUS; v++) {
			if (hyp_vcpu_stat(one.domid, v, &one.st)) {
				break;
			}
			all->s[all->nr++] = one;
		}
	}
	all->now_ns = rc ? 0 : info.uptime_ns;
	if (nr >= 0) {
		free(list);
	}
	return rc;
}

/* The sample of the same vCPU; zeros when it is new. A domain that took the number of one that has
 * gone starts from zero, too. */
static const struct vcpu_sample *vcpus_find(const struct vcpu_samples *all,
					    const struct vcpu_sample *like)
{
	static const struct vcpu_sample none;

	for (int i = 0; i < all->nr; i++) {
		const struct vcpu_sample *s = &all->s[i];

		if (s->domid == like->domid && s->st.vcpu == like->st.vcpu &&
		    s->st.cpu_time_ns <= like->st.cpu_time_ns) {
			return s;
		}
	}
	return &none;
}

static void vcpu_row(struct out_table *t, const struct vcpu_sample *s, const struct vcpu_sample *o,
		     uint64_t ns)
{
	const struct bulkhead_vcpu_stat *old = &o->st;
	uint64_t others = 0;

	out_str(t, s->name);
	out_num(t, s->domid);
	out_num(t, s->st.vcpu);
	if (s->st.state & BULKHEAD_VCPU_up) {
		out_num(t, s->st.cpu);
	} else {
		out_str(t, NULL);
	}
	percent(t, s->st.cpu_time_ns, old->cpu_time_ns, ns);
	for (uint32_t i = 0; i < BULKHEAD_NR_EXITS; i++) {
		uint64_t per_second = rate(s->st.nr_exits[i], old->nr_exits[i], ns);

		/* The columns are in the order of the reasons. */
		if (i <= BULKHEAD_EXIT_memory) {
			out_num(t, per_second);
		} else {
			others += per_second;
		}
	}
	out_num(t, others);
	out_num(t, rate(s->st.nr_injected, old->nr_injected, ns));
	percent(t, s->throttled_ns, o->throttled_ns, ns);
	out_num(t, s->st.nr_missed);
}

static void vcpus_show(const struct vcpu_samples *now, const struct vcpu_samples *old, bool json,
		       bool screen)
{
	struct out_table *t = out_new(vcpu_cols, OUT_TABLE, json);

	for (int i = 0; i < now->nr; i++) {
		vcpu_row(t, &now->s[i], vcpus_find(old, &now->s[i]), now->now_ns - old->now_ns);
	}
	if (screen) {
		fputs("\033[H\033[J", stdout);
	}
	out_end(t);
}

static void top_show(const struct samples *now, const struct samples *old, bool json, bool screen)
{
	struct out_table *t = out_new(top_cols, OUT_TABLE, json);

	for (int i = 0; i < now->nr; i++) {
		top_row(t, now, i, old);
	}
	if (screen) {
		fputs("\033[H\033[J", stdout);
	}
	if (!json) {
		printf("bh top  up %llu s  %u CPUs  %llu MiB, %llu MiB free  %d domains%s\n",
		       (unsigned long long)now->now_ns / 1000000000, now->info.nr_cpus,
		       (unsigned long long)now->info.total_frames / 256,
		       (unsigned long long)now->info.free_frames / 256, now->nr,
		       screen ? "  (q leaves)" : "");
	}
	out_end(t);
}

/* Waits for the next picture; true = the user wants to leave. */
static bool top_wait(uint64_t ms, bool keys)
{
	struct pollfd p = { .fd = keys ? STDIN_FILENO : -1, .events = POLLIN };
	char c;

	if (poll(&p, 1, (int)ms) > 0 && read(STDIN_FILENO, &c, 1) == 1) {
		return c == 'q' || c == 'Q' || c == 3;
	}
	return false;
}

static int top_loop(uint64_t ms, uint64_t count, bool json, bool screen)
{
	struct samples old = { 0 };
	struct samples now = { 0 };
	int rc = samples_take(&old);

	for (uint64_t n = 0; rc == 0 && !top_stop && (count == 0 || n < count); n++) {
		if (top_wait(ms, screen)) {
			break;
		}
		rc = samples_take(&now);
		if (rc == 0 && !top_stop) {
			top_show(&now, &old, json, screen);
		}
		samples_free(&old);
		old = now;
		memset(&now, 0, sizeof(now));
	}
	samples_free(&old);
	return rc ? err_sys(rc, "cannot list the domains") : BH_OK;
}

static int vcpus_loop(uint64_t ms, uint64_t count, bool json, bool screen)
{
	struct vcpu_samples old = { 0 };
	struct vcpu_samples now = { 0 };
	int rc = vcpus_take(&old);

	for (uint64_t n = 0; rc == 0 && !top_stop && (count == 0 || n < count); n++) {
		if (top_wait(ms, screen)) {
			break;
		}
		rc = vcpus_take(&now);
		if (rc == 0 && !top_stop) {
			vcpus_show(&now, &old, json, screen);
		}
		free(old.s);
		old = now;
		memset(&now, 0, sizeof(now));
	}
	free(old.s);
	return rc ? err_sys(rc, "cannot list the vCPUs") : BH_OK;
}

static int top_cmd(const struct args *a)
{
	bool screen = isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) && !args_has(a, 'b') &&
		      !a->json;
	struct sigaction sa = { .sa_handler = top_signal };
	struct termios saved;
	struct termios raw;
	uint64_t seconds = 3;
	uint64_t count = a->json ? 1 : 0;
	int rc;

	if ((args_has(a, 'd') && (!text_u64(args_val(a, 'd'), 3600, &seconds) || !seconds)) ||
	    (args_has(a, 'i') && !text_u64(args_val(a, 'i'), UINT32_MAX, &count))) {
		return err_say(BH_USAGE,
			       "top: -d wants seconds (1 to 3600), -i a number of pictures\n"
			       "write for example: bh top -d 1 -i 10");
	}
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	if (screen && tcgetattr(STDIN_FILENO, &saved) == 0) {
		raw = saved;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	rc = args_has(a, 'v') ? vcpus_loop(seconds * 1000, count, a->json, screen)
			      : top_loop(seconds * 1000, count, a->json, screen);
	if (screen) {
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	}
	return rc;
}

static const struct opt top_opts[] = {
	{ 'd', "delay", "SECONDS", "time between two pictures (3)" },
	{ 'i', "iterations", "COUNT", "leave after so many pictures" },
	{ 'b', "batch", NULL, "print pictures one after the other" },
	{ 'v', "vcpus", NULL, "a line per vCPU: its share of a CPU, entries into EL2 by reason" },
	{ 0 },
};

const struct cmd cmd_top = {
	.name = "top",
	.summary = "watch the CPU time of all domains",
	.help = "--json prints one picture, measured over the delay, and leaves.\n",
	.opts = top_opts,
	.flags = CMD_JSON,
	.run = top_cmd,
};
