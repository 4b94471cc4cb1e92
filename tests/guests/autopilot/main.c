/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The autopilot: a real-time guest to copy. Tasks by priority: control (1 kHz), navigation (50 Hz),
 * console (50 Hz), heartbeat (1 Hz), flight recorder (4 Hz). Keys on the console: s statistics
 * (worst = since the last s), l print the flight record as it comes, 0 to 9 number of the phase for
 * later records, r reboot, q power off, x fault on purpose, h help.
 */
#include <stdarg.h>
#include "autopilot.h"

static void number(uint64_t v, int digits)
{
	if (v >= 10 || digits > 1) {
		number(v / 10, digits - 1);
	}
	board_putc((char)('0' + v % 10));
}

void print(const char *f, ...)
{
	va_list ap;
	double v;

	va_start(ap, f);
	for (; *f != '\0'; f++) {
		if (*f != '%') {
			board_putc(*f);
		} else if (*++f == 's') {
			print(va_arg(ap, const char *));
		} else if (*f == 'u') {
			number(va_arg(ap, uint64_t), 1);
		} else {
			v = va_arg(ap, double) * 100;
			print("%s", v < 0 ? "-" : "");
			v = v < 0 ? -v : v;
			number((uint64_t)v / 100, 1);
			board_putc('.');
			number((uint64_t)v % 100, 2);
		}
	}
	va_end(ap);
	board_flush();
}

static void heartbeat(void)
{
	static uint64_t beats;

	print("autopilot: beat %u alt %f x %f y %f leg %u | ", ++beats, quad.pos[2], quad.pos[0],
	      quad.pos[1], quad.leg);
	record_summary();
}

static void statistics(void)
{
	for (struct task *t = tasks; t < tasks + NR_TASKS; t++) {
		print("autopilot: task %s period ms %u met %u missed %u worst response ns %u\r\n",
		      t->name, t->period, t->met, t->missed, board_ns(t->worst));
		t->worst = 0;
	}
}

static void console(void)
{
	static bool listing;
	int c = board_getc();

	switch (c) {
	case 's':
		statistics();
		break;
	case 'q':
	case 'r':
		print("autopilot: landed, bye\r\n");
		board_stop(c == 'r' ? BOARD_REBOOT : BOARD_POWER_OFF);
		break;
	case 'x':
		__asm__ volatile("udf #0");
		break;
	case 'l':
		listing = true;
		break;
	case 'h':
		print("autopilot: s statistics, l list the flight record, 0-9 phase, "
		      "r reboot, q power off, x fault, h help\r\n");
		break;
	default:
		if (c >= '0' && c <= '9') {
			record_take();
			record_phase = (uint64_t)c - '0';
		}
	}
	while (listing && record_print()) {}
}

struct task tasks[NR_TASKS] = {
	{ .name = "control", .run = quad_step, .period = 1 },
	{ .name = "navigate", .run = quad_navigate, .period = 20 },
	{ .name = "console", .run = console, .period = 20 },
	{ .name = "heartbeat", .run = heartbeat, .period = 1000, .phase = 10 },
	{ .name = "record", .run = record_take, .period = 250 },
};

int main(void)
{
	board_init();
	print("autopilot: 1 kHz control loop on the virtual timer, h for help\r\n");
	sched_start();
	for (;;) {
		__asm__ volatile("wfi");
	}
}
