/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device trees written from front to end by libfdt. Each property brings its own name, so no name
 * is searched; the format allows names to be there twice. No state, no locks. Devicetree
 * Specification 0.4, chapter 5.
 */
#include <hv/devtree_write.h>
#include <hv/string.h>
#include <libfdt.h>

static void note(struct devtree_writer *w, int rc)
{
	w->rc = w->rc ? w->rc : rc;
}

void devtree_write(struct devtree_writer *w, void *room, int bytes)
{
	w->fdt = room;
	w->nr = 0;
	w->rc = fdt_create_with_flags(room, bytes, FDT_CREATE_FLAG_NO_NAME_DEDUP);
	note(w, fdt_finish_reservemap(room));
	devtree_begin(w, "");
}

u32 devtree_write_end(struct devtree_writer *w)
{
	devtree_end(w);
	note(w, fdt_finish(w->fdt));
	return w->rc ? 0 : fdt_totalsize(w->fdt);
}

void devtree_begin(struct devtree_writer *w, const char *name)
{
	note(w, fdt_begin_node(w->fdt, name));
}

void devtree_end(struct devtree_writer *w)
{
	note(w, fdt_end_node(w->fdt));
}

void devtree_put(struct devtree_writer *w, const char *name, const void *value, int bytes)
{
	note(w, fdt_property(w->fdt, name, value, bytes));
}

void devtree_put_text(struct devtree_writer *w, const char *name, const char *text)
{
	devtree_put(w, name, text, (int)strlen(text) + 1);
}

void devtree_add_cells(struct devtree_writer *w, u64 value, int nr_cells)
{
	for (int i = nr_cells - 1; i >= 0 && w->nr < DEVTREE_CELLS_MAX; i--) {
		w->cells[w->nr++] = cpu_to_fdt32((u32)(value >> 32 * i));
	}
}

void devtree_put_cells(struct devtree_writer *w, const char *name)
{
	note(w, w->nr == DEVTREE_CELLS_MAX ? -FDT_ERR_NOSPACE : 0);
	devtree_put(w, name, w->cells, (int)(w->nr * sizeof(w->cells[0])));
	w->nr = 0;
}

void devtree_copy(struct devtree_writer *w, int node, const char *const *without)
{
	struct devtree_property p = { .bytes = 0 };

	note(w, node < 0 ? -FDT_ERR_NOTFOUND : 0);
	while (devtree_next_property(node, &p)) {
		const char *const *other = without;

		while (other && *other && strcmp(*other, p.name) != 0) {
			other++;
		}
		if (!other || !*other) {
			devtree_put(w, p.name, p.value, p.bytes);
		}
	}
}
