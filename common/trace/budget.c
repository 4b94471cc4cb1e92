/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets (hv/budget.h): a table of paths with count and maximum, found by hashing the key.
 *
 * A row is taken with a compare-and-swap of its key and never given back; when its neighbourhood is
 * full, a path counts for row 0. Counts and maxima are plain words: CPUs that are in the same path
 * at the same time may lose one of two updates, so exact figures come from machines with one CPU.
 * No locks, bounded, any context.
 */
#include <hv/arch.h>
#include <hv/budget.h>
#include <hv/debugkeys.h>
#include <hv/printk.h>
#include <hv/timer.h>

#define NR_ROWS	   1024U
#define PROBES	   16U
#define KEY_OTHER  0xf0000000U /* of row 0 */
#define HASH	   2654435761U /* 2^32 by the golden ratio */
#define HASH_SHIFT 22U
/* What entry.S does before the stamp and after the last look at the counter. */
#define OUTSIDE		 60U
#define LIMIT		 5000U
#define LIMIT_SHORT	 2000U
#define BURST		 20U
#define EVENT_CHANNEL_OP 32U				   /* number of the hypercall */
#define RESTART_KEY	 (BUDGET_TRAP << 28 | 0x20U << 16) /* instruction aborts */

static struct budget_row rows[NR_ROWS] = { [0] = { .key = KEY_OTHER } };
static struct ratelimit report_limit;

static bool claim(struct budget_row *row, u32 key)
{
	u32 old = READ_ONCE(row->key);

	return old == key ||
	       (old == 0 && (__atomic_compare_exchange_n(&row->key, &old, key, false,
							 __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
			     old == key));
}

static struct budget_row *row_of(u32 key)
{
	u32 at = key * HASH >> HASH_SHIFT;

	for (u32 i = 0; i < PROBES; i++) {
		struct budget_row *row = &rows[(at + i) % NR_ROWS];

		if (claim(row, key)) {
			return row;
		}
	}
	return &rows[0];
}

bool budget_counts_instructions(void)
{
	return arch_counter_frequency() == NSEC_PER_SEC;
}

/* Interrupts, what guests do to their interrupt controller, and events: certified to be short. */
u64 budget_limit(u32 key)
{
	u32 kind = key >> 28, number = key >> 16 & 0xff;

	if (kind == BUDGET_HYPERCALL) {
		return number == EVENT_CHANNEL_OP ? LIMIT_SHORT : LIMIT;
	}
	/* Instruction aborts: slices of a domain's restart (hv/health.h). */
	return kind == BUDGET_SMCCC || key == RESTART_KEY ? LIMIT : LIMIT_SHORT;
}

static void record(u32 key, u64 ticks, u64 nr)
{
	struct budget_row *row = row_of(key);

	row->nr += nr;
	row->longest = MAX(row->longest, ticks);
	if (unlikely(ticks > budget_limit(key)) && !row->is_reported) {
		row->is_reported = true;
		this_cpu(budget_cpu).report = (u32)(row - rows) + 1;
	}
}

void budget_part_end(enum budget_part part, u64 since)
{
	record(BUDGET_PART << 28 | (u32)part << 16, arch_counter() - since, 1);
}

void budget_path_end(void)
{
	struct budget_cpu *cpu = this_cpu_ptr(budget_cpu);

	if (likely(cpu->key >> 28 != BUDGET_NONE)) {
		u64 last = arch_counter() - *budget_stamp();

		record(cpu->key, MAX(cpu->longest, last) + OUTSIDE, cpu->nr_slices + 1UL);
	}
	cpu->key = 0;
	cpu->longest = 0;
	cpu->nr_slices = 0;
}

void budget_report_now(void)
{
	u32 at = this_cpu(budget_cpu).report;
	u64 now = arch_counter();

	if (likely(at == 0)) {
		return;
	}
	this_cpu(budget_cpu).report = 0;
	if (budget_counts_instructions() &&
	    ratelimit_allow(&report_limit, time_now(), BURST, NSEC_PER_SEC)) {
		pr_warn("path %08x took %lu instructions, %lu are allowed", rows[at - 1].key,
			rows[at - 1].longest, budget_limit(rows[at - 1].key));
	}
	*budget_stamp() += arch_counter() - now;
}

const struct budget_row *budget_next(u32 *index)
{
	for (; *index < NR_ROWS; (*index)++) {
		if (rows[*index].nr != 0) {
			return &rows[*index];
		}
	}
	return NULL;
}

void budget_print(void)
{
	const struct budget_row *row;
	u32 i = 0;

	printk("bounds in %s: path, count, maximum, limit",
	       budget_counts_instructions() ? "instructions" : "ticks of the counter");
	for (row = budget_next(&i); row != NULL; row = budget_next(&i)) {
		i++;
		printk("bounds %08x %lu %lu %lu", row->key, row->nr, row->longest,
		       budget_limit(row->key));
	}
	printk("bounds end");
}

static void key_pressed(char key __unused)
{
	budget_print();
}

void budget_init(void)
{
	debugkeys_register('b', key_pressed, "longest paths through EL2");
}
