/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of devices set apart, made at boot from the machine's device tree (hv/device.h). A
 * device is refused as a whole when a part of it is not one that can be given away: memory, or a
 * frame of a device that the hypervisor keeps. Interrupts count when the GIC is their parent and
 * they are shared ones; of others nobody but the device knows. Boot only, no locks; the table stays
 * as it is afterwards but for owners. Devicetree Specification 0.4, 2.4.
 */
#include "device.h"

#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/gic.h>
#include <hv/heap.h>
#include <hv/mapping.h>
#include <hv/printk.h>

struct device *devices[DEVICES_MAX] __sealed;
u32 nr_devices __sealed;

/* Devices that are known to stop interrupts and DMA when 0 is written to one register. */
static const struct {
	const char *compatible;
	u32 offset;
} quiet_rows[] = {
	{ "virtio,mmio", 0x70 }, /* Status: reset */
	{ "arm,pl011", 0x38 },	 /* UARTIMSC: all interrupts masked */
};

/* Entry i of reg as whole frames; false behind the last. Broken ones have no frame. */
static __init bool read_frames(int node, u32 i, struct device_range *out)
{
	struct devtree_range reg;
	int rc = devtree_reg(node, i, &reg);

	*out = (struct device_range){ 0, 0 };
	if (rc == 0 && reg.bytes != 0 && reg.base + reg.bytes > reg.base) {
		out->first = reg.base >> PAGE_SHIFT;
		out->nr = ((reg.base + reg.bytes - 1) >> PAGE_SHIFT) + 1 - out->first;
	}
	return rc != -ENOENT;
}

/* Does a device that the hypervisor keeps have a frame of this one? */
static __init int meets_kept(int node, void *arg)
{
	struct device_range r;

	for (u32 i = 0; device_is_kept(node) && read_frames(node, i, &r); i++) {
		if (device_meets(arg, r.first, r.nr)) {
			return 1;
		}
	}
	return 0;
}

static __init bool is_ram(const struct device_range *r)
{
	for (u64 i = 0; i < r->nr; i++) {
		if (frame_is_ram(mfn(r->first + i)) || map_is_own(mfn_to_pa(mfn(r->first + i)))) {
			return true;
		}
	}
	return false;
}

static __init int read_ranges(struct device *dev)
{
	struct device_range r;

	for (u32 i = 0; read_frames(dev->node, i, &r); i++) {
		if (r.nr == 0 || dev->nr_ranges == DEVICE_RANGES_MAX || is_ram(&r)) {
			return -EINVAL;
		}
		dev->range[dev->nr_ranges++] = r;
	}
	return devtree_for_each_device(meets_kept, dev) ? -EPERM : 0;
}

/* Is the GIC the parent of the node's interrupts? The nearest interrupt-parent upwards says so. */
static __init bool is_gic_child(int node)
{
	u32 parent = 0;

	while (node >= 0 && parent == 0) {
		parent = devtree_u32(node, "interrupt-parent", 0);
		node = devtree_parent(node);
	}
	return parent != 0 && parent == devtree_phandle(gic_info.node);
}

static __init void read_irqs(struct device *dev)
{
	struct devtree_irq irq;
	int rc = is_gic_child(dev->node) ? 0 : -ENOENT;

	for (u32 i = 0; rc != -ENOENT && dev->nr_irqs < DEVICE_IRQS_MAX; i++) {
		rc = devtree_irq(dev->node, i, &irq);
		if (rc == 0 && irq.number >= IRQ_FIRST_SPI && !irq_is_requested(irq.number)) {
			dev->irq[dev->nr_irqs++] = (u16)irq.number;
		}
	}
}

/* Map the register that quiets the device; without it the device stays as its last owner left it.
 */
static __init void find_quiet(struct device *dev)
{
	struct devtree_range reg;

	for (u32 i = 0; i < ARRAY_SIZE(quiet_rows); i++) {
		if (devtree_is_compatible(dev->node, quiet_rows[i].compatible) &&
		    devtree_reg(dev->node, 0, &reg) == 0 && IS_ALIGNED(reg.base, 4) &&
		    reg.bytes >= quiet_rows[i].offset + 4) {
			dev->quiet = map_device(pa(reg.base + quiet_rows[i].offset), 4);
		}
	}
}

