/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that are set apart (common/device): what of a machine's tree can be, what forms a group,
 * and who has what. One tree for all tests; stage 2 and the virtual GIC only note what is asked.
 *
 * sources: common/devtree/devtree_device.c
 * sources: common/devtree/devtree.c common/devtree/devtree_read.c
 * sources: common/devtree/devtree_phandle.c
 * sources: common/device/device.c common/device/device_tree.c common/device/kept.c
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <hv/devtree.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/gic.h>
#include <hv/mapping.h>
#include <hv/vgic.h>

#include "../../common/device/device.h"

#define GIC_PHANDLE 1
#define UART	    "/bus/serial@9040000"
#define RAM_FRAME   0x40000UL
#define PAGE(n)	    (0xa0000UL + (n))

static char blob[32768];
struct gic_info gic_info;
static struct domain dom[2] = { { .id = 1 }, { .id = 2 } };
static u32 quiet_register[32];
static u32 nr_quiet;
static u64 mapped_gfn, mapped_mfn, mapped_nr;
static u32 bound_virq, bound_pirq;
static int map_result, route_result;

void *heap_alloc(size_t size)
{
	return calloc(1, size);
}

void heap_free(void *object)
{
	free(object);
}

bool frame_is_ram(mfn_t frame)
{
	return frame.v == RAM_FRAME;
}

bool map_is_own(pa_t address)
{
	return address.v == (RAM_FRAME + 1) << PAGE_SHIFT;
}

bool irq_is_requested(unsigned int irq)
{
	return irq == 59;
}

void *map_device(pa_t base, size_t bytes)
{
	quiet_register[nr_quiet] = (u32)base.v;
	return &quiet_register[nr_quiet++];
}

bool mmio_overlaps(const struct domain *d, u64 start, u64 bytes)
{
	return start == 0x3001000;
}

int s2_map(struct domain *d, gfn_t g, mfn_t m, u64 nr, enum s2_kind kind)
{
	assert_int_equal(kind, S2_DEVICE);
	mapped_gfn = g.v;
	mapped_mfn = m.v;
	mapped_nr = nr;
	return map_result;
}

int vgic_route_hw(struct domain *d, u32 virq, u32 pirq)
{
	bound_virq = virq;
	bound_pirq = pirq;
	return route_result;
}

static void cells(const char *name, unsigned int nr, ...)
{
	u32 value[24];
	va_list args;

	va_start(args, nr);
	for (unsigned int i = 0; i < nr; i++) {
		value[i] = cpu_to_fdt32(va_arg(args, u32));
	}
	va_end(args);
	assert_int_equal(fdt_property(blob, name, value, (int)(nr * 4)), 0);
}

/* A device of one page at 0xa0000000 + page; SPI irq - 32, 0: none; with flag. Left open. */
static void begin_device(const char *name, u32 base, u32 bytes, u32 irq)
{
	assert_int_equal(fdt_begin_node(blob, name), 0);
	cells("reg", 4, 0, base, 0, bytes);
	if (irq != 0) {
		cells("interrupts", 3, 0, irq - 32, 4);
	}
	fdt_property(blob, "xen,passthrough", NULL, 0);
	fdt_property(blob, "xen,force-assign-without-iommu", NULL, 0);
}

static void end(void)
{
	assert_int_equal(fdt_end_node(blob), 0);
}

static void device(const char *name, u32 base, u32 bytes, u32 irq)
{
	begin_device(name, base, bytes, irq);
	end();
}

static void cells_2_2(void)
{
	cells("#address-cells", 1, 2);
	cells("#size-cells", 1, 2);
}

/* What cannot be given away, and why, in the order of the refusals below. */
static void broken_nodes(void)
{
	begin_device("off@a0100000", 0xa0100000, 0x1000, 0);
	fdt_property_string(blob, "status", "disabled");
	end();
	device("ram@3ffff000", 0x3ffff000, 0x3000, 0);
	device("kept@40001000", 0x40001000, 0x1000, 0);
	device("neighbour@9000800", 0x9000800, 0x100, 0);
	device("empty@a0101000", 0xa0101000, 0, 0);
	device("gic-page@8000000", 0x8000000, 0x1000, 0);
	assert_int_equal(fdt_begin_node(blob, "many@a0102000"), 0);
	cells("reg", 20, 0, 0xa0102000, 0, 0x1000, 0, 0xa0103000, 0, 0x1000, 0, 0xa0104000, 0,
	      0x1000, 0, 0xa0105000, 0, 0x1000, 0, 0xa0106000, 0, 0x1000);
	fdt_property(blob, "xen,passthrough", NULL, 0);
	end();
}

