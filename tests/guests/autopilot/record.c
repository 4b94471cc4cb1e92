/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flight recorder: every 250 ms, and where a phase of a trial begins, one record of how late
 * the periods began, how many deadlines were missed, and where the aircraft was and should have
 * been. Records wait in memory until the console has room for a whole line, so a console that is
 * read late, or not at all for half a minute, loses nothing; the serial number shows if it did. The
 * console's task, which prints, may preempt the recorder's.
 */
#include "autopilot.h"

#define NR_RECORDS 128u
#define LINE	   560u /* no line is longer */

struct record {
	uint64_t ms;
	struct sched_stats stats;
	float at[3], plan[3];
	unsigned int phase;
};

static struct record records[NR_RECORDS];
static volatile uint64_t nr_taken, nr_printed;
static unsigned int phase;

void record_take(void)
{
	struct record *r;

	irq_off(); /* the console's task may preempt this one and take a record too */
	r = &records[nr_taken % NR_RECORDS];
	r->ms = sched_ms();
	r->phase = phase;
	for (int i = 0; i < 3; i++) {
		r->at[i] = quad.pos[i];
		r->plan[i] = quad.plan[i];
	}
	sched_take_window(&r->stats);
	nr_taken++;
	irq_on();
}

void record_phase(unsigned int number)
{
	record_take();
	phase = number;
}

bool record_print(void)
{
	const char *comma = "";
	const struct sched_stats *s;
	const struct record *r;

	if (nr_printed + NR_RECORDS < nr_taken) {
		nr_printed = nr_taken - NR_RECORDS; /* overwritten */
	}
	if (nr_printed == nr_taken || !board_room(LINE)) {
		return false;
	}
	r = &records[nr_printed % NR_RECORDS];
	s = &r->stats;
	print("autopilot: record %u phase %u ms %u met %u missed %u ns %u %u %u hist ",
	      nr_printed + 1, (uint64_t)r->phase, r->ms, s->met, s->missed,
	      board_ns(s->count == 0 ? 0 : s->min), board_ns(s->count == 0 ? 0 : s->sum / s->count),
	      board_ns(s->max));
	for (uint64_t i = 0; i < HIST_BUCKETS; i++) {
		if (s->hist[i] != 0) {
			print("%s%u:%u", comma, i, (uint64_t)s->hist[i]);
			comma = ",";
		}
	}
	print(" at %f %f %f plan %f %f %f\r\n", r->at[0], r->at[1], r->at[2], r->plan[0],
	      r->plan[1], r->plan[2]);
	nr_printed++;
	return true;
}
