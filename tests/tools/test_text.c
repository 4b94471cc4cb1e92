/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure parts of bh on the host: numbers, sizes, CPU lists, suggestions, the key
 * scanner, tags, the store's tree, tables and JSON.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "out.h"
#include "store_tree.h"
#include "tag.h"
#include "text.h"

static void numbers(void **state)
{
	uint64_t v;

	(void)state;
	assert_true(text_u64("0", 10, &v) && v == 0);
	assert_true(text_u64("010", 10, &v) && v == 10); /* not octal */
	assert_true(text_u64("0x10", 16, &v) && v == 16);
	assert_true(text_u64("18446744073709551615", UINT64_MAX, &v) && v == UINT64_MAX);
	assert_false(text_u64("18446744073709551616", UINT64_MAX, &v));
	assert_false(text_u64("11", 10, &v));
	assert_false(text_u64("-1", UINT64_MAX, &v));
	assert_false(text_u64("", 10, &v));
	assert_false(text_u64("1 ", 10, &v));
	assert_false(text_u64("0x", 10, &v));
}

static void domain_names(void **state)
{
	char longest[66];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[63] = '\0';
	assert_true(text_name_ok(longest));
	longest[63] = 'a';
	longest[64] = '\0';
	assert_false(text_name_ok(longest));
	assert_true(text_name_ok("Domain-0") && text_name_ok("1a"));
	assert_false(text_name_ok("") || text_name_ok("12") || text_name_ok("a b") ||
		     text_name_ok("a/b") || text_name_ok("a\n") || text_name_ok("\xc3\xa4"));
}

static void sizes(void **state)
{
	uint64_t kib;

	(void)state;
	assert_true(text_size_kib("128", &kib) && kib == 128 * 1024);
	assert_true(text_size_kib("1g", &kib) && kib == 1 << 20);
	assert_true(text_size_kib("512K", &kib) && kib == 512);
	assert_true(text_size_kib("1025b", &kib) && kib == 2);
	assert_true(text_size_kib("2T", &kib) && kib == 2ull << 30);
	assert_false(text_size_kib("", &kib));
	assert_false(text_size_kib("m", &kib));
	assert_false(text_size_kib("12x", &kib));
	assert_false(text_size_kib("99999999999999999g", &kib));
	assert_false(text_size_kib("9223372036854775807t", &kib));
}

static const char *cpus(const char *text, unsigned int nr)
{
	static char buf[128];
	struct cpuset set;
	const char *bad = cpuset_parse(text, nr, &set);

	return bad ? bad : cpuset_text(&set, nr, buf, sizeof(buf));
}

static void cpu_lists(void **state)
{
	(void)state;
	assert_string_equal(cpus("0", 4), "0");
	assert_string_equal(cpus("0-2", 4), "0-2");
	assert_string_equal(cpus("all", 4), "all");
	assert_string_equal(cpus("0-3", 4), "all");
	assert_string_equal(cpus(" 0 , 2-3 ", 4), "0,2-3");
	assert_string_equal(cpus("0-3,^1", 4), "0,2-3");
	assert_string_equal(cpus("^0", 4), "1-3");
	assert_string_equal(cpus("all,^0-1", 4), "2-3");
	assert_string_equal(cpus("4", 4), "names a CPU that this machine does not have");
	assert_string_equal(cpus("2-1", 4), "has a range that runs backwards");
	assert_string_equal(cpus("x", 4), "is not a list of CPUs");
	assert_string_equal(cpus("1-", 4), "is not a list of CPUs");
	assert_string_equal(cpus("", 4), "leaves no CPU to run on");
	assert_string_equal(cpus("1,^1", 4), "leaves no CPU to run on");
	assert_string_equal(cpus("1023", CPUSET_MAX), "1023");
	assert_string_equal(cpus("1024", CPUSET_MAX), "is not a list of CPUs");
}

static void distances(void **state)
{
	(void)state;
	assert_int_equal(text_distance("memory", "memory"), 0);
	assert_int_equal(text_distance("memmory", "memory"), 1);
	assert_int_equal(text_distance("vcpsu", "vcpus"), 1); /* swapped */
	assert_int_equal(text_distance("", "abc"), 3);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	assert_true(text_distance("a", "a-name-that-is-far-too-long-for-the-table") > 100);
}