static void make_tree(void)
{
	fdt_create(blob, sizeof(blob));
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	cells_2_2();
	cells("interrupt-parent", 1, GIC_PHANDLE);
	fdt_begin_node(blob, "chosen");
	fdt_property_string(blob, "stdout-path", "/console@9000000");
	end();
	fdt_begin_node(blob, "gic");
	cells("reg", 4, 0, 0x8000000, 0, 0x10000);
	cells("phandle", 1, GIC_PHANDLE);
	end();
	device("console@9000000", 0x9000000, 0x400, 33);
	fdt_begin_node(blob, "bus");
	cells_2_2();
	fdt_property(blob, "ranges", NULL, 0);
	begin_device("serial@9040000", 0x9040000, 0x1000, 40);
	fdt_property_string(blob, "compatible", "arm,pl011");
	end();
	end();
	/* a and b share a page, b and c an interrupt; d stands alone, with two pages. */
	begin_device("a@a0000000", 0xa0000000, 0x200, 50);
	fdt_property_string(blob, "compatible", "virtio,mmio");
	end();
	device("b@a0000200", 0xa0000200, 0x200, 51);
	device("d@a0002000", 0xa0002000, 0x1800, 53);
	device("c@a0001000", 0xa0001000, 0x1000, 51);
	/* Interrupts of another controller, of EL2, and of each CPU are not its own. */
	begin_device("e@a0004000", 0xa0004000, 0x1000, 60);
	cells("interrupt-parent", 1, 77);
	end();
	device("f@a0005000", 0xa0005000, 0x1000, 59);
	fdt_begin_node(blob, "unforced@a0006000");
	cells("reg", 4, 0, 0xa0006000, 0, 0x1000);
	fdt_property(blob, "xen,passthrough", NULL, 0);
	end();
	fdt_begin_node(blob, "dom0s@a0007000"); /* shares a page with nothing set apart */
	cells("reg", 4, 0, 0xa0007000, 0, 0x1000);
	cells("interrupts", 3, 0, 28, 4);
	end();
	fdt_begin_node(blob, "near@a0002c00");
	cells("reg", 4, 0, 0xa0003c00, 0, 0x100);
	end();
	broken_nodes();
	end();
	assert_int_equal(fdt_finish(blob), 0);
	assert_int_equal(devtree_init(blob, sizeof(blob)), 0);
	gic_info.node = devtree_find_path("/gic");
}

static int setup(void **state)
{
	fake_reset(1);
	if (blob[0] == '\0') {
		make_tree();
	}
	nr_devices = nr_quiet = 0;
	dom[0].is_dying = dom[1].is_dying = false;
	dom[0].vuart = NULL;
	map_result = route_result = 0;
	device_init();
	return 0;
}

static domid_t other;

static int give_path(int d, const char *path)
{
	return device_give(&dom[d], &(const struct device_pick){ .path = path }, &other);
}

static int give_pages(int d, u64 first, u64 nr)
{
	return device_give(&dom[d], &(const struct device_pick){ .first = first, .nr = nr },
			   &other);
}

static int give_irq(int d, u32 irq)
{
	return device_give(&dom[d], &(const struct device_pick){ .irq = irq }, &other);
}

static int map(int d, u64 g, u64 first, u64 nr)
{
	return device_map(&dom[d], g, &(const struct device_pick){ .first = first, .nr = nr });
}

static void test_table(void **state)
{
	static const char *const sentences[] = {
		"console@9000000 is not set apart: it is the hypervisor's own",
		"off@a0100000 is not set apart: its status says",
		"ram@3ffff000 is not set apart: its reg is broken, has more than 4 entries, or is",
		"kept@40001000 is not set apart: its reg is broken",
		"neighbour@9000800 is not set apart: it is the hypervisor's own, or shares a page",
		"empty@a0101000 is not set apart: its reg",
		"gic-page@8000000 is not set apart: it is the hypervisor's own",
		"many@a0102000 is not set apart: its reg is broken, has more than 4",
	};

	for (u32 i = 0; i < ARRAY_SIZE(sentences); i++) {
		assert_non_null(strstr(fake_log, sentences[i]));
	}
	assert_int_equal(nr_devices, 8);
	assert_string_equal(devices[0]->path, UART);
	assert_int_equal(devices[0]->nr_irqs, 1);
	assert_int_equal(devices[0]->irq[0], 40);
	assert_int_equal(nr_quiet, 2);
}

