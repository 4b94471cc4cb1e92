/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure text helpers of bh: numbers, sizes, CPU lists, edit distance, and a
 * scanner that tells which keys a configuration file assigns on which line.
 *
 * The values of a configuration file are parsed by libxlutil. That library
 * neither enumerates the keys nor tells their lines, which is what messages
 * about unknown keys need; so the scanner reads the same text a second time and
 * looks at nothing but names, quotes, brackets and comments.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define DISTANCE_MAX 32

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

unsigned int text_distance(const char *a, const char *b)
{
	unsigned int d[DISTANCE_MAX + 1][DISTANCE_MAX + 1];
	size_t la = strlen(a);
	size_t lb = strlen(b);

	if (la > DISTANCE_MAX || lb > DISTANCE_MAX) {
		return 1000;
	}
	for (size_t i = 0; i <= la; i++) {
		d[i][0] = (unsigned int)i;
	}
	for (size_t j = 0; j <= lb; j++) {
		d[0][j] = (unsigned int)j;
	}
	for (size_t i = 1; i <= la; i++) {
		for (size_t j = 1; j <= lb; j++) {
			unsigned int cost = a[i - 1] != b[j - 1];

			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
				d[i][j] = min3(d[i][j], d[i - 2][j - 2] + 1, d[i][j]);
			}
		}
	}
	return d[la][lb];
}

bool text_name_ok(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > 63 || strspn(s, "0123456789") == n) {
		return false;
	}
	for (; *s; s++) {
		if (*s <= ' ' || *s > '~' || *s == '/' || *s == '"') {
			return false;
		}
	}
	return true;
}

bool text_u64(const char *s, uint64_t max, uint64_t *out)
{
	char *end;
	unsigned long long v;

	if (!isdigit((unsigned char)s[0])) {
		return false;
	}
	errno = 0;
	/* Base 10 unless written as hexadecimal: a leading 0 must not mean octal. */
	v = strtoull(s, &end, s[0] == '0' && (s[1] | 0x20) == 'x' ? 16 : 10);
	if (errno || *end || v > max) {
		return false;
	}
	*out = v;
	return true;
}

bool text_size_kib(const char *s, uint64_t *kib)
{
	static const char units[] = "bkmgt";
	char digits[32];
	size_t len = strlen(s);
	const char *unit = NULL;
	uint64_t v;
	int shift;

	if (len == 0 || len >= sizeof(digits)) {
		return false;
	}
	memcpy(digits, s, len + 1);
	/* "0x1b" must not lose its last digit to the unit of bytes. */
	if (!(digits[0] == '0' && (digits[1] | 0x20) == 'x')) {
		unit = strchr(units, tolower((unsigned char)digits[len - 1]));
	}
	if (unit) {
		digits[len - 1] = '\0';
	}
	if (!text_u64(digits, UINT64_MAX >> 1, &v)) {
		return false;
	}
	shift = unit ? 10 * (int)(unit - units) - 10 : 10;
	if (shift < 0) {
		*kib = (v + 1023) >> 10;
		return true;
	}
	if (v > (UINT64_MAX >> (shift + 11))) {
		return false;
	}
	*kib = v << shift;
	return true;
}

bool cpuset_has(const struct cpuset *set, unsigned int cpu)
{
	return cpu < CPUSET_MAX && (set->bits[cpu / 8] >> (cpu % 8) & 1);
}

bool cpuset_empty(const struct cpuset *set)
{
	for (size_t i = 0; i < sizeof(set->bits); i++) {
		if (set->bits[i]) {
			return false;
		}
	}
	return true;
}

static void cpuset_put(struct cpuset *set, unsigned int cpu, bool in)
{
	if (in) {
		set->bits[cpu / 8] |= (uint8_t)(1u << (cpu % 8));
	} else {
		set->bits[cpu / 8] &= (uint8_t)~(1u << (cpu % 8));
	}
}

/* One part of a list, without commas: "all", "3", "2-5", "^4". */
static const char *cpuset_part(char *part, unsigned int nr_cpus, struct cpuset *set)
{
	bool in = part[0] != '^';
	char *lo = in ? part : part + 1;
	char *hi;
	uint64_t a, b;

	if (!strcmp(lo, "all")) {
		a = 0;
		b = nr_cpus - 1;
	} else {
		hi = strchr(lo, '-');
		if (hi) {
			*hi++ = '\0';
		}
		if (!text_u64(lo, CPUSET_MAX - 1, &a)) {
			return "is not a list of CPUs";
		}
		b = a;
		if (hi && !text_u64(hi, CPUSET_MAX - 1, &b)) {
			return "is not a list of CPUs";
		}
	}
	if (a > b) {
		return "has a range that runs backwards";
	}
	if (b >= nr_cpus && in) {
		return "names a CPU that this machine does not have";
	}
	for (uint64_t cpu = a; cpu <= b; cpu++) {
		cpuset_put(set, (unsigned int)cpu, in);
	}
	return NULL;
}

