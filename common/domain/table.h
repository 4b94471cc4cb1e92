/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of domains as its two files see it: table.c finds a domain by its id, and walk.c goes
 * through all. Nobody else includes this. Lock: domain_table_lock.
 */
#ifndef DOMAIN_TABLE_H
#define DOMAIN_TABLE_H

#include <hv/domain.h>

extern struct spinlock domain_table_lock;
extern struct domain *domain_table[CONFIG_MAX_DOMAINS];

#endif
