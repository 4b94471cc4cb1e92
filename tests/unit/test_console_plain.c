/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console with one queue: early lines, lines of guests and of the log, what does not fit, steps
 * after boot, a dead port, and the machine's end.
 *
 * without: CONFIG_CONSOLE_QUEUES CONFIG_CONSOLE_INPUT CONFIG_CONSOLE_IO CONFIG_CONSOLE_KEEP
 * sources: common/core/console_plain.c common/core/spinlock.c common/core/spinlock_debug.c
 */
#include "fake.h"

#include <string.h>

#include <hv/console.h>
#include <hv/defer.h>
#include <hv/errno.h>

static char port_text[20000];
static size_t port_len, port_room = ~0UL;
static struct defer_work *queued;

bool defer_queue(struct defer_work *work)
{
	queued = work;
	return true;
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

static size_t port_write(const char *text, size_t len)
{
	len = MIN(len, port_room);
	port_room -= port_room == ~0UL ? 0 : len;
	assert_true(port_len + len < sizeof(port_text));
	memcpy(port_text + port_len, text, len);
	port_len += len;
	port_text[port_len] = '\0';
	return len;
}

static const struct console_driver port = { .name = "fake", .write = port_write };

static void say(const char *text)
{
	console_log(text, strlen(text));
}

static size_t guest(const char *tag, const char *text)
{
	return console_guest_write(tag, text, strlen(text));
}

static void clear_port(void)
{
	port_len = 0;
	port_text[0] = '\0';
}

static int setup(void **state)
{
	fake_reset(1);
	port_room = ~0UL;
	console_defer(false);
	console_register(&port);
	say("x\n");
	queued = NULL;
	clear_port();
	return 0;
}

/* First of all tests: what was logged without a port comes out when there is one. */
static void test_early_lines(void **state)
{
	fake_reset(1);
	say("early 1\n");
	say("early 2\n");
	assert_int_equal(port_len, 0);
	console_register(&port);
	assert_string_equal(port_text, "early 1\nearly 2\n");
	assert_int_equal(console_start_input(), -ENODEV);
}

static void test_lines(void **state)
{
	assert_int_equal(guest("d3", "one\ntw"), 6);
	guest("d3", "o\n\033[2J\n");
	assert_string_equal(port_text, "d3: one\nd3: two\nd3: .[2J\n");
	clear_port();
	/* Nobody goes on in the middle of another's line. */
	guest("d3", "a");
	guest("d4", "b");
	say("log\n");
	guest("d4", "c\n");
	guest("d4", "");
	assert_string_equal(port_text, "d3: a\nd4: b\nlog\nd4: c\n");
}

/* Guests never fill the queue so far that the log has no room; what overruns it is the oldest. */
static void test_what_does_not_fit(void **state)
{
	char text[100];
	size_t taken = 0, n;

	memset(text, 'g', sizeof(text));
	console_defer(true);
	for (n = sizeof(text); n == sizeof(text) && taken < 100000; taken += n) {
		n = console_guest_write("d1", text, sizeof(text));
	}
	assert_in_range(taken, 2900, 3072);
	assert_int_equal(guest("d2", "x"), 0);
	for (int i = 0; i < 90; i++) {
		say("0123456789\n");
	}
	while (run_deferred()) {}
	assert_memory_equal(port_text, "d1: ggg", 7);
	assert_int_equal(port_len, 4 + taken + 1 + 990);
	clear_port();
	for (int i = 0; i < 1000; i++) {
		say("0123456789\n");
	}
	while (run_deferred()) {}
	assert_int_equal(port_len, 4096);
	assert_int_equal(guest("d2", "x"), 1);
}

/* After boot: each step is short, also with a port that takes everything at once. */
static void test_steps(void **state)
{
	size_t before;

	console_defer(true);
	say("a line that has more characters than are sent in one go\n");
	assert_int_equal(port_len, 0);
	for (before = 0; run_deferred(); before = port_len) {
		assert_in_range(port_len - before, 1, 32);
	}
	assert_int_equal(port_text[port_len - 1], '\n');
	/* What the port does not take goes later. */
	port_room = 5;
	say("second\n");
	clear_port();
	assert_true(run_deferred());
	assert_string_equal(port_text, "secon");
	assert_true(run_deferred());
	port_room = ~0UL;
	while (run_deferred()) {}
	assert_string_equal(port_text, "second\n");
}

/* Without a port there is nothing to do until there is one. */
static void test_no_port(void **state)
{
	console_register(NULL);
	say("kept\n");
	console_defer(true);
	say("too\n");
	assert_true(run_deferred());
	assert_false(run_deferred());
	console_register(&port);
	while (run_deferred()) {}
	assert_string_equal(port_text, "kept\ntoo\n");
}

/* Nobody waits for ever. */
static void test_dead_port(void **state)
{
	port_room = 0;
	say("lost\n");
	port_room = ~0UL;
	say("next\n");
	assert_string_equal(port_text, "next\n");
}

/* The last of all tests: the machine's end. */
static void test_finish(void **state)
{
	console_defer(true);
	say("this line has more characters than are sent in one go\n");
	assert_int_equal(port_len, 0);
	console_finish();
	assert_non_null(strstr(port_text, "in one go\n"));
	say("and this one goes at once\n");
	assert_non_null(strstr(port_text, "at once\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_early_lines),
		cmocka_unit_test_setup(test_lines, setup),
		cmocka_unit_test_setup(test_what_does_not_fit, setup),
		cmocka_unit_test_setup(test_steps, setup),
		cmocka_unit_test_setup(test_no_port, setup),
		cmocka_unit_test_setup(test_dead_port, setup),
		cmocka_unit_test_setup(test_finish, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
