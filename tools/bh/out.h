/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Output of bh: rows of named cells, printed as a table for people or as JSON
 * for programs. A command describes its columns once and adds cells from left
 * to right; both forms come out of the same data and cannot drift apart.
 */
#ifndef BH_OUT_H
#define BH_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* key: name in JSON; title: heading for people, NULL = only in JSON. */
struct out_col {
	const char *key;
	const char *title;
};

enum out_style {
	OUT_TABLE,  /* one line per row under a heading; JSON: array of objects */
	OUT_BLOCKS, /* one block of "title : value" lines per row; JSON: array */
	OUT_SINGLE, /* one row as such a block; JSON: one object */
};

struct out_table;

/* A new empty table; @cols ends with a row whose key is NULL and must outlive the table. */
struct out_table *out_new(const struct out_col *cols, enum out_style style, bool json);

/* Append one cell. Text (NULL = unknown), whole number, seconds with one decimal from ns, bool. */
void out_str(struct out_table *t, const char *text);
void out_num(struct out_table *t, uint64_t value);
void out_sec(struct out_table *t, uint64_t ns);
void out_bool(struct out_table *t, bool value);
/* @json is printed as it is (number, array, …), @text is what people see. */
void out_raw(struct out_table *t, const char *json, const char *text);

/* Print to standard output and free. */
void out_end(struct out_table *t);

/* Write @s as a JSON string with its quotes. */
void out_quote(FILE *f, const char *s);

#endif
