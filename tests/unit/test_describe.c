/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes of boot-time domains: a good one is read as it stands; and whatever is damaged in the tree,
 * reading ends with a description that keeps its limits or with one line, and touches nothing else
 * (the sanitizers watch).
 *
 * sources: common/devtree/devtree.c common/devtree/devtree_read.c
 * sources: common/devtree/devtree_phandle.c
 * sources: common/core/refusal.c
 * sources: common/build/describe.c common/build/shared.c common/build/claim.c
 * sources: common/build/bootinfo.c common/lib/format.c common/lib/number.c
 */
#include "fake/fake.h"

#include <stdlib.h>

#include <hv/frame.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <libfdt.h>

#include "../../common/build/describe.h"

#define ROUNDS 20000

int build_nodes[BUILD_MAX];
struct build *builds[BUILD_MAX];
static char blob[8192], copy[8192];
static struct build first, second;

/* What allocates is not reached from here. */
mfn_t frame_alloc(unsigned int order, domid_t owner)
{
	return mfn(INVALID_FRAME);
}

mfn_t frame_alloc_range(unsigned int order, domid_t owner, mfn_t min, mfn_t max)
{
	return mfn(INVALID_FRAME);
}

void frame_free_dirty(mfn_t frame, unsigned int order)
{
}
void frame_put(mfn_t frame)
{
}

bool frame_get(mfn_t frame, domid_t owner)
{
	return false;
}

bool frame_is_ram(mfn_t frame)
{
	return true;
}

unsigned int frame_refs(mfn_t frame)
{
	return 0;
}

domid_t frame_owner(mfn_t frame)
{
	return HV_DOMID_NONE;
}

u64 frame_nr_free(void)
{
	return 0;
}

void arch_scrub_frames(mfn_t frame, u64 nr)
{
}

int s2_map(struct domain *d, gfn_t g, mfn_t m, u64 nr, enum s2_kind kind)
{
	return -ENOMEM;
}

bool mmio_overlaps(const struct domain *d, u64 start, u64 bytes)
{
	return false;
}

