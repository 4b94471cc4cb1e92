/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a configuration: file plus assignments of the command line,
 * parsed by libxlutil, with the line of every key.
 */
#ifndef BH_CFG_SOURCE_H
#define BH_CFG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "image.h"
#include "text.h"

struct cfg_source;

/* NULL after an explanation. */
struct cfg_source *source_parse(const char *file, const char *text, char *const *extra, int nr,
				unsigned int nr_cpus);
void source_free(struct cfg_source *s);

/* The i-th assigned key in the order of the text, each name once; NULL behind the last. */
const struct scan_key *source_key(const struct cfg_source *s, size_t i);
/* Place of the last assignment of @key; line 0 when there is none. */
struct where source_where(const struct cfg_source *s, const char *key);
/* Value of a key that is not a list; NULL otherwise. */
const char *source_text(const struct cfg_source *s, const char *key);
/* Number of entries of a list, -1 when it is not one. */
int source_list_len(const struct cfg_source *s, const char *key);
/* Entry @i of a list, "" when it is not a string. */
const char *source_item(const struct cfg_source *s, const char *key, int i);
unsigned int source_cpus(const struct cfg_source *s);

/* cfg_keys.c: checks the value of one key and stores it in @c. Explains itself. */
struct cfg;
int cfg_key_check(struct cfg *c, const struct scan_key *sk);

/* cfg_xl.c: whether xl has a key of this name that bh has not. */
bool cfg_key_of_xl(const char *name);

#endif
