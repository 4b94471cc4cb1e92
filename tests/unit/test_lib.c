/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings, numbers, formatting and bit counts against the C library's answers, exhaustively over
 * small lengths and alignments.
 *
 * sources: common/lib/number.c common/lib/format.c common/lib/popcount.c
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hv/format.h>
#include <hv/string.h>

/* The real functions under names of their own. */
#define memcpy	hv_memcpy
#define memmove hv_memmove
#define memset	hv_memset
#define memcmp	hv_memcmp
#define strlen	hv_strlen
#define strnlen hv_strnlen
#define strcmp	hv_strcmp
#define strncmp hv_strncmp
#define strchr	hv_strchr
#include "../../common/lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr

#define N 320

static void fill(unsigned char *p, size_t n, unsigned int seed)
{
	for (size_t i = 0; i < n; i++) {
		p[i] = (unsigned char)(seed + i * 7);
	}
}

static void test_memcpy(void **state)
{
	unsigned char src[N + 32], dst[N + 32], want[N + 32];

	for (size_t at = 0; at < 16; at++) {
		for (size_t n = 0; n < N; n += n < 40 ? 1 : 13) {
			for (size_t from = 0; from < 16; from += 3) {
				fill(src, sizeof(src), (unsigned int)n);
				memset(dst, 0xEE, sizeof(dst));
				memcpy(want, dst, sizeof(dst));
				memcpy(want + at, src + from, n);
				assert_ptr_equal(hv_memcpy(dst + at, src + from, n), dst + at);
				assert_memory_equal(dst, want, sizeof(dst));
			}
		}
	}
}

static void test_memmove(void **state)
{
	unsigned char buf[N], want[N];

	for (size_t to = 0; to < 40; to++) {
		for (size_t from = 0; from < 40; from++) {
			for (size_t n = 0; n < 200; n += 8 + (to & 1)) {
				fill(buf, N, 3);
				memcpy(want, buf, N);
				memmove(want + to, want + from, n);
				hv_memmove(buf + to, buf + from, n);
				assert_memory_equal(buf, want, N);
			}
		}
	}
}

static void test_memset(void **state)
{
	unsigned char buf[N], want[N];

	for (size_t at = 0; at < 17; at++) {
		for (size_t n = 0; n + at < N; n++) {
			memset(buf, 1, N);
			memset(want, 1, N);
			memset(want + at, 0xA5, n);
			hv_memset(buf + at, 0xA5, n);
			assert_memory_equal(buf, want, N);
		}
	}
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void test_compare(void **state)
{
	static const char *const words[] = { "", "a", "ab", "abc", "abd", "\xff", "b", "ab\xff" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(words); j++) {
			const char *a = words[i], *b = words[j];

			assert_int_equal(sign(hv_strcmp(a, b)), sign(strcmp(a, b)));
			for (size_t n = 0; n < 5; n++) {
				assert_int_equal(sign(hv_strncmp(a, b, n)), sign(strncmp(a, b, n)));
			}
		}
	}
	assert_int_equal(sign(hv_memcmp("\x01\xff", "\x01\x01", 2)), 1);
	assert_int_equal(hv_memcmp("abc", "abd", 2), 0);
}

static void test_search(void **state)
{
	const char *s = "a,b,c";

	assert_int_equal(hv_strlen(s), 5);
	assert_int_equal(hv_strnlen(s, 3), 3);
	assert_int_equal(hv_strnlen(s, 9), 5);
	assert_ptr_equal(hv_strchr(s, ','), s + 1);
	assert_ptr_equal(hv_strchr(s, 0), s + 5);
	assert_null(hv_strchr(s, 'x'));
}

static void test_number(void **state)
{
	char *end;

	const char *bad = "xyz";

	assert_int_equal(strtoul("512", &end, 0), 512);
	assert_int_equal(*end, 0);
	assert_int_equal(strtoul(" 0x10k,", &end, 0), 16);
	assert_int_equal(*end, 'k');
	assert_int_equal(strtoul("010", &end, 0), 8);
	assert_int_equal(strtoul("010", &end, 10), 10);
	assert_true(strtoul("99999999999999999999", &end, 0) == ~0UL);
	assert_int_equal(*end, 0);
	assert_int_equal(strtoul(bad, &end, 0), 0);
	assert_ptr_equal(end, bad);
	assert_int_equal(strtoul("0x", &end, 0), 0);
	assert_int_equal(*end, 'x');
}

static void test_string_copy(void **state)
{
	char buf[4] = "zzz";

	assert_int_equal(string_copy(buf, "abcdef", sizeof(buf)), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(string_copy(buf, "", sizeof(buf)), 0);
	assert_string_equal(buf, "");
}

#define same(fmt, ...)                                                                             \
	do {                                                                                       \
		char a_[128], b_[128];                                                             \
		int want_ = snprintf(a_, sizeof(a_), fmt, __VA_ARGS__);                            \
		assert_int_equal(format(b_, sizeof(b_), fmt, __VA_ARGS__), want_);                 \
		assert_string_equal(b_, a_);                                                       \
	} while (0)

static void test_format(void **state)
{
	same("%d %d %d", 0, -1, 2147483647);
	same("%d|%5d|%-5d|%05d", -2147483647 - 1, 42, 42, -42);
	same("%u %lu %llu %zu", 4294967295U, ~0UL, ~0ULL, (size_t)7);
	same("%ld %lld", -9223372036854775807L - 1, 5LL);
	same("%x %lx %016lx %#x %#lx", 255, 0xDEADBEEFUL, 0x1234UL, 16, 0UL);
	same("%#010x|%#10x", 0xAB, 0xAB);
	same("%s|%10s|%-10s|%.2s", "abc", "abc", "abc", "abc");
	same("%c%c %%", 'x', 'y');
	same("%s", (char *)"");
	same("%p", (void *)0x1234);
}

static void test_format_edges(void **state)
{
	char buf[8];

	assert_int_equal(format(buf, sizeof(buf), "0123456789"), 10);
	assert_string_equal(buf, "0123456");
	assert_int_equal(format(buf, 1, "abc"), 3);
	assert_string_equal(buf, "");
	assert_int_equal(format(NULL, 0, "%s", "abc"), 3);
	format(buf, sizeof(buf), "%s", (char *)NULL);
	assert_string_equal(buf, "(null)");
	format(buf, sizeof(buf), "%y%");
	assert_string_equal(buf, "%y%");
}

int __popcountdi2(long value);

static void test_popcount(void **state)
{
	for (unsigned int i = 0; i < 64; i++) {
		assert_int_equal(__popcountdi2((long)BIT(i)), 1);
		assert_int_equal(__popcountdi2((long)(BIT(i) - 1)), i);
		assert_int_equal(__popcountdi2((long)~BIT(i)), 63);
	}
	assert_int_equal(__popcountdi2(-1), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memcpy),	     cmocka_unit_test(test_memmove),
		cmocka_unit_test(test_memset),	     cmocka_unit_test(test_compare),
		cmocka_unit_test(test_search),	     cmocka_unit_test(test_number),
		cmocka_unit_test(test_string_copy),  cmocka_unit_test(test_format),
		cmocka_unit_test(test_format_edges), cmocka_unit_test(test_popcount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
