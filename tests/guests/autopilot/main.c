/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The autopilot: a real-time guest to copy. Tasks by priority: control (1 kHz), navigation (50 Hz),
 * console (50 Hz), heartbeat (1 Hz), flight recorder (4 Hz). Keys on the console: s statistics, z
 * zero them, l print the flight record, 0 to 9 number of the phase for later records, r reboot, q
 * power off, x fault on purpose, h help.
 */
#include <stdarg.h>
#include "autopilot.h"

static bool listing; /* the flight record as it comes */

static void console(void);
static void heartbeat(void);

static struct task tasks[] = {
	{ .name = "control", .run = quad_step, .period = 1 },
	{ .name = "navigate", .run = quad_navigate, .period = 20 },
	{ .name = "console", .run = console, .period = 20 },
	{ .name = "heartbeat", .run = heartbeat, .period = 1000 },
	{ .name = "record", .run = record_take, .period = 250 },
};
#define NR_TASKS (sizeof(tasks) / sizeof(tasks[0]))

int main(void);

static void number(uint64_t v, int digits)
{
	if (v >= 10 || digits > 1) {
		number(v / 10, digits - 1);
	}
	board_putc((char)('0' + v % 10));
}

void print(const char *f, ...)
{
	const char *s;
	va_list ap;
	int v;

	va_start(ap, f);
	for (; *f != '\0'; f++) {
		if (*f != '%') {
			board_putc(*f);
			continue;
		}
		switch (*++f) {
		case 's':
			for (s = va_arg(ap, const char *); *s != '\0'; s++) {
				board_putc(*s);
			}
			break;
		case 'u':
			number(va_arg(ap, uint64_t), 1);
			break;
		default:
			v = (int)(va_arg(ap, double) * 100);
			print("%s", v < 0 ? "-" : "");
			v = v < 0 ? -v : v;
			number((uint64_t)v / 100, 1);
			board_putc('.');
			number((uint64_t)v % 100, 2);
			break;
		}
	}
	va_end(ap);
	board_flush();
}

static void latency(void)
{
	struct sched_stats s = sched_stats;

	print("latency ns min %u mean %u max %u met %u missed %u\r\n",
	      board_ns(s.count == 0 ? 0 : s.min), board_ns(s.count == 0 ? 0 : s.sum / s.count),
	      board_ns(s.max), tasks[0].met, tasks[0].missed);
}

static void heartbeat(void)
{
	static uint64_t beats;

	print("autopilot: beat %u alt %f x %f y %f waypoint %u lap %u | ", ++beats, quad.pos[2],
	      quad.pos[0], quad.pos[1], (uint64_t)quad.waypoint, (uint64_t)quad.laps);
	latency();
}

static void statistics(void)
{
	print("autopilot: statistics: ");
	latency();
	for (unsigned int i = 0; i < NR_TASKS; i++) {
		print("autopilot:   task %s period ms %u met %u missed %u worst response ns %u\r\n",
		      tasks[i].name, (uint64_t)tasks[i].period, tasks[i].met, tasks[i].missed,
		      board_ns(tasks[i].worst));
	}
	print("autopilot:   roll %f pitch %f yaw %f rad\r\n", quad.angle[0], quad.angle[1],
	      quad.angle[2]);
}

static void console(void)
{
	volatile uintptr_t nowhere = 0x10;
	int c = board_getc();

	while (listing && record_print()) {}

	switch (c) {
	case 's':
		statistics();
		break;
	case 'z':
		sched_reset_stats();
		print("autopilot: statistics are zero\r\n");
		break;
	case 'q':
	case 'r':
		print("autopilot: landed, bye\r\n");
		board_power_off(c == 'r');
		break;
	case 'x':
		*(volatile int *)nowhere = 0;
		break;
	case 'l':
		listing = true;
		break;
	case 'h':
		print("autopilot: s statistics, z zero them, l list the flight record, 0-9 phase, "
		      "r reboot, q power off, x fault, h help\r\n");
		break;
	default:
		if (c >= '0' && c <= '9') {
			record_phase((unsigned int)(c - '0'));
		}
		break;
	}
}

int main(void)
{
	board_init();
	print("autopilot: 1 kHz control loop on the virtual timer, h for help\r\n");
	sched_start(tasks, NR_TASKS);
	for (;;) {
		__asm__ volatile("wfi");
	}
}
