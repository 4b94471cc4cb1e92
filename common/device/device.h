/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of common/device share: the table of devices set apart. device_tree.c fills it at
 * boot, device.c gives them away. hv/device.h has the rules.
 */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include <hv/device.h>
#include <hv/types.h>

#define DEVICES_MAX	  64U /* bounds all loops over them */
#define DEVICE_RANGES_MAX 4U
#define DEVICE_IRQS_MAX	  8U

struct device_range {
	u64 first, nr; /* frames */
};

struct device {
	char path[DEVICE_PATH_MAX];
	int node;	     /* boot only */
	struct device *head; /* of its group; may be itself */
	domid_t owner;	     /* head: of the group, or HV_DOMID_NONE */
	domid_t accepted;    /* whose its DMA may be, which reaches everything; device_add() */
	u32 nr_ranges, nr_irqs;
	struct device_range range[DEVICE_RANGES_MAX];
	u16 irq[DEVICE_IRQS_MAX];
	volatile u32 *quiet; /* register that stops it when 0 is written; NULL: unknown */
};

extern struct device *devices[DEVICES_MAX];
extern u32 nr_devices;

/* Has the device any of these frames, or this interrupt? */
bool device_meets(const struct device *dev, u64 first, u64 nr);
bool device_has_irq(const struct device *dev, u32 irq);

#endif
