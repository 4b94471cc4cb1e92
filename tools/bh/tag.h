/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The note that bh keeps with each domain inside the hypervisor: where its
 * configuration is and what to do when it stops. A later bh, also after a
 * restart of Dom0, reads it back. Pure: tested on the host.
 */
#ifndef BH_TAG_H
#define BH_TAG_H

#include <stdbool.h>
#include <stddef.h>

/* A tag is text: lines "key=value", the value with \n, \r and \\ escaped. */
struct tag {
	char *text;
	size_t len;
	size_t max;
	bool full; /* something did not fit */
};

/* Starts an empty tag in @buf of @max bytes (one is used for the final NUL). */
void tag_start(struct tag *t, char *buf, size_t max);
/* Appends a line; sets t->full and changes nothing when it does not fit. */
void tag_add(struct tag *t, const char *key, const char *value);
/*
 * Value of the @nth line with @key in @text, unescaped into @out. Returns @out, or NULL when there
 * is none or it does not fit.
 */
char *tag_get(const char *text, const char *key, unsigned int nth, char *out, size_t size);

#endif