static void scanning(void **state)
{
	static const char text[] = "# comment = 1\n"
				   "name = \"a # b = c ; d\" # tail = 2\n"
				   "\n"
				   "disk = [ 'x = 1',\n"
				   "  \"y\", # z = 3 ]\n"
				   "  ]\n"
				   "a=1; b=2\n"
				   "s = 'it\\'s = 4'\n"
				   "last=3";
	static const struct {
		const char *name;
		int line;
	} want[] = {
		{ "name", 2 }, { "disk", 4 }, { "a", 7 }, { "b", 7 }, { "s", 8 }, { "last", 9 },
	};
	struct scan_key keys[8];
	size_t nr = text_scan_keys(text, keys, 8);

	(void)state;
	assert_int_equal(nr, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < nr; i++) {
		assert_string_equal(keys[i].name, want[i].name);
		assert_int_equal(keys[i].line, want[i].line);
	}
	assert_int_equal(text_scan_keys("a=1\nb=2\nc=3\n", keys, 2), 3);
	assert_int_equal(text_scan_keys("", keys, 2), 0);
	assert_int_equal(text_scan_keys("[[[\"", keys, 2), 0);
}

static void tags(void **state)
{
	char buf[64];
	char out[32];
	struct tag t;

	(void)state;
	tag_start(&t, buf, sizeof(buf));
	tag_add(&t, "a", "1");
	tag_add(&t, "set", "x='y'\n\\z\r");
	tag_add(&t, "set", "second=2");
	assert_false(t.full);
	assert_string_equal(buf, "a=1\nset=x='y'\\n\\\\z\\r\nset=second=2\n");
	assert_string_equal(tag_get(buf, "a", 0, out, sizeof(out)), "1");
	assert_string_equal(tag_get(buf, "set", 0, out, sizeof(out)), "x='y'\n\\z\r");
	assert_string_equal(tag_get(buf, "set", 1, out, sizeof(out)), "second=2");
	assert_null(tag_get(buf, "set", 2, out, sizeof(out)));
	assert_null(tag_get(buf, "se", 0, out, sizeof(out)));
	assert_null(tag_get(buf, "set", 1, out, 8));
	assert_null(tag_get("", "a", 0, out, sizeof(out)));
	assert_null(tag_get("a", "a", 0, out, sizeof(out)));
	tag_add(&t, "long", "0123456789012345678901234567890123456789");
	assert_true(t.full);
	assert_string_equal(tag_get(buf, "set", 1, out, sizeof(out)), "second=2");
}

static void tree_nodes(void **state)
{
	static struct store_tree t = { .home = "/local/domain/7" };
	const char *value;
	char list[64];
	size_t len;

	(void)state;
	assert_int_equal(tree_write(&t, "control/shutdown", "", 0), 0);
	assert_int_equal(tree_write(&t, "cpu/0/availability", "online", 6), 0);
	assert_int_equal(tree_write(&t, "cpu/1/availability", "offline", 7), 0);
	assert_int_equal(tree_read(&t, "/local/domain/7/cpu/1/availability", &value, &len), 0);
	assert_int_equal(len, 7);
	assert_int_equal(tree_read(&t, "cpu", &value, &len), 0);
	assert_int_equal(len, 0);
	assert_int_equal(tree_read(&t, "cp", &value, &len), -ENOENT);
	assert_int_equal(tree_list(&t, "cpu", list, sizeof(list)), 4);
	assert_memory_equal(list,
			    "0\0"
			    "1\0",
			    4);
	assert_int_equal(tree_list(&t, "/", list, sizeof(list)), 6);
	assert_int_equal(tree_list(&t, "cpu", list, 3), -ENOSPC);
	assert_int_equal(tree_remove(&t, "cpu"), 0);
	assert_int_equal(tree_remove(&t, "cpu"), -ENOENT);
	assert_int_equal(tree_read(&t, "control", &value, &len), 0);
	assert_int_equal(tree_write(&t, "a//b", "", 0), -EINVAL);
	assert_int_equal(tree_write(&t, "a b", "", 0), -EINVAL);
	assert_int_equal(tree_write(&t, "", "", 0), -EINVAL);
	tree_free(&t);
}

static void tree_limits(void **state)
{
	static struct store_tree t = { .home = "/local/domain/7" };
	char path[TREE_PATH + 8];
	int rc = 0;

	(void)state;
	for (int i = 0; i <= TREE_NODES && rc == 0; i++) {
		snprintf(path, sizeof(path), "n/%d", i);
		rc = tree_write(&t, path, "x", 1);
	}
	assert_int_equal(rc, -ENOSPC);
	assert_int_equal(tree_write(&t, "n/0", "again", 5), 0);
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(tree_write(&t, path, "x", 1), -EINVAL);
	assert_int_equal(tree_write(&t, "n/0", path, TREE_VALUE + 1), -EINVAL);
	rc = 0;
	for (int i = 0; i <= TREE_WATCHES && rc == 0; i++) {
		snprintf(path, sizeof(path), "%d", i);
		rc = tree_watch_add(&t, "n", path);
	}
	assert_int_equal(rc, -ENOSPC);
	tree_free(&t);
}

