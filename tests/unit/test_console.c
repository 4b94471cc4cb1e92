/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log and console: the ring and its cursors, early lines, who gets the input, guests' output, and
 * the limits on what guests can make the hypervisor print.
 *
 * sources: common/core/console.c common/core/console_input.c common/core/printk.c
 * sources: common/core/debugkeys.c common/lib/format.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include <hv/console.h>
#include <hv/debugkeys.h>
#include <hv/defer.h>
#include <hv/errno.h>
#include <hv/printk.h>
#include <hv/timer.h>

static char port_text[200000];
static size_t port_len;
static unsigned int nr_input_notes, nr_log_notes;
static char pressed;
static domid_t current_id;

static size_t port_room = ~0UL; /* what the port takes until the test gives it more */
static bool is_room_wanted;

static struct defer_work *queued;

bool defer_queue(struct defer_work *work)
{
	bool is_new = queued == NULL;

	queued = work;
	return is_new;
}

static bool run_deferred(void)
{
	struct defer_work *work = queued;

	queued = NULL;
	if (work) {
		work->fn(work);
	}
	return work != NULL;
}

static void type(char c)
{
	console_input(&c, 1);
}

static size_t port_write(const char *text, size_t len)
{
	len = MIN(len, port_room);
	port_room -= port_room == ~0UL ? 0 : len;
	if (port_len + len >= sizeof(port_text)) {
		port_len = 0;
	}
	memcpy(port_text + port_len, text, len);
	port_len += len;
	port_text[port_len] = '\0';
	return len;
}

static int start_error;

static int port_start(void)
{
	return start_error;
}

static void port_want_room(bool want)
{
	is_room_wanted = want;
}

static const struct console_driver port = {
	.name = "fake",
	.write = port_write,
	.start = port_start,
	.want_room = port_want_room,
};

static void note_input(void)
{
	nr_input_notes++;
}

static void note_log(void)
{
	nr_log_notes++;
	printk("from the listener"); /* must not recurse */
}

static void press(char key)
{
	pressed = key;
}

static domid_t get_id(void)
{
	return current_id;
}

static void clear_port(void)
{
	port_len = 0;
	port_text[0] = '\0';
}

static int setup(void **state)
{
	char sink[256];
	u32 cursor = 0;

	fake_reset(1);
	console_set_log_notify(NULL);
	while (console_ring_read(sink, sizeof(sink), &cursor, true, false)) {}
	console_set_input_notify(note_input);
	nr_input_notes = nr_log_notes = 0;
	port_room = ~0UL;
	console_register(&port);
	start_error = -ENODEV; /* output waits for the port */
	assert_int_equal(console_start_input(), -ENODEV);
	start_error = 0;
	console_defer(false);
	is_room_wanted = false;
	queued = NULL;
	clear_port();
	return 0;
}

/* First of all tests: what was logged without a port comes out when there is one. */
static void test_early_lines(void **state)
{
	fake_reset(1);
	printk("early %d", 1);
	printk("early %d\n", 2);
	assert_int_equal(port_len, 0);
	console_register(&port);
	assert_string_equal(port_text, "[    0.000001] early 1\n[    0.000001] early 2\n");
}

static void test_line(void **state)
{
	char longer[400];

	fake_counter = 61 * NSEC_PER_SEC + 2000;
	pr_warn("x=%u", 5);
	assert_string_equal(port_text, "[   61.000002] warning: x=5\n");
	clear_port();
	memset(longer, 'a', sizeof(longer));
	longer[399] = '\0';
	printk("%s", longer);
	assert_in_range(port_len, 200, 256);
	assert_int_equal(port_text[port_len - 1], '\n');
	clear_port();
	pr_err("no%s", "");
	assert_non_null(strstr(port_text, "] error: no\n"));
}

static void test_ring_read(void **state)
{
	char buf[64];
	u32 cursor = 0, end;
	size_t n;

	console_log("abcdef", 6);
	n = console_ring_read(buf, 4, &cursor, false, false);
	assert_int_equal(n, 4);
	assert_memory_equal(buf, "abcd", 4);
	n = console_ring_read(buf, sizeof(buf), &cursor, false, true);
	assert_int_equal(n, 2);
	assert_memory_equal(buf, "ef", 2);
	end = cursor;
	assert_int_equal(console_ring_read(buf, sizeof(buf), &cursor, false, true), 0);
	assert_int_equal(cursor, end);
	/* Not incremental: from the start again; clear forgets. */
	n = console_ring_read(buf, sizeof(buf), &cursor, true, false);
	assert_int_equal(n, 6);
	assert_int_equal(console_ring_read(buf, sizeof(buf), &cursor, false, false), 0);
	/* A cursor from nowhere begins at the oldest byte. */
	console_log("xy", 2);
	cursor = end + 1000;
	assert_int_equal(console_ring_read(buf, sizeof(buf), &cursor, false, true), 2);
	cursor = end - 1;
	assert_int_equal(console_ring_read(buf, sizeof(buf), &cursor, false, true), 2);
}

