/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's device tree: trees built with libfdt's sequential writer, among them malformed ones.
 *
 * sources: common/devtree/devtree_cmdline.c common/devtree/devtree_device.c
 * sources: common/devtree/devtree.c common/devtree/devtree_read.c
 * sources: common/devtree/devtree_phandle.c
 * sources:
 */
#include "fake.h"

#include <string.h>

#include <libfdt.h>

#include <hv/devtree.h>
#include <hv/errno.h>

static char blob[16384];

static void cells(const char *name, unsigned int nr, ...)
{
	u32 value[16];
	va_list args;

	va_start(args, nr);
	for (unsigned int i = 0; i < nr; i++) {
		value[i] = cpu_to_fdt32(va_arg(args, u32));
	}
	va_end(args);
	assert_int_equal(fdt_property(blob, name, value, (int)(nr * 4)), 0);
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

static void start_tree(void)
{
	fdt_create(blob, sizeof(blob));
	fdt_add_reservemap_entry(blob, 0x1000, 0x2000);
	fdt_finish_reservemap(blob);
	begin("");
	cells("#address-cells", 1, 2);
	cells("#size-cells", 1, 2);
}

static void finish_tree(void)
{
	end();
	assert_int_equal(fdt_finish(blob), 0);
	assert_int_equal(devtree_init(blob, sizeof(blob)), 0);
}

static void add_memory(void)
{
	begin("memory@40000000");
	text("device_type", "memory");
	cells("reg", 8, 0, 0x40000000, 0, 0x1000, 1, 0, 0, 0x2000);
	end();
	begin("memory@90000000");
	text("device_type", "memory");
	text("status", "disabled");
	cells("reg", 4, 0, 0x90000000, 0, 0x1000);
	end();
	begin("reserved-memory");
	cells("#address-cells", 1, 2);
	cells("#size-cells", 1, 2);
	fdt_property(blob, "ranges", NULL, 0);
	begin("a");
	cells("reg", 4, 0, 0x50000000, 0, 0x3000);
	end();
	end();
}

static void add_devices(void)
{
	begin("soc");
	cells("#address-cells", 1, 1);
	cells("#size-cells", 1, 1);
	cells("ranges", 8, 0x7e000000, 0, 0xfe000000, 0x1000000, 0x40000000, 0, 0xff800000,
	      0x800000);
	begin("uart@7e201000");
	text("compatible", "arm,pl011");
	cells("reg", 2, 0x7e201000, 0x200);
	cells("interrupts", 6, 0, 121, 4, 1, 3, 1);
	end();
	begin("lost@1");
	text("compatible", "test,lost");
	cells("reg", 2, 0x10, 0x200);
	cells("interrupts", 3, 0, 5000, 4);
	end();
	end();
	begin("island");
	cells("#address-cells", 1, 2);
	begin("dev@5");
	text("compatible", "test,island");
	cells("reg", 3, 0, 5, 1);
	end();
	end();
	begin("wide");
	cells("#address-cells", 1, 4);
	cells("#size-cells", 1, 4);
	begin("dev@6");
	text("compatible", "test,wide");
	cells("reg", 8, 0, 0, 0, 0, 0, 0, 0, 0);
	end();
	end();
}

static void add_chosen(void)
{
	begin("aliases");
	text("serial0", "/soc/uart@7e201000");
	end();
	begin("chosen");
	text("stdout-path", "serial0:115200n8");
	text("bootargs", "for the hypervisor");
	cells("linux,initrd-start", 2, 1, 0x80);
	cells("odd", 3, 1, 2, 3);
	fdt_property(blob, "raw", "abc", 3);
	begin("domU");
	begin("module@1");
	text("compatible", "multiboot,kernel");
	text("bootargs", "of a domain");
	end();
	end();
	begin("module@2");
	text("compatible", "multiboot,kernel");
	text("bootargs", "for Dom0");
	end();
	end();
}

static void build(void)
{
	start_tree();
	add_memory();
	add_devices();
	add_chosen();
	finish_tree();
}

static u64 seen[8];
static unsigned int nr_seen;

static int see(const struct devtree_range *range, void *arg)
{
	seen[nr_seen++] = range->base;
	seen[nr_seen++] = range->bytes;
	return arg && nr_seen == 2 ? -77 : 0;
}

static void test_init(void **state)
{
	build();
	assert_int_equal(devtree_init(blob, 100), -EINVAL);
	assert_int_equal(devtree_init(NULL, 100), -EINVAL);
	blob[0] ^= 1;
	assert_int_equal(devtree_init(blob, sizeof(blob)), -EINVAL);
	blob[0] ^= 1;
	assert_int_equal(devtree_init(blob, sizeof(blob)), 0);
}

static void test_memory(void **state)
{
	build();
	nr_seen = 0;
	assert_int_equal(devtree_for_each_memory(see, NULL), 0);
	assert_int_equal(nr_seen, 4);
	assert_int_equal(seen[0], 0x40000000);
	assert_int_equal(seen[2], 0x100000000);
	assert_int_equal(seen[3], 0x2000);
	nr_seen = 0;
	assert_int_equal(devtree_for_each_memory(see, blob), -77);
	nr_seen = 0;
	assert_int_equal(devtree_for_each_reserved(see, NULL), 0);
	assert_int_equal(nr_seen, 4);
	assert_int_equal(seen[0], 0x1000);
	assert_int_equal(seen[1], 0x2000);
	assert_int_equal(seen[2], 0x50000000);
}

/* A reserve map without an end stops at the tree's; one that is not aligned is refused. */
static void test_reserve_map(void **state)
{
	struct devtree_range range;
	u32 i = 0;

	build();
	assert_true(devtree_reserve_map(0, &range));
	assert_int_equal(range.base, 0x1000);
	assert_false(devtree_reserve_map(1, &range));
	fdt_set_totalsize(blob, ALIGN_UP(fdt_totalsize(blob), 8U));
	fdt_set_off_mem_rsvmap(blob, fdt_totalsize(blob) - 40);
	memset(blob + fdt_totalsize(blob) - 40, 1, 80); /* also behind it */
	while (devtree_reserve_map(i, &range)) {
		i++;
	}
	assert_int_equal(i, 2);
	assert_false(devtree_reserve_map(~0U, &range));
	build();
	fdt_set_off_mem_rsvmap(blob, fdt_off_mem_rsvmap(blob) + 2);
	assert_int_equal(devtree_init(blob, sizeof(blob)), -EINVAL);
}

/* Lists of texts, as "compatible" is one, and aliases. */
static void test_texts(void **state)
{
	static const char longest[] = "a23456789b123456789c123456789d1";
	u32 nr;

	start_tree();
	fdt_property(blob, "list", "one\0two\0\0four", 14);
	fdt_property(blob, "open", "one\0two", 7);
	fdt_property(blob, "none", NULL, 0);
	fdt_property(blob, "compatible", "a,b\0c,d", 8);
	begin("broken");
	fdt_property(blob, "compatible", "a,b\0c,d", 7);
	end();
	begin("aliases");
	text(longest, "/broken");
	fdt_property(blob, "cut", "/broken", 7);
	text("other", longest);
	end();
	finish_tree();
	assert_string_equal(devtree_string_of(0, "list", 0, &nr), "one");
	assert_int_equal(nr, 4);
	assert_string_equal(devtree_string_of(0, "list", 2, &nr), "");
	assert_string_equal(devtree_string_of(0, "list", 3, &nr), "four");
	assert_null(devtree_string_of(0, "list", 4, &nr));
	assert_null(devtree_string_of(0, "open", 0, &nr));
	assert_int_equal(nr, 0);
	assert_null(devtree_string_of(0, "none", 0, &nr));
	assert_null(devtree_string_of(-1, "list", 0, &nr));
	assert_true(devtree_is_compatible(0, "a,b") && devtree_is_compatible(0, "c,d"));
	assert_false(devtree_is_compatible(0, "a,") || devtree_is_compatible(0, "b"));
	assert_false(devtree_is_compatible(1, "a,b") || devtree_is_compatible(2, "a,b"));
	assert_int_equal(devtree_find_path(longest), 1);
	assert_true(devtree_find_path("cut") < 0 && devtree_find_path("other") < 0);
	assert_true(devtree_find_path("absent:115200") < 0);
}

static void test_translation(void **state)
{
	struct devtree_range range;
	int uart, lost;

	build();
	uart = devtree_find_compatible(-1, "arm,pl011");
	lost = devtree_find_compatible(-1, "test,lost");
	assert_true(uart > 0 && lost > 0);
	assert_int_equal(devtree_reg(uart, 0, &range), 0);
	assert_int_equal(range.base, 0xfe201000);
	assert_int_equal(range.bytes, 0x200);
	assert_int_equal(devtree_reg(uart, 1, &range), -ENOENT);
	assert_int_equal(devtree_reg(lost, 0, &range), -EINVAL);
	assert_int_equal(devtree_reg(devtree_find_compatible(-1, "test,island"), 0, &range),
			 -EINVAL); /* a bus without ranges */
	assert_int_equal(devtree_reg(devtree_find_compatible(-1, "test,wide"), 0, &range), -EINVAL);
	assert_int_equal(devtree_reg(devtree_chosen(), 0, &range), -ENOENT);
	assert_true(devtree_find_compatible(uart, "arm,pl011") < 0);
}

static char names[256];

static int see_device(int node, void *arg)
{
	strcat(names, devtree_name(node));
	strcat(names, " ");
	return arg && devtree_is_compatible(node, "arm,pl011") ? -5 : 0;
}

static void test_devices(void **state)
{
	build();
	names[0] = '\0';
	assert_int_equal(devtree_for_each_device(see_device, NULL), 0);
	/* Not below a bus without ranges. */
	assert_string_equal(names, "soc uart@7e201000 lost@1 island wide ");
	names[0] = '\0';
	assert_int_equal(devtree_for_each_device(see_device, blob), -5);
	assert_string_equal(names, "soc uart@7e201000 ");
}

static void test_interrupts(void **state)
{
	struct devtree_irq irq;
	int uart;

	build();
	uart = devtree_find_compatible(-1, "arm,pl011");
	assert_int_equal(devtree_irq(uart, 0, &irq), 0);
	assert_int_equal(irq.number, 32 + 121);
	assert_int_equal(irq.type, IRQ_TYPE_LEVEL);
	assert_int_equal(devtree_irq(uart, 1, &irq), 0);
	assert_int_equal(irq.number, 16 + 3);
	assert_int_equal(irq.type, IRQ_TYPE_EDGE);
	assert_int_equal(devtree_irq(uart, 2, &irq), -ENOENT);
	assert_int_equal(devtree_irq(devtree_find_compatible(-1, "test,lost"), 0, &irq), -EINVAL);
}

static void test_chosen(void **state)
{
	u64 value;
	int chosen;

	build();
	chosen = devtree_chosen();
	assert_int_equal(devtree_stdout(), devtree_find_compatible(-1, "arm,pl011"));
	assert_string_equal(devtree_cmdline(false), "for the hypervisor");
	assert_string_equal(devtree_cmdline(true), "for Dom0");
	assert_int_equal(devtree_number(chosen, "linux,initrd-start", &value), 0);
	assert_int_equal(value, 0x100000080);
	assert_int_equal(devtree_number(chosen, "odd", &value), -EINVAL);
	assert_int_equal(devtree_number(chosen, "none", &value), -ENOENT);
	assert_null(devtree_string(chosen, "raw")); /* not terminated */
	assert_int_equal(devtree_u32(chosen, "odd", 9), 1);
	assert_int_equal(devtree_u32(chosen, "raw", 9), 9);
}

static void test_xen_bootargs(void **state)
{
	start_tree();
	begin("chosen");
	text("xen,xen-bootargs", "hv");
	text("bootargs", "linux");
	end();
	finish_tree();
	assert_string_equal(devtree_cmdline(false), "hv");
	assert_string_equal(devtree_cmdline(true), "linux");
	assert_int_equal(devtree_stdout(), -ENOENT);
	start_tree();
	finish_tree();
	assert_null(devtree_cmdline(false));
	assert_null(devtree_cmdline(true));
	assert_true(devtree_stdout() < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),	     cmocka_unit_test(test_memory),
		cmocka_unit_test(test_reserve_map),  cmocka_unit_test(test_texts),
		cmocka_unit_test(test_translation),  cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_devices),	     cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_xen_bootargs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
