/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin for QEMU's TCG (version 10 or later): how many instructions each CPU takes for its paths
 * through EL2. The counter of -icount cannot tell: it counts those of all CPUs together.
 *
 * Counted are the instructions at addresses of EL2's image, each on the CPU that executes it. Where
 * a path begins, is cut and ends is what the build with CONFIG_EL2_BUDGET does itself: a store to
 * the CPU's stamp (hv/budget.h) ends a slice, a call of budget_path_end() a path; its key is read
 * where the hypervisor keeps it. At the end the plugin prints, as the hypervisor does,
 * `paths KEY COUNT MAXIMUM` to a file.
 *
 * Arguments, all numbers in hexadecimal: end= (address of budget_path_end), slots= (of the per-CPU
 * slots), size= (of one), stamp=, key= (offsets in a slot), entry= (of the exception vectors, 4 KiB
 * that set the stamp, too), report= and report_size= (of budget_report_now(), whose line does not
 * count), outside= (as budget.c has it), out= (file), over= (0, or list the
 * addresses of each path that is the longest of its key so far and longer than this).
 */
#include <inttypes.h>

#include "plugin.h"

#define NR_ROWS	     4096u
#define NR_ADDRESSES 16384u

static struct cpu {
	uint64_t count, base, longest, reported;
	uint32_t at[NR_ADDRESSES], long_at[NR_ADDRESSES]; /* of this slice; of the longest */
} cpus[NR_CPUS];

static struct row {
	uint32_t key;
	uint64_t nr, longest;
} rows[NR_ROWS];

static uint64_t arg_end, arg_stamp, arg_key, arg_outside, arg_over;
static uint64_t arg_report, arg_report_size;

static void count(unsigned int cpu, void *arg)
{
	struct cpu *c = &cpus[now];

	(void)cpu;
	if (arg_over != 0 && c->count - c->base < NR_ADDRESSES) {
		c->at[c->count - c->base] = (uint32_t)(uintptr_t)arg;
	}
	c->count++;
}

static void end_slice(struct cpu *c)
{
	if (c->count - c->base > c->longest) {
		c->longest = c->count - c->base;
		if (c->longest > arg_over && arg_over != 0) {
			memcpy(c->long_at, c->at, sizeof(c->at));
		}
	}
	c->base = c->count;
}

/* Any store of EL2's. */
static void store(unsigned int cpu, uint32_t info, uint64_t address, void *arg)
{
	struct cpu *c = &cpus[now];

	(void)cpu;
	(void)info;
	if (address != arg_slots + now * arg_size + arg_stamp) {
		return;
	}
	if ((uint64_t)(uintptr_t)arg - (arg_report & (IMAGE_SIZE - 1)) < arg_report_size) {
		c->base += c->count - c->reported; /* the line does not count */
	} else if ((uint64_t)(uintptr_t)arg - (arg_entry & (IMAGE_SIZE - 1)) < 0x800) {
		c->base = c->count; /* the entry to EL2 */
		c->longest = 0;
	} else {
		end_slice(c);
	}
}

static void begin_report(unsigned int cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	cpus[now].reported = cpus[now].count;
}

static uint32_t key_of_path(void)
{
	uint32_t key = 0;

	if (qemu_plugin_read_memory_vaddr(arg_slots + now * arg_size + arg_key, bytes,
					  sizeof(key))) {
		memcpy(&key, bytes->data, sizeof(key));
	}
	return key;
}

static void list(uint32_t key, const struct cpu *c)
{
	fprintf(out, "long %08" PRIx32 " %u %" PRIu64, key, now, c->longest);
	for (uint64_t i = 0; i < c->longest && i < NR_ADDRESSES; i++) {
		fprintf(out, " %" PRIx32, c->long_at[i]);
	}
	fprintf(out, "\n");
}

static void end_path(unsigned int cpu, void *arg)
{
	struct cpu *c = &cpus[now];
	uint32_t key = key_of_path();
	struct row *row = rows;

	(void)cpu;
	(void)arg;
	end_slice(c);
	while (row->key != 0 && row->key != key && row < &rows[NR_ROWS - 1]) {
		row++;
	}
	if (key >> 28 != 0) {
		row->key = key;
		row->nr++;
		if (c->longest + arg_outside > row->longest) {
			row->longest = c->longest + arg_outside;
			if (arg_over != 0 && row->longest > arg_over) {
				list(key, c);
			}
		}
	}
	c->longest = 0;
}

static void translated(plugin_id id, struct plugin_tb *tb)
{
	(void)id;
	if (qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0)) - IMAGE < IMAGE_SIZE) {
		qemu_plugin_register_vcpu_tb_exec_cb(tb, find_cpu, PLUGIN_READS_REGS, NULL);
	}
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn);
		void *arg = (void *)(uintptr_t)(at - IMAGE);

		if (at - IMAGE >= IMAGE_SIZE) {
			continue;
		}
		if (at == arg_end) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end_path, PLUGIN_NO_REGS, arg);
		}
		if (at == arg_report) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begin_report, PLUGIN_NO_REGS,
							       arg);
		}
		qemu_plugin_register_vcpu_insn_exec_cb(insn, count, PLUGIN_NO_REGS, arg);
		qemu_plugin_register_vcpu_mem_cb(insn, store, PLUGIN_NO_REGS, PLUGIN_MEM_WRITE,
						 arg);
	}
}

static void finish(plugin_id id, void *arg)
{
	(void)id;
	(void)arg;
	for (const struct row *row = rows; row->key != 0; row++) {
		fprintf(out, "paths %08" PRIx32 " %" PRIu64 " %" PRIu64 "\n", row->key, row->nr,
			row->longest);
	}
	fprintf(out, "paths end\n");
	fclose(out);
}

static const struct number numbers[] = {
	{ "end=", &arg_end },	      { "slots=", &arg_slots },
	{ "size=", &arg_size },	      { "stamp=", &arg_stamp },
	{ "key=", &arg_key },	      { "entry=", &arg_entry },
	{ "outside=", &arg_outside }, { "over=", &arg_over },
	{ "report=", &arg_report },   { "report_size=", &arg_report_size },
};

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	return install(id, numbers, sizeof(numbers) / sizeof(numbers[0]), argc, argv, translated,
		       finish);
}