static void test_apart(void **state)
{
	const char *const apart[] = { UART, "/a@a0000000", "/near@a0002c00" };
	int node = devtree_find_path("/dom0s@a0007000");

	for (u32 i = 0; i < ARRAY_SIZE(apart); i++) {
		int n = devtree_find_path(apart[i]);

		assert_true(device_is_apart(n));
	}
	assert_false(device_is_apart(node));
	assert_true(device_exists(&(const struct device_pick){ .irq = 40 }));
	assert_false(device_exists(&(const struct device_pick){ .irq = 60 })); /* not of the GIC */
	assert_false(device_exists(&(const struct device_pick){ .irq = 59 })); /* of EL2 */
	assert_false(device_exists(&(const struct device_pick){ .irq = 0 }));
}

static void test_twice(void **state)
{
	assert_int_equal(give_path(0, UART), 0);
	assert_int_equal(give_path(0, UART), 0);
	assert_int_equal(give_path(1, UART), -EBUSY);
	assert_int_equal(other, 1);
	assert_int_equal(give_pages(1, 0x9040, 1), -EBUSY);
	assert_int_equal(give_irq(1, 40), -EBUSY);
	assert_int_equal(map(1, 0x9040, 0x9040, 1), -EBUSY);
	assert_int_equal(device_bind_irq(&dom[1], 40, 40), -EBUSY);
	assert_int_equal(mapped_nr, 0);
	assert_int_equal(bound_pirq, 0);
	device_take_all(&dom[1]); /* has none: no effect */
	assert_int_equal(give_path(1, UART), -EBUSY);
	device_take_all(&dom[0]);
	assert_int_equal(give_irq(1, 40), 0);
	assert_int_equal(give_path(0, UART), -EBUSY);
	assert_int_equal(other, 2);
}

/* A page or an interrupt in common: one domain for all of them, whichever way it asks. */
static void test_group(void **state)
{
	assert_int_equal(give_path(0, "/a@a0000000"), 0);
	assert_int_equal(give_path(1, "/b@a0000200"), -EBUSY);
	assert_int_equal(give_path(1, "/c@a0001000"), -EBUSY);
	assert_int_equal(give_irq(1, 51), -EBUSY);
	assert_int_equal(give_pages(1, PAGE(1), 1), -EBUSY);
	assert_int_equal(give_path(1, "/d@a0002000"), 0);
	assert_int_equal(give_pages(0, PAGE(0), 2), 0);
	assert_int_equal(give_pages(0, PAGE(1), 2), -EBUSY); /* the second is d's */
	device_take_all(&dom[0]);
	assert_int_equal(give_path(1, "/c@a0001000"), 0);
	assert_int_equal(give_irq(0, 50), -EBUSY);
}

static void test_nobodys(void **state)
{
	assert_int_equal(give_path(0, "/dom0s@a0007000"), -ENOENT);
	assert_int_equal(give_path(0, "/bus"), -ENOENT);
	assert_int_equal(give_path(0, ""), -ENOENT);
	assert_int_equal(give_pages(0, PAGE(7), 1), -ENOENT);
	assert_int_equal(give_pages(0, RAM_FRAME, 1), -ENOENT);
	assert_int_equal(give_pages(0, 0x8000, 1), -ENOENT);
	assert_int_equal(give_pages(0, 0x9000, 1), -ENOENT);
	assert_int_equal(give_pages(0, PAGE(3), 2), 0); /* d's second, then e's */
	assert_int_equal(give_pages(0, 0x9040, 2), -ENOENT);
	assert_int_equal(give_pages(0, 0x903f, 2), -ENOENT);
	assert_int_equal(give_pages(0, PAGE(0), 0x1000), -ENOENT);
	assert_int_equal(give_irq(0, 60), -ENOENT);
	assert_int_equal(give_irq(0, 33), -ENOENT);
	assert_int_equal(give_path(1, UART), 0); /* none of these was given */
}

