/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the rings, and who kept whom waiting.
 *
 * A ring is read once from its oldest record to where it was when the reading began, so this ends
 * even while events go on. Most records tell who had the CPU until then (runner()); so the time
 * between two records of a CPU belongs to the one that the later of them names. A wait is a switch
 * to a vCPU that was awake since a while: that time is shared out among those who had this CPU.
 */
#include <stdlib.h>
#include <string.h>

#include "dom.h"
#include "err.h"
#include "hyp.h"
#include "trace.h"

#define READ_NR	   128u
#define CAUSES_MAX 16

uint64_t trace_ns(const struct trace *t, uint64_t ticks)
{
	return t->khz ? (uint64_t)((unsigned __int128)ticks * 1000000 / t->khz) : ticks;
}

const char *trace_who(uint32_t who, char *buf, size_t size)
{
	char name[BULKHEAD_NAME_LEN];
	uint32_t domid = who >> 16;

	if (who == TRACE_UNKNOWN || domid == BULKHEAD_DOMID_idle) {
		snprintf(buf, size, "%s", who == TRACE_UNKNOWN ? "unknown" : "idle");
	} else if (hyp_name_get(domid, name) || !name[0]) {
		snprintf(buf, size, "domain %u/v%u", domid, who & 0xffff);
	} else {
		snprintf(buf, size, "%s/v%u", name, who & 0xffff);
	}
	return buf;
}

static int add(struct trace *t, uint32_t cpu, const struct bulkhead_trace_record *r, uint32_t nr)
{
	struct trace_event *more;

	if (nr == 0) {
		return BH_OK;
	}
	more = realloc(t->events, (t->nr + nr) * sizeof(*more));
	if (!more) {
		return err_say(BH_FAILED, "no memory for the trace\nfree memory in Dom0");
	}
	t->events = more;
	for (uint32_t i = 0; i < nr; i++, t->nr++) {
		more[t->nr] = (struct trace_event){ .r = r[i], .cpu = cpu, .seq = (uint32_t)t->nr };
	}
	return BH_OK;
}

static int fetch_cpu(struct trace *t, uint32_t cpu, struct bulkhead_trace_record *buf, uint32_t max)
{
	struct bulkhead_trace_read r = { .cpu = cpu };
	uint32_t done = 0;
	int rc;

	do {
		r.nr = READ_NR;
		r.data = GUEST_HANDLE_OF(buf);
		rc = hyp_trace_read(&r);
		if (rc) {
			return err_sys(rc, "cannot read the trace of CPU %u", cpu);
		}
		/* What a ring held before is no loss of this reader. */
		t->dropped += done ? r.dropped : 0;
		done += r.nr;
		rc = add(t, cpu, buf, r.nr);
	} while (rc == BH_OK && r.nr && done < max);
	return rc;
}

static int by_time(const void *a, const void *b)
{
	const struct trace_event *x = a;
	const struct trace_event *y = b;

	if (x->r.time != y->r.time) {
		return x->r.time < y->r.time ? -1 : 1;
	}
	return x->seq < y->seq ? -1 : 1;
}

int trace_fetch(struct trace *t)
{
	struct bulkhead_trace_control control;
	struct bulkhead_trace_record *buf = hyp_buf(READ_NR * sizeof(*buf));
	struct bulkhead_info info;
	int rc = hyp_trace_control(0, 0, &control);

	memset(t, 0, sizeof(*t));
	if (rc == 0 && buf) {
		rc = hyp_own_info(&info);
	}
	if (rc || !buf) {
		hyp_buf_free(buf);
		return err_sys(rc, "cannot read the trace\nthe hypervisor may be built without "
				   "CONFIG_TRACE");
	}
	t->khz = info.cpu_khz;
	t->nr_cpus = info.nr_cpus;
	memcpy(t->version, info.version, sizeof(t->version));
	for (uint32_t cpu = 0; rc == BH_OK && cpu < t->nr_cpus; cpu++) {
		rc = fetch_cpu(t, cpu, buf, control.ring_records);
	}
	hyp_buf_free(buf);
	if (rc == BH_OK && t->nr == 0) {
		return err_say(BH_FAILED, "there is no trace\n\"bh trace start\" begins one");
	}
	if (t->nr) {
		qsort(t->events, t->nr, sizeof(*t->events), by_time);
	}
	return rc;
}

