/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree of a domain: what a guest of Xen finds on Arm (addresses and
 * interrupts from GUEST_* in xen/arch-arm.h, bindings arm,gic-v3,
 * arm,cortex-a15-gic, arm,armv8-timer, arm,psci-1.0, arm,sbsa-uart and xen,xen
 * of the device-tree specification and the kernel's bindings).
 *
 * The tree is written front to back with libfdt's sequential interface. Errors
 * are collected in one place: after the first one nothing more is written.
 */
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#define __XEN_TOOLS__ 1
#include <xen/xen.h>

#include "dtb.h"
#include "passthru.h"

#define PHANDLE_GIC 65000 /* as Xen's toolstack: partial device trees name it */
#define NR_CELLS    8

/* Cells of an interrupt: kind, number, flags. */
#define IRQ_SPI	       0
#define IRQ_PPI	       1
#define IRQ_LEVEL_HIGH 4
#define IRQ_LEVEL_LOW  8
#define IRQ_PPI_BASE   16
#define IRQ_SPI_BASE   32

struct tree {
	void *fdt;
	int err;
};

static void tree_note(struct tree *t, int rc)
{
	if (t->err == 0 && rc < 0) {
		t->err = rc;
	}
}

static void node_begin(struct tree *t, const char *name)
{
	tree_note(t, fdt_begin_node(t->fdt, name));
}

static void node_begin_at(struct tree *t, const char *name, uint64_t addr)
{
	char full[64];

	snprintf(full, sizeof(full), "%s@%llx", name, (unsigned long long)addr);
	node_begin(t, full);
}

static void node_end(struct tree *t)
{
	tree_note(t, fdt_end_node(t->fdt));
}

static void prop_u32(struct tree *t, const char *name, uint32_t v)
{
	tree_note(t, fdt_property_u32(t->fdt, name, v));
}

static void prop_str(struct tree *t, const char *name, const char *v)
{
	tree_note(t, fdt_property_string(t->fdt, name, v));
}

/* A list of strings: @v with NUL between them, @len with the last NUL (sizeof of a literal). */
static void prop_strs(struct tree *t, const char *name, const char *v, size_t len)
{
	tree_note(t, fdt_property(t->fdt, name, v, (int)len));
}

static void prop_empty(struct tree *t, const char *name)
{
	tree_note(t, fdt_property(t->fdt, name, NULL, 0));
}

/* Pairs of 64-bit numbers: reg = <base size ...>. */
static void prop_reg(struct tree *t, const char *name, const uint64_t *v, unsigned int nr)
{
	fdt64_t cells[NR_CELLS];

	for (unsigned int i = 0; i < nr && i < NR_CELLS; i++) {
		cells[i] = cpu_to_fdt64(v[i]);
	}
	tree_note(t, fdt_property(t->fdt, name, cells, (int)(nr * sizeof(cells[0]))));
}

static void prop_irqs(struct tree *t, const uint32_t (*irq)[3], unsigned int nr)
{
	fdt32_t cells[3 * NR_CELLS];

	for (unsigned int i = 0; i < nr * 3 && i < 3 * NR_CELLS; i++) {
		cells[i] = cpu_to_fdt32(irq[i / 3][i % 3]);
	}
	tree_note(t, fdt_property(t->fdt, "interrupts", cells, (int)(nr * 3 * sizeof(cells[0]))));
}

/* Flags of a PPI: level, and for GICv2 the mask of CPUs in bits 15:8. */
static uint32_t ppi_flags(const struct dtb_spec *s, uint32_t level)
{
	uint32_t cpus = s->nr_vcpus < 8 ? s->nr_vcpus : 8;

	return s->gic_version == 2 ? ((1u << cpus) - 1) << 8 | level : level;
}

static void tree_root(struct tree *t)
{
	prop_u32(t, "#address-cells", 2);
	prop_u32(t, "#size-cells", 2);
	prop_strs(t, "compatible", "xen,xenvm-4.20\0xen,xenvm",
		  sizeof("xen,xenvm-4.20\0xen,xenvm"));
	prop_str(t, "model", "XENVM-4.20");
	prop_u32(t, "interrupt-parent", PHANDLE_GIC);
}

static void tree_chosen(struct tree *t, const struct dtb_spec *s)
{
	node_begin(t, "chosen");
	if (s->bootargs) {
		prop_str(t, "bootargs", s->bootargs);
	}
	if (s->vuart) {
		char path[48];

		snprintf(path, sizeof(path), "/sbsa-uart@%llx",
			 (unsigned long long)GUEST_PL011_BASE);
		prop_str(t, "stdout-path", path);
	}
	if (s->initrd_end > s->initrd_start) {
		prop_reg(t, "linux,initrd-start", &s->initrd_start, 1);
		prop_reg(t, "linux,initrd-end", &s->initrd_end, 1);
	}
	if (s->seed && s->seed_len > 8) {
		tree_note(t, fdt_property(t->fdt, "kaslr-seed", s->seed, 8));
		tree_note(t, fdt_property(t->fdt, "rng-seed", (const char *)s->seed + 8,
					  (int)s->seed_len - 8));
	}
	node_end(t);
}

static void tree_cpus(struct tree *t, const struct dtb_spec *s)
{
	node_begin(t, "cpus");
	prop_u32(t, "#address-cells", 1);
	prop_u32(t, "#size-cells", 0);
	for (unsigned int i = 0; i < s->nr_vcpus; i++) {
		/* Affinity level 0 counts to 16, as one SGI can address; level 1 goes on. */
		uint32_t mpidr = (i / 16) << 8 | i % 16;

		node_begin_at(t, "cpu", mpidr);
		prop_str(t, "device_type", "cpu");
		prop_str(t, "compatible", "arm,armv8");
		prop_str(t, "enable-method", "psci");
		prop_u32(t, "reg", mpidr);
		node_end(t);
	}
	node_end(t);
}

static void tree_psci(struct tree *t)
{
	static const char compat[] = "arm,psci-1.0\0arm,psci-0.2\0arm,psci";

	node_begin(t, "psci");
	prop_strs(t, "compatible", compat, sizeof(compat));
	prop_str(t, "method", "hvc");
	prop_u32(t, "cpu_off", PSCI_cpu_off);
	prop_u32(t, "cpu_on", PSCI_cpu_on);
	node_end(t);
}

static void tree_memory(struct tree *t, const struct dtb_spec *s)
{
	for (unsigned int i = 0; i < DTB_BANKS; i++) {
		uint64_t reg[] = { s->bank_base[i], s->bank_size[i] };

		if (s->bank_size[i]) {
			node_begin_at(t, "memory", s->bank_base[i]);
			prop_str(t, "device_type", "memory");
			prop_reg(t, "reg", reg, 2);
			node_end(t);
		}
	}
}

static void tree_gic(struct tree *t, const struct dtb_spec *s)
{
	static const uint64_t v2[] = {
		GUEST_GICD_BASE,
		GUEST_GICD_SIZE,
		GUEST_GICC_BASE,
		GUEST_GICC_SIZE,
	};
	static const uint64_t v3[] = {
		GUEST_GICV3_GICD_BASE,
		GUEST_GICV3_GICD_SIZE,
		GUEST_GICV3_GICR0_BASE,
		GUEST_GICV3_GICR0_SIZE,
	};
	bool is_v2 = s->gic_version == 2;

	node_begin_at(t, "interrupt-controller", is_v2 ? v2[0] : v3[0]);
	prop_str(t, "compatible", is_v2 ? "arm,cortex-a15-gic" : "arm,gic-v3");
	prop_u32(t, "#interrupt-cells", 3);
	prop_u32(t, "#address-cells", 0);
	prop_empty(t, "interrupt-controller");
	prop_reg(t, "reg", is_v2 ? v2 : v3, 4);
	prop_u32(t, "phandle", PHANDLE_GIC);
	node_end(t);
}

static void tree_timer(struct tree *t, const struct dtb_spec *s)
{
	uint32_t flags = ppi_flags(s, IRQ_LEVEL_LOW);
	const uint32_t irq[][3] = {
		{ IRQ_PPI, GUEST_TIMER_PHYS_S_PPI - IRQ_PPI_BASE, flags },
		{ IRQ_PPI, GUEST_TIMER_PHYS_NS_PPI - IRQ_PPI_BASE, flags },
		{ IRQ_PPI, GUEST_TIMER_VIRT_PPI - IRQ_PPI_BASE, flags },
	};

	node_begin(t, "timer");
	prop_str(t, "compatible", "arm,armv8-timer");
	prop_irqs(t, irq, 3);
	if (s->clock_hz) {
		prop_u32(t, "clock-frequency", s->clock_hz);
	}
	prop_empty(t, "always-on");
	node_end(t);
}

static void tree_hypervisor(struct tree *t, const struct dtb_spec *s)
{
	static const char compat[] = "xen,xen-4.20\0xen,xen";
	static const uint64_t reg[] = { GUEST_GNTTAB_BASE, GUEST_GNTTAB_SIZE };
	const uint32_t irq[][3] = {
		{ IRQ_PPI, GUEST_EVTCHN_PPI - IRQ_PPI_BASE, ppi_flags(s, IRQ_LEVEL_LOW) },
	};

	node_begin(t, "hypervisor");
	prop_strs(t, "compatible", compat, sizeof(compat));
	prop_reg(t, "reg", reg, 2);
	prop_irqs(t, irq, 1);
	node_end(t);
}

static void tree_vuart(struct tree *t)
{
	static const uint64_t reg[] = { GUEST_PL011_BASE, GUEST_PL011_SIZE };
	static const uint32_t irq[][3] = {
		{ IRQ_SPI, GUEST_VPL011_SPI - IRQ_SPI_BASE, IRQ_LEVEL_HIGH },
	};

	node_begin_at(t, "sbsa-uart", GUEST_PL011_BASE);
	prop_str(t, "compatible", "arm,sbsa-uart");
	prop_reg(t, "reg", reg, 2);
	prop_irqs(t, irq, 1);
	prop_u32(t, "current-speed", 115200);
	node_end(t);
}

size_t dtb_room(const struct dtb_spec *spec)
{
	return 4096 + spec->nr_vcpus * 160u + spec->seed_len +
	       (spec->bootargs ? strlen(spec->bootargs) : 0) +
	       (spec->partial ? fdt_totalsize(spec->partial) : 0);
}

int dtb_make(const struct dtb_spec *spec, void *buf, size_t room)
{
	struct tree t = { .fdt = buf };

	tree_note(&t, fdt_create(buf, (int)room));
	tree_note(&t, fdt_finish_reservemap(buf));
	node_begin(&t, "");
	tree_root(&t);
	tree_chosen(&t, spec);
	tree_cpus(&t, spec);
	tree_psci(&t);
	tree_memory(&t, spec);
	tree_gic(&t, spec);
	tree_timer(&t, spec);
	tree_hypervisor(&t, spec);
	if (spec->vuart) {
		tree_vuart(&t);
	}
	if (spec->partial) {
		tree_note(&t, passthru_tree(buf, spec->partial));
	}
	node_end(&t);
	tree_note(&t, fdt_finish(buf));
	return t.err ? t.err : (int)fdt_totalsize(buf);
}
