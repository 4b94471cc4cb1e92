/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure text helpers of bh: no hypervisor, no files. Tested on the host.
 */
#ifndef BH_TEXT_H
#define BH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPUSET_MAX 1024

/* A set of physical CPUs; bit n of byte n/8, the layout of Xen's xenctl_bitmap. */
struct cpuset {
	uint8_t bits[CPUSET_MAX / 8];
};

/* Number of one-character edits (insert, delete, replace, swap) from @a to @b; large if too long.
 */
unsigned int text_distance(const char *a, const char *b);

/* Whether @s can be the name of a domain: 1 to 63 printable characters, not digits only. */
bool text_name_ok(const char *s);

/* Parses a whole number, decimal or 0x…, up to @max. false = not such a number. */
bool text_u64(const char *s, uint64_t max, uint64_t *out);

/* Parses a size in MiB by default, with optional suffix b, k, m, g, t (any case), to KiB. */
bool text_size_kib(const char *s, uint64_t *kib);

/*
 * Parses a CPU list: "all", "0-3,5", "0-7,^2". Later parts win.
 * Returns NULL, or what is wrong with it (constant text).
 */
const char *cpuset_parse(const char *s, unsigned int nr_cpus, struct cpuset *set);
bool cpuset_has(const struct cpuset *set, unsigned int cpu);
bool cpuset_empty(const struct cpuset *set);
/* Writes "0-3,5" ("all" when all of @nr_cpus are in it, "-" when none); returns @buf. */
char *cpuset_text(const struct cpuset *set, unsigned int nr_cpus, char *buf, size_t size);

/* 64-bit FNV-1a hash: tells whether a file changed, not meant against an attacker. */
uint64_t text_hash(const void *data, size_t len);

/* One assignment found in the text of a configuration file. */
struct scan_key {
	char name[48];
	int line;
};

/*
 * Finds the keys assigned in @text (xl.cfg(5) syntax) with their line numbers; values are
 * skipped, whatever they contain. Returns the number of keys, at most @max of them stored.
 */
size_t text_scan_keys(const char *text, struct scan_key *keys, size_t max);

#define TEXT_FIND_MAX 64

/*
 * Looks for @text (shorter than TEXT_FIND_MAX) in a stream that arrives in pieces: @tail is what
 * was kept of the pieces before, "" at first; @buf of @len bytes is the next piece.
 */
bool text_find(const char *text, char tail[TEXT_FIND_MAX], const char *buf, size_t len);

#define TEXT_UUID 37
/* A UUID as text. Returns @out. */
char *text_uuid(const uint8_t u[16], char out[TEXT_UUID]);

#endif
