/* SPDX-License-Identifier: Apache-2.0 */
/* What the compiler and libfdt call: memory and string functions, and the stack protector's two
 * symbols. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

uint64_t __stack_chk_guard = 0x5bd1e995a5a5a500;
void __stack_chk_fail(void);

void __stack_chk_fail(void)
{
	for (;;) {}
}

void *memcpy(void *d, const void *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		((char *)d)[i] = ((const char *)s)[i];
	}
	return d;
}

void *memmove(void *d, const void *s, size_t n)
{
	if (d <= s) {
		return memcpy(d, s, n);
	}
	while (n-- != 0) {
		((char *)d)[n] = ((const char *)s)[n];
	}
	return d;
}

void *memset(void *d, int c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		((char *)d)[i] = (char)c;
	}
	return d;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < n; i++) {
		if (x[i] != y[i]) {
			return x[i] - y[i];
		}
	}
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const char *p = s; n-- != 0; p++) {
		if (*p == (char)c) {
			return (void *)p;
		}
	}
	return NULL;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0') {
		n++;
	}
	return n;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n] != '\0') {
		n++;
	}
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (uint8_t)*a - (uint8_t)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	while (n != 0 && *a != '\0' && *a == *b) {
		a++;
		b++;
		n--;
	}
	return n == 0 ? 0 : (uint8_t)*a - (uint8_t)*b;
}

char *strncpy(char *d, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		d[i] = *s;
		s += *s != '\0';
	}
	return d;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++) {
		if (*s == '\0') {
			return NULL;
		}
	}
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *found = NULL;

	do {
		if (*s == (char)c) {
			found = s;
		}
	} while (*s++ != '\0');
	return (char *)found;
}
