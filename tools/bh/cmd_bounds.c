/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh bounds: the longest paths through the hypervisor, of builds that measure them. Which path a
 * row is for is told by kind and numbers; docs/safety/bounds.md has them in words.
 */
#include <errno.h>
#include <stdio.h>

#include "cmd.h"
#include "err.h"
#include "hyp.h"
#include "out.h"

static const struct out_col cols[] = {
	{ "path", "PATH" },	{ "key", NULL },       { "out_of_idle", NULL },
	{ "other_vcpu", NULL }, { "taken", "TAKEN" },  { "maximum", "MAXIMUM" },
	{ "limit", "LIMIT" },	{ "is_over", "OVER" }, { 0 },
};

static void row(struct out_table *t, const struct bulkhead_bounds *b)
{
	static const char *const kinds[16] = { [1] = "trap",  [2] = "interrupt", [3] = "hypercall",
					       [4] = "smccc", [5] = "part",	 [15] = "other" };
	const char *kind = kinds[b->key >> 28];
	char text[80];

	snprintf(text, sizeof(text), "%s %u %u%s%s", kind ? kind : "?", b->key >> 16 & 0xff,
		 b->key & 0xffff, b->key >> 24 & 1 ? " idle" : "",
		 b->key >> 25 & 1 ? " switch" : "");
	out_str(t, text);
	out_num(t, b->key);
	out_bool(t, b->key >> 24 & 1);
	out_bool(t, b->key >> 25 & 1);
	out_num(t, b->nr);
	out_num(t, b->longest);
	out_num(t, b->limit);
	out_bool(t, b->longest > b->limit);
}

static int bounds_cmd(const struct args *a)
{
	struct out_table *t = out_new(cols, OUT_TABLE, a->json);
	struct bulkhead_bounds b = { 0 };
	int rc = hyp_bounds(0, &b);

	while (rc == 0) {
		row(t, &b);
		rc = hyp_bounds(b.index + 1, &b);
	}
	if (rc == -ENOSYS) {
		return err_sys(rc, "this hypervisor measures no paths\n"
				   "build it with CONFIG_EL2_BUDGET (CONFIG=qemu_virt_bounds)");
	}
	if (rc != -ENOENT) {
		return err_sys(rc, "cannot ask the hypervisor");
	}
	out_end(t);
	return BH_OK;
}

const struct cmd cmd_bounds = {
	.name = "bounds",
	.summary = "show the longest paths through the hypervisor",
	.help = "Only of a hypervisor that was built to measure them. Figures are ticks of the\n"
		"counter: instructions under QEMU's -icount with a counter of 1 GHz.\n",
	.flags = CMD_JSON,
	.run = bounds_cmd,
};