static __init bool shares(const struct device *a, const struct device *b)
{
	for (u32 i = 0; i < a->nr_ranges; i++) {
		if (device_meets(b, a->range[i].first, a->range[i].nr)) {
			return true;
		}
	}
	for (u32 i = 0; i < a->nr_irqs; i++) {
		if (device_has_irq(b, a->irq[i])) {
			return true;
		}
	}
	return false;
}

/* Into the table. Groups that it connects become one; nobody has any of them that joins later. */
static __init void insert(struct device *dev)
{
	dev->head = dev;
	for (u32 i = 0; i < nr_devices; i++) {
		struct device *old = devices[i]->head;

		if (old == dev->head || !shares(dev, devices[i])) {
			continue;
		}
		for (u32 n = 0; n < nr_devices; n++) {
			devices[n]->head = devices[n]->head == dev->head ? old : devices[n]->head;
		}
		dev->head = old;
	}
	devices[nr_devices++] = dev;
}

static __init struct device *find_node(int node)
{
	for (u32 i = 0; i < nr_devices; i++) {
		if (devices[i]->node == node) {
			return devices[i];
		}
	}
	return NULL;
}

static __init int fill(struct device *dev)
{
	int rc = devtree_path(dev->node, dev->path, sizeof(dev->path)) ? read_ranges(dev) : -EINVAL;

	if (rc == 0) {
		read_irqs(dev);
		find_quiet(dev);
	}
	return rc;
}

__init int device_add(int node, domid_t accepted)
{
	struct device *dev = find_node(node);
	int rc;

	if (dev != NULL) {
		if (dev->accepted != HV_DOMID_HYP && dev->head->owner == HV_DOMID_NONE) {
			dev->accepted = accepted;
		}
		return 0;
	}
	if (device_is_kept(node)) {
		return -EPERM;
	}
	if (!devtree_is_available(node)) {
		return -ENODEV;
	}
	dev = nr_devices < DEVICES_MAX ? heap_alloc(sizeof(*dev)) : NULL;
	if (dev == NULL) {
		return -ENOMEM;
	}
	dev->node = node;
	dev->owner = HV_DOMID_NONE;
	dev->accepted = accepted;
	rc = fill(dev);
	if (rc != 0) {
		heap_free(dev);
		return rc;
	}
	insert(dev);
	return 0;
}

static __init const char *refusal(int rc)
{
	return rc == -EPERM    ? "it is the hypervisor's own, or shares a page with such a device"
	       : rc == -ENODEV ? "its status says that it is disabled"
	       : rc == -ENOMEM ? "there are too many such devices"
			       : "its reg is broken, has more than 4 entries, or is memory";
}

static __init int visit(int node, void *arg __unused)
{
	const char *name = devtree_name(node);
	int rc;

	if (!devtree_has(node, "xen,passthrough")) {
		return 0;
	}
	rc = device_add(node, devtree_has(node, "xen,force-assign-without-iommu") ? HV_DOMID_HYP
										  : HV_DOMID_NONE);
	if (rc != 0) {
		pr_warn("device: %s is not set apart: %s: remove xen,passthrough from its node\n",
			name, refusal(rc));
	} else {
		pr_info("device: %s is set apart for domains\n", name);
	}
	return 0;
}

__init void device_init(void)
{
	(void)devtree_for_each_device(visit, NULL);
}

__init bool device_is_apart(int node)
{
	struct device_range r;

	if (find_node(node) != NULL) {
		return true;
	}
	for (u32 i = 0; nr_devices != 0 && read_frames(node, i, &r); i++) {
		if (r.nr != 0 &&
		    device_exists(&(const struct device_pick){ .first = r.first, .nr = r.nr })) {
			return true;
		}
	}
	return false;
}
