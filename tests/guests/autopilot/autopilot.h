/* SPDX-License-Identifier: Apache-2.0 */
/* The autopilot's interfaces: board (the virtual machine), sched (tasks), quad (the aircraft and
 * its controller). */
#ifndef AUTOPILOT_H
#define AUTOPILOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STR_(x) #x
#define STR(x)	STR_(x)
#define sysreg_read(r)                                                                             \
	({                                                                                         \
		uint64_t v_;                                                                       \
		__asm__ volatile("mrs %0, " STR(r) : "=r"(v_) : : "memory");                       \
		v_;                                                                                \
	})
#define sysreg_write(r, v)                                                                         \
	__asm__ volatile("msr " STR(r) ", %x0\n\tisb" : : "rZ"((uint64_t)(v)) : "memory")
#define irq_on()   __asm__ volatile("msr daifclr, #2\n\tisb" : : : "memory")
#define irq_off()  __asm__ volatile("msr daifset, #2\n\tisb" : : : "memory")
#define IRQ_VTIMER 27

/* --- board.c --- */
void board_init(void);	      /* console, GIC, the virtual timer's interrupt */
uint32_t board_irq_ack(void); /* INTID, 1023 = none */
void board_irq_eoi(uint32_t intid);
void board_putc(char c);	     /* never blocks: what the console cannot take is dropped */
bool board_room(unsigned int chars); /* the console can take so many now */
void board_flush(void);		     /* tell the reader of the PV console */
int board_getc(void);		     /* -1 = nothing typed */
void board_power_off(bool reboot);
#define board_now()	sysreg_read(cntvct_el0)
#define board_hz()	sysreg_read(cntfrq_el0)
#define board_ns(ticks) ((ticks)*1000 / (board_hz() / 1000000))

/* --- sched.c: fixed priorities, run to completion; a higher task preempts a lower one --- */
struct task {
	const char *name;
	void (*run)(void);
	uint32_t period; /* ms */
	bool ready;
	uint64_t released, met, missed, worst; /* worst = release to completion; counter ticks */
};
#define HIST_BUCKETS 32
struct sched_stats { /* of the tick: deadline to first instruction, in counter ticks */
	uint64_t count, min, max, sum;
	uint64_t met, missed;	     /* deadlines of the first task */
	uint32_t hist[HIST_BUCKETS]; /* latencies from 2^i up to 2^(i+1) ns */
};
extern struct sched_stats sched_stats; /* since the start or sched_reset_stats() */
/* Highest priority first; returns with the timer running. */
void sched_start(struct task *tasks, unsigned int n);
void sched_reset_stats(void);
void sched_take_window(struct sched_stats *taken); /* since the last call; interrupts off */
uint64_t sched_ms(void);			   /* periods since the start, missed ones too */

/* --- record.c: the flight recorder --- */
void record_take(void);			/* task: closes a record and opens the next */
void record_phase(unsigned int number); /* later records carry this number */
bool record_print(void); /* the oldest one not yet printed; false: none, or no room */

/* --- main.c --- */
/* %s string, %u uint64_t, %f float with two decimals. */
void print(const char *f, ...);

/* --- quad.c --- */
struct quad {
	float pos[3], vel[3], angle[3], rate[3], thrust, torque[3]; /* m, m/s, rad, rad/s, N, Nm */
	float plan[3];						    /* where it should be now */
	unsigned int waypoint, laps;
};
extern struct quad quad;
void quad_step(void);	  /* control once, physics up to now */
void quad_navigate(void); /* flight plan, 50 Hz */

#endif
