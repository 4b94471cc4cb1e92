/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rings and histograms of the fake hypervisor (fake_trace.c).
 */
#ifndef FAKE_TRACE_H
#define FAKE_TRACE_H

#include <stdbool.h>

#include <public/bulkhead.h>

/* trace_control, trace_read and bounds; -1: there is no more. */
int fake_measured(struct bulkhead_op *op, uint32_t *tracing);
/* The figures grow with each of the calls; -1: there is no such vCPU. */
int fake_vcpu_stat(struct bulkhead_vcpu_stat *st, uint64_t *calls);
/*
 * get_throttle and set_throttle, false: another command. A domain with a budget of its own for
 * traps is throttled for a quarter of the time.
 */
bool fake_throttle(struct bulkhead_op *op, uint32_t *rates, uint64_t calls);
/* set_health, keep_image and get_health, false: another command. Domain 2 has been given up. */
bool fake_health(struct bulkhead_op *op);
void fake_latency(struct bulkhead_latency *l);

#endif
