/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device trees with pools of CPUs, for tests of common/boot/pools.c and schedule.c: a machine whose
 * CPU c has the phandle CPU(c), a writer of nodes, and what the pools are after boot_pools(). The
 * tests link what tests/unit/test_boot_pools.c names. Include once per test program.
 */
#ifndef FAKE_POOLS_TREE_H
#define FAKE_POOLS_TREE_H

#include "sched_world.h"

#include <stdio.h>

#include <libfdt.h>

#include <hv/bootinfo.h>
#include <hv/devtree.h>
#include <hv/errno.h>

#include "../../../common/boot/pools.h"

#define US   NSEC_PER_USEC
#define NONE (-1)

/* Phandles: CPU c has 16 + c. 9 is no CPU. */
#define CPU(c)	  (16 + (c))
#define NOT_A_CPU 9

static char blob[32768];

u64 arch_cpu_id(unsigned int cpu)
{
	return cpu * 0x100;
}

static inline void begin(const char *name)
{
	assert_int_equal(fdt_begin_node(blob, name), 0);
}

static inline void end(void)
{
	assert_int_equal(fdt_end_node(blob), 0);
}

static inline void text(const char *name, const char *value)
{
	assert_int_equal(fdt_property_string(blob, name, value), 0);
}

/* Values up to NONE. */
static inline void cells(const char *name, ...)
{
	u32 value[80];
	int nr_cells = 0;
	va_list args;

	va_start(args, name);
	for (int v = va_arg(args, int); v != NONE; v = va_arg(args, int)) {
		value[nr_cells++] = cpu_to_fdt32((u32)v);
	}
	va_end(args);
	assert_int_equal(fdt_property(blob, name, value, nr_cells * 4), 0);
}

/* A machine with so many CPUs, up to /chosen. */
static inline void start_tree(unsigned int cpus, const char *policy)
{
	char name[16];

	/* There is a Dom0. */
	boot_info.modules[0].kind = BOOT_MODULE_KERNEL;
	boot_info.nr_modules = 1;
	setup_policy(cpus, policy);
	fdt_create(blob, sizeof(blob));
	fdt_finish_reservemap(blob);
	begin("");
	begin("memory");
	cells("phandle", NOT_A_CPU, NONE);
	end();
	begin("cpus");
	for (unsigned int c = 0; c < cpus; c++) {
		snprintf(name, sizeof(name), "cpu@%x", c * 0x100);
		begin(name);
		text("device_type", "cpu");
		cells("reg", (int)(c * 0x100), NONE);
		cells("phandle", (int)CPU(c), NONE);
		end();
	}
	end();
	begin("chosen");
}

static inline int finish_tree(const char *sched)
{
	end();
	end();
	assert_int_equal(fdt_finish(blob), 0);
	assert_int_equal(devtree_init(blob, sizeof(blob)), 0);
	return boot_pools(sched);
}

/* A node of one CPU is left open. */
static inline void begin_pool(const char *name, const char *sched, int cpu)
{
	begin(name);
	text("compatible", "xen,cpupool");
	if (sched) {
		text("cpupool-sched", sched);
	}
	cells("cpupool-cpus", CPU(cpu), NONE);
}

static inline void window(const char *name, int start, int us, const char *domain)
{
	begin(name);
	cells("reg", start, us, NONE);
	text("bulkhead,domain", domain);
	end();
}

static inline void assert_pool(u32 id, enum sched_id policy, u64 cpus)
{
	struct sched_pool_info info = { .id = ~0U };

	assert_int_equal(sched_pool_info(id, &info), 0);
	assert_int_equal(info.id, id);
	assert_int_equal(info.policy, policy);
	assert_int_equal(info.cpus.bits, cpus);
}

static inline void assert_no_pool(u32 id)
{
	struct sched_pool_info info;

	assert_int_equal(sched_pool_info(id, &info), -ENOENT);
}

static inline unsigned int count_lines(const char *word)
{
	unsigned int lines = 0;

	for (const char *at = fake_log; (at = strstr(at, word)); at++) {
		lines++;
	}
	return lines;
}

/* A pool "a" of CPU 1 with this frame is left open. */
static inline void begin_arinc(int frame)
{
	start_tree(2, "credit");
	begin_pool("a", "arinc653", 1);
	if (frame != NONE) {
		cells("bulkhead,major-frame-us", frame, NONE);
	}
}

#endif
