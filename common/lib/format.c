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
	bool is_left, is_zero_padded;
	bool has_precision, has_prefix;
	u8 longs; /* 0: int, 1: long and wider */
	size_t width, precision;
};

static void put_char(struct output *out, char c)
{
	if (out->length + 1 < out->size) {
		out->dst[out->length] = c;
	}
	out->length++;
}

static void put_padding(struct output *out, char c, size_t width, size_t used)
{
	for (; used < width; used++) {
		put_char(out, c);
	}
}

static void put_text(struct output *out, const struct conversion *conv, const char *s, size_t n)
{
	if (!conv->is_left) {
		put_padding(out, ' ', conv->width, n);
	}
	for (size_t i = 0; i < n; i++) {
		put_char(out, s[i]);
	}
	if (conv->is_left) {
		put_padding(out, ' ', conv->width, n);
	}
}

/* Digits of value, most significant first; returns their number. */
static size_t digits_of(char *buf, u64 value, unsigned int base, char ten)
{
	char reversed[20];
	size_t n = 0;

	do {
		unsigned int digit = (unsigned int)(base == 16 ? value & 15 : value % 10);

		reversed[n++] = (char)(digit < 10 ? '0' + digit : ten + digit - 10);
		value = base == 16 ? value >> 4 : value / 10;
	} while (value);
	for (size_t i = 0; i < n; i++) {
		buf[i] = reversed[n - 1 - i];
	}
	return n;
}

static void put_number(struct output *out, const struct conversion *conv, u64 value, char kind)
{
	char buf[24] = { 0 };
	size_t n = 0;
	bool is_negative = (kind == 'd' || kind == 'i') && (s64)value < 0;

	if (kind == 'p' || (conv->has_prefix && kind == 'x' && value)) {
		buf[n++] = '0';
		buf[n++] = 'x';
	} else if (is_negative) {
		buf[n++] = '-';
		value = 0 - value;
	}
	if (kind == 'x' || kind == 'X' || kind == 'p') {
		n += digits_of(buf + n, value, 16, kind == 'X' ? 'A' : 'a');
	} else {
		n += digits_of(buf + n, value, 10, 'a');
	}
	if (conv->is_zero_padded && !conv->is_left && n < conv->width) {
		size_t sign = is_negative ? 1 : buf[1] == 'x' ? 2 : 0;

		put_text(out, &(struct conversion){ 0 }, buf, sign);
		put_padding(out, '0', conv->width, n);
		put_text(out, &(struct conversion){ 0 }, buf + sign, n - sign);
		return;
	}
	put_text(out, conv, buf, n);
}

static const char *parse_count(const char *fmt, size_t *count, va_list *args)
{
	if (*fmt == '*') {
		int n = va_arg(*args, int);

		*count = n < 0 ? 0 : (size_t)n;
		return fmt + 1;
	}
	for (*count = 0; ctype_is_digit(*fmt); fmt++) {
		*count = *count * 10 + (size_t)(*fmt - '0');
	}
	return fmt;
}

/* Flags, width, precision and length; returns where the conversion character stands. */
static const char *parse_conversion(const char *fmt, struct conversion *conv, va_list *args)
{
	for (; *fmt == '-' || *fmt == '0' || *fmt == '#'; fmt++) {
		conv->has_prefix |= *fmt == '#';
		conv->is_left |= *fmt == '-';
		conv->is_zero_padded |= *fmt == '0';
	}
	fmt = parse_count(fmt, &conv->width, args);
	if (*fmt == '.') {
		conv->has_precision = true;
		fmt = parse_count(fmt + 1, &conv->precision, args);
	}
	for (; *fmt == 'l' || *fmt == 'z' || *fmt == 'h'; fmt++) {
		conv->longs |= *fmt != 'h';
	}
	return fmt;
}

static u64 number_argument(const struct conversion *conv, char kind, va_list *args)
{
	if (kind == 'p') {
		return (uintptr_t)va_arg(*args, void *);
	}
	if (conv->longs) {
		return va_arg(*args, unsigned long);
	}
	if (kind == 'd' || kind == 'i') {
		return (u64)(s64)va_arg(*args, int);
	}
	return va_arg(*args, unsigned int);
}

static void put_string(struct output *out, const struct conversion *conv, const char *s)
{
	if (!s) {
		s = "(null)";
	}
	put_text(out, conv, s, conv->has_precision ? strnlen(s, conv->precision) : strlen(s));
}

/* One conversion; start is the '%', for text that is no conversion. Returns what follows it. */
static const char *put_conversion(struct output *out, const char *start, va_list *args)
{
	struct conversion conv = { 0 };
	const char *fmt = parse_conversion(start + 1, &conv, args);

	switch (*fmt) {
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'p':
		put_number(out, &conv, number_argument(&conv, *fmt, args), *fmt);
		return fmt + 1;
	case 'c': {
		char c = (char)va_arg(*args, int);

		put_text(out, &conv, &c, 1);
		return fmt + 1;
	}
	case 's':
		put_string(out, &conv, va_arg(*args, const char *));
		return fmt + 1;
	case '%':
		put_char(out, '%');
		return fmt + 1;
	default:
		put_char(out, '%');
		return start + 1;
	}
}

size_t format_va(char *dst, size_t size, const char *fmt, va_list args)
{
	struct output out = { .dst = dst, .size = size };
	va_list copy;

	va_copy(copy, args);
	while (*fmt) {
		if (*fmt == '%') {
			fmt = put_conversion(&out, fmt, &copy);
		} else {
			put_char(&out, *fmt++);
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
