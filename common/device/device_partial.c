/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices given to a boot-time domain by its partial device tree (docs/bindings.md): each node
 * below /passthrough is shown here before it is copied into the guest's tree. A device that is
 * named by xen,path is set apart by that, so Dom0, which comes later, does not get it, whether the
 * domain is built in the end or not. Functions whose name has "bad" return true after a line that
 * says why, or when the hypervisor's own memory is short. Boot only, no lock.
 */
#include "device.h"

#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/format.h>
#include <hv/refusals.h>
#include <hv/stage2.h>
#include <libfdt.h>

#define REG_BYTES  24 /* address, size and guest address */
#define IRQ_BYTES  12 /* kind, number, flags */
#define NR_SPIS	   988U
#define ANY_DEVICE "a device set apart"

/* One node of the partial tree. */
struct node {
	const char
		*path; /* NULL: xen,reg alone names devices, which the machine's tree sets apart */
	int host;      /* node of the device in the machine's tree, or < 0 */
	const char *reg, *irqs;
	int reg_bytes, irq_bytes;
	struct device_refusal *why;
};

/* If is_bad: note why. Returns is_bad. */
static __init __printf(4, 5) bool refuse(struct device_refusal *why, bool is_bad,
					 const char *property, const char *fmt, ...)
{
	va_list args;

	if (is_bad) {
		va_start(args, fmt);
		format_va(why->text, sizeof(why->text), fmt, args);
		va_end(args);
		why->property = property;
	}
	return is_bad;
}

static __init struct node read_node(const void *partial, int node)
{
	struct node n = { .host = -1 };
	int bytes;

	n.path = fdt_getprop(partial, node, "xen,path", &bytes);
	n.reg = fdt_getprop(partial, node, "xen,reg", &n.reg_bytes);
	n.irqs = fdt_getprop(partial, node, "interrupts", &n.irq_bytes);
	if (n.path && (bytes < 1 || n.path[bytes - 1])) {
		n.path = ""; /* no device's */
	}
	if (n.path && *n.path == '/') {
		n.host = fdt_path_offset(devtree_blob(), n.path);
	}
	n.reg_bytes *= n.reg != NULL;
	n.irq_bytes *= n.irqs && (n.path || n.reg);
	return n;
}

/* The GIC's number of an interrupt, or NR_SPIS + 32. */
static __init u32 irq_of(const struct node *n, int at)
{
	u64 kind = devtree_cells(n->irqs + at, 1), number = devtree_cells(n->irqs + at + 4, 1);

	return IRQ_FIRST_SPI + (u32)(kind == 0 ? MIN(number, (u64)NR_SPIS) : NR_SPIS);
}

__init void device_partial_needs(const void *partial, struct device_needs *needs)
{
	int depth = 0, node = fdt_path_offset(partial, "/passthrough");

	for (; node >= 0 && depth >= 0; node = fdt_next_node(partial, node, &depth)) {
		struct node n = read_node(partial, node);

		for (int i = 0; i + IRQ_BYTES <= n.irq_bytes; i += IRQ_BYTES) {
			u32 irq = irq_of(&n, i);

			if (irq < IRQ_FIRST_SPI + NR_SPIS) {
				needs->nr_spis = MAX(needs->nr_spis, irq - IRQ_FIRST_SPI + 1);
			}
		}
		for (int i = 0; i + REG_BYTES <= n.reg_bytes; i += REG_BYTES) {
			u64 bytes = devtree_cells(n.reg + i + 8, 2);

			needs->nr_tables += 4 + (u32)MIN(bytes >> 21, 4096UL);
		}
	}
}

/* Says what device_give() has said. */
static __init bool is_gift_bad(const struct node *n, int rc, const char *property, const char *dma)
{
	return refuse(n->why, rc == -EXDEV, property, REFUSAL_DMA, dma) || rc != 0;
}

static __init const char *name_of(domid_t id)
{
	struct domain *d = domain_get(id);

	if (d) {
		domain_put(d); /* it keeps what it has been given, and its name, meanwhile */
	}
	return d ? d->name : "another domain";
}

static __init bool is_path_bad(struct domain *d, const struct node *n, bool is_accepted)
{
	static const char at[] = "xen,path";
	const struct device_pick pick = { .path = n->path };
	domid_t other = HV_DOMID_NONE;
	int rc;

	if (!n->path || refuse(n->why, n->host < 0, at, REFUSAL_DEVICE, n->path)) {
		return n->path != NULL;
	}
	rc = device_add(n->host, is_accepted ? d->id : HV_DOMID_NONE);
	if (refuse(n->why, rc == -EPERM, at, REFUSAL_DEVICE_KEPT, n->path) ||
	    refuse(n->why, rc == -ENODEV, at, REFUSAL_DEVICE_OFF, n->path) ||
	    refuse(n->why, rc == -EINVAL, at, "%s has registers that are none: leave it out",
		   n->path) ||
	    rc) {
		return true;
	}
	rc = device_give(d, &pick, &other);
	return refuse(n->why, rc == -ENOENT, at, REFUSAL_DEVICE,
		      n->path) || /* not by its full name */
	       refuse(n->why, rc == -EBUSY, at, REFUSAL_DEVICE_TWICE, n->path, name_of(other)) ||
	       is_gift_bad(n, rc, at, n->path);
}

