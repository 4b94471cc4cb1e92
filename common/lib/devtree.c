/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the host's device tree through libfdt. The tree is mapped read-only and comes from
 * outside: every length is checked before use, and errors are returned, never fatal. State: the
 * tree's address, written once at boot. Devicetree Specification 0.4: 2.3 (standard
 * properties), 3.4 to 3.6.
 */
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/compiler.h>
#include <hv/string.h>

#include <libfdt.h>

#define CELL	  4
#define DEPTH_MAX 8 /* buses between a device and the root */

static const void *fdt __sealed;

int devtree_init(const void *blob, size_t mapped_bytes)
{
	if (!blob || fdt_check_header(blob) || fdt_totalsize(blob) > mapped_bytes ||
	    fdt_check_full(blob, mapped_bytes)) {
		return -EINVAL;
	}
	fdt = blob;
	return 0;
}

const void *devtree_blob(void)
{
	return fdt;
}

size_t devtree_bytes(void)
{
	return fdt_totalsize(fdt);
}

/* Of a node that may not be there: libfdt takes none for the root. */
static int first_child(int node)
{
	return node < 0 ? node : fdt_first_subnode(fdt, node);
}

int devtree_find_compatible(int after, const char *compatible)
{
	return fdt_node_offset_by_compatible(fdt, after, compatible);
}

bool devtree_is_compatible(int node, const char *compatible)
{
	return node >= 0 && fdt_node_check_compatible(fdt, node, compatible) == 0;
}

const char *devtree_string(int node, const char *name)
{
	int len;
	const char *text = fdt_getprop(fdt, node, name, &len);

	return text && len > 0 && text[len - 1] == '\0' ? text : NULL;
}

static bool has_type(int node, const char *type)
{
	const char *own = devtree_string(node, "device_type");

	return own && !strcmp(own, type);
}

bool devtree_is_available(int node)
{
	const char *status = devtree_string(node, "status");

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

u64 devtree_cells(const void *cells, int nr_cells)
{
	const u8 *bytes = cells;
	u64 value = 0;

	for (int i = 0; i < nr_cells * CELL; i++) {
		value = value << 8 | bytes[i];
	}
	return value;
}

u32 devtree_u32(int node, const char *name, u32 absent)
{
	int len;
	const void *cells = fdt_getprop(fdt, node, name, &len);

	return cells && len >= CELL ? (u32)devtree_cells(cells, 1) : absent;
}

int devtree_number(int node, const char *name, u64 *value)
{
	int len;
	const void *cells = fdt_getprop(fdt, node, name, &len);

	if (!cells) {
		return -ENOENT;
	}
	if (len != CELL && len != 2 * CELL) {
		return -EINVAL;
	}
	*value = devtree_cells(cells, len / CELL);
	return 0;
}

/* Are these numbers of cells ones that fit 64 bits? */
static bool are_cells_usable(int address, int size)
{
	return address >= 1 && address <= 2 && size >= 0 && size <= 2;
}

/* Translate an address from the child side of a bus node to its parent's side. */
static int translate_once(int bus, int above, u64 *address)
{
	int len, child = fdt_address_cells(fdt, bus), size = fdt_size_cells(fdt, bus);
	int parent = fdt_address_cells(fdt, above);
	const char *row = fdt_getprop(fdt, bus, "ranges", &len);
	int row_bytes = (child + parent + size) * CELL;

	if (!row) {
		return -EINVAL;
	}
	if (len == 0) {
		return 0; /* identity */
	}
	if (!are_cells_usable(child, size) || !are_cells_usable(parent, 0)) {
		return -EINVAL;
	}
	for (; len >= row_bytes; len -= row_bytes, row += row_bytes) {
		u64 base = devtree_cells(row, child);
		u64 bytes = devtree_cells(row + (child + parent) * CELL, size);

		if (*address - base < bytes) {
			*address += devtree_cells(row + child * CELL, parent) - base;
			return 0;
		}
	}
	return -EINVAL;
}

/* Translate an address in the space of a bus up to the root. */
static int translate(int bus, u64 *address)
{
	for (int depth = 0; depth < DEPTH_MAX && bus > 0; depth++) {
		int above = fdt_parent_offset(fdt, bus);
		int rc = above < 0 ? -EINVAL : translate_once(bus, above, address);

		if (rc) {
			return rc;
		}
		bus = above;
	}
	return bus == 0 ? 0 : -EINVAL;
}

int devtree_reg_below(int parent, int node, unsigned int index, struct devtree_range *out)
{
	int len, address = fdt_address_cells(fdt, parent), size = fdt_size_cells(fdt, parent);
	const char *cells = fdt_getprop(fdt, node, "reg", &len);
	unsigned int row_bytes;

	if (!cells) {
		return -ENOENT;
	}
	if (!are_cells_usable(address, size)) {
		return -EINVAL;
	}
	row_bytes = (unsigned int)(address + size) * CELL;
	if (index >= (unsigned int)len / row_bytes) {
		return -ENOENT;
	}
	cells += index * row_bytes;
	out->base = devtree_cells(cells, address);
	out->bytes = devtree_cells(cells + address * CELL, size);
	return translate(parent, &out->base);
}

int devtree_reg(int node, unsigned int index, struct devtree_range *out)
{
	int parent = fdt_parent_offset(fdt, node);

	return parent < 0 ? -EINVAL : devtree_reg_below(parent, node, index, out);
}

/* Top-level nodes that describe no device. */
static bool is_no_device(int node)
{
	static const char names[] = "cpus\0"
				    "chosen\0"
				    "aliases\0"
				    "reserved-memory\0"
				    "psci\0"
				    "hypervisor\0"; /* libfdt reads one byte more */
	const char *name = fdt_get_name(fdt, node, NULL);

	return !name || fdt_stringlist_contains(names, sizeof(names) - 1, name) ||
	       has_type(node, "memory");
}

/* Depth first, with the parent at hand: libfdt would search for it from the root each time. */
static int visit_bus(int bus, int depth, devtree_node_visit_t visit, void *arg)
{
	int node, rc;

	fdt_for_each_subnode(node, fdt, bus) {
		if (depth == 0 && is_no_device(node)) {
			continue;
		}
		rc = visit(node, bus, arg);
		if (rc == 0 && depth < DEPTH_MAX && fdt_getprop(fdt, node, "ranges", NULL)) {
			rc = visit_bus(node, depth + 1, visit, arg);
		}
		if (rc) {
			return rc;
		}
	}
	return 0;
}

int devtree_for_each_device(devtree_node_visit_t visit, void *arg)
{
	return visit_bus(0, 0, visit, arg);
}

int devtree_irq(int node, unsigned int index, struct devtree_irq *out)
{
	int len;
	const char *cells = fdt_getprop(fdt, node, "interrupts", &len);
	u64 kind, number, flags;

	if (!cells || index >= (unsigned int)len / (3 * CELL)) {
		return -ENOENT;
	}
	cells += index * 3 * CELL;
	kind = devtree_cells(cells, 1);
	number = devtree_cells(cells + CELL, 1);
	flags = devtree_cells(cells + 2 * CELL, 1);
	if (kind > 1 || number >= (kind ? IRQ_FIRST_PPI : IRQ_MAX - IRQ_FIRST_SPI)) {
		return -EINVAL;
	}
	out->number = (unsigned int)number + (kind ? IRQ_FIRST_PPI : IRQ_FIRST_SPI);
	out->type = flags & 3 ? IRQ_TYPE_EDGE : IRQ_TYPE_LEVEL;
	return 0;
}

static int visit_regs(int node, int parent, devtree_visit_t visit, void *arg)
{
	struct devtree_range range;
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && !devtree_reg_below(parent, node, i, &range); i++) {
		rc = range.bytes ? visit(&range, arg) : 0;
	}
	return rc;
}

