/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices given to a boot-time domain by its partial device tree (docs/bindings.md): each node
 * below /passthrough is shown here before it is copied into the guest's tree. A device that is
 * named by xen,path is set apart by that, so Dom0, which comes later, does not get it, whether the
 * domain is built in the end or not. Functions whose name has "bad" return true after a line that
 * says why. Boot only, no lock.
 */
#include "device.h"

#include <hv/compiler.h>
#include <hv/devtree.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/printk.h>
#include <hv/refusal.h>
#include <hv/refusals.h>
#include <hv/stage2.h>

#define REG_BYTES 24 /* address, size and guest address */
#define IRQ_BYTES 12 /* kind, number, flags */
#define NR_SPIS	  988U
/* If is_bad: say so, as common/build does. The value of is_bad. */
#define refuse(n, is_bad, ...) ((is_bad) && refusal(REFUSAL_DOMAIN, (n)->d->name, __VA_ARGS__))

/* One node of a domain's partial tree. */
struct node {
	struct domain *d;
	const char
		*path; /* NULL: xen,reg alone names devices, which the machine's tree sets apart */
	const char *name; /* for messages */
	const u32 *reg, *irqs;
	int reg_bytes, irq_bytes;
};

static __init struct node read_node(struct domain *d, int node)
{
	struct node n = { .d = d };
	int bytes;

	n.path = devtree_property(node, "xen,path", &bytes);
	n.reg = devtree_property(node, "xen,reg", &n.reg_bytes);
	n.irqs = devtree_property(node, "interrupts", &n.irq_bytes);
	if (n.path && (bytes < 1 || n.path[bytes - 1])) {
		n.path = ""; /* no device's */
	}
	n.name = n.path ? n.path : "a device set apart";
	n.irq_bytes *= n.path || n.reg;
	return n;
}

/* The GIC's number of an interrupt, or NR_SPIS + 32. */
static __init u32 irq_of(const struct node *n, int at)
{
	u64 kind = devtree_cells(n->irqs + at, 1), number = devtree_cells(n->irqs + at + 1, 1);

	return IRQ_FIRST_SPI + (u32)(kind == 0 ? MIN(number, (u64)NR_SPIS) : NR_SPIS);
}

__init void device_partial_needs(int partial, struct device_needs *needs)
{
	int top = devtree_child_named(partial, "passthrough"), node = top;

	for (; node >= 0 && node < devtree_behind(top); node++) {
		struct node n = read_node(NULL, node);

		for (int i = 0; i + IRQ_BYTES <= n.irq_bytes; i += IRQ_BYTES) {
			u32 irq = irq_of(&n, i / 4);

			if (irq < IRQ_FIRST_SPI + NR_SPIS) {
				needs->nr_spis = MAX(needs->nr_spis, irq - IRQ_FIRST_SPI + 1);
			}
		}
		for (int i = 0; i + REG_BYTES <= n.reg_bytes; i += REG_BYTES) {
			u64 bytes = devtree_cells(n.reg + i / 4 + 2, 2);

			needs->nr_tables += 4 + (u32)MIN(bytes >> 21, 4096UL);
		}
	}
}

static __init const char *name_of(domid_t id)
{
	struct domain *d = domain_get(id);

	domain_put(d); /* it keeps what it has been given, and its name, meanwhile */
	return d ? d->name : "another domain";
}

/* What may always be the answer. */
static __init bool is_gift_bad(const struct node *n, int rc, const char *property)
{
	return refuse(n, rc == -EXDEV, property, REFUSAL_DMA, n->name) ||
	       refuse(n, rc != 0, property,
		      "the hypervisor has no memory left for it: raise heap=");
}

static __init bool is_path_bad(const struct node *n, bool is_accepted)
{
	static const char at[] = "xen,path";
	const struct device_pick pick = { .path = n->path };
	int host = *n->path == '/' ? devtree_find_path(n->path) : -1;
	domid_t other = HV_DOMID_NONE;
	int rc = host < 0 ? -ENOENT : device_add(host, is_accepted ? n->d->id : HV_DOMID_NONE);

	rc = rc ? rc : device_give(n->d, &pick, &other);
	return refuse(n, rc == -ENOENT, at, REFUSAL_DEVICE, n->path) ||
	       refuse(n, rc == -EPERM, at, REFUSAL_DEVICE_KEPT, n->path) ||
	       refuse(n, rc == -ENODEV, at, REFUSAL_DEVICE_OFF, n->path) ||
	       refuse(n, rc == -EINVAL, at, "%s has registers that are none: leave it out",
		      n->path) ||
	       refuse(n, rc == -EBUSY, at, REFUSAL_DEVICE_TWICE, n->path, name_of(other)) ||
	       is_gift_bad(n, rc, at);
}

