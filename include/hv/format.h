/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formatted text. The subset of printf: %% %c %s %d %u %x %p with the flags '-', '0' and '#', a
 * width, a precision for %s, and the length modifiers h, hh, l, ll, z. Anything else is printed as
 * it stands. Never writes beyond size and always terminates when size is not 0.
 */
#ifndef HV_FORMAT_H
#define HV_FORMAT_H

#include <hv/compiler.h>
#include <hv/types.h>
#include <stdarg.h>

/*
 * Both return the length that the whole text has, which is >= size when it did not fit. %s takes
 * NULL and prints (null).
 */
size_t format_va(char *dst, size_t size, const char *fmt, va_list args);
size_t format(char *dst, size_t size, const char *fmt, ...) __printf(3, 4);

#endif
