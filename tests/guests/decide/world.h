/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the guest (lib.h) and the scheduler's sources (hv/…), whose headers do not go together.
 */
#ifndef DECIDE_WORLD_H
#define DECIDE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

/* nr vCPUs that always want to run, under this policy; null: each with a CPU, else on one CPU. */
bool world_setup(const char *policy, unsigned int nr);
/* Time goes to the next decision; returns what it cost in ticks, the two readings included. */
uint64_t world_decide(void);
/* Everything as before world_setup(). */
void world_clear(void);
/* How many of the vCPUs have run since world_setup(). */
unsigned int world_nr_served(void);

/* decide.c, for world.c. */
uint64_t counter(void);
void broken(const char *what) __attribute__((noreturn));

#endif