static void tree_watches(void **state)
{
	static struct store_tree t = { .home = "/local/domain/7" };
	char path[TREE_PATH];

	(void)state;
	assert_int_equal(tree_watch_add(&t, "control", "A"), 0);
	assert_int_equal(tree_watch_add(&t, "control", "A"), -EEXIST);
	assert_int_equal(tree_watch_add(&t, "/local/domain/7/control/shutdown", "B"), 0);
	assert_true(tree_watch_hit(&t, &t.watch[0], "control/shutdown", path));
	assert_string_equal(path, "control/shutdown");
	assert_true(tree_watch_hit(&t, &t.watch[1], "control/shutdown", path));
	assert_string_equal(path, "/local/domain/7/control/shutdown");
	assert_false(tree_watch_hit(&t, &t.watch[0], "controls", path));
	assert_false(tree_watch_hit(&t, &t.watch[1], "control", path));
	assert_int_equal(tree_watch_remove(&t, "control", "B"), -ENOENT);
	assert_int_equal(tree_watch_remove(&t, "control", "A"), 0);
	assert_int_equal(t.nr_watches, 1);
	tree_free(&t);
}

static void streams(void **state)
{
	static const char stream[] = "boot\nKernel Kernel panic - not syncing: x\n";
	size_t len = strlen(stream);

	(void)state;
	/* The text is found however the stream is cut into pieces. */
	for (size_t a = 0; a <= len; a++) {
		for (size_t b = a; b <= len; b++) {
			char tail[TEXT_FIND_MAX] = "";
			bool found = text_find("Kernel panic", tail, stream, a) ||
				     text_find("Kernel panic", tail, stream + a, b - a) ||
				     text_find("Kernel panic", tail, stream + b, len - b);

			assert_true(found);
		}
	}
	for (size_t step = 1; step < 9; step++) {
		char tail[TEXT_FIND_MAX] = "";

		for (size_t at = 0; at + step <= len; at += step) {
			assert_false(text_find("Kernel panics", tail, stream + at, step));
		}
	}
}

static const struct out_col cols[] = {
	{ "name", "Name" }, { "n", "N" }, { "hidden", NULL }, { "t", "Time" }, { NULL, NULL },
};

/* Standard output of a table of two rows. */
static char *printed(enum out_style style, bool json)
{
	static char text[1024];
	struct out_table *t = out_new(cols, style, json);
	FILE *f = tmpfile();
	int saved = dup(1);
	size_t n;

	for (int i = 0; i < (style == OUT_SINGLE ? 1 : 2); i++) {
		out_str(t, i ? NULL : "a\"b\\\n\x01");
		out_num(t, i ? 1000 : 7);
		out_bool(t, i == 0);
		out_sec(t, 1234567890);
	}
	fflush(stdout);
	dup2(fileno(f), 1);
	out_end(t);
	dup2(saved, 1);
	close(saved);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void tables(void **state)
{
	(void)state;
	assert_string_equal(
		printed(OUT_TABLE, true),
		"[\n {\"name\": \"a\\\"b\\\\\\n\\u0001\", \"n\": 7, \"hidden\": true, \"t\": "
		"1.234567890},\n {\"name\": null, \"n\": 1000, \"hidden\": false, \"t\": "
		"1.234567890}\n]\n");
	assert_string_equal(
		printed(OUT_SINGLE, true),
		"{\"name\": \"a\\\"b\\\\\\n\\u0001\", \"n\": 7, \"hidden\": true, \"t\": "
		"1.234567890}\n");
	assert_non_null(strstr(printed(OUT_TABLE, false), "-       1000   1.2\n"));
	assert_non_null(strstr(printed(OUT_BLOCKS, false), "Name : -\nN    : 1000\nTime : 1.2\n"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),	cmocka_unit_test(sizes),
		cmocka_unit_test(domain_names), cmocka_unit_test(cpu_lists),
		cmocka_unit_test(distances),	cmocka_unit_test(scanning),
		cmocka_unit_test(tags),		cmocka_unit_test(tree_nodes),
		cmocka_unit_test(tree_limits),	cmocka_unit_test(tree_watches),
		cmocka_unit_test(streams),	cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
