/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the plugins need of QEMU's interface (docs/devel/tcg-plugins.rst), declared here since
 * Debian has no package with the header, and which CPU executes EL2's instructions.
 *
 * That the stack pointer tells, before each translated block: the number that QEMU passes to
 * callbacks is that of the CPU that translated the block when CPUs run in turns (QEMU 10.0).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct plugin_tb;
struct plugin_insn;
struct plugin_bytes { /* GLib's GByteArray */
	uint8_t *data;
	unsigned int len;
};
struct plugin_register { /* qemu_plugin_reg_descriptor */
	void *handle;
	const char *name, *feature;
};
struct plugin_registers { /* GLib's GArray */
	struct plugin_register *data;
	unsigned int len;
};
enum {
	PLUGIN_NO_REGS,
	PLUGIN_READS_REGS,
	PLUGIN_MEM_WRITE = 2
};

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*fn)(plugin_id id, struct plugin_tb *tb));
void qemu_plugin_register_atexit_cb(plugin_id id, void (*fn)(plugin_id id, void *arg), void *arg);
size_t qemu_plugin_tb_n_insns(const struct plugin_tb *tb);
struct plugin_insn *qemu_plugin_tb_get_insn(const struct plugin_tb *tb, size_t n);
uint64_t qemu_plugin_insn_vaddr(const struct plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct plugin_insn *insn,
					    void (*fn)(unsigned int cpu, void *arg), int flags,
					    void *arg);
void qemu_plugin_register_vcpu_mem_cb(struct plugin_insn *insn,
				      void (*fn)(unsigned int cpu, uint32_t info, uint64_t address,
						 void *arg),
				      int flags, int rw, void *arg);
void qemu_plugin_register_vcpu_tb_exec_cb(struct plugin_tb *tb,
					  void (*fn)(unsigned int cpu, void *arg), int flags,
					  void *arg);
void qemu_plugin_register_vcpu_init_cb(plugin_id id, void (*fn)(plugin_id id, unsigned int cpu));
struct plugin_registers *qemu_plugin_get_registers(void);
int qemu_plugin_read_register(void *handle, struct plugin_bytes *buffer);
size_t qemu_plugin_insn_data(const struct plugin_insn *insn, void *to, size_t size);
bool qemu_plugin_read_memory_vaddr(uint64_t address, struct plugin_bytes *bytes, size_t len);
struct plugin_bytes *g_byte_array_new(void);

__attribute__((visibility("default"))) int qemu_plugin_version = 4;
__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void *info,
							       int argc, char **argv);

#define IMAGE	   0x8000000000ull
#define IMAGE_SIZE 0x100000ull
#define NR_CPUS	   64u

static uint64_t arg_entry;	     /* the exception vectors */
static uint64_t arg_slots, arg_size; /* the per-CPU slots, and the size of one */
static FILE *out;
static struct plugin_bytes *bytes;
static void *stack_pointer; /* handle */
static unsigned int now;    /* the CPU that executes EL2's instructions */

static void find_cpu(unsigned int cpu, void *arg)
{
	uint64_t sp = 0;

	(void)cpu;
	(void)arg;
	bytes->len = 0;
	if (qemu_plugin_read_register(stack_pointer, bytes) == sizeof(sp)) {
		memcpy(&sp, bytes->data, sizeof(sp));
	}
	if (sp - arg_slots < NR_CPUS * arg_size) {
		now = (unsigned int)((sp - arg_slots) / arg_size);
	}
}

static void find_stack_pointer(plugin_id id, unsigned int cpu)
{
	const struct plugin_registers *all = qemu_plugin_get_registers();

	(void)id;
	(void)cpu;
	for (unsigned int i = 0; i < all->len; i++) {
		if (strcmp(all->data[i].name, "sp") == 0) {
			stack_pointer = all->data[i].handle;
		}
	}
}

struct number {
	const char *name;
	uint64_t *value;
};

/*
 * Reads the arguments, "NAME=hexadecimal" into the value of the number of that name and out= (file,
 * to which finish() writes), and has QEMU call the two. 0, or -1: no file, or not all there.
 */
static int install(plugin_id id, const struct number *numbers, size_t nr, int argc, char **argv,
		   void (*translated)(plugin_id id, struct plugin_tb *tb),
		   void (*finish)(plugin_id id, void *arg))
{
	for (int i = 0; i < argc; i++) {
		for (size_t n = 0; n < nr; n++) {
			size_t len = strlen(numbers[n].name);

			if (strncmp(argv[i], numbers[n].name, len) == 0) {
				*numbers[n].value = strtoull(argv[i] + len, NULL, 16);
			}
		}
		if (strncmp(argv[i], "out=", 4) == 0) {
			out = fopen(argv[i] + 4, "w");
		}
	}
	if (out == NULL || arg_entry == 0) {
		fprintf(stderr, "plugin: out= or entry= is missing\n");
		return -1;
	}
	bytes = g_byte_array_new();
	qemu_plugin_register_vcpu_init_cb(id, find_stack_pointer);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
