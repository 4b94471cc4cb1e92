/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin for QEMU's TCG (version 10 or later): how many instructions each CPU takes from an entry
 * to EL2 to the return, whatever the other CPUs do meanwhile. For any build of the hypervisor.
 *
 * At the end it prints `entries CPU VECTOR COUNT MAXIMUM` to a file, CPU as the hypervisor numbers
 * them, VECTOR the offset in the table of exception vectors (Arm ARM D1.3), in hexadecimal.
 *
 * Arguments, all numbers in hexadecimal: entry= (address of the exception vectors), slots= (of the
 * per-CPU slots), size= (of one), skip= (the first entries of each CPU and vector that do not
 * count), out= (file).
 */
#include <inttypes.h>

#include "plugin.h"

#define VECTORS 16u
#define ERET	0xd69f03e0u

static struct cpu {
	unsigned int vector;
	uint64_t count;
	struct row {
		uint64_t nr, longest;
	} rows[VECTORS];
} cpus[NR_CPUS];

static uint64_t arg_skip;

static void count(unsigned int cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	cpus[now].count++;
}

static void enter(unsigned int cpu, void *arg)
{
	(void)cpu;
	cpus[now].count = 0;
	cpus[now].vector = (unsigned int)(uintptr_t)arg;
}

static void leave(unsigned int cpu, void *arg)
{
	struct cpu *c = &cpus[now];
	struct row *row = &c->rows[c->vector];

	(void)cpu;
	(void)arg;
	if (++row->nr > arg_skip && c->count > row->longest) {
		row->longest = c->count;
	}
}

static void translated(plugin_id id, struct plugin_tb *tb)
{
	(void)id;
	if (qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0)) - IMAGE < IMAGE_SIZE) {
		qemu_plugin_register_vcpu_tb_exec_cb(tb, find_cpu, PLUGIN_READS_REGS, NULL);
	}
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn), vector = at - arg_entry;
		uint32_t opcode = 0;

		if (at - IMAGE >= IMAGE_SIZE) {
			continue;
		}
		if (vector < VECTORS * 0x80 && vector % 0x80 == 0) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, enter, PLUGIN_NO_REGS,
							       (void *)(uintptr_t)(vector / 0x80));
		}
		qemu_plugin_register_vcpu_insn_exec_cb(insn, count, PLUGIN_NO_REGS, NULL);
		if (qemu_plugin_insn_data(insn, &opcode, sizeof(opcode)) == sizeof(opcode) &&
		    opcode == ERET) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, leave, PLUGIN_NO_REGS, NULL);
		}
	}
}

static void finish(plugin_id id, void *arg)
{
	(void)id;
	(void)arg;
	for (unsigned int i = 0; i < NR_CPUS * VECTORS; i++) {
		const struct row *row = &cpus[i / VECTORS].rows[i % VECTORS];

		if (row->nr != 0) {
			fprintf(out, "entries %u %03x %" PRIu64 " %" PRIu64 "\n", i / VECTORS,
				i % VECTORS * 0x80, row->nr, row->longest);
		}
	}
	fprintf(out, "entries end\n");
	fclose(out);
}

static const struct number numbers[] = {
	{ "entry=", &arg_entry },
	{ "slots=", &arg_slots },
	{ "size=", &arg_size },
	{ "skip=", &arg_skip },
};

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	return install(id, numbers, sizeof(numbers) / sizeof(numbers[0]), argc, argv, translated,
		       finish);
}
