/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's command line: options, values, bad values, and the report of unknown words.
 *
 * sources: common/core/cmdline.c common/lib/number.c
 */
#include "fake.h"

#include <string.h>

#include <hv/cmdline.h>

static void test_words(void **state)
{
	fake_reset(1);
	cmdline_init("  dom0_mem=512M quiet\tno-bar foo=1 foo=2  ");
	assert_string_equal(cmdline_get("dom0_mem"), "512M");
	assert_string_equal(cmdline_get("quiet"), "");
	assert_string_equal(cmdline_get("foo"), "2"); /* the last one counts */
	assert_null(cmdline_get("dom0"));
	assert_null(cmdline_get("dom0_mem_"));
	assert_null(cmdline_get("512M"));
	cmdline_init(NULL);
	assert_null(cmdline_get("quiet"));
	cmdline_init("");
	assert_null(cmdline_get("quiet"));
}

static void test_values(void **state)
{
	fake_reset(1);
	cmdline_init("a b=off c=yes no-d e=maybe f=0x10 g=5x size=64K bad=12Q");
	assert_true(cmdline_bool("a", false));
	assert_false(cmdline_bool("b", true));
	assert_true(cmdline_bool("c", false));
	assert_false(cmdline_bool("d", true));
	assert_true(cmdline_bool("absent", true));
	assert_string_equal(fake_log, "");
	assert_true(cmdline_bool("e", true));
	assert_non_null(strstr(fake_log, "e=maybe"));
	assert_int_equal(cmdline_number("f", 1), 16);
	assert_int_equal(cmdline_number("g", 7), 7);
	assert_non_null(strstr(fake_log, "g=5x"));
	assert_int_equal(cmdline_size("size", 0), KIB(64));
	assert_int_equal(cmdline_size("bad", 3), 3);
	assert_non_null(strstr(fake_log, "bad=12Q"));
	assert_int_equal(cmdline_size("absent", 9), 9);
}

static void test_sizes(void **state)
{
	fake_reset(1);
	cmdline_init("a=512M b=0x10k c=2G d=17 e=99999999999999999999 f=99999999999T g=k h=1kk i=");
	assert_int_equal(cmdline_size("a", 0), MIB(512));
	assert_int_equal(cmdline_size("b", 0), KIB(16));
	assert_int_equal(cmdline_size("c", 0), GIB(2));
	assert_int_equal(cmdline_size("d", 0), 17);
	assert_true(cmdline_size("e", 0) == ~0UL);
	assert_true(cmdline_size("f", 0) == ~0UL);
	assert_string_equal(fake_log, "");
	assert_int_equal(cmdline_size("g", 3), 3);
	assert_int_equal(cmdline_size("h", 4), 4);
	assert_int_equal(cmdline_size("i", 5), 5);
}

static void test_unknown(void **state)
{
	fake_reset(1);
	cmdline_init("dom0_mem=1G domO_mem=2G console=dtuart no-x");
	cmdline_get("dom0_mem");
	cmdline_bool("x", true);
	cmdline_report_unknown();
	assert_non_null(strstr(fake_log, "domO_mem=2G: no such option"));
	assert_null(strstr(fake_log, "dom0_mem=1G"));
	assert_null(strstr(fake_log, "console"));
	assert_null(strstr(fake_log, "no-x"));
}

static void test_too_long(void **state)
{
	static char line[4000];

	fake_reset(1);
	for (int i = 0; i < 300; i++) {
		strcat(line, "w12345678 ");
	}
	cmdline_init(line);
	assert_non_null(strstr(fake_log, "cut after"));
	assert_non_null(cmdline_get("w12345678"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),	 cmocka_unit_test(test_values),
		cmocka_unit_test(test_sizes),	 cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
