/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building a domain from a plan.
 */
#ifndef BH_BUILD_H
#define BH_BUILD_H

#include <stdint.h>

#include "plan.h"

/*
 * Creates the domain of @p, loaded and paused, with @tag kept beside it. On failure explains
 * itself and leaves nothing behind. Returns enum bh_exit; *domid is the new domain.
 */
int build_domain(struct plan *p, const char *tag, uint32_t *domid);

/* Guest frames of the special pages. */
#define BUILD_CONSOLE_GFN 0x39000
#define BUILD_STORE_GFN	  0x39001

#endif
