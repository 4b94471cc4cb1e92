/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trace as JSON in the "Trace Event Format", which Perfetto and chrome://tracing open.
 *
 * Process 1 holds a track per CPU: slices of who runs, instants of what happens. Each domain is a
 * process of its own (1000 + its number) with a track per vCPU: slices "waits" (awake, not yet
 * running) and "runs". Records come by time, so times never step back on a track; a slice that is
 * open at the end is closed at the last record.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hyp.h"
#include "out.h"
#include "trace.h"

#define PID_CPUS    1u
#define PID_DOMAINS 1000u
#define NR_VCPUS    4096u /* tracks at most; more vCPUs than that have none */

enum slice {
	SLICE_NONE,
	SLICE_WAITS,
	SLICE_RUNS
};

struct track {
	uint32_t who;
	enum slice open;
};

struct writer {
	const struct trace *t;
	FILE *f;
	uint32_t *runs; /* per CPU: whose slice is open; TRACE_UNKNOWN = none */
	struct track *tracks;
	unsigned int nr_tracks;
	bool has_begun;
};

static const char *const exit_names[BULKHEAD_NR_EXITS] = {
	"exit: hypercall", "exit: interrupt", "exit: wait", "exit: sysreg",
	"exit: memory",	   "exit: smc",	      "exit: fp",   "exit: other",
};

/* The start of one event: what all kinds have in common. */
static void begin(struct writer *w, const char *phase, uint32_t pid, uint32_t tid)
{
	fprintf(w->f, "%s{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u", w->has_begun ? ",\n" : "", phase,
		pid, tid);
	w->has_begun = true;
}

static void stamp(struct writer *w, uint64_t time)
{
	uint64_t ns = trace_ns(w->t, time - w->t->events[0].r.time);

	fprintf(w->f, ",\"ts\":%" PRIu64 ".%03u", ns / 1000, (unsigned int)(ns % 1000));
}

static void open_slice(struct writer *w, uint32_t pid, uint32_t tid, uint64_t time,
		       const char *name)
{
	begin(w, "B", pid, tid);
	stamp(w, time);
	fputs(",\"name\":", w->f);
	out_quote(w->f, name);
	fputc('}', w->f);
}

static void close_slice(struct writer *w, uint32_t pid, uint32_t tid, uint64_t time)
{
	begin(w, "E", pid, tid);
	stamp(w, time);
	fputc('}', w->f);
}

static void name_track(struct writer *w, const char *what, uint32_t pid, uint32_t tid,
		       const char *name)
{
	begin(w, "M", pid, tid);
	fprintf(w->f, ",\"name\":\"%s\",\"args\":{\"name\":", what);
	out_quote(w->f, name);
	fputs("}}", w->f);
}

/* Where a viewer shows a process or track: the CPUs first, then domains and vCPUs by number. */
static void sort_track(struct writer *w, const char *what, uint32_t pid, uint32_t tid)
{
	begin(w, "M", pid, tid);
	fprintf(w->f, ",\"name\":\"%s\",\"args\":{\"sort_index\":%u}}", what,
		*what == 'p' ? pid : tid);
}

static uint32_t pid_of(uint32_t who)
{
	return PID_DOMAINS + (who >> 16);
}

static struct track *track_of(struct writer *w, uint32_t who)
{
	char name[BULKHEAD_NAME_LEN + 16];
	struct track *track = w->tracks;

	if (who == TRACE_UNKNOWN || who >> 16 == BULKHEAD_DOMID_idle) {
		return NULL;
	}
	for (; track < w->tracks + w->nr_tracks; track++) {
		if (track->who == who) {
			return track;
		}
	}
	if (w->nr_tracks == NR_VCPUS) {
		return NULL;
	}
	w->nr_tracks++;
	*track = (struct track){ .who = who };
	trace_who(who, name, sizeof(name));
	name_track(w, "thread_name", pid_of(who), who & 0xffff, name);
	*strrchr(name, '/') = '\0';
	name_track(w, "process_name", pid_of(who), 0, name);
	sort_track(w, "process_sort_index", pid_of(who), 0);
	sort_track(w, "thread_sort_index", pid_of(who), who & 0xffff);
	return track;
}

static void set_track(struct writer *w, uint32_t who, enum slice slice, uint64_t time)
{
	struct track *track = track_of(w, who);

	if (!track || (track->open == SLICE_RUNS && slice == SLICE_WAITS)) {
		return; /* woken before it had left its CPU */
	}
	if (track->open != SLICE_NONE) {
		close_slice(w, pid_of(who), who & 0xffff, time);
	}
	if (slice != SLICE_NONE) {
		open_slice(w, pid_of(who), who & 0xffff, time,
			   slice == SLICE_RUNS ? "runs" : "waits");
	}
	track->open = slice;
}

