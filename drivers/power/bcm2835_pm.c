/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reset and power-off of the Raspberry Pi, whose firmware offers no PSCI: the watchdog of the power
 * management block, told to end at once. Off is a reset with a mark for the boot ROM to halt. Every
 * write carries a password. Dom0 has the block as well (power domains of its devices); nobody uses
 * the registers here before the machine stops. Set up at boot; used by the CPU that stops the
 * machine, without a lock.
 */
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/firmware.h>
#include <hv/mapping.h>
#include <hv/mmio.h>
#include <hv/power.h>

#define PASSWORD       0x5a000000U
#define RSTC	       0x1c
#define RSTC_MODE_MASK 0x30U
#define RSTC_RESET     0x20U
#define RSTS	       0x20
#define RSTS_HALT      0x555U
#define WDOG	       0x24
#define WDOG_SOON      10U /* ticks of 16 us */

static char *regs __sealed;

static void stop(bool is_off)
{
	u32 mode = mmio_read32(regs + RSTC) & ~RSTC_MODE_MASK;

	if (is_off) {
		mmio_write32(regs + RSTS, PASSWORD | mmio_read32(regs + RSTS) | RSTS_HALT);
	}
	mmio_write32(regs + WDOG, PASSWORD | WDOG_SOON);
	mmio_write32(regs + RSTC, PASSWORD | mode | RSTC_RESET);
}

__init int power_init(void)
{
	int node = devtree_find_compatible(-1, "brcm,bcm2835-pm-wdt");
	struct devtree_range range;

	if (node < 0 || devtree_reg(node, 0, &range) || range.bytes < WDOG + sizeof(u32)) {
		return -ENODEV;
	}
	regs = map_device(pa(range.base), range.bytes);
	if (!regs) {
		return -ENODEV;
	}
	firmware_set_stop(stop);
	return 0;
}
