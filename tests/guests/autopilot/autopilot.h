/* SPDX-License-Identifier: Apache-2.0 */
/* The autopilot's interfaces: board (the virtual machine), sched (tasks), record (statistics and
 * the flight recorder), quad (the aircraft and its controller). */
#ifndef AUTOPILOT_H
#define AUTOPILOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define sysreg_read(r)                                                                             \
	({                                                                                         \
		uint64_t v_;                                                                       \
		__asm__ volatile("mrs %0, " #r : "=r"(v_) : : "memory");                           \
		v_;                                                                                \
	})
#define sysreg_write(r, v)                                                                         \
	__asm__ volatile("msr " #r ", %x0\n\tisb" : : "rZ"((uint64_t)(v)) : "memory")
#define irq_on()   __asm__ volatile("msr daifclr, #2\n\tisb" : : : "memory")
#define irq_off()  __asm__ volatile("msr daifset, #2\n\tisb" : : : "memory")
#define IRQ_VTIMER 27

/* --- board.c --- */
enum {
	BOARD_POWER_OFF,
	BOARD_REBOOT,
	BOARD_CRASH = 3
};
void board_init(void);		  /* console, GIC, the virtual timer's interrupt */
void board_timer(uint64_t at);	  /* interrupt when the counter says so; takes the last one back */
void board_putc(char c);	  /* never blocks: what the console cannot take is dropped */
bool board_room(unsigned int n);  /* the console can take n characters now */
void board_flush(void);		  /* tell the reader of the PV console */
int board_getc(void);		  /* -1 = nothing typed */
void board_stop(uint64_t reason); /* does not come back */
#define board_irq_ack()	     sysreg_read(S3_0_C12_C12_0) /* ICC_IAR1_EL1; 1020 and above = none */
#define board_irq_eoi(intid) sysreg_write(S3_0_C12_C12_1, intid)
#define board_now()	     sysreg_read(cntvct_el0)
#define board_hz()	     sysreg_read(cntfrq_el0)
#define board_ns(ticks)	     ((ticks) * 1000 / (board_hz() / 1000000))

/* --- sched.c: fixed priorities, run to completion; a higher task preempts a lower one --- */
struct task {
	const char *name;
	void (*run)(void);
	uint64_t period, phase; /* ms: released when sched_ms % period is phase */
	bool ready;
	uint64_t released, met, missed, worst; /* worst = release to completion; counter ticks */
};
extern volatile uint64_t sched_ms; /* periods since the start, missed ones too */
void sched_start(void);		   /* returns with the timer running */

/* --- record.c --- */
extern uint64_t record_phase;	     /* number of the phase for the record that is open */
void record_latency(uint64_t ticks); /* from the timer's interrupt: it came so late */
void record_take(void);		     /* task: closes a record and opens the next */
bool record_print(void);	     /* the oldest not yet printed; false: none, or no room */
void record_summary(void);	     /* prints the figures of the last record */

/* --- main.c --- */
#define NR_TASKS 5
extern struct task tasks[NR_TASKS]; /* highest priority first */
/* %s string, %u uint64_t, %f float with two decimals. */
void print(const char *f, ...);

/* --- quad.c --- */
extern struct quad {
	float pos[3], vel[3], angle[3], rate[3]; /* m, m/s, rad, rad/s */
	float motor[4];				 /* N, Nm: thrust and the three torques */
	float plan[3];				 /* where it should be now */
	uint64_t leg;				 /* number of the stretch of the plan */
} quad;
void quad_step(void);	  /* control once, physics up to now */
void quad_navigate(void); /* flight plan, 50 Hz */

#endif
