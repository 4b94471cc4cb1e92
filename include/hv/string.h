/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of <string.h> that the hypervisor and libfdt use, with the C standard's contracts.
 * Hosted tests take the C library's. Copies between regions that are aligned alike modulo 8 bytes
 * move 128 bytes per step; others move bytes, because EL2 never makes an unaligned access.
 */
#ifndef HV_STRING_H
#define HV_STRING_H

#include <hv/types.h>

#ifdef HV_HOST_TEST
#include <stdlib.h>
#include <string.h>
#else
#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
unsigned long strtoul(const char *s, char **end, int base); /* no sign, end is not NULL */
#endif

/*
 * Copy at most size - 1 characters of src and terminate; size is not 0. Returns the number of
 * characters copied.
 */
size_t string_copy(char *dst, const char *src, size_t size);

/* Set nr words to a value. */
static inline void string_fill(u64 *dst, u64 value, size_t nr)
{
	for (; nr >= 16; nr -= 16, dst += 16) {
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			dst[i] = value;
		}
	}
	while (nr-- != 0) {
		*dst++ = value;
	}
}

#endif
