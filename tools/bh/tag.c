/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing and reading the tag of a domain. The text is at most 2048 bytes and
 * comes back from the hypervisor as it was stored; it is still read with care,
 * since another program may have written it.
 */
#include <stdio.h>
#include <string.h>

#include "tag.h"

void tag_start(struct tag *t, char *buf, size_t max)
{
	t->text = buf;
	t->len = 0;
	t->max = max;
	t->full = false;
	buf[0] = '\0';
}

static size_t tag_escaped(const char *s)
{
	size_t n = 0;

	for (; *s; s++) {
		n += strchr("\n\r\\", *s) ? 2 : 1;
	}
	return n;
}

void tag_add(struct tag *t, const char *key, const char *value)
{
	char *p = t->text + t->len;

	if (t->len + strlen(key) + tag_escaped(value) + 3 > t->max) {
		t->full = true;
		return;
	}
	p = stpcpy(p, key);
	*p++ = '=';
	for (; *value; value++) {
		if (strchr("\n\r\\", *value)) {
			*p++ = '\\';
			*p++ = *value == '\n' ? 'n' : *value == '\r' ? 'r' : '\\';
		} else {
			*p++ = *value;
		}
	}
	*p++ = '\n';
	*p = '\0';
	t->len = (size_t)(p - t->text);
}

/* Copies one line's value without its escapes; NULL when it does not fit. */
static char *tag_value(const char *p, char *out, size_t size)
{
	size_t n = 0;

	while (*p && *p != '\n') {
		char c = *p++;

		if (c == '\\' && *p && *p != '\n') {
			c = *p++;
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
		}
		if (n + 1 >= size) {
			return NULL;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	return out;
}

char *tag_get(const char *text, const char *key, unsigned int nth, char *out, size_t size)
{
	size_t len = strlen(key);

	for (const char *p = text; *p; p += *p == '\n') {
		if (!strncmp(p, key, len) && p[len] == '=' && nth-- == 0) {
			return tag_value(p + len + 1, out, size);
		}
		p += strcspn(p, "\n");
	}
	return NULL;
}
