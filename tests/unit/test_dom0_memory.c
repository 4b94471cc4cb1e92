/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where Dom0's memory comes from: below what the most limited device reaches, as far as there is
 * any, around holes and what is reserved, in few banks. The machine is a Raspberry Pi 4 with 8 GiB.
 *
 * sources: common/devtree/devtree_device.c
 * sources: common/devtree/devtree.c common/devtree/devtree_read.c
 * sources: common/devtree/devtree_phandle.c
 * sources: common/dom0/dom0_devices.c common/mem/frame.c common/mem/heap.c common/mem/buddy.c
 * sources: common/core/spinlock.c common/core/spinlock_debug.c
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <hv/device.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/stage2.h>
#include <hv/vgic.h>

#include "../../common/dom0/dom0.h"

#define FRAMES(bytes) ((bytes) >> PAGE_SHIFT)
#define RAM_END	      GIB(8)

static char blob[4096];
static u64 *table;
static struct domain dom;
static struct dom0 dom0;
static u64 nr_mapped;

/* What the code calls beside the frame allocator. */
bool dom0_is_kept(int node)
{
	return false;
}

bool device_is_apart(int node)
{
	return false;
}

bool device_exists(const struct device_pick *pick)
{
	return false;
}

int s2_map(struct domain *d, gfn_t at, mfn_t frame, u64 nr, enum s2_kind kind)
{
	assert_int_equal(at.v, frame.v);
	assert_int_equal(kind, S2_RAM);
	nr_mapped += nr;
	return 0;
}

unsigned int irq_nr(void)
{
	return 0;
}

bool irq_is_requested(unsigned int irq)
{
	return true;
}

int vgic_route_hw(struct domain *d, u32 virq, u32 irq)
{
	return 0;
}

static void scrub(mfn_t first, u64 nr)
{
}

static void bus(const char *name, const u32 *dma_ranges, int bytes)
{
	fdt_begin_node(blob, name);
	fdt_property_u32(blob, "#address-cells", 1);
	fdt_property_u32(blob, "#size-cells", 1);
	fdt_property(blob, "ranges", NULL, 0);
	if (dma_ranges) {
		fdt_property(blob, "dma-ranges", dma_ranges, bytes);
	}
	fdt_end_node(blob);
}

/* end: how far the devices of one bus reach; 0: no bus says so. */
static void make_tree(u32 end)
{
	u32 row[] = { cpu_to_fdt32(0xc0000000), 0, 0, cpu_to_fdt32(end) };

	fdt_create(blob, sizeof(blob));
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	fdt_property_u32(blob, "#address-cells", 2);
	fdt_property_u32(blob, "#size-cells", 1);
	bus("scb", NULL, 0);
	if (end) {
		bus("soc", row, sizeof(row));
	}
	bus("empty", row, 0);	/* no entry: 1:1 */
	bus("broken", row, 11); /* less than an entry */
	fdt_end_node(blob);
	assert_int_equal(fdt_finish(blob), 0);
	assert_int_equal(devtree_init(blob, sizeof(blob)), 0);
}

static void add(u64 base, u64 end)
{
	frame_add_range(mfn(FRAMES(base)), FRAMES(end - base));
}

static int setup(void **state)
{
	fake_reset(1);
	table = calloc(1, frame_table_bytes(FRAMES(RAM_END)));
	frame_table_init(table, mfn(0), FRAMES(RAM_END), scrub);
	memset(&dom0, 0, sizeof(dom0));
	dom0.d = &dom;
	nr_mapped = 0;
	/* Spin table and image are cut out, the GPU's memory is a hole, as are the devices. */
	add(0x400000, 0x3b400000);
	add(GIB(1), 0xfc000000);
	add(GIB(4), RAM_END);
	return 0;
}

static int teardown(void **state)
{
	free(table);
	return 0;
}

/* Bytes of Dom0 below a limit. */
static u64 bytes_below(u64 limit)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < dom0.nr_banks; i++) {
		u64 end = dom0.bank[i].base + dom0.bank[i].bytes;

		sum += MIN(end, limit) - MIN(dom0.bank[i].base, limit);
	}
	return sum;
}

static void test_all_below_the_limit(void **state)
{
	make_tree(0x40000000);
	assert_int_equal(dom0_alloc_memory(&dom0, MIB(768)), 0);
	assert_int_equal(nr_mapped, FRAMES(MIB(768)));
	assert_int_equal(bytes_below(GIB(1)), MIB(768));
	assert_true(dom0.nr_banks <= 4);
	assert_int_equal(dom0.bank[0].base & (MIB(2) - 1), 0);
}

/* A gigabyte in one piece lies only above: still what the devices reach comes first. */
static void test_more_than_there_is_below(void **state)
{
	make_tree(0x40000000);
	assert_int_equal(dom0_alloc_memory(&dom0, GIB(3)), 0);
	assert_int_equal(bytes_below(~0UL), GIB(3));
	assert_int_equal(bytes_below(GIB(1)), 0x3b400000 - 0x400000);
	assert_int_equal(bytes_below(GIB(4)), GIB(3));
	for (unsigned int i = 0; i < dom0.nr_banks; i++) {
		u64 base = dom0.bank[i].base, end = base + dom0.bank[i].bytes;

		assert_true(base >= 0x400000 && (end <= 0x3b400000 || base >= GIB(1)));
		assert_true(end <= 0xfc000000 || base >= GIB(4));
	}
}

static void test_without_a_limit(void **state)
{
	make_tree(0);
	assert_int_equal(dom0_alloc_memory(&dom0, GIB(2)), 0);
	assert_int_equal(bytes_below(GIB(4)), GIB(2));
	assert_non_null(strstr(fake_log, "devices reach up to 0x100000000"));
}

/* Scattered pieces below the limit leave banks for the rest. */
static void test_scattered(void **state)
{
	make_tree(0x40000000);
	frame_table_init(table, mfn(0), FRAMES(RAM_END), scrub);
	memset(table, 0, frame_table_bytes(FRAMES(RAM_END)));
	for (u64 at = MIB(4); at < MIB(512); at += MIB(4)) {
		add(at, at + MIB(2));
	}
	add(GIB(4), RAM_END);
	assert_int_equal(dom0_alloc_memory(&dom0, MIB(512)), 0);
	assert_true(dom0.nr_banks <= DOM0_BANKS_MAX);
	assert_true(bytes_below(GIB(1)) >= MIB(2) * 8);
}

static void test_too_much(void **state)
{
	make_tree(0x40000000);
	assert_int_equal(dom0_alloc_memory(&dom0, GIB(16)), -ENOMEM);
	assert_non_null(strstr(fake_log, "cannot be had: lower it"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_below_the_limit),
		TEST(test_more_than_there_is_below),
		TEST(test_without_a_limit),
		TEST(test_scattered),
		TEST(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
