/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rings and histograms of the fake hypervisor (fake_trace.c).
 */
#ifndef FAKE_TRACE_H
#define FAKE_TRACE_H

#include <public/bulkhead.h>

void fake_trace_read(struct bulkhead_trace_read *r);
void fake_latency(struct bulkhead_latency *l);

#endif
