/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which interrupt controller does the machine have? Asks the drivers in turn; the first that knows
 * the node registers its chip. Boot only, no lock.
 */
#include <hv/errno.h>
#include <hv/gic.h>
#include <hv/kconfig.h>
#include <hv/printk.h>

__init int gic_init(void)
{
	int rc = -ENODEV;

	if (IS_ENABLED(CONFIG_GICV3)) {
		rc = gicv3_probe();
	}
	if (IS_ENABLED(CONFIG_GICV2) && rc == -ENODEV) {
		rc = gicv2_probe();
	}
	if (rc == -ENODEV) {
		pr_err("gic: the device tree has no interrupt controller that this build drives\n");
	}
	return rc;
}
