/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables and JSON from the same cells.
 *
 * A cell keeps two texts: the JSON value and what people see. Cells are
 * stored row after row in one array; out_end() computes the column widths and
 * prints. Numbers are right-aligned, text left-aligned, the last column is
 * never padded. JSON is written by hand: strings are escaped as RFC 8259
 * section 7 asks, everything else is a number, true, false or null.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

struct out_cell {
	char *json;
	char *text;
	bool right;
};

struct out_table {
	const struct out_col *cols;
	unsigned int nr_cols;
	enum out_style style;
	bool json;
	struct out_cell *cells;
	size_t nr_cells;
	size_t room;
};

static void *out_must(void *p)
{
	if (!p) {
		fputs("bh: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

struct out_table *out_new(const struct out_col *cols, enum out_style style, bool json)
{
	struct out_table *t = out_must(calloc(1, sizeof(*t)));

	t->cols = cols;
	while (cols[t->nr_cols].key) {
		t->nr_cols++;
	}
	t->style = style;
	t->json = json;
	return t;
}

void out_quote(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\') {
			fprintf(f, "\\%c", c);
		} else if (c == '\n') {
			fputs("\\n", f);
		} else if (c < 0x20 || c >= 0x7f) {
			/* Bytes beyond ASCII need not be valid UTF-8: show them as Latin-1. */
			fprintf(f, "\\u%04x", c);
		} else {
			fputc(c, f);
		}
	}
	fputc('"', f);
}

static void out_add(struct out_table *t, char *json, char *text, bool right)
{
	if (t->nr_cells == t->room) {
		t->room = t->room ? t->room * 2 : 64;
		t->cells = out_must(realloc(t->cells, t->room * sizeof(*t->cells)));
	}
	t->cells[t->nr_cells++] = (struct out_cell){
		.json = out_must(json),
		.text = out_must(text),
		.right = right,
	};
}

void out_raw(struct out_table *t, const char *json, const char *text)
{
	out_add(t, strdup(json), strdup(text), false);
}

void out_str(struct out_table *t, const char *text)
{
	char *json = NULL;
	size_t len = 0;
	FILE *f;

	if (!text) {
		out_raw(t, "null", "-");
		return;
	}
	f = out_must(open_memstream(&json, &len));
	out_quote(f, text);
	fclose(f);
	out_add(t, json, strdup(text), false);
}

void out_num(struct out_table *t, uint64_t value)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "%" PRIu64, value);
	out_add(t, strdup(buf), strdup(buf), true);
}

void out_sec(struct out_table *t, uint64_t ns)
{
	char json[40];
	char text[40];

	snprintf(json, sizeof(json), "%" PRIu64 ".%09" PRIu64, ns / 1000000000, ns % 1000000000);
	snprintf(text, sizeof(text), "%" PRIu64 ".%" PRIu64, ns / 1000000000,
		 ns % 1000000000 / 100000000);
	out_add(t, strdup(json), strdup(text), true);
}

void out_bool(struct out_table *t, bool value)
{
	out_raw(t, value ? "true" : "false", value ? "yes" : "no");
}

static void out_json(const struct out_table *t)
{
	size_t rows = t->nr_cells / t->nr_cols;
	bool single = t->style == OUT_SINGLE;

	fputs(single ? "" : "[", stdout);
	for (size_t r = 0; r < rows; r++) {
		fputs(single ? "{" : r ? ",\n {" : "\n {", stdout);
		for (unsigned int c = 0; c < t->nr_cols; c++) {
			fputs(c ? ", " : "", stdout);
			out_quote(stdout, t->cols[c].key);
			printf(": %s", t->cells[r * t->nr_cols + c].json);
		}
		fputc('}', stdout);
	}
	fputs(single ? "\n" : rows ? "\n]\n" : "]\n", stdout);
}

static void out_blocks(const struct out_table *t)
{
	size_t rows = t->nr_cells / t->nr_cols;
	int width = 0;

	for (unsigned int c = 0; c < t->nr_cols; c++) {
		if (t->cols[c].title && (int)strlen(t->cols[c].title) > width) {
			width = (int)strlen(t->cols[c].title);
		}
	}
	for (size_t r = 0; r < rows; r++) {
		fputs(r ? "\n" : "", stdout);
		for (unsigned int c = 0; c < t->nr_cols; c++) {
			if (t->cols[c].title) {
				printf("%-*s : %s\n", width, t->cols[c].title,
				       t->cells[r * t->nr_cols + c].text);
			}
		}
	}
}

/* Prints one line: the heading when @row is NULL. */
static void out_line(const struct out_table *t, const struct out_cell *row, const int *width)
{
	char line[512];
	int at = 0;

	line[0] = '\0';
	for (unsigned int c = 0; c < t->nr_cols && at < (int)sizeof(line) - 1; c++) {
		const char *text = row ? row[c].text : t->cols[c].title;
		/* A heading is aligned like the first cell below it. */
		bool right = t->nr_cells >= t->nr_cols && t->cells[c].right;

		if (!t->cols[c].title) {
			continue;
		}
		at += snprintf(line + at, sizeof(line) - (size_t)at, right ? "%s%*s" : "%s%-*s",
			       at ? "  " : "", width[c], text);
	}
	at = (int)strlen(line);
	while (at > 0 && line[at - 1] == ' ') {
		line[--at] = '\0';
	}
	puts(line);
}

static void out_lines(const struct out_table *t)
{
	size_t rows = t->nr_cells / t->nr_cols;
	int *width = out_must(calloc(t->nr_cols, sizeof(*width)));

	for (unsigned int c = 0; c < t->nr_cols; c++) {
		width[c] = t->cols[c].title ? (int)strlen(t->cols[c].title) : 0;
		for (size_t r = 0; r < rows; r++) {
			int len = (int)strlen(t->cells[r * t->nr_cols + c].text);

			width[c] = len > width[c] ? len : width[c];
		}
	}
	out_line(t, NULL, width);
	for (size_t r = 0; r < rows; r++) {
		out_line(t, &t->cells[r * t->nr_cols], width);
	}
	free(width);
}

void out_end(struct out_table *t)
{
	if (t->json) {
		out_json(t);
	} else if (t->style == OUT_TABLE) {
		out_lines(t);
	} else {
		out_blocks(t);
	}
	fflush(stdout);
	for (size_t i = 0; i < t->nr_cells; i++) {
		free(t->cells[i].json);
		free(t->cells[i].text);
	}
	free(t->cells);
	free(t);
}
