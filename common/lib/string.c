/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory and string functions. No state, no locks.
 *
 * memcpy and memset carry whole kernels at boot and every hypercall argument afterwards: their
 * inner loops are written so that the compiler makes pairs of loads and stores of them. All
 * accesses are aligned, since EL2 traps others to device memory and early boot runs with the MMU
 * off.
 */
#include <hv/string.h>
#include <hv/types.h>

#define WORD sizeof(u64)
#define STEP (32 * WORD)

static inline bool is_word_aligned(uintptr_t bits)
{
	return (bits & (WORD - 1)) == 0;
}

/* Copy 64 bytes: all loads first, so that they pair up. */
static inline void copy_8_words(u64 *d, const u64 *s)
{
	u64 words[8];

#pragma GCC unroll 8
	for (int i = 0; i < 8; i++) {
		words[i] = s[i];
	}
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++) {
		d[i] = words[i];
	}
}

static size_t copy_words(void *dst, const void *src, size_t n)
{
	u64 *d = dst;
	const u64 *s = src;
	size_t left = n;

	for (; left >= STEP; left -= STEP) {
		copy_8_words(d, s);
		copy_8_words(d + 8, s + 8);
		copy_8_words(d + 16, s + 16);
		copy_8_words(d + 24, s + 24);
		d += 32;
		s += 32;
	}
	for (; left >= WORD; left -= WORD) {
		*d++ = *s++;
	}
	return n - left;
}

/*
 * Words of dst from a source that is not aligned, each out of two aligned words; leaves the last
 * ones. Reads the whole words in which the source begins and ends, never a word beyond.
 */
static __attribute__((no_sanitize("address"))) size_t copy_shifted(void *dst, const void *src,
								   size_t n)
{
	u64 *d = dst;
	unsigned int shift = (unsigned int)((uintptr_t)src & (WORD - 1)) * 8;
	const u64 *s = (const void *)((uintptr_t)src & ~(WORD - 1));
	u64 low = *s++;
	size_t left = n;

	for (; left >= 2 * WORD; left -= WORD) {
		u64 high = *s++;

		*d++ = low >> shift | high << (64 - shift);
		low = high;
	}
	return n - left;
}

/*
 * Lowest address first, and every group of words is loaded before a later one is stored: also right
 * when dst overlaps src from below. No restrict here: it would allow the compiler to break that
 * order.
 */
static void copy_up(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;
	size_t done = 0;

	for (; n && !is_word_aligned((uintptr_t)d); n--) {
		*d++ = *s++;
	}
	if (is_word_aligned((uintptr_t)s)) {
		done = copy_words(d, s, n);
	} else if (n >= 2 * WORD) {
		done = copy_shifted(d, s, n);
	}
	d += done;
	s += done;
	n -= done;
	for (; n; n--) {
		*d++ = *s++;
	}
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	/* What hypercalls have most: the way through copy_up() is longer than these. */
	if ((((uintptr_t)dst | (uintptr_t)src | n) % sizeof(u32)) == 0 && n <= 2 * WORD) {
		for (size_t i = 0; i < n / sizeof(u32); i++) {
			((u32 *)dst)[i] = ((const u32 *)src)[i];
		}
		return dst;
	}
	copy_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;

	if ((uintptr_t)d - (uintptr_t)s >= n) {
		copy_up(dst, src, n);
		return dst;
	}
	if (is_word_aligned((uintptr_t)d | (uintptr_t)s | n)) {
		for (; n; n -= WORD) {
			*(u64 *)(d + n - WORD) = *(const u64 *)(s + n - WORD);
		}
		return dst;
	}
	for (; n; n--) {
		d[n - 1] = s[n - 1];
	}
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	u8 *d = dst;

	for (; n && !is_word_aligned((uintptr_t)d); n--) {
		*d++ = (u8)c;
	}
	string_fill((u64 *)d, (u8)c * 0x0101010101010101UL, n / WORD);
	for (d += ALIGN_DOWN(n, WORD), n %= WORD; n; n--) {
		*d++ = (u8)c;
	}
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n && *x == *y; n--) {
		x++;
		y++;
	}
	return n ? *x - *y : 0;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n]) {
		n++;
	}
	return n;
}

size_t strlen(const char *s)
{
	return strnlen(s, ~0UL);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n && *a && *a == *b; n--, a++) {
		b++;
	}
	return n ? (u8)*a - (u8)*b : 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, ~0UL);
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++) {
		if (!*s) {
			return NULL;
		}
	}
	return (char *)(uintptr_t)s;
}
