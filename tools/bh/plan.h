/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a configuration to a plan: files opened and recognised, every address
 * chosen, everything checked that can be, before a domain exists.
 */
#ifndef BH_PLAN_H
#define BH_PLAN_H

#include "cfg.h"
#include "dtb.h"
#include "image.h"

#define PLAN_PAGE 4096ull

struct plan {
	const struct cfg *cfg;
	struct image kernel;
	struct mapped ramdisk; /* size 0 = none */
	uint64_t bank_base[DTB_BANKS];
	uint64_t bank_size[DTB_BANKS];
	uint64_t ramdisk_gpa;
	uint64_t dtb_gpa;
	size_t dtb_room;
	void *dtb; /* NULL until plan_dtb() */
	size_t dtb_size;
	uint8_t seed[72];
};

/* Plans @cfg without asking the hypervisor. Explains itself. Returns enum bh_exit. */
int plan_make(struct plan *p, const struct cfg *cfg);
/* Checks the plan against the machine: name, memory, number of domains. Returns enum bh_exit. */
int plan_check(const struct plan *p);
/* Makes the device tree for this GIC (2, 3) and counter frequency (0 = as CNTFRQ says). */
int plan_dtb(struct plan *p, unsigned int gic_version, unsigned int clock_hz);
void plan_free(struct plan *p);

/* Pages that stage 2 of the domain may need at most, with every RAM block split. */
uint64_t plan_pool_pages(const struct plan *p);

#endif
