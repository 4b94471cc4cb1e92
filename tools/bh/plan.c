/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of a domain's memory:
 *
 *	0x40000000   kernel (arm64 Image: + text_offset; ELF and raw: their own addresses)
 *	...
 *	             ramdisk, as high as possible
 *	             device tree, below the end of the first bank
 *	end of bank  0x40000000 + memory, at most 0x100000000
 *
 * What does not fit into the first bank of 3 GiB continues at 0x200000000. The
 * end of RAM is a multiple of 4 KiB and the device tree much smaller than
 * 2 MiB; it is moved below a 2 MiB boundary it would cross, which Linux asks for.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cfg_pv.h"
#include "dom.h"
#include "err.h"
#include "hyp.h"
#include "plan.h"

#define GICV2_VCPUS 8U
#define BLOCK	    (2ull << 20)

static uint64_t round_down(uint64_t v, uint64_t step)
{
	return v - v % step;
}

static void plan_banks(struct plan *p)
{
	static const uint64_t base[] = GUEST_RAM_BANK_BASES;
	static const uint64_t size[] = GUEST_RAM_BANK_SIZES;
	uint64_t left = p->cfg->memory_kib * 1024;

	for (int i = 0; i < DTB_BANKS; i++) {
		p->bank_base[i] = base[i];
		p->bank_size[i] = left < size[i] ? left : size[i];
		left -= p->bank_size[i];
	}
}

/* Whether [lo, hi) lies in one bank of RAM. */
static bool plan_in_ram(const struct plan *p, uint64_t lo, uint64_t hi)
{
	for (int i = 0; i < DTB_BANKS; i++) {
		if (lo >= p->bank_base[i] && hi <= p->bank_base[i] + p->bank_size[i]) {
			return true;
		}
	}
	return false;
}

static int plan_too_small(const struct plan *p)
{
	struct where w = cfg_where(p->cfg, "memory");
	uint64_t need = p->kernel.hi - p->bank_base[0] + p->ramdisk.size + 2 * p->dtb_room + BLOCK;
	uint64_t mib = (need + (1 << 20) - 1) >> 20;

	return err_at(
		w.file, w.line,
		"memory = %llu MiB is too little: the kernel takes %llu MiB, the ramdisk "
		"%llu MiB, besides the device tree\nset memory = %llu or more; Linux needs about "
		"64 MiB on top to run",
		(unsigned long long)p->cfg->memory_kib / 1024,
		(unsigned long long)(p->kernel.hi - p->kernel.lo + 0xfffff) >> 20,
		(unsigned long long)(p->ramdisk.size + 0xfffff) >> 20, (unsigned long long)mib);
}

/* Segments of an ELF file and a raw binary say themselves where they want to go. */
static int plan_check_kernel(const struct plan *p)
{
	struct where w = cfg_where(p->cfg, p->kernel.kind == IMAGE_RAW ? "load_address" : "kernel");

	for (unsigned int i = 0; i < p->kernel.nr_segments; i++) {
		const struct image_segment *s = &p->kernel.segment[i];
		uint64_t hi = s->gpa + s->memsz;

		if (hi < s->gpa || s->gpa < p->bank_base[0]) {
			return err_at(w.file, w.line,
				      "the kernel wants to be at 0x%llx, where there is no RAM\n"
				      "RAM of a domain begins at 0x%llx: %s",
				      (unsigned long long)s->gpa,
				      (unsigned long long)p->bank_base[0],
				      p->kernel.kind == IMAGE_RAW
					      ? "change load_address"
					      : "link the program for that address");
		}
		if (!plan_in_ram(p, s->gpa, hi)) {
			return plan_too_small(p);
		}
	}
	return BH_OK;
}

static bool plan_overlaps(const struct plan *p, uint64_t lo, uint64_t hi)
{
	return lo < p->kernel.hi && hi > p->kernel.lo;
}

/* Ramdisk and device tree go to the top of the first bank. */
static int plan_place(struct plan *p)
{
	uint64_t end = p->bank_base[0] + p->bank_size[0];
	uint64_t room = round_down(p->dtb_room + PLAN_PAGE - 1, PLAN_PAGE);
	uint64_t file = round_down(p->ramdisk.size + PLAN_PAGE - 1, PLAN_PAGE);

	if (room + file + BLOCK > p->bank_size[0]) {
		/* Small domains do without the alignment, but not without the room. */
		if (room + file > p->bank_size[0]) {
			return plan_too_small(p);
		}
	}
	p->dtb_gpa = end - room;
	if (p->dtb_gpa / BLOCK != (end - 1) / BLOCK) {
		p->dtb_gpa = round_down(end, BLOCK) - room;
	}
	p->ramdisk_gpa = p->dtb_gpa - file;
	if (p->ramdisk_gpa < p->bank_base[0] || plan_overlaps(p, p->ramdisk_gpa, end)) {
		return plan_too_small(p);
	}
	return BH_OK;
}

static void plan_spec(const struct plan *p, struct dtb_spec *s)
{
	*s = (struct dtb_spec){
		.nr_vcpus = (unsigned int)p->cfg->maxvcpus,
		.gic_version = p->cfg->gic_version ? (unsigned int)p->cfg->gic_version : 3,
		.vuart = p->cfg->vuart,
		.bootargs = p->cfg->bootargs,
		.initrd_start = p->ramdisk_gpa,
		.initrd_end = p->ramdisk_gpa + p->ramdisk.size,
		.seed = p->seed,
		.seed_len = sizeof(p->seed),
		.partial = p->cfg->passthru.tree.data,
	};
	memcpy(s->bank_base, p->bank_base, sizeof(s->bank_base));
	memcpy(s->bank_size, p->bank_size, sizeof(s->bank_size));
}

