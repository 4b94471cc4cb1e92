/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk= and vif= of a configuration.
 */
#ifndef BH_CFG_PV_H
#define BH_CFG_PV_H

#include <stdint.h>

#include "cfg.h"

/* Reads one of the two keys. Explains itself. Returns enum bh_exit. */
int cfg_pv_key(struct cfg *c, const char *key);
/* Checks them against this Dom0: xenstored, bridges. Explains itself. Returns enum bh_exit. */
int cfg_pv_check(const struct cfg *c);
/* Gives all of them to the new domain. 0 or -errno. */
int cfg_pv_give(const struct cfg *c, uint32_t domid);

#endif