const char *cpuset_parse(const char *s, unsigned int nr_cpus, struct cpuset *set)
{
	char buf[256];
	char *save;
	const char *bad = NULL;
	size_t n = 0;

	memset(set, 0, sizeof(*set));
	for (; *s && n < sizeof(buf) - 1; s++) {
		if (!isspace((unsigned char)*s)) {
			buf[n++] = *s;
		}
	}
	buf[n] = '\0';
	if (*s || nr_cpus == 0 || nr_cpus > CPUSET_MAX) {
		return "is too long";
	}
	if (buf[0] == '^') {
		memset(set->bits, 0, sizeof(set->bits));
		for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
			cpuset_put(set, cpu, true);
		}
	}
	for (char *p = strtok_r(buf, ",", &save); p && !bad; p = strtok_r(NULL, ",", &save)) {
		bad = cpuset_part(p, nr_cpus, set);
	}
	if (!bad && cpuset_empty(set)) {
		bad = "leaves no CPU to run on";
	}
	return bad;
}

char *cpuset_text(const struct cpuset *set, unsigned int nr_cpus, char *buf, size_t size)
{
	size_t at = 0;
	unsigned int nr = 0;

	snprintf(buf, size, "-");
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++) {
		unsigned int last = cpu;

		if (!cpuset_has(set, cpu)) {
			continue;
		}
		while (last + 1 < nr_cpus && cpuset_has(set, last + 1)) {
			last++;
		}
		nr += last - cpu + 1;
		if (at < size) {
			at += (size_t)snprintf(buf + at, size - at, last > cpu ? "%s%u-%u" : "%s%u",
					       at ? "," : "", cpu, last);
		}
		cpu = last;
	}
	if (nr == nr_cpus && nr > 0) {
		snprintf(buf, size, "all");
	}
	return buf;
}

uint64_t text_hash(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++) {
		h = (h ^ p[i]) * 0x100000001b3u;
	}
	return h;
}

/* Where the scanner stands. */
struct scan {
	const char *p;
	int line;
};

static void scan_step(struct scan *s)
{
	s->line += *s->p == '\n';
	s->p++;
}

static void scan_comment(struct scan *s)
{
	while (*s->p && *s->p != '\n') {
		s->p++;
	}
}

static void scan_quoted(struct scan *s)
{
	char quote = *s->p;

	s->p++;
	while (*s->p && *s->p != quote && *s->p != '\n') {
		if (*s->p == '\\' && s->p[1] && s->p[1] != '\n') {
			s->p++;
		}
		s->p++;
	}
	if (*s->p == quote) {
		s->p++;
	}
}

/* Skips a value: up to the end of the line or ';' outside of brackets. */
static void scan_value(struct scan *s)
{
	int depth = 0;

	while (*s->p && !(depth <= 0 && (*s->p == '\n' || *s->p == ';'))) {
		if (*s->p == '"' || *s->p == '\'') {
			scan_quoted(s);
		} else if (*s->p == '#') {
			scan_comment(s);
		} else {
			depth += (*s->p == '[') - (*s->p == ']');
			scan_step(s);
		}
	}
}

static bool scan_name(struct scan *s, struct scan_key *key)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*s->p) && *s->p != '_') {
		return false;
	}
	key->line = s->line;
	for (; isalnum((unsigned char)*s->p) || *s->p == '_'; s->p++) {
		if (n < sizeof(key->name) - 1) {
			key->name[n++] = *s->p;
		}
	}
	key->name[n] = '\0';
	return true;
}

/* One step: a comment, a separator, or an assignment. true = @key is one. */
static bool scan_next(struct scan *s, struct scan_key *key)
{
	bool found;

	if (*s->p == '#') {
		scan_comment(s);
		return false;
	}
	if (isspace((unsigned char)*s->p) || *s->p == ';') {
		scan_step(s);
		return false;
	}
	found = scan_name(s, key);
	scan_value(s);
	return found;
}

size_t text_scan_keys(const char *text, struct scan_key *keys, size_t max)
{
	struct scan s = { .p = text, .line = 1 };
	struct scan_key key;
	size_t nr = 0;

	while (*s.p) {
		if (scan_next(&s, &key)) {
			if (nr < max) {
				keys[nr] = key;
			}
			nr++;
		}
	}
	return nr;
}

bool text_find(const char *text, char tail[TEXT_FIND_MAX], const char *buf, size_t len)
{
	char seam[2 * TEXT_FIND_MAX];
	size_t want = strlen(text);
	size_t old = strlen(tail);
	size_t more = len < want ? len : want;
	size_t keep;

	if (want == 0 || want >= TEXT_FIND_MAX) {
		return false;
	}
	memcpy(seam, tail, old);
	memcpy(seam + old, buf, more);
	if (memmem(seam, old + more, text, want) || memmem(buf, len, text, want)) {
		return true;
	}
	/* What can still be the beginning of the text: the last want - 1 bytes. */
	if (len >= want) {
		keep = want - 1;
		memcpy(tail, buf + len - keep, keep);
	} else {
		keep = old + more < want - 1 ? old + more : want - 1;
		memcpy(tail, seam + old + more - keep, keep);
	}
	tail[keep] = '\0';
	return false;
}

char *text_uuid(const uint8_t u[16], char out[TEXT_UUID])
{
	char *p = out;

	for (int i = 0; i < 16; i++) {
		bool has_dash = i == 4 || i == 6 || i == 8 || i == 10;

		p += sprintf(p, has_dash ? "-%02x" : "%02x", u[i]);
	}
	return out;
}
