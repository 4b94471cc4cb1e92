/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to numbers and bounded copies of strings. No state, no locks; overflow saturates, as the C
 * standard has it for strtoul.
 */
#include <hv/ctype.h>
#include <hv/string.h>

/* strtoul without sign: the digits of s in a base of 2 to 36. */
static unsigned long parse_digits(const char *s, const char **end, unsigned int base)
{
	unsigned long value = 0;

	for (*end = s; ctype_digit(*s) < base; *end = s) {
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, ctype_digit(*s), &value)) {
			value = ~0UL;
			while (ctype_digit(*++s) < base) {}
			*end = s;
			break;
		}
		s++;
	}
	return value;
}

static unsigned long parse_number(const char *s, const char **end, unsigned int base)
{
	const char *digits = s;
	unsigned long value;

	while (ctype_is_space(*digits)) {
		digits++;
	}
	if ((base == 0 || base == 16) && digits[0] == '0' && (digits[1] | 0x20) == 'x' &&
	    ctype_digit(digits[2]) < 16) {
		digits += 2;
		base = 16;
	} else if (base == 0) {
		base = digits[0] == '0' ? 8 : 10;
	}
	value = parse_digits(digits, end, base);
	if (*end == digits) {
		*end = s;
	}
	return value;
}

#ifndef HV_HOST_TEST
unsigned long strtoul(const char *s, char **end, int base)
{
	const char *stop;
	unsigned long value = parse_number(s, &stop, (unsigned int)base);

	if (end) {
		*end = (char *)(uintptr_t)stop;
	}
	return value;
}
#endif

size_t string_copy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
	return n;
}

unsigned long string_size(const char *s, const char **end)
{
	static const char suffixes[] = "kmgt";
	const char *stop, *suffix;
	unsigned long value = parse_number(s, &stop, 0);

	suffix = stop != s && *stop ? strchr(suffixes, *stop | 0x20) : NULL;
	if (suffix) {
		unsigned int shift = 10 * (unsigned int)(suffix - suffixes + 1);

		value = value > ~0UL >> shift ? ~0UL : value << shift;
		stop++;
	}
	if (end) {
		*end = stop;
	}
	return value;
}