/* From now on this one has the CPU. */
static void set_cpu(struct writer *w, uint32_t cpu, uint32_t who, uint64_t time)
{
	char name[BULKHEAD_NAME_LEN + 16];
	uint32_t old = w->runs[cpu];

	if (old == who) {
		return;
	}
	if (old != TRACE_UNKNOWN) {
		close_slice(w, PID_CPUS, cpu, time);
		set_track(w, old, SLICE_NONE, time);
	}
	if (who != TRACE_UNKNOWN) {
		open_slice(w, PID_CPUS, cpu, time, trace_who(who, name, sizeof(name)));
		set_track(w, who, SLICE_RUNS, time);
	}
	w->runs[cpu] = who;
}

static const char *title(const struct bulkhead_trace_record *r, char *buf, size_t size)
{
	switch (r->event) {
	case BULKHEAD_EVENT_exit:
		return exit_names[r->args[0] % BULKHEAD_NR_EXITS];
	case BULKHEAD_EVENT_hypercall:
		snprintf(buf, size, "hypercall %" PRIu64, r->args[0]);
		return buf;
	case BULKHEAD_EVENT_inject:
		snprintf(buf, size, "inject %" PRIu64, r->args[0]);
		return buf;
	case BULKHEAD_EVENT_wake:
		return "wake";
	case BULKHEAD_EVENT_pick:
		return "pick";
	case BULKHEAD_EVENT_missed:
		return "missed deadline";
	case BULKHEAD_EVENT_health:
		return r->args[0] == UINT64_MAX ? "runs again" : "fault";
	default:
		snprintf(buf, size, "event %u", r->event);
		return buf;
	}
}

static void instant(struct writer *w, const struct trace_event *e)
{
	const struct bulkhead_trace_record *r = &e->r;
	char name[BULKHEAD_NAME_LEN + 16];
	char buf[48];

	begin(w, "i", PID_CPUS, e->cpu);
	stamp(w, r->time);
	fprintf(w->f,
		",\"s\":\"t\",\"name\":\"%s\",\"args\":{\"vcpu\":", title(r, buf, sizeof(buf)));
	out_quote(w->f, trace_who((uint32_t)r->domain << 16 | r->vcpu, name, sizeof(name)));
	if (r->event == BULKHEAD_EVENT_exit) {
		fprintf(w->f, ",\"esr\":\"%#" PRIx64 "\"", r->args[0] >> 32);
	}
	fprintf(w->f, ",\"arg\":\"%#" PRIx64 "\"}}", r->args[1]);
}

static void write_event(struct writer *w, const struct trace_event *e)
{
	uint32_t who = (uint32_t)e->r.domain << 16 | e->r.vcpu;

	if (e->r.event == BULKHEAD_EVENT_switch) {
		set_cpu(w, e->cpu, (uint32_t)e->r.args[1], e->r.time);
		set_cpu(w, e->cpu, who, e->r.time);
		return;
	}
	if (e->r.event == BULKHEAD_EVENT_exit || e->r.event == BULKHEAD_EVENT_hypercall) {
		set_cpu(w, e->cpu, who, e->r.time); /* news only at the start of a ring */
	}
	instant(w, e);
	if (e->r.event == BULKHEAD_EVENT_wake) {
		set_track(w, who, SLICE_WAITS, e->r.time);
	}
}

static void close_all(struct writer *w)
{
	uint64_t end = w->t->events[w->t->nr - 1].r.time;

	for (uint32_t cpu = 0; cpu < w->t->nr_cpus; cpu++) {
		set_cpu(w, cpu, TRACE_UNKNOWN, end);
	}
	for (unsigned int i = 0; i < w->nr_tracks; i++) {
		set_track(w, w->tracks[i].who, SLICE_NONE, end);
	}
}

void trace_write_json(const struct trace *t, FILE *f)
{
	struct writer w = { .t = t, .f = f };
	char name[32];

	w.runs = calloc(t->nr_cpus, sizeof(*w.runs));
	w.tracks = calloc(NR_VCPUS, sizeof(*w.tracks));
	if (!w.runs || !w.tracks) {
		fputs("bh: out of memory\n", stderr);
		exit(1);
	}
	fputs("{\"displayTimeUnit\":\"ns\",\"metadata\":{\"highres-ticks\":true},", f);
	fputs("\"otherData\":{\"hypervisor\":", f);
	out_quote(f, t->version);
	fprintf(f, ",\"records\":%zu,\"overwritten\":%" PRIu64 "},\"traceEvents\":[\n", t->nr,
		t->dropped);
	name_track(&w, "process_name", PID_CPUS, 0, "CPUs");
	sort_track(&w, "process_sort_index", PID_CPUS, 0);
	for (uint32_t cpu = 0; cpu < t->nr_cpus; cpu++) {
		w.runs[cpu] = TRACE_UNKNOWN;
		snprintf(name, sizeof(name), "CPU %u", cpu);
		name_track(&w, "thread_name", PID_CPUS, cpu, name);
		sort_track(&w, "thread_sort_index", PID_CPUS, cpu);
	}
	for (size_t i = 0; i < t->nr; i++) {
		write_event(&w, &t->events[i]);
	}
	close_all(&w);
	fputs("\n]}\n", f);
	free(w.runs);
	free(w.tracks);
}
