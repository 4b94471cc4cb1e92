/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to numbers and bounded copies of strings. No state, no locks; overflow saturates, as the C
 * standard has it for strtoul; what it says of signs is left out.
 */
#include <hv/ctype.h>
#include <hv/string.h>

unsigned long strtoul(const char *s, char **end, int given_base)
{
	unsigned int base = (unsigned int)given_base;
	const char *stop = s;
	unsigned long value = 0;

	while (ctype_is_space(*s)) {
		s++;
	}
	if ((base == 0 || base == 16) && s[0] == '0' && (s[1] | 0x20) == 'x' &&
	    ctype_digit(s[2]) < 16) {
		s += 2;
		base = 16;
	} else if (base == 0) {
		base = s[0] == '0' ? 8 : 10;
	}
	for (; ctype_digit(*s) < base; stop = ++s) {
		/* The largest number overflows with every further digit, and so stays. */
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, ctype_digit(*s), &value)) {
			value = ~0UL;
		}
	}
	*end = (char *)(uintptr_t)stop;
	return value;
}

size_t string_copy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
	return n;
}