int plan_make(struct plan *p, const struct cfg *cfg)
{
	struct dtb_spec spec;
	int rc;

	memset(p, 0, sizeof(*p));
	p->cfg = cfg;
	plan_banks(p);
	if (getrandom(p->seed, sizeof(p->seed), GRND_NONBLOCK) < 0) {
		memset(p->seed, 0, sizeof(p->seed));
	}
	rc = image_open(&p->kernel, cfg->kernel, cfg->load_address, p->bank_base[0],
			cfg_where(cfg, "kernel"));
	if (rc == BH_OK && cfg->ramdisk) {
		rc = mapped_open(&p->ramdisk, cfg->ramdisk, "ramdisk", cfg_where(cfg, "ramdisk"));
	}
	plan_spec(p, &spec);
	p->dtb_room = dtb_room(&spec);
	if (rc == BH_OK) {
		rc = plan_check_kernel(p);
	}
	if (rc == BH_OK) {
		rc = plan_place(p);
	}
	if (rc) {
		plan_free(p);
	}
	return rc;
}

uint64_t plan_pool_pages(const struct plan *p)
{
	uint64_t ram = p->cfg->maxmem_kib * 1024;

	/* One level-3 table per block, one level-2 table per GiB, roots, devices, grant table. */
	return 16 + ram / BLOCK + 1 + (ram >> 30) + 1 + 4 * p->cfg->maxvcpus +
	       passthru_pool_pages(&p->cfg->passthru);
}

/* Domains get the interrupt controller of the machine, which Dom0 has as well. */
static int plan_check_gic(const struct cfg *c)
{
	struct xen_domctl_getdomaininfo dom0;
	struct where w = cfg_where(c, "gic_version");

	if (hyp_dom_info(0, &dom0)) {
		return BH_OK;
	}
	if (dom0.arch_config.gic_version == XEN_DOMCTL_CONFIG_GIC_V2 && c->maxvcpus > GICV2_VCPUS) {
		w = cfg_where(c, c->maxvcpus > c->vcpus ? "maxvcpus" : "vcpus");
		return err_at(w.file, w.line,
			      "%llu vCPUs are more than this machine's GICv2 serves: %u\n"
			      "set vcpus (and maxvcpus) to %u or less",
			      (unsigned long long)c->maxvcpus, GICV2_VCPUS, GICV2_VCPUS);
	}
	if (c->gic_version == 0 || dom0.arch_config.gic_version == XEN_DOMCTL_CONFIG_GIC_NATIVE ||
	    dom0.arch_config.gic_version ==
		    (c->gic_version == 2 ? XEN_DOMCTL_CONFIG_GIC_V2 : XEN_DOMCTL_CONFIG_GIC_V3)) {
		return BH_OK;
	}
	return err_at(w.file, w.line,
		      "gic_version = \"v%u\" is not what this machine has\n"
		      "remove gic_version: the domain then gets the one there is",
		      (unsigned int)c->gic_version);
}

int plan_check(const struct plan *p)
{
	const struct cfg *c = p->cfg;
	struct where w = cfg_where(c, "name");
	struct bulkhead_info info;
	uint32_t other;
	uint64_t need;
	int rc;

	if (dom_find_name(c->name, &other) == 0) {
		return err_at(w.file, w.line,
			      "a domain with the name \"%s\" exists already (number %u)\n"
			      "choose another name, or remove that domain: bh destroy %s",
			      c->name, other, c->name);
	}
	rc = plan_check_gic(c);
	if (rc == BH_OK) {
		rc = cfg_pv_check(c);
	}
	if (rc) {
		return rc;
	}
	rc = hyp_own_info(&info);
	if (rc) {
		return err_sys(rc, "cannot ask for the free memory");
	}
	need = c->memory_kib / 4 + plan_pool_pages(p) + 4;
	if (need > info.free_frames) {
		w = cfg_where(c, "memory");
		return err_at(
			w.file, w.line,
			"memory = %llu MiB is more than there is: %llu MiB are free\n"
			"set memory lower, destroy another domain (bh list), or give Dom0 less "
			"(dom0_mem= on the hypervisor's command line)",
			(unsigned long long)c->memory_kib / 1024,
			(unsigned long long)info.free_frames / 256);
	}
	if (info.max_domains && info.nr_domains >= info.max_domains) {
		return err_at(c->file, 0,
			      "there are %u domains already, and no more are possible\ndestroy one "
			      "first (bh list)",
			      info.nr_domains);
	}
	return BH_OK;
}

int plan_dtb(struct plan *p, unsigned int gic_version, unsigned int clock_hz)
{
	struct dtb_spec spec;
	int size;

	plan_spec(p, &spec);
	spec.gic_version = gic_version;
	spec.clock_hz = clock_hz;
	free(p->dtb);
	p->dtb = calloc(1, p->dtb_room);
	if (!p->dtb) {
		return err_say(BH_FAILED, "out of memory\nfree memory in Dom0");
	}
	size = dtb_make(&spec, p->dtb, p->dtb_room);
	if (size < 0) {
		return err_say(BH_FAILED,
			       "cannot write the device tree (libfdt error %d)\nplease report this",
			       size);
	}
	p->dtb_size = (size_t)size;
	return BH_OK;
}

void plan_free(struct plan *p)
{
	mapped_close(&p->kernel.file);
	mapped_close(&p->ramdisk);
	free(p->dtb);
	p->dtb = NULL;
}
