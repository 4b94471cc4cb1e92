/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices of the machine that a configuration gives to a domain: the keys dtdev, iomem, irqs and
 * device_tree of xl.cfg(5). A node of the partial device tree that has xen,path or xen,reg adds its
 * device, registers and interrupts to them, as in the boot device tree (docs/bindings.md).
 */
#ifndef BH_PASSTHRU_H
#define BH_PASSTHRU_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"

#define PASSTHRU_DEVICES 16u
#define PASSTHRU_RANGES	 32u
#define PASSTHRU_IRQS	 32u
#define PASSTHRU_PATH	 128u

struct passthru_range {
	uint64_t first, nr; /* pages of the machine */
	uint64_t gfn;	    /* page of the guest */
};

struct passthru {
	unsigned int nr_devices, nr_ranges, nr_irqs;
	char device[PASSTHRU_DEVICES][PASSTHRU_PATH];
	struct passthru_range range[PASSTHRU_RANGES];
	uint32_t irq[PASSTHRU_IRQS];
	struct mapped tree; /* size 0 = none */
};

struct cfg;

/* Takes one of the keys. Explains itself. Returns enum bh_exit. */
int passthru_key(struct cfg *c, const char *key);
/*
 * Add one device, some bytes of registers, an interrupt by the GIC's number; once more changes
 * nothing. NULL, or what is wrong with it (constant text).
 */
const char *passthru_add_device(struct passthru *p, const char *path);
const char *passthru_add_bytes(struct passthru *p, uint64_t base, uint64_t bytes, uint64_t guest);
const char *passthru_add_irq(struct passthru *p, uint64_t irq);
/* Maps the partial device tree and adds what its nodes name. Explains itself. 0 or BH_CONFIG. */
int passthru_open(struct passthru *p, const char *file, struct where w);
void passthru_close(struct passthru *p);

/* Explains what does not go together. */
void passthru_check(const struct cfg *c);
/* Shared interrupts that the domain's GIC needs for it. */
uint32_t passthru_nr_spis(const struct passthru *p);
/* Pages of tables that mapping the ranges needs at most. */
uint64_t passthru_pool_pages(const struct passthru *p);
/* Gives all of it to the domain. Explains which one failed, and returns 0 or -errno. */
int passthru_give(const struct cfg *c, uint32_t domid);
/* Appends what the guest sees of the partial tree. 0 or a negative libfdt error. */
int passthru_tree(void *fdt, const void *partial);

#endif
