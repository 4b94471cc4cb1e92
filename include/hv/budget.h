/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets: how long each path through EL2 took, for builds with CONFIG_EL2_BUDGET.
 *
 * A path begins with an entry to EL2 (or with the end of a wait for interrupts) and ends with the
 * return to a guest. A preemption point that finds nothing pending cuts it: had there been
 * something, the path would have ended there. entry.S stamps the entry at the top of the CPU's
 * stack; what the entry is for is noted by whoever finds out. Without the option all of this
 * compiles to nothing.
 */
#ifndef HV_BUDGET_H
#define HV_BUDGET_H

#include <hv/arch.h>
#include <hv/compiler.h>
#include <hv/kconfig.h>
#include <hv/percpu.h>
#include <hv/types.h>

/*
 * The key of a path:
 *
 *	 31 28 27   24 23        16 15                 0
 *	+-----+-------+------------+--------------------+
 *	| kind| flags |   number   |         sub        |
 *	+-----+-------+------------+--------------------+
 */
enum budget_kind {
	BUDGET_NONE,	  /* boot: not measured */
	BUDGET_TRAP,	  /* number: exception class */
	BUDGET_IRQ,	  /* number: interrupt, 32 any shared one, 33 none any more */
	BUDGET_HYPERCALL, /* number of the call, sub: its operation */
	BUDGET_SMCCC,	  /* sub: PSCI function */
	BUDGET_PART,	  /* part of a path; number: enum budget_part */
	NR_BUDGET_KINDS
};

enum budget_part {
	BUDGET_PART_PICK,   /* the decision of the scheduler */
	BUDGET_PART_SWITCH, /* half of a change of vCPU */
};

#define BUDGET_IDLE	 BIT(24) /* began with the CPU idle */
#define BUDGET_SWITCHED	 BIT(25) /* ended with another vCPU */
#define BUDGET_FLAGS	 (BUDGET_IDLE | BUDGET_SWITCHED)
#define BUDGET_SUB_MAX	 32U /* operations with a key of their own; the rest share one */
#define BUDGET_SUB_OTHER 0xffffU

struct budget_cpu {
	u64 longest; /* longest slice of this path so far */
	u32 nr_slices;
	u32 key;    /* of this path */
	u32 report; /* 1 + row that went over its limit and has to be reported; 0 = none */
};

/* What has been kept of one path. */
struct budget_row {
	u32 key; /* 0: free */
	bool is_reported;
	u64 nr, longest; /* longest in ticks of the counter */
};

DECLARE_PER_CPU(struct budget_cpu, budget_cpu);

/* The stamp of this path, where entry.S puts it. */
#ifdef HV_HOST_TEST
u64 *budget_stamp(void);
#else
static inline u64 *budget_stamp(void)
{
	return (u64 *)(percpu_slot() + PERCPU_STACK_TOP);
}
#endif

/* What this path is for; flags are kept. */
static inline void budget_note(enum budget_kind kind, u32 number, u32 sub)
{
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		u32 *key = &this_cpu(budget_cpu).key;

		*key = (*key & (u32)BUDGET_FLAGS) | (u32)kind << 28 | (number & 0xff) << 16 |
		       (sub & 0xffff);
	}
}

/* The operation of the hypercall that this path is for. */
static inline void budget_note_sub(u32 sub)
{
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		u32 *key = &this_cpu(budget_cpu).key;

		*key = (*key & 0xffff0000U) | (sub & 0xffff);
	}
}

static inline void budget_flag(u32 flag)
{
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		this_cpu(budget_cpu).key |= flag;
	}
}

/* The path ends: back to a guest. */
void budget_path_end(void);
static inline void budget_exit(void)
{
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		budget_path_end();
	}
}

/* A preemption point at which nothing is pending. */
static inline void budget_slice(void)
{
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		struct budget_cpu *cpu = this_cpu_ptr(budget_cpu);
		u64 now = arch_counter();

		cpu->longest = MAX(cpu->longest, now - *budget_stamp());
		cpu->nr_slices++;
		*budget_stamp() = now;
	}
}

/* What this path has done so far is not to count: a debug key has printed what it is for. */
static inline void budget_forget(void)
{
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		*budget_stamp() = arch_counter();
	}
}

/* The path ends here, and what comes now is one of its own: an interrupt is taken in its course. */
static inline void budget_cut(void)
{
	budget_exit();
	budget_forget();
}

/* The CPU was idle until now: a path begins. */
static inline void budget_wake(void)
{
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		*this_cpu_ptr(budget_cpu) = (struct budget_cpu){ .key = BUDGET_IDLE };
		*budget_stamp() = arch_counter();
	}
}

/* The rest is common/trace. */
/* A part of a path that began at a value of the counter ends. */
void budget_part_end(enum budget_part part, u64 since);
static inline void budget_part_is_done(enum budget_part part, u64 since)
{
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		budget_part_end(part, since);
	}
}
/* The counter, for the beginning of a part; 0 without the option. */
static inline u64 budget_now(void)
{
	return IS_ENABLED(CONFIG_EL2_BUDGET) ? arch_counter() : 0;
}
/* Report paths that went over their limit, if there are; the time it takes does not count. */
void budget_report_now(void);
static inline void budget_report(void)
{
	if (IS_ENABLED(CONFIG_EL2_BUDGET)) {
		budget_report_now();
	}
}
/* The longest that a path with this key may take, in instructions. */
u64 budget_limit(u32 key);
/* The first row from *index on that is in use, NULL when there is none; *index gets its place. */
const struct budget_row *budget_next(u32 *index);
/* Is a tick of the counter an instruction, as under QEMU's -icount with 1 GHz? */
bool budget_counts_instructions(void);
/* Print all rows on the console: `bounds KEY COUNT MAXIMUM LIMIT`. */
void budget_print(void);
/* Boot: the debug key. */
void budget_init(void);

#endif
