/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histogram of latencies. A value of at least 4 falls into a bucket by its highest bit and the two
 * bits below that; 0 ... 3 have a bucket each:
 *
 *	value 0 1 2 3 | 4 5 6 7 | 8-9 10-11 12-13 14-15 | 16-19 ...
 *	bucket 0 1 2 3 | 4 5 6 7 | 8   9     10    11    | 12 ...
 *
 * No locks, no state of its own.
 */
#include <hv/latency.h>

static unsigned int bucket_of(u64 ticks)
{
	unsigned int top, bucket;

	if (ticks < 4) {
		return (unsigned int)ticks;
	}
	top = 63U - (unsigned int)__builtin_clzl(ticks);
	bucket = 4 * (top - 1) + (unsigned int)((ticks >> (top - 2)) & 3);
	return bucket < LATENCY_NR_BUCKETS ? bucket : LATENCY_NR_BUCKETS - 1;
}

void latency_add(struct latency *histogram, u64 ticks)
{
	histogram->min = histogram->count == 0 ? ticks : MIN(histogram->min, ticks);
	histogram->max = MAX(histogram->max, ticks);
	histogram->count++;
	histogram->sum += ticks;
	histogram->buckets[bucket_of(ticks)]++;
}
