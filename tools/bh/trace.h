/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trace, as the rings of all CPUs hold it: merged by time, written as JSON that Perfetto and
 * chrome://tracing open, and searched for what kept vCPUs waiting.
 */
#ifndef BH_TRACE_H
#define BH_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <public/bulkhead.h>

struct trace_event {
	struct bulkhead_trace_record r;
	uint32_t cpu;
	uint32_t seq; /* place in its ring */
};

struct trace {
	struct trace_event *events; /* by time */
	size_t nr;
	uint64_t dropped; /* overwritten while they were read */
	uint32_t khz;	  /* of the counter */
	uint32_t nr_cpus;
	char version[32];
};

#define TRACE_NOBODY  ((uint32_t)BULKHEAD_DOMID_idle << 16) /* the CPU idled */
#define TRACE_UNKNOWN 0xffffffffu

/* One wait of a vCPU that was awake, and who had its CPU meanwhile. */
struct trace_delay {
	uint64_t since, until; /* ticks */
	uint32_t who, cpu;
	uint32_t cause;	   /* who ran for the longest part; TRACE_NOBODY, TRACE_UNKNOWN */
	uint32_t permille; /* of the wait */
};

#define TRACE_NR_DELAYS 10

/* Reads all rings. Explains itself. Returns enum bh_exit; trace_free() in any case. */
int trace_fetch(struct trace *t);
void trace_free(struct trace *t);
#define TRACE_ANY 0xffffffffu

/*
 * The longest waits of a domain (TRACE_ANY: of all), longest first; returns how many, at most
 * TRACE_NR_DELAYS.
 */
unsigned int trace_delays(const struct trace *t, uint32_t domid,
			  struct trace_delay delays[TRACE_NR_DELAYS]);
void trace_write_json(const struct trace *t, FILE *f);
/* Nanoseconds of a number of ticks. */
uint64_t trace_ns(const struct trace *t, uint64_t ticks);
/* "NAME/vN" of a domain << 16 | vCPU; "idle". */
const char *trace_who(uint32_t who, char *buf, size_t size);

#endif
