/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools of CPUs as the commands see them: look-up with an explanation, names of schedulers.
 */
#ifndef BH_POOL_H
#define BH_POOL_H

#include <stdint.h>

#include "hyp.h"

struct pool {
	uint32_t id;
	uint32_t sched; /* XEN_SCHEDULER_* */
	uint32_t nr_doms;
	struct cpuset cpus;
};

/* The first pool with an id of at least @from; 0 or -errno (-ENOENT: none). */
int pool_next(uint32_t from, struct pool *p);
/* The pool that @arg names. Explains itself: BH_OK, BH_USAGE or BH_FAILED. */
int pool_find(const char *arg, struct pool *p);
/* The pool of a domain; 0 or -errno. */
int pool_of_domain(uint32_t domid, struct pool *p);

#endif
