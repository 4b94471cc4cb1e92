/* SPDX-License-Identifier: MIT */
/*
 * physdev_op(cmd, argument): physical devices announced by Dom0.
 *
 * Called by: Dom0's PCI code for each device it finds (pci_device_add, and manage_pci_add as the
 * older form). Bulkhead does not keep a list of PCI devices: every command returns -XEN_ENOSYS,
 * which Linux takes without complaint.
 */
#ifndef PUBLIC_PHYSDEV_H
#define PUBLIC_PHYSDEV_H

#include <public/types.h>

#define PHYSDEVOP_manage_pci_add    15
#define PHYSDEVOP_manage_pci_remove 16
#define PHYSDEVOP_pci_device_add    25
#define PHYSDEVOP_pci_device_remove 26
#define PHYSDEVOP_pci_device_reset  32

#define XEN_PCI_DEV_EXTFN  0x1
#define XEN_PCI_DEV_VIRTFN 0x2
#define XEN_PCI_DEV_PXM	   0x4

struct physdev_manage_pci {
	uint8_t bus;
	uint8_t devfn;
};

struct physdev_pci_device {
	uint16_t seg;
	uint8_t bus;
	uint8_t devfn;
};

struct physdev_pci_device_add {
	uint16_t seg;
	uint8_t bus;
	uint8_t devfn;
	uint32_t flags; /* XEN_PCI_DEV_* */
	struct {
		uint8_t bus;
		uint8_t devfn;
	} physfn;	   /* with VIRTFN */
	uint32_t optarr[]; /* with PXM: the NUMA node */
};

_Static_assert(sizeof(struct physdev_manage_pci) == 2, "size of physdev_manage_pci");
_Static_assert(sizeof(struct physdev_pci_device) == 4, "size of physdev_pci_device");
_Static_assert(sizeof(struct physdev_pci_device_add) == 12, "size of physdev_pci_device_add");

#endif
