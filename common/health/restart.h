/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of common/health: a restart and the images that it needs. Contracts of what
 * others call are in hv/health.h. Nobody else includes this.
 */
#ifndef RESTART_H
#define RESTART_H

#include <hv/health.h>

/* The domain is stopped and will start again; keeps the reference that the caller has taken. */
void restart_begin(struct health *h);
/* A slice of noting what RAM the domain has now: -ERESTART until done; -ENOSPC too many pieces. */
int restart_note_ram(struct health *h);
/* The state of h in which the next list of slices begins. */
void restart_next_step(struct health *h);
/* A restart has failed for good: tell why, then do what the policy says. No lock. */
void health_give_up(struct health *h, int err);
/* An event for the trace: a fault, or ~0 for "runs again". */
void health_trace(const struct domain *d, u64 what, u64 ns);

/* A slice of summing up all images, into h->sum: -ERESTART until done, then 0. */
int health_sum_images(struct health *h);

#endif
