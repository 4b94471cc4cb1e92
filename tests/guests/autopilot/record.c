/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flight recorder: how late the periods began, how many deadlines were met and missed, and
 * where the aircraft was and should have been. Every 250 ms, and where a phase of a trial begins,
 * the open record is closed and the next one opened. Records wait in memory until the console has
 * room for a whole line, so a console that is read late, or not at all for half a minute, loses
 * nothing; the serial number shows if it did. The console's task, which prints, may preempt the
 * recorder's.
 */
#include "autopilot.h"

#define NR_RECORDS 128u
#define NR_BUCKETS 64u
#define LINE	   560u /* no line is longer */

static struct record {
	uint64_t count, sum, min, max; /* latency, deadline to first instruction; counter ticks */
	uint64_t hist[NR_BUCKETS];     /* latencies from 2^i up to 2^(i+1) ns */
	uint64_t ms, phase;
	uint64_t met, missed; /* since the start, of the first task */
	float at[3], plan[3];
} records[NR_RECORDS], *open = records;
static uint64_t nr_taken, nr_printed; /* serial number of the open record; of the next to print */
uint64_t record_phase;

void record_latency(uint64_t ticks)
{
	open->min = open->count == 0 || ticks < open->min ? ticks : open->min;
	open->max = ticks > open->max ? ticks : open->max;
	open->sum += ticks;
	open->count++;
	open->hist[63 - __builtin_clzll(board_ns(ticks) | 1)]++;
}

void record_take(void)
{
	irq_off();
	open->ms = sched_ms;
	open->phase = record_phase;
	open->met = tasks[0].met;
	open->missed = tasks[0].missed;
	for (int i = 0; i < 3; i++) {
		open->at[i] = quad.pos[i];
		open->plan[i] = quad.plan[i];
	}
	open = &records[++nr_taken % NR_RECORDS];
	/* In words: an assignment would call memset(), which is not here. */
	for (uint64_t *word = (uint64_t *)open; word < (uint64_t *)(open + 1); word++) {
		*word = 0;
	}
	irq_on();
}

static void print_latency(const char *format, const struct record *r)
{
	print(format, board_ns(r->min), board_ns(r->count == 0 ? 0 : r->sum / r->count),
	      board_ns(r->max));
}

bool record_print(void)
{
	static uint64_t met, missed; /* up to the record printed before */
	const struct record *r;

	if (nr_printed + NR_RECORDS <= nr_taken) {
		nr_printed = nr_taken - NR_RECORDS + 1; /* overwritten */
	}
	if (nr_printed == nr_taken || !board_room(LINE)) {
		return false;
	}
	r = &records[nr_printed++ % NR_RECORDS];
	print("autopilot: record %u phase %u ms %u met %u missed %u", nr_printed, r->phase, r->ms,
	      r->met - met, r->missed - missed);
	print_latency(" ns %u %u %u hist ", r);
	for (uint64_t i = 0; i < NR_BUCKETS; i++) {
		if (r->hist[i] != 0) {
			print("%u:%u,", i, r->hist[i]);
		}
	}
	print(" at %f %f %f plan %f %f %f\r\n", r->at[0], r->at[1], r->at[2], r->plan[0],
	      r->plan[1], r->plan[2]);
	met = r->met;
	missed = r->missed;
	return true;
}

void record_summary(void)
{
	print_latency("latency ns min %u mean %u max %u", &records[(nr_taken - 1) % NR_RECORDS]);
	print(" met %u missed %u\r\n", tasks[0].met, tasks[0].missed);
}
