/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in the shared store for a domain (docs/store.md): written as xl
 * writes it, so that xl and bh see and manage each other's domains. Without
 * xenstored nothing is written and nothing is found.
 */
#ifndef BH_RECORD_H
#define BH_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "cfg.h"
#include "hyp.h"

/* Whether the domain stands in the store. */
bool record_is(uint32_t domid);
/* Enters the new domain @domid of @c, whose store page has been set up. 0 or -errno. */
int record_make(const struct cfg *c, uint32_t domid);
/* Has xenstored serve the domain's store page, again after a restart in place. 0 or -errno. */
int record_introduce(uint32_t domid);
/* Takes its devices from the back ends and removes all that stands in the store. */
void record_remove(uint32_t domid);
/* false: it has no name there. */
bool record_name(uint32_t domid, char name[BULKHEAD_NAME_LEN]);
bool record_find(const char *name, uint32_t *domid);
int record_rename(uint32_t domid, const char *name);
/*
 * Writes below /local/domain/N and so asks the guest for something. -ENOENT: it is not in the
 * store. -ENOTCONN: @feature, which a guest's driver sets, is given and not set.
 */
int record_ask(uint32_t domid, const char *feature, const char *path, const char *value);

#endif
