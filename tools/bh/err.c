/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of bh: one place that decides how a message looks.
 *
 *	bh: linux1.cfg:4: unknown key "memmory"
 *	    did you mean "memory"?
 *
 * A message is built in memory and written with one call, so that lines of
 * bh and of its background monitor never mix.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

static unsigned int err_nr;

unsigned int err_count(void)
{
	return err_nr;
}

/* Writes @prefix, the first line of @text, @suffix, then the other lines indented. */
static void err_write(const char *prefix, const char *text, const char *suffix)
{
	size_t first = strcspn(text, "\n");
	const char *rest = text + first;
	char *buf = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&buf, &len);

	err_nr++;
	if (!f) {
		return;
	}
	fprintf(f, "bh: %s%.*s%s\n", prefix, (int)first, text, suffix);
	while (*rest == '\n' && rest[1]) {
		size_t n = strcspn(rest + 1, "\n");

		fprintf(f, "    %.*s\n", (int)n, rest + 1);
		rest += 1 + n;
	}
	fclose(f);
	fwrite(buf, 1, len, stderr);
	fflush(stderr);
	free(buf);
}

int err_say(int code, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_write("", text, "");
	return code;
}

int err_at(const char *file, int line, const char *fmt, ...)
{
	char text[1024];
	char where[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line > 0) {
		snprintf(where, sizeof(where), "%s:%d: ", file, line);
	} else {
		snprintf(where, sizeof(where), "%s: ", file);
	}
	err_write(where, text, "");
	return BH_CONFIG;
}

int err_sys(int rc, const char *fmt, ...)
{
	char text[1024];
	char suffix[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(suffix, sizeof(suffix), ": %s", strerror(rc < 0 ? -rc : rc));
	err_write("", text, suffix);
	return BH_FAILED;
}
