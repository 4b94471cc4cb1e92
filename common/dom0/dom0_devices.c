/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory and devices of Dom0. RAM is allocated 1:1 (guest address = physical address), since
 * without an IOMMU a device's DMA would miss anything else. Every device node of the host's tree
 * that the hypervisor does not keep is mapped by its reg and, for PCI hosts, its ranges; every
 * shared peripheral interrupt that EL2 has not requested goes to Dom0. Boot only; no locks.
 */
#include "dom0.h"

#include <hv/compiler.h>
#include <hv/device.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/irq.h>
#include <hv/printk.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/vgic.h>

static __init void add_bank(struct dom0 *dom0, u64 base, u64 bytes)
{
	for (unsigned int i = 0; i < dom0->nr_banks; i++) {
		struct devtree_range *bank = &dom0->bank[i];

		if (bank->base + bank->bytes == base || base + bytes == bank->base) {
			bank->base = MIN(bank->base, base);
			bank->bytes += bytes;
			return;
		}
	}
	dom0->bank[dom0->nr_banks++] = (struct devtree_range){ base, bytes };
}

/* To the end of what a bus's devices reach, if it has dma-ranges. */
static __init int lower_limit(int bus, void *arg)
{
	struct devtree_window w;
	u64 *limit = arg, end = 0;

	for (int i = 0; devtree_window(bus, "dma-ranges", i, &w); i++) {
		end = MAX(end, w.parent + w.bytes);
	}
	*limit = end ? MIN(*limit, end) : *limit;
	return 0;
}

/* Blocks below limit, large ones first, while there are any; returns the frames still missing, or
 * -errno. */
static __init s64 alloc_below(struct dom0 *dom0, u64 limit, s64 left, unsigned int banks_max)
{
	for (unsigned int order = ORDER_1G; left > 0 && order >= ORDER_2M;) {
		mfn_t frame = mfn(INVALID_FRAME);
		int rc;

		if ((s64)BIT(order) <= left && dom0->nr_banks < banks_max) {
			frame = frame_alloc_range(order, dom0->d->id, mfn(0), mfn(limit));
		}
		if (!mfn_is_valid_value(frame)) {
			order--;
			continue;
		}
		rc = s2_map(dom0->d, gfn(frame.v), frame, BIT(order), S2_RAM);
		if (rc) {
			return rc;
		}
		add_bank(dom0, mfn_to_pa(frame).v, PAGE_SIZE << order);
		left -= (s64)BIT(order);
	}
	return left;
}

/*
 * First what the most limited device reaches (1 GiB on a Raspberry Pi 4), then what 32-bit ones do,
 * then the rest. Scattered pieces of the one must not use up the banks of the next.
 */
__init int dom0_alloc_memory(struct dom0 *dom0, u64 bytes)
{
	u64 limit = GIB(4);
	s64 left = (s64)(bytes >> PAGE_SHIFT);

	devtree_for_each_device(lower_limit, &limit);
	left = alloc_below(dom0, limit >> PAGE_SHIFT, left, DOM0_BANKS_MAX / 2);
	left = alloc_below(dom0, GIB(4) >> PAGE_SHIFT, left, DOM0_BANKS_MAX * 3 / 4);
	left = alloc_below(dom0, INVALID_FRAME, left, DOM0_BANKS_MAX);
	if (left > 0) {
		pr_err("dom0: %lu MiB of dom0_mem=%luM cannot be had: lower it\n", (u64)left >> 8,
		       bytes >> 20);
		return -ENOMEM;
	}
	pr_info("dom0: %lu MiB in %u banks, devices reach up to %#lx\n", bytes >> 20,
		dom0->nr_banks, limit);
	return (int)left;
}

/* Pages that two devices share are mapped once; RAM is never mapped as a device. */
static __init int map_range(struct dom0 *dom0, u64 base, u64 bytes)
{
	u64 first = base >> PAGE_SHIFT, end = DIV_ROUND_UP(base + bytes, PAGE_SIZE);
	int rc;

	if (bytes == 0 || end <= first || frame_is_ram(mfn(first))) {
		return 0;
	}
	rc = s2_map(dom0->d, gfn(first), mfn(first), end - first, S2_DEVICE);
	if (rc == -EEXIST && end - first <= BIT(ORDER_2M)) {
		for (; first < end && (!rc || rc == -EEXIST); first++) {
			rc = s2_map(dom0->d, gfn(first), mfn(first), 1, S2_DEVICE);
		}
	}
	return rc == -EEXIST ? 0 : rc;
}

/* A PCI host's windows to its devices. */
static __init void map_pci_windows(struct dom0 *dom0, int node)
{
	struct devtree_window w;

	for (int i = 0; devtree_window(node, "ranges", i, &w); i++) {
		const struct device_pick pick = { .first = w.parent >> PAGE_SHIFT,
						  .nr = DIV_ROUND_UP(w.bytes, PAGE_SIZE) };

		if (device_exists(&pick) || map_range(dom0, w.parent, w.bytes)) {
			pr_warn("dom0: PCI window at %#lx is not mapped\n", w.parent);
		}
	}
}

static __init void route_interrupts(struct dom0 *dom0)
{
	unsigned int nr = 0;

	for (unsigned int irq = IRQ_FIRST_SPI; irq < irq_nr(); irq++) {
		if (!irq_is_requested(irq) &&
		    !device_exists(&(const struct device_pick){ .irq = irq }) &&
		    !vgic_route_hw(dom0->d, irq, irq)) {
			nr++;
		}
	}
	pr_info("dom0: %u interrupts\n", nr);
}

static __init int map_device_node(int node, void *dom0)
{
	struct devtree_range range;

	if (dom0_is_kept(node) || device_is_apart(node)) {
		return 0;
	}
	for (unsigned int i = 0; !devtree_reg(node, i, &range); i++) {
		int rc = map_range(dom0, range.base, range.bytes);

		if (rc) {
			pr_warn("dom0: registers of %s at %#lx are not mapped: error %d\n",
				devtree_name(node), range.base, rc);
		}
	}
	if (devtree_has_type(node, "pci")) {
		map_pci_windows(dom0, node);
	}
	return 0;
}

__init int dom0_map_devices(struct dom0 *dom0)
{
	route_interrupts(dom0);
	return devtree_for_each_device(map_device_node, dom0);
}
