/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lifecycle.c needs of domain.c and watch.c, and nobody else does: the last step of a
 * destruction, and the word to those who watch.
 */
#ifndef DOMAIN_DOMAIN_TABLE_H
#define DOMAIN_DOMAIN_TABLE_H

struct domain;

/* Take a destroyed domain out of the table; the caller then drops the table's reference. */
void domain_unpublish(struct domain *d);

/* Raise the watches of d. No lock held. */
void domain_watch_notify(const struct domain *d);

#endif
