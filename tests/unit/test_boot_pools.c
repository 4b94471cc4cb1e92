/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools and schedules of the boot device tree: good trees make the pools that they describe.
 * Windows that name a domain are its own once it has the name or the UUID, and only then.
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
	assert_non_null(strstr(fake_log, "\"cfs\" is not known here: give one of credit, "));
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
	assert_int_equal(sched_pool_fit(&groups[0], 1, NULL), 0);
	assert_int_equal(sched_pool_move(&groups[0], 1), 0);
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
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_a_named_domain_runs_in_its_windows),
		cmocka_unit_test(test_pool_0_in_windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
