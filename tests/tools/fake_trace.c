/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fake hypervisor has traced: records in the file $BH_FAKE_TRACE, one histogram of
 * interrupts, none of wake-ups.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_trace.h"

struct fake_record {
	uint64_t cpu;
	struct bulkhead_trace_record r;
};

void fake_trace_read(struct bulkhead_trace_read *r)
{
	const char *path = getenv("BH_FAKE_TRACE");
	FILE *f = path ? fopen(path, "r") : NULL;
	struct bulkhead_trace_record *to = (void *)r->data.va;
	struct fake_record record;
	uint64_t at = 0;
	uint32_t nr = 0;

	while (f && nr < r->nr && fread(&record, sizeof(record), 1, f) == 1) {
		if (record.cpu == r->cpu && at++ >= r->next) {
			to[nr++] = record.r;
		}
	}
	if (f) {
		fclose(f);
	}
	r->nr = nr;
	r->next += nr;
	r->dropped = 0;
}

void fake_latency(struct bulkhead_latency *l)
{
	uint32_t *buckets = (uint32_t *)l->buckets.va;

	memset(buckets, 0, l->nr * sizeof(*buckets));
	if (l->which == BULKHEAD_LATENCY_interrupt) {
		buckets[32] = 98; /* from 512 ticks on */
		buckets[40] = 2;  /* from 2048 on */
		l->count = 100;
		l->min = 600;
		l->max = 2100;
		l->sum = 98 * 600 + 2 * 2100;
	}
}
