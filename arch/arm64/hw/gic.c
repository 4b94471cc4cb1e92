/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facade of the interrupt controller: holds what the driver found at boot, so that nobody above
 * names a driver, and what is the same for all of them. Sealed after boot.
 */
#include <hv/gic.h>

const struct gic_ops *gic_ops __sealed;
struct gic_info gic_info __sealed;
unsigned int gic_nr_lrs __sealed;

void gic_lr_reset(void)
{
	static const u32 none[2][4];

	gic_ops->hcr_write(0);
	gic_ops->vmcr_write(0);
	gic_ops->apr_write(none);
	for (unsigned int n = 0; n < gic_nr_lrs; n++) {
		gic_ops->lr_write(n, 0);
	}
}
