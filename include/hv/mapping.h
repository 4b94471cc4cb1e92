/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's own address space after the first tables (layout: asm/layout.h). All of this happens at
 * boot; once map_seal() has run, no mapping but the windows' changes any more.
 */
#ifndef HV_MAPPING_H
#define HV_MAPPING_H

#include <hv/types.h>

/* Map a device, Device-nGnRE; returns the address of base, or NULL when the region is full. Boot
 * only. */
void *map_device(pa_t base, size_t bytes);

/* Map the memory that the hypervisor keeps: [base, base + bytes), 2 MiB aligned, at KEPT_VA. Once.
 */
void *map_kept(pa_t base, size_t bytes);

/* Give CPU cpu its slot, for per-CPU data and stack, out of the heap: 0 or -ENOMEM. */
int map_cpu_slot(unsigned int cpu);

/*
 * EL2 does without these pages of the image or of the kept memory: they are mapped no longer.
 * -EBUSY when they are part of a larger block, and stay.
 */
int map_drop(void *va, size_t bytes);

/* Pages of the image that only boot needs: code with its constants, and variables. */
extern char init_start[], init_end[], init_bss_start[], init_bss_end[];

/* Remove the device tree's mapping and what else only boot needs; no device can be mapped any more.
 */
void map_seal(void);

/* Physical address of anything that EL2 owns: image or kept memory. */
pa_t hyp_pa(const void *va);
/* Kept memory, and what virtual addresses are more than physical ones, there and in the image. */
struct own_memory {
	u64 kept_pa, kept_bytes;
	u64 kept_offset, image_offset;
};
extern struct own_memory own_memory;

/* The other way, for kept memory and the image. */
static inline void *hyp_va(pa_t address)
{
	const struct own_memory *own = &own_memory;
	bool is_kept = address.v - own->kept_pa < own->kept_bytes;

	return (void *)(address.v + (is_kept ? own->kept_offset : own->image_offset));
}

/* Is this physical address the hypervisor's: kept memory or image, and not dropped? */
bool map_is_own(pa_t address);
/* True when no leaf of EL2's tables is both writable and executable. */
bool map_is_write_xor_execute(void);

/* Count leaves of EL2's tables that map a frame for which is_foreign() holds, windows left out. */
u64 map_audit(bool (*is_foreign)(mfn_t frame));

#endif