void trace_free(struct trace *t)
{
	free(t->events);
	memset(t, 0, sizeof(*t));
}

/* Who had the CPU until this record; TRACE_UNKNOWN when it does not say. */
static uint32_t runner(const struct bulkhead_trace_record *r)
{
	switch (r->event) {
	case BULKHEAD_EVENT_exit:
	case BULKHEAD_EVENT_hypercall:
		return (uint32_t)r->domain << 16 | r->vcpu;
	case BULKHEAD_EVENT_wake:
	case BULKHEAD_EVENT_pick:
	case BULKHEAD_EVENT_switch:
		return (uint32_t)r->args[1];
	default:
		return TRACE_UNKNOWN;
	}
}

struct share {
	uint32_t who;
	uint64_t ticks;
};

static void share_add(struct share *shares, uint32_t who, uint64_t ticks)
{
	for (int i = 0; i < CAUSES_MAX; i++) {
		if (shares[i].ticks == 0 || shares[i].who == who) {
			shares[i].who = who;
			shares[i].ticks += ticks;
			return;
		}
	}
}

/* Who ran on the CPU of this wait, and for which part of it. */
static void blame(const struct trace *t, struct trace_delay *d)
{
	struct share shares[CAUSES_MAX] = { { 0 } };
	const struct share *most = &shares[0];
	uint64_t from = UINT64_MAX; /* of the interval that the next record ends */

	for (size_t i = 0; i < t->nr && t->events[i].r.time <= d->until; i++) {
		const struct bulkhead_trace_record *r = &t->events[i].r;
		uint32_t who = runner(r);

		if (t->events[i].cpu != d->cpu || who == TRACE_UNKNOWN) {
			continue;
		}
		/* Before its first record nothing is known of a CPU. */
		if (from != UINT64_MAX && r->time > d->since) {
			share_add(shares, who, r->time - (from > d->since ? from : d->since));
		}
		from = r->time;
	}
	for (int i = 1; i < CAUSES_MAX; i++) {
		most = shares[i].ticks > most->ticks ? &shares[i] : most;
	}
	d->cause = most->ticks ? most->who : TRACE_UNKNOWN;
	d->permille = (uint32_t)((unsigned __int128)most->ticks * 1000 / (d->until - d->since));
}

/* Puts a wait into the list where it belongs, if it is long enough. */
static unsigned int insert(struct trace_delay *list, unsigned int nr, struct trace_delay d)
{
	unsigned int at = nr;

	while (at > 0 && d.until - d.since > list[at - 1].until - list[at - 1].since) {
		at--;
	}
	if (at == TRACE_NR_DELAYS) {
		return nr;
	}
	nr = nr < TRACE_NR_DELAYS ? nr + 1 : nr;
	memmove(&list[at + 1], &list[at], (nr - at - 1) * sizeof(*list));
	list[at] = d;
	return nr;
}

unsigned int trace_delays(const struct trace *t, uint32_t domid,
			  struct trace_delay delays[TRACE_NR_DELAYS])
{
	unsigned int nr = 0;

	for (size_t i = 0; i < t->nr; i++) {
		const struct trace_event *e = &t->events[i];
		struct trace_delay d = { .since = e->r.args[0], .until = e->r.time, .cpu = e->cpu };

		d.who = (uint32_t)e->r.domain << 16 | e->r.vcpu;
		if (e->r.event == BULKHEAD_EVENT_switch && d.since && d.since < d.until &&
		    (domid == TRACE_ANY || domid == e->r.domain)) {
			nr = insert(delays, nr, d);
		}
	}
	for (unsigned int i = 0; i < nr; i++) {
		blame(t, &delays[i]);
	}
	return nr;
}
