/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the nodes of a device tree mean: registers, interrupts, memory, CPUs, /chosen. No state.
 * Devicetree Specification 0.4: 2.3 (standard properties), 3.4 to 3.6.
 */
#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/string.h>

#define CELL	   4
#define CELLS_MANY 9U /* more than anything has; nobody takes as many */

const char *devtree_string(int node, const char *name)
{
	int bytes;
	const char *text = devtree_property(node, name, &bytes);

	return bytes > 0 && text[bytes - 1] == '\0' ? text : NULL;
}

const char *devtree_string_of(int node, const char *name, u32 i, u32 *nr)
{
	int bytes;
	const char *text = devtree_property(node, name, &bytes), *end = text + bytes, *found = NULL;

	for (*nr = 0; text < end && !end[-1]; text += strlen(text) + 1) {
		found = (*nr)++ == i ? text : found;
	}
	return found;
}

bool devtree_is_compatible(int node, const char *compatible)
{
	int bytes;
	const char *text = devtree_property(node, "compatible", &bytes), *end = text + bytes;

	while (text < end && !end[-1] && strcmp(text, compatible) != 0) {
		text += strlen(text) + 1;
	}
	return text < end && !end[-1];
}

int devtree_find_compatible(int after, const char *compatible)
{
	int node = after + 1, end = devtree_behind(0);

	while (node < end && !devtree_is_compatible(node, compatible)) {
		node++;
	}
	return node < end ? node : -1;
}

/* A child by n characters of name, which may be all that it has in front of its unit address. */
static int child_named(int parent, const char *name, size_t n)
{
	int node;

	devtree_for_each_child(node, parent) {
		const char *own = devtree_name(node);

		if (*own == *name && strncmp(own, name, n) == 0 && (!own[n] || own[n] == '@')) {
			return node;
		}
	}
	return -1;
}

int devtree_child_named(int node, const char *name)
{
	return child_named(node, name, strlen(name));
}

static size_t length_of_part(const char *path)
{
	size_t n = 0;

	while (path[n] && path[n] != '/' && path[n] != ':') {
		n++;
	}
	return n;
}

/* The rest of a path, from a node on. */
static int follow(int node, const char *path)
{
	size_t n;

	for (; *path == '/'; path += n) {
		n = length_of_part(++path);
		node = n ? child_named(node, path, n) : node;
	}
	return node;
}

int devtree_find_path(const char *path)
{
	char alias[32] = { 0 }; /* as long as one may be (3.3) */
	size_t n = length_of_part(path);
	const char *start = "/";

	if (n) {
		memcpy(alias, path, MIN(n, sizeof(alias) - 1));
		start = n < sizeof(alias) ? devtree_string(devtree_child_named(0, "aliases"), alias)
					  : NULL;
	}
	return start && *start == '/' ? follow(follow(0, start), path + n) : -1;
}

bool devtree_has_type(int node, const char *type)
{
	const char *own = devtree_string(node, "device_type");

	return own && !strcmp(own, type);
}