int boot_images_place(struct boot_images *images, u64 base)
{
	images->end = base + images->kernel->at.bytes;
	return 0;
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

static void longs(const char *name, u64 a, u64 b, u64 c, int nr)
{
	const fdt64_t cells[] = { cpu_to_fdt64(a), cpu_to_fdt64(b), cpu_to_fdt64(c) };

	assert_int_equal(fdt_property(blob, name, cells, nr * 8), 0);
}

static void numbers(const char *name, u32 a, u32 b, int nr)
{
	const fdt32_t cells[] = { cpu_to_fdt32(a), cpu_to_fdt32(b) };

	assert_int_equal(fdt_property(blob, name, cells, nr * 4), 0);
}

static void add_domain(const char *name, u64 at, u32 own, u32 other)
{
	begin(name);
	text("compatible", "xen,domain");
	numbers("#address-cells", 2, 0, 1);
	numbers("#size-cells", 2, 0, 1);
	numbers("cpus", 2, 0, 1);
	longs("memory", 8192, 0, 0, 1);
	longs("xen,static-mem", at, MIB(8), 0, 2);
	numbers("bulkhead,weight", 512, 0, 1);
	text("bulkhead,restart", "warm");
	begin("kernel@1");
	assert_int_equal(fdt_property(blob, "compatible", "multiboot,kernel\0multiboot,module", 34),
			 0);
	longs("reg", at + MIB(64), 4096, 0, 2);
	text("bootargs", "console=hvc0");
	end();
	begin("shm");
	text("compatible", "xen,domain-shared-memory-v1");
	text("xen,shm-id", "both");
	longs("xen,shared-mem", 0x70000000, 0x60000000, 4096, 3);
	end();
	begin("channel");
	text("compatible", "xen,evtchn-v1");
	numbers("phandle", own, 0, 1);
	numbers("xen,evtchn", own, other, 2);
	end();
	end();
}

static void make_tree(void)
{
	fake_reset(4);
	assert_int_equal(fdt_create(blob, sizeof(blob)), 0);
	assert_int_equal(fdt_finish_reservemap(blob), 0);
	begin("");
	numbers("#address-cells", 2, 0, 1);
	numbers("#size-cells", 2, 0, 1);
	begin("memory");
	text("device_type", "memory");
	longs("reg", 0x40000000, GIB(1), 0, 2);
	end();
	begin("chosen");
	numbers("#address-cells", 2, 0, 1);
	numbers("#size-cells", 2, 0, 1);
	add_domain("one", 0x40000000, 3, 4);
	add_domain("two@2", 0x50000000, 4, 3);
	end();
	end();
	assert_int_equal(fdt_finish(blob), 0);
}

/* Both domains of a tree; true when the second is good. */
static bool read_tree(const void *tree)
{
	int nr = 0, node;

	memset(&boot_info, 0, sizeof(boot_info));
	memset(build_nodes, 0, sizeof(build_nodes));
	memset(builds, 0, sizeof(builds));
	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	fake_log[0] = '\0';
	if (devtree_init(tree, fdt_totalsize(tree)) || devtree_chosen() < 0) {
		return false;
	}
	bootinfo_init(0x48000000, MIB(1), 0x47000000);
	devtree_for_each_child(node, devtree_chosen()) {
		if (devtree_is_compatible(node, "xen,domain") && nr < (int)BUILD_MAX) {
			build_nodes[nr++] = node;
		}
	}
	first.node = build_nodes[0];
	second.node = build_nodes[1];
	first.id = 1;
	second.id = 2;
	if (nr < 2) {
		return false;
	}
	builds[0] = &first;
	if (build_describe_bad(&first)) {
		builds[0] = NULL;
	}
	builds[1] = &second;
	return !build_describe_bad(&second);
}

static void test_good(void **state)
{
	make_tree();
	assert_true(read_tree(blob));
	assert_string_equal(fake_log + (strstr(fake_log, "domain") ? 0 : strlen(fake_log)), "");
	assert_string_equal(first.name, "one");
	assert_string_equal(second.name, "two");
	assert_int_equal(second.nr_vcpus, 2);
	assert_int_equal(second.memory, MIB(8));
	assert_int_equal(second.weight, 512);
	assert_int_equal(second.restart, BUILD_RESTART_WARM);
	assert_int_equal(second.cold_limit, 3);
	assert_int_equal(second.nr_ram, 1);
	assert_int_equal(second.nr_ranges, 2);
	assert_int_equal(second.range[0].pa, 0x50000000);
	assert_int_equal(second.range[0].gpa, 0x40000000);
	assert_int_equal(second.range[1].gpa, 0x60000000);
	assert_int_equal(second.images.kernel->at.base, 0x50000000 + MIB(64));
	assert_int_equal(second.nr_ports, 1);
	assert_int_equal(second.ports[0].port, 4);
	assert_int_equal(second.ports[0].peer, 1);
	assert_int_equal(second.ports[0].peer_port, 3);
}

/* Bytes of structure and strings are damaged; libfdt's own check lets some of that through. */
static void test_damaged(void **state)
{
	u32 nr_good = 0, nr_told = 0;

	make_tree();
	srand(1);
	for (u32 round = 0; round < ROUNDS; round++) {
		size_t size = fdt_totalsize(blob), from = fdt_off_dt_struct(blob);

		memcpy(copy, blob, size);
		for (int i = rand() % 3; i >= 0; i--) {
			copy[from + (size_t)rand() % (size - from)] = (char)(rand() >> 4);
		}
		if (read_tree(copy)) {
			nr_good++;
			assert_in_range(second.nr_vcpus, 1, DOMAIN_VCPUS_MAX);
			assert_true(second.nr_ranges <= BUILD_STATIC_MAX + BUILD_SHM_MAX);
			assert_true(second.nr_ports <= BUILD_PORTS_MAX);
			assert_true(second.range[0].bytes <= second.memory);
		} else {
			nr_told += strstr(fake_log, "is not built: ") != NULL;
		}
	}
	assert_true(nr_good > ROUNDS / 100 && nr_told > ROUNDS / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