int devtree_for_each_memory(devtree_visit_t visit, void *arg)
{
	int node, rc = 0;

	for (node = first_child(0); node >= 0 && rc == 0; node = fdt_next_subnode(fdt, node)) {
		if (has_type(node, "memory") && devtree_is_available(node)) {
			rc = visit_regs(node, 0, visit, arg);
		}
	}
	return rc;
}

int devtree_for_each_reserved(devtree_visit_t visit, void *arg)
{
	int nr = fdt_num_mem_rsv(fdt), rc = 0;
	int parent = fdt_path_offset(fdt, "/reserved-memory"), node;
	struct devtree_range range;

	for (int i = 0; i < nr && rc == 0; i++) {
		if (fdt_get_mem_rsv(fdt, i, &range.base, &range.bytes) == 0 && range.bytes) {
			rc = visit(&range, arg);
		}
	}
	for (node = first_child(parent); node >= 0 && rc == 0; node = fdt_next_subnode(fdt, node)) {
		rc = visit_regs(node, parent, visit, arg);
	}
	return rc;
}

int devtree_chosen(void)
{
	return fdt_path_offset(fdt, "/chosen");
}

int devtree_stdout(void)
{
	const char *path = devtree_string(devtree_chosen(), "stdout-path"), *options;

	if (!path) {
		return -ENOENT;
	}
	options = strchr(path, ':');
	return fdt_path_offset_namelen(fdt, path,
				       options ? (int)(options - path) : (int)strlen(path));
}

/* The module node of Dom0's kernel: a child of /chosen itself, not of a domain's node. */
static int dom0_kernel(int chosen)
{
	int node = first_child(chosen);

	while (node >= 0 && !devtree_is_compatible(node, "multiboot,kernel") &&
	       !devtree_is_compatible(node, "xen,linux-zimage")) {
		node = fdt_next_subnode(fdt, node);
	}
	return node;
}

/* Dom0's command line where it stands for itself, or NULL. */
static const char *dom0_own_cmdline(int chosen, int kernel)
{
	const char *text = devtree_string(chosen, "xen,dom0-bootargs");

	return text ? text : devtree_string(kernel, "bootargs");
}

const char *devtree_cmdline(void)
{
	int chosen = devtree_chosen(), kernel = dom0_kernel(chosen);
	const char *text = devtree_string(chosen, "xen,xen-bootargs");

	if (!text && (kernel < 0 || dom0_own_cmdline(chosen, kernel))) {
		text = devtree_string(chosen, "bootargs");
	}
	return text;
}

const char *devtree_dom0_cmdline(void)
{
	int chosen = devtree_chosen();
	const char *text = dom0_own_cmdline(chosen, dom0_kernel(chosen));

	if (!text && devtree_string(chosen, "xen,xen-bootargs")) {
		text = devtree_string(chosen, "bootargs");
	}
	return text;
}

void devtree_for_each_cpu(void (*visit)(int node, u64 mpidr))
{
	int node = first_child(fdt_path_offset(fdt, "/cpus"));
	u64 mpidr;

	for (; node >= 0; node = fdt_next_subnode(fdt, node)) {
		if (has_type(node, "cpu") && !devtree_number(node, "reg", &mpidr)) {
			visit(node, mpidr);
		}
	}
}