/* Do the device's registers, in whole pages, have all of this? */
static __init bool is_within(int host, u64 base, u64 end)
{
	struct devtree_range range;

	for (unsigned int i = 0; !devtree_reg(host, i, &range); i++) {
		if (base >= ALIGN_DOWN(range.base, PAGE_SIZE) &&
		    end <= ALIGN_UP(range.base + range.bytes, PAGE_SIZE)) {
			return true;
		}
	}
	return false;
}

/* Map them; what another node has mapped there already is fine. */
static __init int map_pages(struct domain *d, u64 g, struct device_pick pick)
{
	u64 stop = pick.first + pick.nr;
	int rc = 0;

	for (; pick.first < stop && !rc; pick.first++, g++) {
		struct s2_entry entry = s2_lookup(d, gfn(g));

		pick.nr = 1;
		if (entry.kind != S2_DEVICE || entry.frame.v != pick.first) {
			rc = device_map(d, g, &pick);
		}
	}
	return rc;
}

static __init bool is_range_bad(struct domain *d, const struct node *n, int at)
{
	static const char name[] = "xen,reg";
	const char *path = n->path ? n->path : ANY_DEVICE;
	u64 base = devtree_cells(n->reg + at, 2), bytes = devtree_cells(n->reg + at + 8, 2);
	u64 guest = devtree_cells(n->reg + at + 16, 2), end = base + bytes;
	struct device_pick pick = { .first = base >> PAGE_SHIFT, .nr = bytes >> PAGE_SHIFT };
	domid_t other = HV_DOMID_NONE;
	int rc;

	if (refuse(n->why, !bytes || !IS_ALIGNED(base | bytes | guest, PAGE_SIZE), name,
		   REFUSAL_REG_UNIT, base, end) ||
	    refuse(n->why, end <= base || (n->host >= 0 && !is_within(n->host, base, end)), name,
		   REFUSAL_REG_FOREIGN, base, end, path)) {
		return true;
	}
	rc = device_give(d, &pick, &other);
	if (refuse(n->why, rc == -ENOENT, name, REFUSAL_REG_FOREIGN, base, end, path) ||
	    refuse(n->why, rc == -EBUSY, name, REFUSAL_REG_TWICE, base, name_of(other)) ||
	    is_gift_bad(n, rc, name, path)) {
		return true;
	}
	rc = map_pages(d, guest >> PAGE_SHIFT, pick);
	return refuse(n->why, rc == -EADDRINUSE || rc == -ERANGE, name, REFUSAL_REG_GUEST, guest,
		      guest + bytes, "what the domain has there") ||
	       rc;
}

static __init bool is_irq_bad(struct domain *d, const struct node *n, int at)
{
	static const char name[] = "interrupts";
	u32 irq = irq_of(n, at);
	const struct device_pick pick = { .irq = irq };
	domid_t other = HV_DOMID_NONE;
	int rc;

	if (refuse(n->why, irq >= IRQ_FIRST_SPI + NR_SPIS, name, REFUSAL_IRQ_RANGE,
		   devtree_cells(n->irqs + at + 4, 1))) {
		return true;
	}
	rc = device_give(d, &pick, &other);
	if (refuse(n->why, rc == -ENOENT && irq_is_requested(irq), name, REFUSAL_IRQ_KEPT,
		   (u64)irq) ||
	    refuse(n->why, rc == -ENOENT, name, "interrupt %lu is not the device's: correct it",
		   (u64)irq) ||
	    refuse(n->why, rc == -EBUSY, name, REFUSAL_IRQ_TWICE, (u64)irq, name_of(other)) ||
	    is_gift_bad(n, rc, name, n->path ? n->path : ANY_DEVICE)) {
		return true;
	}
	rc = device_bind_irq(d, irq, irq);
	if (rc == -EBUSY && d->vuart == NULL) {
		rc = 0; /* another of its devices has the same one */
	}
	return refuse(n->why, rc == -EBUSY, name, REFUSAL_IRQ_TWICE, (u64)irq, "vpl011") || rc;
}

__init bool device_partial_bad(struct domain *d, const void *partial, int node,
			       struct device_refusal *why)
{
	struct node at = read_node(partial, node);
	const struct node *n = &at;
	bool is_accepted = fdt_getprop(partial, node, "xen,force-assign-without-iommu", NULL);
	bool is_bad;

	at.why = why;
	is_bad = is_path_bad(d, n, is_accepted) ||
		 refuse(why, n->reg && (!n->reg_bytes || n->reg_bytes % REG_BYTES), "xen,reg",
			REFUSAL_TYPE, "address, size and guest address of two cells each") ||
		 refuse(why, n->irq_bytes % IRQ_BYTES, "interrupts", REFUSAL_TYPE,
			"three cells each");
	for (int i = 0; i < n->reg_bytes && !is_bad; i += REG_BYTES) {
		is_bad = is_range_bad(d, n, i);
	}
	for (int i = 0; i < n->irq_bytes && !is_bad; i += IRQ_BYTES) {
		is_bad = is_irq_bad(d, n, i);
	}
	return is_bad;
}