static void test_ring_overflow(void **state)
{
	static char all[8192];
	u32 cursor = 0;
	size_t n;

	for (int i = 0; i < 3000; i++) {
		char text[8];

		snprintf(text, sizeof(text), "%05d\n", i);
		console_log(text, 6);
	}
	n = console_ring_read(all, sizeof(all), &cursor, false, false);
	assert_int_equal(n, 4096);
	assert_memory_equal(all + 4096 - 6, "02999\n", 6);
	cursor -= 5000; /* lost meanwhile: from the oldest that is kept */
	n = console_ring_read(all, sizeof(all), &cursor, false, true);
	assert_int_equal(n, 4096);
	assert_int_equal(port_len, 18000);
}

static void test_input(void **state)
{
	char buf[8];

	assert_int_equal(console_guest_read(buf, sizeof(buf)), 0);
	type('a');
	type('b');
	assert_int_equal(nr_input_notes, 2);
	console_input("cdef", 4); /* one note for all */
	assert_int_equal(nr_input_notes, 3);
	assert_int_equal(console_guest_read(buf, 1), 1);
	assert_int_equal(buf[0], 'a');
	assert_int_equal(console_guest_read(buf, sizeof(buf)), 5);
	assert_memory_equal(buf, "bcdef", 5);
	for (int i = 0; i < 5000; i++) { /* Dom0 does not read: nothing breaks */
		type('c');
	}
	while (console_guest_read(buf, sizeof(buf))) {}
}

static void test_switch(void **state)
{
	char buf[8];

	debugkeys_register('q', press, "test");
	debugkeys_register('q', NULL, "taken already");
	type(1);
	type(1);
	type('x');
	type(1);
	type(1);
	assert_int_equal(console_guest_read(buf, sizeof(buf)), 5);
	type(1);
	assert_non_null(strstr(port_text, "[hypervisor]"));
	pressed = 0;
	type('q');
	assert_int_equal(pressed, 'q');
	assert_int_equal(console_guest_read(buf, sizeof(buf)), 0);
	type('h');
	assert_non_null(strstr(port_text, "q  test"));
	type(7);
	type((char)0xff);
	assert_non_null(strstr(port_text, "no such key"));
	for (int i = 0; i < 3; i++) {
		type(1);
	}
	type('q');
	assert_int_equal(console_guest_read(buf, sizeof(buf)), 1);
	assert_int_equal(debugkeys_press('Z'), -ENOENT);
	assert_int_equal(debugkeys_press('\n'), -ENOENT);
}

static void test_guest_output(void **state)
{
	console_guest_write(NULL, "~ # ", 4);
	assert_string_equal(port_text, "~ # ");
	clear_port();
	printk("x"); /* begins on a line of its own */
	assert_int_equal(port_text[0], '\n');
	clear_port();
	console_guest_write("d3", "one\ntw", 6);
	console_guest_write("d3", "o\n\033[2J\n", 7);
	assert_string_equal(port_text, "d3: one\nd3: two\nd3: .[2J\n");
	clear_port();
	console_guest_write(NULL, "", 0);
	console_guest_write("d3", "", 0);
	assert_int_equal(port_len, 0);
}

/* Give the port a little room at a time until all is out. */
static void trickle(size_t room)
{
	for (int i = 0; i < 20000 && is_room_wanted; i++) {
		port_room = room;
		console_room();
	}
	assert_false(is_room_wanted);
	port_room = ~0UL;
}

static void test_slow_port(void **state)
{
	assert_int_equal(console_start_input(), 0);
	port_room = 5;
	console_log("first line\n", 11);
	assert_string_equal(port_text, "first");
	assert_true(is_room_wanted);
	assert_int_equal(console_guest_write(NULL, "guest\npro", 9), 9);
	console_log("second\n", 7);
	assert_string_equal(port_text, "first");
	trickle(2);
	assert_string_equal(port_text, "first line\nsecond\nguest\npro");
	port_room = 0;
	console_log("third\n", 6); /* breaks the guest's line */
	assert_int_equal(console_guest_write(NULL, "mpt", 3), 3);
	clear_port();
	trickle(1);
	assert_string_equal(port_text, "mpt\nthird\n");
}

static void test_guest_waits_for_slow_port(void **state)
{
	char text[100];
	size_t taken = 0, n;

	assert_int_equal(console_start_input(), 0);
	memset(text, 'g', sizeof(text));
	port_room = 0;
	for (n = sizeof(text); n == sizeof(text) && taken < 100000; taken += n) {
		n = console_guest_write(NULL, text, sizeof(text));
	}
	assert_in_range(taken, 4000, 4096);
	assert_int_equal(console_guest_write("d1", text, 1), 0);
	for (int i = 0; i < 5000; i++) { /* a log that overruns loses its oldest part only */
		console_log("0123456789\n", 11);
	}
	clear_port();
	trickle(16);
	assert_true(port_len >= taken + 4096 && port_len <= taken + 4096 + 12);
	assert_int_equal(console_guest_write("d1", text, 1), 1);
}

