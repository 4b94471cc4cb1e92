/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classes of ASCII characters, without locale and without state. Prefixed names, so that hosted
 * tests may include <ctype.h> beside it.
 */
#ifndef HV_CTYPE_H
#define HV_CTYPE_H

#include <hv/types.h>

static inline bool ctype_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool ctype_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool ctype_is_print(char c)
{
	return c >= ' ' && c <= '~';
}

/* Value of a digit of any base up to 36; 36 when c is none. */
static inline unsigned int ctype_digit(char c)
{
	if (ctype_is_digit(c)) {
		return (unsigned int)(c - '0');
	}
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'z' ? (unsigned int)(c - 'a') + 10 : 36;
}

#endif