/* Map them; what another node has mapped there already is fine. */
static __init int map_pages(struct domain *d, u64 g, struct device_pick pick)
{
	u64 stop = pick.first + pick.nr;
	int rc = 0;

	for (pick.nr = 1; pick.first < stop && !rc; pick.first++, g++) {
		struct s2_entry entry = s2_lookup(d, gfn(g));

		if (entry.kind != S2_DEVICE || entry.frame.v != pick.first) {
			rc = device_map(d, g, &pick);
		}
	}
	return rc;
}

static __init bool is_range_bad(const struct node *n, const u32 *cells)
{
	static const char at[] = "xen,reg";
	u64 base = devtree_cells(cells, 2), bytes = devtree_cells(cells + 2, 2);
	u64 guest = devtree_cells(cells + 4, 2), end = base + bytes;
	const struct device_pick pick = { n->path, base >> PAGE_SHIFT, bytes >> PAGE_SHIFT, 0 };
	domid_t other = HV_DOMID_NONE;
	int rc;

	if (refuse(n, !bytes || !IS_ALIGNED(base | bytes | guest, PAGE_SIZE), at, REFUSAL_REG_UNIT,
		   base, end)) {
		return true;
	}
	rc = end > base ? device_give(n->d, &pick, &other) : -ENOENT;
	rc = rc ? rc : map_pages(n->d, guest >> PAGE_SHIFT, pick);
	return refuse(n, rc == -ENOENT, at, REFUSAL_REG_FOREIGN, base, end, n->name) ||
	       refuse(n, rc == -EBUSY, at, REFUSAL_REG_TWICE, base, name_of(other)) ||
	       refuse(n, rc == -EADDRINUSE || rc == -ERANGE, at, REFUSAL_REG_GUEST, guest,
		      guest + bytes, "what the domain has there") ||
	       is_gift_bad(n, rc, at);
}

static __init bool is_irq_bad(const struct node *n, int i)
{
	static const char at[] = "interrupts";
	u32 irq = irq_of(n, i);
	const struct device_pick pick = { .path = n->path, .irq = irq };
	domid_t other = HV_DOMID_NONE;
	int rc;

	if (refuse(n, irq >= IRQ_FIRST_SPI + NR_SPIS, at, REFUSAL_IRQ_RANGE,
		   devtree_cells(n->irqs + i + 1, 1))) {
		return true;
	}
	rc = device_give(n->d, &pick, &other);
	if (!rc) {
		rc = device_bind_irq(n->d, irq, irq);
		/* Else another of its devices has the same one. */
		rc = rc == -EBUSY && !n->d->vuart ? 0 : rc;
	}
	return refuse(n, rc == -ENOENT && irq_is_requested(irq), at, REFUSAL_IRQ_KEPT, (u64)irq) ||
	       refuse(n, rc == -ENOENT, at, "interrupt %lu is not the device's: correct it",
		      (u64)irq) ||
	       refuse(n, rc == -EBUSY, at, REFUSAL_IRQ_TWICE, (u64)irq,
		      other == HV_DOMID_NONE ? "vpl011" : name_of(other)) ||
	       is_gift_bad(n, rc, at);
}

__init bool device_partial_bad(struct domain *d, int node)
{
	bool is_accepted = devtree_has(node, "xen,force-assign-without-iommu");
	struct node n = read_node(d, node);
	bool is_bad =
		(n.path && is_path_bad(&n, is_accepted)) ||
		refuse(&n, n.reg && (!n.reg_bytes || n.reg_bytes % REG_BYTES), "xen,reg",
		       REFUSAL_TYPE, "address, size and guest address of two cells each") ||
		refuse(&n, n.irq_bytes % IRQ_BYTES, "interrupts", REFUSAL_TYPE, "three cells each");

	for (int i = 0; i < n.reg_bytes && !is_bad; i += REG_BYTES) {
		is_bad = is_range_bad(&n, n.reg + i / 4);
	}
	for (int i = 0; i < n.irq_bytes && !is_bad; i += IRQ_BYTES) {
		is_bad = is_irq_bad(&n, i / 4);
	}
	return is_bad;
}
