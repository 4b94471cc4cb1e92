/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree of a domain, written with libfdt. Pure: no hypervisor.
 */
#ifndef BH_DTB_H
#define BH_DTB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTB_BANKS 2

struct dtb_spec {
	unsigned int nr_vcpus;
	unsigned int gic_version; /* 2 or 3 */
	unsigned int clock_hz;	  /* 0 = CNTFRQ is right */
	bool vuart;
	const char *bootargs; /* NULL = none */
	uint64_t bank_base[DTB_BANKS];
	uint64_t bank_size[DTB_BANKS];	   /* 0 = no such bank */
	uint64_t initrd_start, initrd_end; /* equal = none */
	const void *seed;		   /* random bytes for the guest, NULL = none */
	size_t seed_len;
	const void *partial; /* device tree of passed-through devices, NULL = none */
};

/* Writes the tree into @buf. Returns its size or a negative libfdt error. */
int dtb_make(const struct dtb_spec *spec, void *buf, size_t room);
/* Room that is enough for the tree of @spec. */
size_t dtb_room(const struct dtb_spec *spec);

#endif
