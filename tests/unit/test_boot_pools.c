/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools and schedules of the boot device tree: good trees make the pools that they describe, and
 * each broken node gives one line that names it and the value, while the rest of the tree holds.
 * Windows that name a domain are its own once it has the name or the UUID, and only then.
 *
 * sources: common/boot/pools.c common/boot/schedule.c common/lib/devtree.c common/lib/format.c
 * sources: common/sched/core.c common/sched/pick.c common/sched/pool.c common/sched/unit.c
 * sources: common/policy/credit.c common/policy/rtds.c common/policy/null.c
 * sources: common/policy/arinc653.c common/sched/runqueue.c common/core/spinlock.c
 * sources: common/lib/tree.c common/lib/admission.c common/lib/number.c
 */
#include "fake/sched_world.h"

#include <stdio.h>

#include <libfdt.h>

#include <hv/devtree.h>
#include <hv/errno.h>

#include "../../common/boot/pools.h"

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

static void begin(const char *name)
{
	assert_int_equal(fdt_begin_node(blob, name), 0);
}

static void end(void)
{
	assert_int_equal(fdt_end_node(blob), 0);
}

static void text(const char *name, const char *value)
{
	assert_int_equal(fdt_property_string(blob, name, value), 0);
}

/* Values up to NONE. */
static void cells(const char *name, ...)
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
static void start_tree(unsigned int cpus, const char *policy)
{
	char name[16];

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

static int finish_tree(const char *sched)
{
	end();
	end();
	assert_int_equal(fdt_finish(blob), 0);
	assert_int_equal(devtree_init(blob, sizeof(blob)), 0);
	return boot_pools(sched);
}

/* A node of one CPU is left open. */
static void begin_pool(const char *name, const char *sched, int cpu)
{
	begin(name);
	text("compatible", "xen,cpupool");
	if (sched) {
		text("cpupool-sched", sched);
	}
	cells("cpupool-cpus", CPU(cpu), NONE);
}

static void window(const char *name, int start, int us, const char *domain)
{
	begin(name);
	cells("reg", start, us, NONE);
	text("bulkhead,domain", domain);
	end();
}

static void assert_pool(u32 id, enum sched_id policy, u64 cpus)
{
	struct sched_pool_info info = { .id = ~0U };

	assert_int_equal(sched_pool_info(id, &info), 0);
	assert_int_equal(info.id, id);
	assert_int_equal(info.policy, policy);
	assert_int_equal(info.cpus.bits, cpus);
}

static void assert_no_pool(u32 id)
{
	struct sched_pool_info info;

	assert_int_equal(sched_pool_info(id, &info), -ENOENT);
}

static unsigned int count_lines(const char *word)
{
	unsigned int lines = 0;

	for (const char *at = fake_log; (at = strstr(at, word)); at++) {
		lines++;
	}
	return lines;
}

/* The tree so far has one wrong node of CPU 1 in two: one line with these words, no pool. */
static void assert_refused(const char *node, const char *why)
{
	char line[64];

	assert_int_equal(finish_tree(NULL), 0);
	snprintf(line, sizeof(line), "/chosen/%s is left out", node);
	if (count_lines("pools:") != 1 || !strstr(fake_log, line) || !strstr(fake_log, why)) {
		fail_msg("not \"%s\" and \"%s\" but: %s", line, why, fake_log);
	}
	assert_no_pool(1);
	assert_pool(0, SCHED_ID_CREDIT, 3);
}

static void test_no_node(void **state)
{
	start_tree(3, "credit");
	assert_int_equal(finish_tree(NULL), 0);
	assert_pool(0, SCHED_ID_CREDIT, 7);
	assert_no_pool(1);
	start_tree(3, "credit");
	assert_int_equal(finish_tree("rtds"), 0);
	assert_pool(0, SCHED_ID_RTDS, 7);
	start_tree(3, "credit");
	assert_int_equal(finish_tree("cfs"), -EINVAL);
	assert_non_null(strstr(fake_log, "\"cfs\" is none of"));
}

static void test_unnamed_cpus_are_pool_0(void **state)
{
	start_tree(4, "credit");
	begin_pool("rt", "null", 3);
	end();
	begin("two");
	text("compatible", "xen,cpupool");
	cells("cpupool-cpus", CPU(2), CPU(1), NONE);
	end();
	assert_int_equal(finish_tree("rtds"), 0);
	assert_pool(0, SCHED_ID_RTDS, 1);
	assert_pool(1, SCHED_ID_NULL, 8);
	assert_pool(2, SCHED_ID_RTDS, 6); /* the scheduler asked for on the command line */
	assert_no_pool(3);
	assert_non_null(strstr(fake_log, "pool 2 has rtds, CPUs 1,2"));
	assert_int_equal(count_lines("pools:"), 0);
}

static void test_the_boot_cpu_is_in_pool_0(void **state)
{
	start_tree(4, "credit");
	begin_pool("second", "rtds", 1);
	end();
	begin_pool("boot", "null", 0);
	end();
	assert_int_equal(finish_tree(NULL), 0);
	assert_pool(0, SCHED_ID_NULL, 1);
	assert_pool(1, SCHED_ID_RTDS, 2);
	assert_pool(2, SCHED_ID_CREDIT, 12); /* who is left over */
	assert_no_pool(3);
}

static void test_broken_nodes(void **state)
{
	start_tree(2, "credit");
	begin_pool("a", "cfs", 1);
	end();
	assert_refused("a", "cpupool-sched \"cfs\"");

	start_tree(2, "credit");
	begin_pool("a", NULL, 1);
	fdt_property(blob, "cpupool-sched", "null", 4); /* no end */
	end();
	assert_refused("a", "cpupool-sched \"\"");

	start_tree(2, "credit");
	begin("a");
	text("compatible", "xen,cpupool");
	end();
	assert_refused("a", "missing");

	start_tree(2, "credit");
	begin("a");
	text("compatible", "xen,cpupool");
	cells("cpupool-cpus", NONE);
	end();
	assert_refused("a", "0 bytes");

	start_tree(2, "credit");
	begin("a");
	text("compatible", "xen,cpupool");
	fdt_property(blob, "cpupool-cpus", "\0\0\0\21\0\0", 6);
	end();
	assert_refused("a", "6 bytes");

	start_tree(2, "credit");
	begin("a");
	text("compatible", "xen,cpupool");
	cells("cpupool-cpus", CPU(1), NOT_A_CPU, NONE);
	end();
	assert_refused("a", "phandle 0x9 is no CPU");

	start_tree(2, "credit");
	begin("a");
	text("compatible", "xen,cpupool");
	cells("cpupool-cpus", CPU(1), 0, NONE);
	end();
	assert_refused("a", "phandle 0 is no CPU");

	start_tree(2, "credit");
	begin("a");
	text("compatible", "xen,cpupool");
	cells("cpupool-cpus", CPU(1), CPU(1), NONE);
	end();
	assert_refused("a", "names CPU 1 twice");

	start_tree(2, "credit");
	cpus_online.bits = 1;
	begin_pool("a", "null", 1);
	end();
	assert_int_equal(finish_tree(NULL), 0);
	assert_non_null(strstr(fake_log, "CPU 1 does not run"));
	assert_no_pool(1);

	start_tree(2, "credit");
	begin("a");
	text("compatible", "xen,cpupool");
	text("cpupool-sched", "arinc653");
	cells("cpupool-cpus", CPU(0), CPU(1), NONE);
	end();
	assert_refused("a", "arinc653 has one CPU, cpupool-cpus names 2");
}

static void test_a_cpu_in_two_pools(void **state)
{
	start_tree(3, "credit");
	begin_pool("a", "null", 1);
	end();
	begin("b");
	text("compatible", "xen,cpupool");
	cells("cpupool-cpus", CPU(2), CPU(1), NONE);
	end();
	assert_int_equal(finish_tree(NULL), 0);
	assert_int_equal(count_lines("pools:"), 1);
	assert_non_null(strstr(fake_log, "/chosen/b is left out"));
	assert_non_null(strstr(fake_log, "CPU 1 is in another pool"));
	assert_pool(0, SCHED_ID_CREDIT, 5);
	assert_pool(1, SCHED_ID_NULL, 2);
	assert_no_pool(2);
}

/* One pool per CPU and two more. */
static void test_more_pools_than_there_can_be(void **state)
{
	char name[8];

	start_tree(FAKE_CPUS, "credit");
	for (u32 i = 1; i < FAKE_CPUS; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		begin_pool(name, "null", (int)i);
		end();
	}
	/* As if the others were there already. */
	for (u32 id = FAKE_CPUS - 1; id < SCHED_POOL_MAX; id++) {
		u32 created;

		assert_int_equal(sched_pool_create(id, SCHED_ID_RTDS, &created), 0);
	}
	assert_int_equal(finish_tree(NULL), 0);
	assert_int_equal(count_lines("pools:"), 1);
	assert_non_null(strstr(fake_log, "no pool more can be made"));
	assert_pool(0, SCHED_ID_CREDIT, 1 | BIT(FAKE_CPUS - 1));
}

static void begin_arinc(int frame)
{
	start_tree(2, "credit");
	begin_pool("a", "arinc653", 1);
	if (frame != NONE) {
		cells("bulkhead,major-frame-us", frame, NONE);
	}
}

static void test_broken_windows(void **state)
{
	static const int frames[] = { 0, 10000001 };

	for (unsigned int i = 0; i < ARRAY_SIZE(frames); i++) {
		begin_arinc(frames[i]);
		window("window@0", 0, 100, "x");
		end();
		assert_refused("a", i ? "major-frame-us 10000001" : "major-frame-us 0");
	}
	begin_arinc(NONE);
	window("window@0", 0, 100, "x");
	end();
	assert_refused("a", "major-frame-us 0");

	begin_arinc(NONE);
	cells("bulkhead,major-frame-us", 0, 1000, NONE);
	window("window@0", 0, 100, "x");
	end();
	assert_refused("a", "in one cell");

	begin_arinc(1000);
	end();
	assert_refused("a", "without a window");

	begin_arinc(1000);
	window("window@0", 0, 300, "x");
	window("window@1", 299, 300, "y");
	end();
	assert_refused("a", "window@1: begins at 299 us, another ends at 300");

	begin_arinc(1000);
	window("window@0", 800, 201, "x");
	end();
	assert_refused("a", "window@0: ends at 1001 us, the major frame at 1000");

	begin_arinc(1000);
	window("window@0", -2, 3, "x"); /* 2^32 + 1 */
	end();
	assert_refused("a", "window@0: ends at 4294967297 us");

	begin_arinc(1000);
	window("window@0", 0, 0, "x");
	end();
	assert_refused("a", "window@0: has the length 0");

	begin_arinc(1000);
	window("slot@0", 0, 10, "x");
	end();
	assert_refused("a", "slot@0: is no window");

	begin_arinc(1000);
	begin("window@0");
	cells("reg", 0, 1, 2, NONE);
	text("bulkhead,domain", "x");
	end();
	end();
	assert_refused("a", "window@0: reg has 12 bytes");

	begin_arinc(1000);
	begin("window@0");
	text("bulkhead,domain", "x");
	end();
	end();
	assert_refused("a", "window@0: reg has 0 bytes");
}

static void begin_window(void)
{
	begin_arinc(1000);
	begin("window@0");
	cells("reg", 0, 100, NONE);
}

static void test_broken_owners(void **state)
{
	char name[SCHED_OWNER_NAME + 1];

	begin_window();
	end();
	end();
	assert_refused("a", "window@0: has 0 of bulkhead,domain");

	begin_window();
	text("bulkhead,domain", "x");
	cells("bulkhead,domid", 1, NONE);
	end();
	end();
	assert_refused("a", "window@0: has 2 of bulkhead,domain");

	memset(name, 'x', sizeof(name));
	name[SCHED_OWNER_NAME] = '\0';
	begin_window();
	text("bulkhead,domain", name);
	end();
	end();
	assert_refused("a", "window@0: bulkhead,domain is no name of 1 to 63");

	begin_window();
	fdt_property(blob, "bulkhead,domain", "x", 1);
	end();
	end();
	assert_refused("a", "window@0: bulkhead,domain is no name");

	begin_window();
	text("bulkhead,uuid", "00112233-4455-6677-8899-aabbccddeefg");
	end();
	end();
	assert_refused("a", "window@0: bulkhead,uuid");

	begin_window();
	text("bulkhead,uuid", "001122334-455-6677-8899-aabbccddeeff");
	end();
	end();
	assert_refused("a", "window@0: bulkhead,uuid");

	begin_window();
	cells("bulkhead,domid", 0x7ff0, NONE);
	end();
	end();
	assert_refused("a", "window@0: bulkhead,domid 32752");

	begin_window();
	text("bulkhead,domain", "x");
	cells("bulkhead,vcpu", 64, NONE);
	end();
	end();
	assert_refused("a", "window@0: bulkhead,vcpu 64");

	start_tree(2, "credit");
	begin_pool("a", "rtds", 1);
	cells("bulkhead,major-frame-us", 1000, NONE);
	window("window@0", 0, 100, "x");
	end();
	assert_refused("a", "its scheduler rtds knows not");

	start_tree(2, "credit");
	begin_pool("a", "arinc653", 0);
	cells("bulkhead,major-frame-us", 1000, NONE);
	window("window@0", 0, 100, "x");
	end();
	assert_refused("a", "no window is Dom0's");
}

static void test_too_many_windows(void **state)
{
	for (int gap = 0; gap < 2; gap++) {
		begin_arinc(1000);
		for (int i = 0; i < (gap ? 33 : 65); i++) {
			char name[16];

			snprintf(name, sizeof(name), "window@%d", i);
			window(name, gap + i * (1 + gap), 1, "x");
		}
		end();
		assert_refused("a", "one more than the 64 windows");
	}
}

static void assert_windows(u32 pool, const u64 (*expected)[3], u32 nr_expected)
{
	struct sched_schedule got;

	assert_int_equal(sched_schedule_get(pool, &got), 0);
	assert_int_equal(got.nr_windows, nr_expected);
	for (u32 i = 0; i < nr_expected; i++) {
		assert_int_equal(got.windows[i].domain, expected[i][0]);
		assert_int_equal(got.windows[i].vcpu, expected[i][1]);
		assert_int_equal(got.windows[i].ns, expected[i][2] * US);
	}
}

/* In any order, with gaps, and by all three kinds of owner. */
static void test_windows(void **state)
{
	static const u8 uuid[16] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
				     0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
	const u64 before[][3] = { { 5, 1, 100 },
				  { SCHED_NOBODY, 0, 50 },
				  { SCHED_NOBODY, 0, 250 },
				  { SCHED_NOBODY, 0, 100 },
				  { SCHED_NOBODY, 0, 200 } };
	u64 now[5][3];

	begin_arinc(1000);
	begin("window@400");
	cells("reg", 400, 100, NONE);
	text("bulkhead,uuid", "00112233-4455-6677-8899-AABBCCDDEEFF");
	end();
	window("window@150", 150, 250, "pilot");
	window("window@500", 500, 200, "pilot");
	begin("window@0");
	cells("reg", 0, 100, NONE);
	cells("bulkhead,domid", 5, NONE);
	cells("bulkhead,vcpu", 1, NONE);
	end();
	end();
	assert_int_equal(finish_tree(NULL), 0);
	assert_int_equal(count_lines("pools:"), 0);
	assert_pool(1, SCHED_ID_ARINC653, 2);
	assert_windows(1, before, 5);

	memcpy(now, before, sizeof(now));
	sched_owner_bind(NULL, uuid, 7);
	sched_owner_bind("pilo", NULL, 8);
	sched_owner_bind("pilot", NULL, 9);
	now[2][0] = now[4][0] = 9;
	now[3][0] = 7;
	assert_windows(1, now, 5);
	sched_owner_bind("other", NULL, 9); /* renamed: no longer its windows */
	sched_owner_bind("other", NULL, 7); /* has them by its UUID, whatever its name */
	now[2][0] = now[4][0] = SCHED_NOBODY;
	assert_windows(1, now, 5);
	sched_owner_bind("pilot", NULL, 9);
	sched_owner_bind(NULL, (const u8 *)"another uuid....", 9); /* 9 is a new domain */
	assert_windows(1, now, 5);
	sched_owner_bind("pilot", NULL, 10); /* it comes back with another id */
	now[2][0] = now[4][0] = 10;
	assert_windows(1, now, 5);
}

/* The machine: a domain of this name runs in its windows to the tick, others never. */
static void test_a_named_domain_runs_in_its_windows(void **state)
{
	begin_arinc(1000);
	window("window@200", 200, 300, "pilot");
	end();
	assert_int_equal(finish_tree(NULL), 0);
	may_idle = true;
	add(0, 0, TIME_NEVER, 0);
	fake_cpu = 0;
	sched_block(&tasks[0].unit, SCHED_BLOCK_DOMAIN);
	settle();
	assert_int_equal(sched_pool_move(&groups[0], 1, NULL), 0);
	sched_unblock(&tasks[0].unit, SCHED_BLOCK_DOMAIN);
	settle();
	tasks[0].unit.run_ns = 0;
	simulate(10 * MS);
	assert_int_equal(tasks[0].unit.run_ns, 0);
	sched_owner_bind("pilot", NULL, groups[0].domain);
	simulate(10 * MS);
	assert_int_equal(sched_unit_run_ns(&tasks[0].unit, fake_counter), 3 * MS);
}

static void test_pool_0_in_windows(void **state)
{
	const u64 alone[][3] = { { 0, 0, 10000 } }, shared[][3] = { { 0, 0, 700 }, { 0, 1, 300 } };
	struct sched_schedule bad = { .major_frame_ns = MS, .nr_windows = 1 };

	/* By the command line: Dom0 alone; the other CPUs have the build's own scheduler. */
	start_tree(3, "credit");
	assert_int_equal(finish_tree("arinc653"), 0);
	assert_pool(0, SCHED_ID_ARINC653, 1);
	assert_pool(1, SCHED_ID_CREDIT, 6);
	assert_windows(0, alone, 1);
	bad.windows[0] = (struct sched_window){ .domain = 1, .ns = MS };
	assert_int_equal(sched_schedule_set(0, &bad), -EPERM);
	bad.windows[0].domain = 0;
	bad.windows[0].vcpu = 1;
	assert_int_equal(sched_schedule_set(0, &bad), -EPERM);
	assert_windows(0, alone, 1);

	/* By its node, with and without a schedule. */
	start_tree(1, "credit");
	begin_pool("boot", "arinc653", 0);
	end();
	assert_int_equal(finish_tree(NULL), 0);
	assert_windows(0, alone, 1);
	start_tree(1, "credit");
	begin_pool("boot", "arinc653", 0);
	cells("bulkhead,major-frame-us", 1000, NONE);
	window("window@0", 0, 700, "Domain-0");
	begin("window@700");
	cells("reg", 700, 300, NONE);
	cells("bulkhead,domid", 0, NONE);
	cells("bulkhead,vcpu", 1, NONE);
	end();
	end();
	assert_int_equal(finish_tree(NULL), 0);
	assert_windows(0, shared, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_node),
		cmocka_unit_test(test_unnamed_cpus_are_pool_0),
		cmocka_unit_test(test_the_boot_cpu_is_in_pool_0),
		cmocka_unit_test(test_broken_nodes),
		cmocka_unit_test(test_a_cpu_in_two_pools),
		cmocka_unit_test(test_more_pools_than_there_can_be),
		cmocka_unit_test(test_broken_windows),
		cmocka_unit_test(test_broken_owners),
		cmocka_unit_test(test_too_many_windows),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_a_named_domain_runs_in_its_windows),
		cmocka_unit_test(test_pool_0_in_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
