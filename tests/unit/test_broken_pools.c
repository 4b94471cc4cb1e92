/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Broken pools and schedules in the boot device tree: each wrong node gives one line that names it
 * and the value, and no pool, while the rest of the tree holds.
 *
 * sources: common/devtree/devtree.c common/devtree/devtree_read.c
 * sources: common/devtree/devtree_phandle.c
 * sources: common/build/bootinfo.c
 * sources: common/core/refusal.c
 * sources: common/boot/pools.c common/boot/schedule.c common/lib/format.c
 * sources: common/sched/core.c common/sched/balance.c common/sched/pick.c common/sched/unit.c
 * sources: common/sched/pool.c common/sched/pool_change.c common/sched/pool_policy.c
 * sources: common/sched/params.c
 * sources: common/policy/credit.c common/policy/rtds.c common/policy/null.c
 * sources: common/sched/owner.c
 * sources: common/policy/arinc653.c common/sched/runqueue.c common/core/spinlock.c
 * sources: common/core/spinlock_debug.c
 * sources: common/lib/tree.c common/lib/admission.c common/lib/number.c
 */
#include "fake/pools_tree.h"

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

static void test_broken_nodes(void **state)
{
	start_tree(2, "credit");
	begin_pool("a", "cfs", 1);
	end();
	assert_refused("a", "cpupool-sched: \"cfs\" is not known here: give one of credit, ");

	start_tree(2, "credit");
	begin_pool("a", NULL, 1);
	fdt_property(blob, "cpupool-sched", "null", 4); /* no end */
	end();
	assert_refused("a", "cpupool-sched: \"\" is not known");

	start_tree(2, "credit");
	begin("a");
	text("compatible", "xen,cpupool");
	end();
	assert_refused("a", "cpupool-cpus: it names no CPU");

	start_tree(2, "credit");
	begin("a");
	text("compatible", "xen,cpupool");
	cells("cpupool-cpus", NONE);
	end();
	assert_refused("a", "cpupool-cpus: it names no CPU");

	start_tree(2, "credit");
	begin("a");
	text("compatible", "xen,cpupool");
	fdt_property(blob, "cpupool-cpus", "\0\0\0\21\0\0", 6);
	end();
	assert_refused("a", "cpupool-cpus: the value is of the wrong kind: give phandles of CPUs");
}

static void test_broken_lists_of_cpus(void **state)
{
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
	assert_refused("a", "cpupool-cpus: CPU 1 is named twice: name it once");

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
	assert_refused("a", "cpupool-cpus: arinc653 has one CPU, there are 2: make");
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
	assert_non_null(
		strstr(fake_log, "cpupool-cpus: CPU 1 is in another pool: leave it out of one"));
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
	assert_non_null(strstr(fake_log, "cpupool-cpus: there are 16 pools already: merge"));
	assert_pool(0, SCHED_ID_CREDIT, 1 | BIT(FAKE_CPUS - 1));
}

static void test_broken_windows(void **state)
{
	static const int frames[] = { 0, 10000001 };

	for (unsigned int i = 0; i < ARRAY_SIZE(frames); i++) {
		begin_arinc(frames[i]);
		window("window@0", 0, 100, "x");
		end();
		assert_refused("a",
			       i ? "major-frame-us: 10000001 is out of" : "major-frame-us: 0 is");
	}
	begin_arinc(NONE);
	window("window@0", 0, 100, "x");
	end();
	assert_refused("a", "major-frame-us: this property is missing");

	begin_arinc(NONE);
	cells("bulkhead,major-frame-us", 0, 1000, NONE);
	window("window@0", 0, 100, "x");
	end();
	assert_refused("a", "major-frame-us: the value is of the wrong kind: give a number");

	begin_arinc(1000);
	end();
	assert_refused("a", "major-frame-us: the frame has no window: add one");

	begin_arinc(1000);
	window("window@0", 0, 300, "x");
	window("window@1", 299, 300, "y");
	end();
	assert_refused("a", "window@1: the window at 299 us begins within another: move it");

	begin_arinc(1000);
	window("window@0", 800, 201, "x");
	end();
	assert_refused("a", "window@0: a window ends at 1001 us, the frame at 1000 us: make");

	begin_arinc(1000);
	window("window@0", -2, 3, "x"); /* 2^32 + 1 */
	end();
	assert_refused("a", "window@0: a window ends at 4294967297 us");

	begin_arinc(1000);
	window("window@0", 0, 0, "x");
	end();
	assert_refused("a", "window@0: the window at 0 us has no length: give one");
}

static void test_broken_nodes_of_windows(void **state)
{
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
}

static void test_windows_in_the_wrong_place(void **state)
{
	start_tree(2, "credit");
	begin_pool("a", "rtds", 1);
	cells("bulkhead,major-frame-us", 1000, NONE);
	window("window@0", 0, 100, "x");
	end();
	assert_refused("a", "the pool's scheduler is rtds, which has no such thing: use one");

	start_tree(2, "credit");
	begin_pool("a", "arinc653", 0);
	cells("bulkhead,major-frame-us", 1000, NONE);
	window("window@0", 0, 100, "x");
	end();
	assert_refused("a", "no window is Dom0's, and Dom0 is in pool 0: add one for Domain-0");
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
		assert_refused("a", "there are more than 64 windows, gaps included: leave");
	}
}

static void test_too_many_owners(void **state)
{
	begin_arinc(1000);
	for (int i = 0; i < 33; i++) {
		char name[16];

		snprintf(name, sizeof(name), "window@%d", i);
		window(name, i, 1, i ? name : "x"); /* x: of the tests before */
	}
	end();
	assert_refused("a", "window@32: schedules name 32 domains already: leave the others out");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_broken_nodes),
		cmocka_unit_test(test_broken_lists_of_cpus),
		cmocka_unit_test(test_a_cpu_in_two_pools),
		cmocka_unit_test(test_more_pools_than_there_can_be),
		cmocka_unit_test(test_broken_windows),
		cmocka_unit_test(test_broken_nodes_of_windows),
		cmocka_unit_test(test_broken_owners),
		cmocka_unit_test(test_windows_in_the_wrong_place),
		cmocka_unit_test(test_too_many_windows),
		cmocka_unit_test(test_too_many_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
