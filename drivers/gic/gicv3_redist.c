/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redistributors of a GICv3 (IHI 0069, 12.11): mapped once at boot, each CPU finds its own by the
 * affinity in GICR_TYPER and wakes it. Nothing here is written after boot.
 */
#include <hv/errno.h>
#include <hv/mapping.h>
#include <hv/mmio.h>
#include <hv/printk.h>

#include "gicv3.h"

#define FRAMES_BYTES	  0x20000U
#define FRAMES_BYTES_VLPI 0x40000U
#define TRIES		  1000000U

static volatile u8 *regions[GIC_REDIST_REGIONS_MAX] __sealed;

__init int gicv3_redist_map(void)
{
	for (u32 i = 0; i < gic_info.nr_redist_regions; i++) {
		regions[i] = map_device(pa(gic_info.redist[i].base), gic_info.redist[i].bytes);
		if (regions[i] == NULL) {
			pr_err("gicv3: redistributors at %#lx can not be mapped\n",
			       gic_info.redist[i].base);
			return -ENOMEM;
		}
	}
	return 0;
}

/* Affinity of this CPU as GICR_TYPER[63:32] shows it. */
static u32 own_affinity(void)
{
	u64 mpidr = read_sysreg(mpidr_el1);

	return (u32)((mpidr & 0xffffff) | (mpidr >> 8 & 0xff000000));
}

static u64 stride_of(u64 typer)
{
	if (gic_info.redist_stride != 0) {
		return gic_info.redist_stride;
	}
	return (typer & GICR_TYPER_VLPIS) != 0 ? FRAMES_BYTES_VLPI : FRAMES_BYTES;
}

static volatile u8 *find_in_region(unsigned int region, u32 affinity)
{
	u64 bytes = gic_info.redist[region].bytes;
	u64 typer, offset = 0;

	while (offset + FRAMES_BYTES <= bytes) {
		typer = mmio_read64(regions[region] + offset + GICR_TYPER);
		if ((u32)(typer >> 32) == affinity) {
			return regions[region] + offset;
		}
		if ((typer & GICR_TYPER_LAST) != 0) {
			break;
		}
		offset += stride_of(typer);
	}
	return NULL;
}

bool gicv3_wait_clear(const volatile u8 *reg, u32 bits)
{
	for (u32 i = 0; i < TRIES; i++) {
		if ((mmio_read32(reg) & bits) == 0) {
			return true;
		}
	}
	return false;
}

static bool wake(volatile u8 *redist)
{
	u32 waker = mmio_read32(redist + GICR_WAKER);

	mmio_write32(redist + GICR_WAKER, waker & ~GICR_WAKER_PROCESSOR_SLEEP);
	return gicv3_wait_clear(redist + GICR_WAKER, GICR_WAKER_CHILDREN_ASLEEP);
}

volatile u8 *gicv3_redist_find(void)
{
	u32 affinity = own_affinity();
	volatile u8 *redist = NULL;

	for (u32 i = 0; i < gic_info.nr_redist_regions && redist == NULL; i++) {
		redist = find_in_region(i, affinity);
	}
	if (redist == NULL) {
		pr_err("gicv3: no redistributor has the affinity %#x of CPU %u\n", affinity,
		       cpu_id());
		return NULL;
	}
	if (!wake(redist)) {
		pr_err("gicv3: the redistributor of CPU %u does not wake up\n", cpu_id());
		return NULL;
	}
	return redist;
}
