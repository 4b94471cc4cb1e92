/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reservations of CPU time in words: shares, the arithmetic of a refusal, and names of pools. The
 * arithmetic itself is the hypervisor's (common/lib/admission.c), compiled into bh.
 */
#ifndef BH_ADMIT_H
#define BH_ADMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hv/admission.h>

#define ADMIT_POOLS 16u
#define ADMIT_LOADS 64u /* reservations in one pool */

/* "0.30": a share of a CPU, with as many digits as it needs but at least two. Returns @buf. */
char *admit_share(uint32_t ppm, char buf[16]);
/* "asked 0.30 of CPU 1, 0.80 reserved, 0.95 allowed"; returns @buf. */
char *admit_text(const struct sched_admission *why, char *buf, size_t size);

/*
 * A hypercall that makes a reservation for @what has returned @rc (-errno): explains, for a refusal
 * with the hypervisor's arithmetic. Returns BH_FAILED.
 */
int admit_explain(int rc, const char *what);

/* "Pool-3" or "3" to an id. false = no name of a pool. */
bool admit_pool_id(const char *s, uint32_t *id);

#endif
