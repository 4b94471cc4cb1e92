/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has which device (hv/device.h). Registers are shown by stage 2 as device memory, interrupts
 * are linked by the virtual GIC (vgic_hw.c): the guest's end of one deactivates the physical one,
 * so a device cannot interrupt again before the guest is done, and what it injects is charged to
 * the guest's budget of interrupts (docs/storms.md).
 *
 * A domain's end: its devices are made quiet, where that is known, before its memory goes (a disk
 * must not write into it any more); its interrupts are unlinked, disabled and deactivated and its
 * stage 2 is torn down by the architecture's part; then the groups are nobody's.
 *
 * Lock: control_lock, held by the caller; none at boot.
 */
#include "device.h"

#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/stage2.h>
#include <hv/string.h>
#include <hv/vgic.h>
#include <public/arch-arm.h>

bool device_meets(const struct device *dev, u64 first, u64 nr)
{
	for (u32 i = 0; i < dev->nr_ranges; i++) {
		const struct device_range *r = &dev->range[i];

		if (first < r->first + r->nr && r->first < first + nr) {
			return true;
		}
	}
	return false;
}

bool device_has_irq(const struct device *dev, u32 irq)
{
	u32 i = 0;

	while (i < dev->nr_irqs && dev->irq[i] != irq) {
		i++;
	}
	return i < dev->nr_irqs;
}

static bool is_picked(const struct device *dev, const struct device_pick *pick)
{
	return (pick->path != NULL || pick->nr != 0 || pick->irq != 0) &&
	       (pick->path == NULL || strcmp(dev->path, pick->path) == 0) &&
	       (pick->nr == 0 || device_meets(dev, pick->first, pick->nr)) &&
	       (pick->irq == 0 || device_has_irq(dev, pick->irq));
}

/* The first device picked from index *i on, or NULL; *i is behind it. */
static struct device *next(const struct device_pick *pick, u32 *i)
{
	while (*i < nr_devices) {
		struct device *dev = devices[(*i)++];

		if (is_picked(dev, pick)) {
			return dev;
		}
	}
	return NULL;
}

bool device_exists(const struct device_pick *pick)
{
	u32 i = 0;

	return next(pick, &i) != NULL;
}

/* Behind the range of a picked device that has this frame, or the frame itself. */
static u64 skip(const struct device_pick *pick, u64 frame)
{
	u32 i = 0;

	for (const struct device *dev = next(pick, &i); dev != NULL; dev = next(pick, &i)) {
		for (u32 n = 0; n < dev->nr_ranges; n++) {
			const struct device_range *r = &dev->range[n];

			if (frame - r->first < r->nr) {
				return r->first + r->nr;
			}
		}
	}
	return frame;
}

/* Does each of the frames belong to such a device? Few ranges can follow each other. */
static bool are_covered(const struct device_pick *pick)
{
	u64 at = pick->first, before = ~0UL;

	while (at < pick->first + pick->nr && at != before) {
		before = at;
		at = skip(pick, at);
	}
	return at >= pick->first + pick->nr;
}

static int check_give(const struct domain *d, const struct device_pick *pick, domid_t *other)
{
	u32 i = 0;

	if (READ_ONCE(d->is_dying)) {
		return -ESRCH;
	}
	if (!device_exists(pick) || !are_covered(pick)) {
		return -ENOENT;
	}
	for (const struct device *dev = next(pick, &i); dev != NULL; dev = next(pick, &i)) {
		if (dev->head->owner != HV_DOMID_NONE && dev->head->owner != d->id) {
			*other = dev->head->owner;
			return -EBUSY;
		}
		if (dev->accepted != HV_DOMID_HYP && dev->accepted != d->id) {
			return -EXDEV;
		}
	}
	return 0;
}

static void quiet(const struct device *head)
{
	for (u32 i = 0; i < nr_devices; i++) {
		if (devices[i]->head == head && devices[i]->quiet != NULL) {
			*devices[i]->quiet = 0;
		}
	}
}

int device_give(const struct domain *d, const struct device_pick *pick, domid_t *other)
{
	u32 i = 0;
	int rc = check_give(d, pick, other);

	if (rc != 0) {
		return rc;
	}
	for (struct device *dev = next(pick, &i); dev != NULL; dev = next(pick, &i)) {
		if (dev->head->owner == HV_DOMID_NONE) {
			quiet(dev->head); /* from the boot loader's use of it */
			dev->head->owner = d->id;
		}
	}
	return 0;
}

int device_map(struct domain *d, u64 g, const struct device_pick *pick)
{
	domid_t other;
	int rc;

	if (pick->nr > DEVICE_MAP_MAX) {
		return -E2BIG;
	}
	if (pick->nr == 0 || g >= BIT(40 - PAGE_SHIFT)) {
		return -ERANGE;
	}
	rc = check_give(d, pick, &other);
	if (rc != 0) {
		return rc;
	}
	if (mmio_overlaps(d, g << PAGE_SHIFT, pick->nr << PAGE_SHIFT)) {
		return -EADDRINUSE;
	}
	rc = s2_map(d, gfn(g), mfn(pick->first), pick->nr, S2_DEVICE);
	if (rc != 0) {
		return rc == -EEXIST ? -EADDRINUSE : rc;
	}
	return device_give(d, pick, &other);
}

int device_bind_irq(struct domain *d, u32 virq, u32 irq)
{
	const struct device_pick pick = { .irq = irq };
	domid_t other;
	int rc = check_give(d, &pick, &other);

	if (rc == 0 && d->vuart != NULL && virq == GUEST_VPL011_SPI) {
		return -EBUSY;
	}
	rc = rc != 0 ? rc : vgic_route_hw(d, virq, irq);
	return rc != 0 ? rc : device_give(d, &pick, &other);
}

int device_quiet_all(struct domain *d)
{
	for (u32 i = 0; i < nr_devices; i++) {
		if (devices[i]->owner == d->id) {
			quiet(devices[i]);
		}
	}
	return 0;
}

int device_take_all(struct domain *d)
{
	for (u32 i = 0; i < nr_devices; i++) {
		if (devices[i]->owner == d->id) {
			devices[i]->owner = HV_DOMID_NONE;
		}
	}
	return 0;
}