/* After boot: each step is short, also with a port that takes everything at once. */
static void test_steps(void **state)
{
	char line[200];
	size_t before;

	memset(line, 'a', sizeof(line));
	for (int is_async = 0; is_async < 2; is_async++) {
		start_error = is_async ? 0 : -ENODEV;
		assert_int_equal(console_start_input(), start_error);
		console_defer(true);
		clear_port();
		console_log(line, sizeof(line));
		assert_int_equal(console_guest_write("d1", "ten chars\n", 10), 10);
		assert_int_equal(port_len, 0);
		assert_true(run_deferred());
		assert_in_range(port_len, 32, 63);
		assert_int_equal(is_room_wanted, is_async);
		for (before = port_len; is_room_wanted || queued; before = port_len) {
			if (is_async) {
				assert_null(queued);
				console_room();
			} else {
				run_deferred();
			}
			assert_in_range(port_len - before, 1, 63);
		}
		assert_int_equal(port_text[port_len - 1], '\n');
	}
}

/* The last of all tests: the machine's end. */
static void test_finish(void **state)
{
	assert_int_equal(console_start_input(), 0);
	console_defer(true);
	printk("%s", "this line has more characters than are sent in one go");
	assert_int_equal(port_len, 0);
	console_finish();
	assert_non_null(strstr(port_text, "in one go\n"));
	clear_port();
	printk("%s", "and this one does not wait for an interrupt that never comes");
	assert_non_null(strstr(port_text, "never comes\n"));
}

static void test_log_notify(void **state)
{
	console_set_log_notify(note_log);
	printk("one");
	assert_int_equal(nr_log_notes, 1);
	assert_non_null(strstr(port_text, "from the listener"));
	printk("two");
	assert_int_equal(nr_log_notes, 2);
	console_set_log_notify(NULL);
}

static unsigned int lines(void)
{
	unsigned int n = 0;

	for (size_t i = 0; i < port_len; i++) {
		n += port_text[i] == '\n';
	}
	return n;
}

static void test_guest_limit(void **state)
{
	printk_set_domain_id(get_id);
	fake_counter = 100 * NSEC_PER_SEC;
	current_id = 1;
	for (int i = 0; i < 1000; i++) {
		pr_guest("storm");
	}
	assert_int_equal(lines(), 10);
	current_id = 2; /* the storm of one does not silence another */
	pr_guest("quiet one");
	assert_non_null(strstr(port_text, "quiet one"));
	clear_port();
	current_id = 1;
	fake_counter += 3 * NSEC_PER_SEC;
	for (int i = 0; i < 1000; i++) {
		pr_guest("storm");
	}
	assert_int_equal(lines(), 3 + 1); /* a line a second, and how many were dropped */
	assert_non_null(strstr(port_text, "(990 earlier lines"));
	clear_port();
	fake_counter += 3600 * NSEC_PER_SEC;
	for (current_id = 1; current_id < 32; current_id++) {
		for (int i = 0; i < 1000; i++) {
			pr_guest("all together");
		}
	}
	assert_in_range(lines(), 40, 60);
}

static void test_ratelimit(void **state)
{
	struct ratelimit limit = { 0 };

	for (int i = 0; i < 5; i++) {
		assert_true(ratelimit_allow(&limit, 1000, 5, 100));
	}
	assert_false(ratelimit_allow(&limit, 1099, 5, 100));
	assert_true(ratelimit_allow(&limit, 1100, 5, 100));
	assert_false(ratelimit_allow(&limit, 1199, 5, 100));
	assert_int_equal(limit.dropped, 2);
	assert_true(ratelimit_allow(&limit, 1350, 5, 100));
	assert_true(ratelimit_allow(&limit, 1350, 5, 100));
	assert_false(ratelimit_allow(&limit, 1399, 5, 100));
	assert_true(ratelimit_allow(&limit, 1400, 5, 100)); /* the half period was not lost */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_early_lines),
		cmocka_unit_test_setup(test_line, setup),
		cmocka_unit_test_setup(test_ring_read, setup),
		cmocka_unit_test_setup(test_ring_overflow, setup),
		cmocka_unit_test_setup(test_input, setup),
		cmocka_unit_test_setup(test_switch, setup),
		cmocka_unit_test_setup(test_guest_output, setup),
		cmocka_unit_test_setup(test_slow_port, setup),
		cmocka_unit_test_setup(test_guest_waits_for_slow_port, setup),
		cmocka_unit_test_setup(test_log_notify, setup),
		cmocka_unit_test_setup(test_guest_limit, setup),
		cmocka_unit_test_setup(test_ratelimit, setup),
		cmocka_unit_test_setup(test_steps, setup),
		cmocka_unit_test_setup(test_finish, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
