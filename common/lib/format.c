/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printf's subset for log lines and names. No state, no locks, no allocation; the only division is
 * by the constant 10, which the compiler turns into a multiplication.
 */
#include <hv/ctype.h>
#include <hv/format.h>
#include <hv/string.h>

struct output {
	char *dst;
	size_t size;
	size_t length; /* of the whole text, stored or not */
};

struct conversion {
	bool is_left, is_zero_padded, has_prefix;
	bool is_long; /* or wider, else int */
	size_t width, precision;
};

static void put_char(struct output *out, char c)
{
	if (out->length + 1 < out->size) {
		out->dst[out->length] = c;
	}
	out->length++;
}

static void put_repeated(struct output *out, char c, size_t n)
{
	for (; n; n--) {
		put_char(out, c);
	}
}

static void put_text(struct output *out, const char *s, size_t n)
{
	char *dst = out->dst + out->length;
	size_t room = out->size > out->length ? out->size - out->length - 1 : 0;

	out->length += n;
	/* Most are short: memcpy() is not quicker. */
	for (n = MIN(n, room); n; n--) {
		*dst++ = *s++;
	}
}

/* A prefix and n characters of text, padded to the width. */
static void put_field(struct output *out, const struct conversion *conv, const char *prefix,
		      const char *text, size_t n)
{
	size_t used = strlen(prefix) + n;
	size_t padding = conv->width > used ? conv->width - used : 0;
	size_t zeros = conv->is_zero_padded && !conv->is_left ? padding : 0;

	if (used == n && !padding) {
		put_text(out, text, n);
		return;
	}
	put_repeated(out, ' ', conv->is_left ? 0 : padding - zeros);
	put_text(out, prefix, strlen(prefix));
	put_repeated(out, '0', zeros);
	put_text(out, text, n);
	put_repeated(out, ' ', conv->is_left ? padding : 0);
}

static void put_number(struct output *out, const struct conversion *conv, u64 value, char kind)
{
	bool is_decimal = kind == 'd' || kind == 'u';
	const char *prefix = "";
	char buf[20], *first = buf + sizeof(buf); /* filled from its end */

	if (kind == 'd' && (s64)value < 0) {
		prefix = "-";
		value = 0 - value;
	} else if (kind == 'p' || (conv->has_prefix && kind == 'x' && value)) {
		prefix = "0x";
	}
	do {
		*--first = "0123456789abcdef"[is_decimal ? value % 10 : value % 16];
		value = is_decimal ? value / 10 : value / 16;
	} while (value);
	put_field(out, conv, prefix, first, (size_t)(buf + sizeof(buf) - first));
}

static const char *parse_count(const char *fmt, size_t *count)
{
	for (*count = 0; ctype_is_digit(*fmt); fmt++) {
		*count = *count * 10 + (size_t)(*fmt - '0');
	}
	return fmt;
}

/* Flags, width, precision and length; returns where the conversion character stands. */
static const char *parse_conversion(const char *fmt, struct conversion *conv)
{
	for (; *fmt == '-' || *fmt == '0' || *fmt == '#'; fmt++) {
		conv->has_prefix |= *fmt == '#';
		conv->is_left |= *fmt == '-';
		conv->is_zero_padded |= *fmt == '0';
	}
	fmt = parse_count(fmt, &conv->width);
	if (*fmt == '.') {
		fmt = parse_count(fmt + 1, &conv->precision);
	}
	for (; *fmt == 'l' || *fmt == 'z' || *fmt == 'h'; fmt++) {
		conv->is_long |= *fmt != 'h';
	}
	return fmt;
}

static u64 number_argument(const struct conversion *conv, char kind, va_list *args)
{
	if (kind == 'p') {
		return (uintptr_t)va_arg(*args, void *);
	}
	if (conv->is_long) {
		return va_arg(*args, unsigned long);
	}
	return kind == 'd' ? (u64)(s64)va_arg(*args, int) : va_arg(*args, unsigned int);
}

/* One conversion; start is the '%', for text that is no conversion. Returns what follows it. */
static const char *put_conversion(struct output *out, const char *start, va_list *args)
{
	struct conversion conv = { .precision = ~0UL };
	const char *fmt = parse_conversion(start + 1, &conv), *s;
	char c;

	if (*fmt == 's') {
		s = va_arg(*args, const char *);
		s = s ? s : "(null)";
		put_field(out, &conv, "", s, strnlen(s, conv.precision));
	} else if (*fmt == 'c') {
		c = (char)va_arg(*args, int);
		put_field(out, &conv, "", &c, 1);
	} else if (*fmt && strchr("duxp", *fmt)) {
		put_number(out, &conv, number_argument(&conv, *fmt, args), *fmt);
	} else {
		put_char(out, '%');
		return *fmt == '%' ? fmt + 1 : start + 1;
	}
	return fmt + 1;
}

size_t format_va(char *dst, size_t size, const char *fmt, va_list args)
{
	struct output out = { .dst = dst, .size = size };
	va_list copy;

	va_copy(copy, args);
	while (*fmt) {
		const char *text = fmt;

		while (*fmt && *fmt != '%') {
			fmt++;
		}
		put_text(&out, text, (size_t)(fmt - text));
		if (*fmt) {
			fmt = put_conversion(&out, fmt, &copy);
		}
	}
	va_end(copy);
	if (size) {
		dst[MIN(out.length, size - 1)] = '\0';
	}
	return out.length;
}

size_t format(char *dst, size_t size, const char *fmt, ...)
{
	va_list args;
	size_t n;

	va_start(args, fmt);
	n = format_va(dst, size, fmt, args);
	va_end(args);
	return n;
}
