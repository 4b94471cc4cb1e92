/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall: how long the paths through EL2 have taken, row by row, for "bh bounds"
 * (hv/budget.h, CONFIG_EL2_BUDGET). Figures of the moment; no lock.
 */
#include <hv/budget.h>
#include <hv/errno.h>

#include "ext.h"

int ext_bounds(struct domain *d __unused, void *arg)
{
	struct bulkhead_bounds *bounds = arg;
	const struct budget_row *row = budget_next(&bounds->index);

	if (row == NULL) {
		return -ENOENT;
	}
	bounds->key = row->key;
	bounds->nr = row->nr;
	bounds->longest = row->longest;
	bounds->limit = budget_limit(row->key);
	return 0;
}
