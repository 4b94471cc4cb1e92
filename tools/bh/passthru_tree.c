/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The partial device tree of a domain, by Xen's binding: what is below /passthrough, and /aliases,
 * is copied into the domain's tree. Properties that begin with "xen," are for whoever gives the
 * devices and are left out. The file comes from outside: everything is checked before use.
 */
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "passthru.h"

#define DEPTH_MAX 16
#define REG_CELLS 6 /* xen,reg: address, size, guest address of two cells each */

static uint64_t cells2(const fdt32_t *c)
{
	return (uint64_t)fdt32_to_cpu(c[0]) << 32 | fdt32_to_cpu(c[1]);
}

/* What is wrong with what the node names, or NULL. */
static const char *read_node(struct passthru *p, const void *fdt, int node)
{
	int path_len, reg_len, irq_len;
	const char *path = fdt_getprop(fdt, node, "xen,path", &path_len);
	const fdt32_t *reg = fdt_getprop(fdt, node, "xen,reg", &reg_len);
	const fdt32_t *irq = fdt_getprop(fdt, node, "interrupts", &irq_len);
	const char *bad = NULL;

	if (!path && !reg) {
		return NULL; /* nothing of the machine's, or the keys name it */
	}
	if (path) {
		bad = path_len < 1 || path[path_len - 1] ? "xen,path is no text"
							 : passthru_add_device(p, path);
	}
	if (reg && (reg_len == 0 || reg_len % (REG_CELLS * 4))) {
		return "xen,reg is not made of address, size and guest address, two cells each";
	}
	for (int i = 0; reg && !bad && i < reg_len / 4; i += REG_CELLS) {
		bad = passthru_add_bytes(p, cells2(reg + i), cells2(reg + i + 2),
					 cells2(reg + i + 4));
	}
	if (irq && irq_len % 12) {
		return "interrupts is not made of three cells each";
	}
	for (int i = 0; irq && !bad && i < irq_len / 4; i += 3) {
		uint32_t nr = fdt32_to_cpu(irq[i + 1]);

		bad = passthru_add_irq(p, fdt32_to_cpu(irq[i]) == 0 && nr < 1020 ? nr + 32 : 0);
	}
	return bad;
}

int passthru_open(struct passthru *p, const char *file, struct where w)
{
	int rc = mapped_open(&p->tree, file, "device tree", w);
	const void *fdt = p->tree.data;
	int top, depth = 0;

	if (rc) {
		return rc;
	}
	if (fdt_check_full(fdt, p->tree.size)) {
		return err_at(w.file, w.line,
			      "device_tree = \"%s\" is not a compiled device tree\ncompile it: dtc "
			      "-O dtb",
			      file);
	}
	top = fdt_path_offset(fdt, "/passthrough");
	if (top < 0) {
		return err_at(w.file, w.line,
			      "device_tree = \"%s\" has no node /passthrough\nput what the domain "
			      "is to see below that",
			      file);
	}
	for (int node = top; node >= 0 && depth >= 0; node = fdt_next_node(fdt, node, &depth)) {
		const char *bad = read_node(p, fdt, node);

		if (bad || depth > DEPTH_MAX) {
			return err_at(w.file, w.line, "device_tree = \"%s\": %s: %s\ncorrect it",
				      file, fdt_get_name(fdt, node, NULL),
				      bad ? bad : "it is too deep in the tree");
		}
	}
	return BH_OK;
}

/* The node with its properties and all below it. */
static int copy(void *to, const void *from, int node)
{
	int rc = fdt_begin_node(to, fdt_get_name(from, node, NULL));
	int at;

	fdt_for_each_property_offset(at, from, node) {
		int len;
		const char *name;
		const void *value = fdt_getprop_by_offset(from, at, &name, &len);

		if (rc == 0 && value && strncmp(name, "xen,", 4)) {
			rc = fdt_property(to, name, value, len);
		}
	}
	fdt_for_each_subnode(at, from, node) {
		rc = rc ? rc : copy(to, from, at);
	}
	return rc ? rc : fdt_end_node(to);
}

int passthru_tree(void *fdt, const void *partial)
{
	int aliases = fdt_path_offset(partial, "/aliases");
	int rc = aliases < 0 ? 0 : copy(fdt, partial, aliases);

	return rc ? rc : copy(fdt, partial, fdt_path_offset(partial, "/passthrough"));
}
