/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the files of common/health: a restart and the images that it needs. Contracts of what
 * others call are in hv/health.h. Nobody else includes this.
 */
#ifndef RESTART_H
#define RESTART_H

#include <hv/health.h>

/* Stop the domain now; deferred work has it start again. Its lock held. */
void restart_begin_locked(struct health *h);
/* A slice of noting what RAM the domain has now: -ERESTART until done; -ENOSPC too many pieces. */
int restart_note_ram(struct health *h);
/* The state of h in which a step, a list of slices, begins. */
void restart_enter(struct health *h, u8 step);
/* It is not being loaded for its first life any more: it runs, or will not. */
void health_end_first(struct health *h);
/* A restart has failed for good: tell why, then do what the policy says. No lock. */
void health_give_up(struct health *h, int err);
/* The line about its last fault, and what that led to. Returns 0. */
int health_say(struct domain *d);
/* Stop the domain now; deferred work shuts it down. Its lock held. */
void health_shut_locked(struct health *h, u8 code);
/* An event for the trace: a fault, or ~0 for "runs again". */
void health_trace(const struct domain *d, u64 what, u64 ns);

/* A slice of summing up all images, into h->sum: -ERESTART until done, then 0. */
int health_sum_images(struct health *h);

#endif
