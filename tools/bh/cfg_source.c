/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a configuration: libxlutil's parser for the values, our scanner for
 * the keys and their lines. Both see the same text: the file, a newline, and
 * the assignments of the command line, one per line; lines behind the end of
 * the file are reported as "command line".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxlutil.h>

#include "cfg.h"
#include "cfg_source.h"
#include "err.h"

struct cfg_source {
	XLU_Config *xlu;
	FILE *report; /* what libxlutil has to say */
	char *report_text;
	size_t report_len;
	char *file;
	int file_lines;
	unsigned int nr_cpus;
	struct scan_key *keys;
	size_t nr_keys;
};

/* The one function of libxl that libxlutil's parser calls. */
void libxl_defbool_set(libxl_defbool *db, bool b)
{
	db->val = b ? 1 : -1;
}

char *cfg_read(const char *file)
{
	FILE *f = fopen(file, "re");
	char *text = malloc(CFG_MAX_TEXT + 1);
	size_t len = 0;

	if (f && text) {
		len = fread(text, 1, CFG_MAX_TEXT + 1, f);
	}
	if (!f || !text || ferror(f)) {
		err_at(file, 0, "cannot read the configuration: %s\ncheck the path",
		       strerror(errno));
		free(text);
		text = NULL;
	} else if (len > CFG_MAX_TEXT || memchr(text, '\0', len)) {
		err_at(file, 0,
		       "this is not a configuration file\nit is text of at most 64 KiB; a kernel "
		       "is named in it with kernel = \"...\"");
		free(text);
		text = NULL;
	} else {
		text[len] = '\0';
	}
	if (f) {
		fclose(f);
	}
	return text;
}

/* File and command line in one text, with the number of lines of the file. */
static char *source_join(struct cfg_source *s, const char *text, char *const *extra, int nr)
{
	char *all = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&all, &len);

	if (!f) {
		return NULL;
	}
	s->file_lines = 0;
	for (const char *p = text; *p; p++) {
		/* A last line without its newline counts, too. */
		s->file_lines += *p == '\n' || p[1] == '\0';
	}
	fprintf(f, "%s%s", text, text[0] && text[strlen(text) - 1] != '\n' ? "\n" : "");
	for (int i = 0; i < nr; i++) {
		fprintf(f, "%s\n", extra[i]);
	}
	fclose(f);
	return all;
}

static int source_scan(struct cfg_source *s, const char *all)
{
	struct scan_key *raw = calloc(CFG_MAX_KEYS, sizeof(*raw));
	size_t nr = raw ? text_scan_keys(all, raw, CFG_MAX_KEYS) : 0;

	if (!raw || nr > CFG_MAX_KEYS) {
		free(raw);
		return err_at(s->file, 0, "too many keys\nat most %d are possible", CFG_MAX_KEYS);
	}
	/* Keep the last of equal names: that is the assignment that counts. */
	for (size_t i = 0; i < nr; i++) {
		size_t j = 0;

		while (j < s->nr_keys && strcmp(raw[j].name, raw[i].name)) {
			j++;
		}
		raw[j] = raw[i];
		s->nr_keys += j == s->nr_keys;
	}
	s->keys = raw;
	return BH_OK;
}

/* One line of libxlutil's, "FILE:LINE: text", as a message of ours. */
static void source_report_line(const struct cfg_source *s, const char *line)
{
	static const char remedy[] = "write key = value, strings in quotes, lists in [ ]";
	size_t n = strlen(s->file);
	char *text;
	long at;

	if (strncmp(line, s->file, n) || line[n] != ':') {
		err_say(BH_CONFIG, "%s\n%s", line, remedy);
		return;
	}
	at = strtol(line + n + 1, &text, 10);
	text += strspn(text, ": ");
	if (at > s->file_lines) {
		err_at("command line", 0, "%s\n%s", text, remedy);
	} else {
		err_at(s->file, (int)at, "%s\n%s", text, remedy);
	}
}

static void source_report(struct cfg_source *s)
{
	char *line;
	char *save;

	fflush(s->report);
	if (!s->report_len) {
		err_at(s->file, 0, "the configuration cannot be parsed\ncheck quotes and brackets");
	}
	for (line = strtok_r(s->report_text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		source_report_line(s, line);
	}
}

struct cfg_source *source_parse(const char *file, const char *text, char *const *extra, int nr,
				unsigned int nr_cpus)
{
	struct cfg_source *s = calloc(1, sizeof(*s));
	char *all = s ? source_join(s, text, extra, nr) : NULL;
	bool ok = false;

	if (all) {
		s->nr_cpus = nr_cpus;
		s->file = strdup(file);
		s->report = open_memstream(&s->report_text, &s->report_len);
		s->xlu = s->report && s->file ? xlu_cfg_init(s->report, file) : NULL;
	}
	if (!all || !s->xlu) {
		err_say(BH_FAILED, "out of memory\nfree memory in Dom0");
	} else if (xlu_cfg_readdata(s->xlu, all, (int)strlen(all))) {
		source_report(s);
	} else {
		ok = source_scan(s, all) == BH_OK;
	}
	free(all);
	if (!ok) {
		source_free(s);
		return NULL;
	}
	return s;
}

void source_free(struct cfg_source *s)
{
	if (!s) {
		return;
	}
	if (s->xlu) {
		xlu_cfg_destroy(s->xlu);
	}
	if (s->report) {
		fclose(s->report);
	}
	free(s->report_text);
	free(s->file);
	free(s->keys);
	free(s);
}

const struct scan_key *source_key(const struct cfg_source *s, size_t i)
{
	return i < s->nr_keys ? &s->keys[i] : NULL;
}

struct where source_where(const struct cfg_source *s, const char *key)
{
	for (size_t i = 0; i < s->nr_keys; i++) {
		if (!strcmp(s->keys[i].name, key)) {
			if (s->keys[i].line > s->file_lines) {
				return (struct where){ "command line", 0 };
			}
			return (struct where){ s->file, s->keys[i].line };
		}
	}
	return (struct where){ s->file, 0 };
}

const char *source_text(const struct cfg_source *s, const char *key)
{
	const char *text;

	return xlu_cfg_get_string(s->xlu, key, &text, 1) == 0 ? text : NULL;
}

int source_list_len(const struct cfg_source *s, const char *key)
{
	XLU_ConfigList *list;
	int nr;

	return xlu_cfg_get_list(s->xlu, key, &list, &nr, 1) == 0 ? nr : -1;
}

const char *source_item(const struct cfg_source *s, const char *key, int i)
{
	XLU_ConfigList *list;
	const char *text = NULL;
	int nr;

	if (xlu_cfg_get_list(s->xlu, key, &list, &nr, 1) == 0) {
		text = xlu_cfg_get_listitem(list, i);
	}
	return text ? text : "";
}

unsigned int source_cpus(const struct cfg_source *s)
{
	return s->nr_cpus;
}
