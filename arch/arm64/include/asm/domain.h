/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The architecture's part of a domain: stage 2, vGIC, MMIO regions, timer offset, limits. Each part
 * is protected by the lock of the file that owns it.
 */
#ifndef ASM_DOMAIN_H
#define ASM_DOMAIN_H

#include <asm/vgic_state.h>
#include <hv/stage2.h>
#include <hv/types.h>

struct vcpu;
struct domain;

/* One access of a guest to an emulated device. */
struct mmio_access {
	u64 offset; /* from the region's start */
	u8 bytes;   /* 1, 2, 4 or 8 */
	bool is_write;
	u64 value;  /* in: to write; out: read, zero-extended */
	bool retry; /* out: not done yet, leave the PC: the guest runs the instruction again */
};

/* Returns true when handled; false injects a data abort into the guest. */
typedef bool (*mmio_handler_t)(struct vcpu *v, struct mmio_access *access, void *arg);

struct mmio_region {
	u64 start, bytes;
	mmio_handler_t handler;
	void *arg;
};

#define MMIO_REGIONS_MAX 8

struct arch_domain {
	struct s2 s2;
	struct vgic_domain vgic;
	/* Sealed before the domain runs; behind the last one without a handler. */
	struct mmio_region mmio[MMIO_REGIONS_MAX + 1];
	u32 nr_mmio;
	u64 cntvoff; /* CNTVOFF_EL2: physical minus virtual count */
};

/* Register a region (mmio.c) while the domain is under construction; -ENOSPC, -EEXIST on overlap.
 */
int mmio_register(struct domain *d, const struct mmio_region *region);
/* Is any of these guest addresses an emulated device's? */
bool mmio_overlaps(const struct domain *d, u64 start, u64 bytes);
/* Find and run the handler; false when no region matches or the handler refuses. */
bool mmio_dispatch(struct vcpu *v, u64 ipa, struct mmio_access *access);

#endif