bool devtree_is_available(int node)
{
	const char *status = devtree_string(node, "status");

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

u32 devtree_u32(int node, const char *name, u32 absent)
{
	int bytes;
	const void *cells = devtree_property(node, name, &bytes);

	return bytes >= CELL ? (u32)devtree_cells(cells, 1) : absent;
}

int devtree_number(int node, const char *name, u64 *value)
{
	int bytes;
	const void *cells = devtree_property(node, name, &bytes);

	if (!cells) {
		return -ENOENT;
	}
	if (bytes != CELL && bytes != 2 * CELL) {
		return -EINVAL;
	}
	*value = devtree_cells(cells, bytes / CELL);
	return 0;
}

int devtree_address_cells(int node)
{
	return (int)MIN(devtree_u32(node, "#address-cells", 2), CELLS_MANY);
}

int devtree_size_cells(int node)
{
	return (int)MIN(devtree_u32(node, "#size-cells", 1), CELLS_MANY);
}

/* Are these numbers of cells ones that fit 64 bits? */
static bool are_cells_usable(int address, int size)
{
	return address >= 1 && address <= 2 && size >= 0 && size <= 2;
}

bool devtree_window(int bus, const char *name, int i, struct devtree_window *out)
{
	int child = devtree_address_cells(bus), above = devtree_address_cells(devtree_parent(bus));
	int size = devtree_size_cells(bus), nr = child + above + size, bytes;
	const u32 *row = devtree_property(bus, name, &bytes);

	if (!are_cells_usable(above, size) || child < 1 || child >= (int)CELLS_MANY ||
	    i >= bytes / CELL / nr) {
		return false;
	}
	row += nr * i;
	*out = (struct devtree_window){ .child = devtree_cells(row, child),
					.parent = devtree_cells(row + child, above),
					.bytes = devtree_cells(row + child + above, size) };
	return true;
}

/* Translate an address from the child side of a bus node to its parent's side. */
static int translate_once(int bus, u64 *address)
{
	struct devtree_window w;
	int bytes;

	if (devtree_property(bus, "ranges", &bytes) && bytes == 0) {
		return 0; /* identity */
	}
	for (int i = 0; devtree_window(bus, "ranges", i, &w); i++) {
		if (*address - w.child < w.bytes) {
			*address += w.parent - w.child;
			return 0;
		}
	}
	return -EINVAL;
}

int devtree_reg(int node, unsigned int index, struct devtree_range *out)
{
	int parent = devtree_parent(node), bytes, rc = 0;
	int address = devtree_address_cells(parent), size = devtree_size_cells(parent);
	const u32 *cells = devtree_property(node, "reg", &bytes);

	if (!cells || parent < 0) {
		return -ENOENT;
	}
	if (!are_cells_usable(address, size)) {
		return -EINVAL;
	}
	if (index >= (unsigned int)(bytes / CELL / (address + size))) {
		return -ENOENT;
	}
	cells += index * (unsigned int)(address + size);
	out->base = devtree_cells(cells, address);
	out->bytes = devtree_cells(cells + address, size);
	for (; parent > 0 && !rc; parent = devtree_parent(parent)) {
		rc = translate_once(parent, &out->base);
	}
	return rc;
}

int devtree_irq(int node, unsigned int index, struct devtree_irq *out)
{
	int bytes;
	const u32 *cells = devtree_property(node, "interrupts", &bytes);
	u64 kind, number, flags;

	if (index >= (unsigned int)bytes / (3 * CELL)) {
		return -ENOENT;
	}
	cells += 3UL * index;
	kind = devtree_cells(cells, 1);
	number = devtree_cells(cells + 1, 1);
	flags = devtree_cells(cells + 2, 1);
	if (kind > 1 || number >= (kind ? IRQ_FIRST_PPI : IRQ_MAX - IRQ_FIRST_SPI)) {
		return -EINVAL;
	}
	out->number = (unsigned int)number + (kind ? IRQ_FIRST_PPI : IRQ_FIRST_SPI);
	out->type = flags & 3 ? IRQ_TYPE_EDGE : IRQ_TYPE_LEVEL;
	return 0;
}

static int visit_regs(int node, devtree_visit_t visit, void *arg)
{
	struct devtree_range range;
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && !devtree_reg(node, i, &range); i++) {
		rc = range.bytes ? visit(&range, arg) : 0;
	}
	return rc;
}

int devtree_for_each_memory(devtree_visit_t visit, void *arg)
{
	int node, rc = 0;

	devtree_for_each_child(node, 0) {
		if (rc == 0 && devtree_has_type(node, "memory") && devtree_is_available(node)) {
			rc = visit_regs(node, visit, arg);
		}
	}
	return rc;
}

int devtree_for_each_reserved(devtree_visit_t visit, void *arg)
{
	struct devtree_range range;
	int node, rc = 0;

	for (u32 i = 0; rc == 0 && devtree_reserve_map(i, &range); i++) {
		rc = visit(&range, arg);
	}
	devtree_for_each_child(node, devtree_child_named(0, "reserved-memory")) {
		rc = rc ? rc : visit_regs(node, visit, arg);
	}
	return rc;
}

int devtree_chosen(void)
{
	return devtree_child_named(0, "chosen");
}

int devtree_stdout(void)
{
	const char *path = devtree_string(devtree_chosen(), "stdout-path");

	return path ? devtree_find_path(path) : -ENOENT;
}

void devtree_for_each_cpu(void (*visit)(int node, u64 mpidr))
{
	u64 mpidr;
	int node;

	devtree_for_each_child(node, devtree_child_named(0, "cpus")) {
		if (devtree_has_type(node, "cpu") && !devtree_number(node, "reg", &mpidr)) {
			visit(node, mpidr);
		}
	}
}