static void test_dma(void **state)
{
	int node = devtree_find_path("/unforced@a0006000");

	assert_int_equal(give_path(0, "/unforced@a0006000"), -EXDEV);
	assert_int_equal(give_pages(0, PAGE(6), 1), -EXDEV);
	assert_int_equal(give_pages(0, PAGE(5), 2), -EXDEV);
	assert_int_equal(map(0, PAGE(6), PAGE(6), 1), -EXDEV);
	assert_int_equal(give_path(1, "/f@a0005000"), 0);
	/* A boot-time domain's tree may accept it, for that domain; not what another has. */
	assert_int_equal(device_add(node, 2), 0);
	assert_int_equal(nr_devices, 8);
	assert_int_equal(give_path(0, "/unforced@a0006000"), -EXDEV);
	assert_int_equal(device_add(node, 1), 0);
	assert_int_equal(give_path(0, "/unforced@a0006000"), 0);
	assert_int_equal(device_add(node, 2), 0);
	assert_int_equal(give_path(1, "/unforced@a0006000"), -EBUSY);
	assert_int_equal(give_path(0, "/unforced@a0006000"), 0);
	device_take_all(&dom[0]);
	assert_int_equal(give_path(1, "/unforced@a0006000"), -EXDEV);
}

static void test_map_and_bind(void **state)
{
	assert_int_equal(map(0, 0x2a000, 0x9040, 1), 0);
	assert_int_equal(mapped_gfn, 0x2a000);
	assert_int_equal(mapped_mfn, 0x9040);
	assert_int_equal(mapped_nr, 1);
	assert_int_equal(give_path(1, UART), -EBUSY); /* mapping gives it */
	assert_int_equal(device_bind_irq(&dom[0], 41, 53), 0);
	assert_int_equal(bound_virq, 41);
	assert_int_equal(bound_pirq, 53);
	assert_int_equal(give_path(1, "/d@a0002000"), -EBUSY);
	/* Refused ones give nothing. */
	assert_int_equal(map(0, 0x3001, PAGE(0), 1), -EADDRINUSE);
	map_result = -EEXIST;
	assert_int_equal(map(0, 0x2a000, PAGE(0), 1), -EADDRINUSE);
	map_result = -ENOMEM;
	assert_int_equal(map(0, 0x2b000, PAGE(0), 1), -ENOMEM);
	assert_int_equal(map(0, 0x2b000, PAGE(0), DEVICE_MAP_MAX + 1), -E2BIG);
	assert_int_equal(map(0, BIT(28), PAGE(0), 1), -ERANGE);
	assert_int_equal(map(0, 0, PAGE(0), 0), -ERANGE);
	route_result = -EINVAL;
	assert_int_equal(device_bind_irq(&dom[0], 5000, 50), -EINVAL);
	dom[0].vuart = (void *)&dom;
	route_result = 0;
	assert_int_equal(device_bind_irq(&dom[0], 32, 50), -EBUSY);
	assert_int_equal(give_path(1, "/a@a0000000"), 0);
}

/* Devices are quiet when a domain gets them, and before its memory goes. */
static void test_quiet(void **state)
{
	assert_int_equal(quiet_register[0], 0x9040038);
	assert_int_equal(quiet_register[1], 0xa0000070);
	assert_int_equal(give_path(0, UART), 0);
	assert_int_equal(quiet_register[0], 0);
	quiet_register[0] = 0x7ff;
	assert_int_equal(give_path(0, UART), 0);
	assert_int_equal(quiet_register[0], 0x7ff); /* it has it already */
	device_quiet_all(&dom[1]);
	assert_int_equal(quiet_register[0], 0x7ff);
	device_quiet_all(&dom[0]);
	assert_int_equal(quiet_register[0], 0);
	assert_int_equal(give_path(1, UART), -EBUSY); /* still its own */
	/* The one that is asked for may be another of the group. */
	assert_int_equal(give_path(1, "/c@a0001000"), 0);
	assert_int_equal(quiet_register[1], 0);
}

static void test_dying(void **state)
{
	dom[0].is_dying = true;
	assert_int_equal(give_path(0, UART), -ESRCH);
	assert_int_equal(map(0, 0x9040, 0x9040, 1), -ESRCH);
	assert_int_equal(device_bind_irq(&dom[0], 40, 40), -ESRCH);
	assert_int_equal(give_path(1, UART), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_table, setup),
		cmocka_unit_test_setup(test_apart, setup),
		cmocka_unit_test_setup(test_twice, setup),
		cmocka_unit_test_setup(test_group, setup),
		cmocka_unit_test_setup(test_nobodys, setup),
		cmocka_unit_test_setup(test_dma, setup),
		cmocka_unit_test_setup(test_map_and_bind, setup),
		cmocka_unit_test_setup(test_quiet, setup),
		cmocka_unit_test_setup(test_dying, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
