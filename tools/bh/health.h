/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Health of a domain in a word, for tables.
 */
#ifndef BH_HEALTH_H
#define BH_HEALTH_H

#include "hyp.h"

/* "good", "restarted", "restarting" or "given up". */
const char *health_word(const struct bulkhead_health *h);

#endif
