/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histogram of latencies in ticks: four buckets per power of two, so a bucket's borders are at most
 * 25 % apart. Written by one CPU at a time; a reader without a lock sees counts of the moment.
 */
#ifndef HV_LATENCY_H
#define HV_LATENCY_H

#include <hv/types.h>

#define LATENCY_NR_BUCKETS 128U /* the last also holds all that is longer: from 7 * 2^30 ticks */

struct latency {
	u64 count, min, max, sum; /* min and max mean nothing while count is 0 */
	u32 buckets[LATENCY_NR_BUCKETS];
};

/* Count one value. Constant time. */
void latency_add(struct latency *histogram, u64 ticks);

#endif
