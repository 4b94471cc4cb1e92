/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding a domain by what the user typed, and ending it.
 */
#ifndef BH_DOM_H
#define BH_DOM_H

#include <stdbool.h>
#include <stdint.h>

#include "hyp.h"

/* Name or number to id. Explains itself: BH_OK, BH_NODOM or BH_FAILED. */
int dom_find(const char *arg, uint32_t *domid);
/* The name of a domain, in the shared store or the hypervisor. 0; -ENOENT: none has it. */
int dom_find_name(const char *name, uint32_t *domid);
/* The same, but Dom0 is refused for @what ("destroy", …). */
int dom_find_guest(const char *arg, const char *what, uint32_t *domid);
/* The same for a domain in the shared store, without which @what is not possible. */
int dom_find_stored(const char *arg, const char *what, uint32_t *domid);
/* Name of a domain, "(unnamed)" when it has none. */
const char *dom_name(uint32_t domid, char name[BULKHEAD_NAME_LEN]);
/* Destroys it, carrying on as long as the hypervisor asks to be called again. 0 or -errno. */
int dom_destroy(uint32_t domid);
/* Waits until the domain is gone. false = still there after @ms. */
bool dom_wait_gone(uint32_t domid, unsigned int ms);
/* Six letters like xl's: r b p s c d, '-' where it does not apply. */
const char *dom_state(const struct xen_domctl_getdomaininfo *info, char buf[8]);
/* Why it has shut down, as text. */
const char *dom_shutdown_name(uint32_t reason);
uint32_t dom_shutdown_reason(const struct xen_domctl_getdomaininfo *info);

#endif
