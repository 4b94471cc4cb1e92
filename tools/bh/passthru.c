/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that a configuration gives to a domain: what is collected from keys and the partial
 * device tree, and the calls that give it. Which of it the machine has set apart, and who has it,
 * only the hypervisor knows: its error numbers become sentences here.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg.h"
#include "cfg_source.h"
#include "err.h"
#include "hyp.h"
#include "passthru.h"

#define FIRST_SPI 32u
#define LAST_SPI  991u	/* as many as a domain can have */
#define MAP_MAX	  64ull /* pages that the hypervisor maps at once */
#define PAGES_MAX (1ull << 28)
#define BLOCK	  512ull

static const char full[] = "there are too many of them";

const char *passthru_add_device(struct passthru *p, const char *text)
{
	if (text[0] != '/' || strlen(text) >= PASSTHRU_PATH) {
		return "it is not a path like \"/pl011@9040000\"";
	}
	for (unsigned int i = 0; i < p->nr_devices; i++) {
		if (!strcmp(p->device[i], text)) {
			return NULL;
		}
	}
	if (p->nr_devices == PASSTHRU_DEVICES) {
		return full;
	}
	strcpy(p->device[p->nr_devices++], text);
	return NULL;
}

static const char *add_range(struct passthru *p, struct passthru_range r)
{
	if (r.nr == 0 || r.nr > PAGES_MAX || r.first > PAGES_MAX || r.gfn > PAGES_MAX) {
		return "these pages are out of range";
	}
	for (unsigned int i = 0; i < p->nr_ranges; i++) {
		const struct passthru_range *o = &p->range[i];

		if (!memcmp(o, &r, sizeof(r))) {
			return NULL;
		}
		if (r.gfn < o->gfn + o->nr && o->gfn < r.gfn + r.nr) {
			return "its guest pages overlap those of another range";
		}
	}
	if (p->nr_ranges == PASSTHRU_RANGES) {
		return full;
	}
	p->range[p->nr_ranges++] = r;
	return NULL;
}

/* START,NUMBER[@GUEST] in hexadecimal. */
static const char *parse_range(struct passthru *p, const char *text)
{
	struct passthru_range r = { 0 };
	char *end;

	r.first = r.gfn = strtoull(text, &end, 16);
	if (end == text || *end != ',') {
		return "it is not START,NUMBER or START,NUMBER@GUEST in hexadecimal pages";
	}
	r.nr = strtoull(end + 1, &end, 16);
	if (*end == '@') {
		r.gfn = strtoull(end + 1, &end, 16);
	}
	return *end ? "it is not START,NUMBER or START,NUMBER@GUEST in hexadecimal pages"
		    : add_range(p, r);
}

const char *passthru_add_irq(struct passthru *p, uint64_t irq)
{
	if (irq < FIRST_SPI || irq > LAST_SPI) {
		return "it is no shared interrupt: those are 32 to 991 (SPI n of a device tree is "
		       "32 + n)";
	}
	for (unsigned int i = 0; i < p->nr_irqs; i++) {
		if (p->irq[i] == irq) {
			return NULL;
		}
	}
	if (p->nr_irqs == PASSTHRU_IRQS) {
		return full;
	}
	p->irq[p->nr_irqs++] = (uint32_t)irq;
	return NULL;
}

static const char *parse_irq(struct passthru *p, const char *text)
{
	uint64_t irq = 0;

	return passthru_add_irq(p, text_u64(text, LAST_SPI, &irq) ? irq : 0);
}

static const char *parse(struct passthru *p, const char *key, const char *text)
{
	return !strcmp(key, "dtdev")   ? passthru_add_device(p, text)
	       : !strcmp(key, "iomem") ? parse_range(p, text)
				       : parse_irq(p, text);
}

int passthru_key(struct cfg *c, const char *key)
{
	struct where w = cfg_where(c, key);
	int nr = source_list_len(c->source, key);
	int rc = BH_OK;

	if (!strcmp(key, "device_tree")) {
		return nr >= 0 ? err_at(w.file, w.line, "%s wants one file\nremove the brackets",
					key)
			       : passthru_open(&c->passthru, source_text(c->source, key), w);
	}
	for (int i = 0; i < (nr < 0 ? 1 : nr); i++) {
		const char *s = nr < 0 ? source_text(c->source, key)
				       : source_item(c->source, key, i);
		const char *bad = parse(&c->passthru, key, s);

		if (bad) {
			rc = err_at(w.file, w.line, "%s: \"%s\": %s\ncorrect or remove it", key, s,
				    bad);
		}
	}
	return rc;
}

const char *passthru_add_bytes(struct passthru *p, uint64_t base, uint64_t bytes, uint64_t guest)
{
	if ((base | bytes | guest) % 4096) {
		return "xen,reg is not made of whole pages";
	}
	return add_range(p, (struct passthru_range){ base / 4096, bytes / 4096, guest / 4096 });
}

void passthru_close(struct passthru *p)
{
	mapped_close(&p->tree);
}

void passthru_check(const struct cfg *c)
{
	struct where w = cfg_where(c, "vuart");

	for (unsigned int i = 0; c->vuart && i < c->passthru.nr_irqs; i++) {
		if (c->passthru.irq[i] == GUEST_VPL011_SPI) {
			err_at(w.file, w.line,
			       "vuart has interrupt %u, and so has a device of the domain\n"
			       "remove vuart or the device",
			       c->passthru.irq[i]);
		}
	}
}

uint32_t passthru_nr_spis(const struct passthru *p)
{
	uint32_t nr = 0;

	for (unsigned int i = 0; i < p->nr_irqs; i++) {
		nr = p->irq[i] - FIRST_SPI + 1 > nr ? p->irq[i] - FIRST_SPI + 1 : nr;
	}
	return nr;
}

uint64_t passthru_pool_pages(const struct passthru *p)
{
	uint64_t pages = 0;

	for (unsigned int i = 0; i < p->nr_ranges; i++) {
		pages += 4 + p->range[i].nr / BLOCK;
	}
	return pages;
}

/* ---- giving ---- */

struct item {
	const char *key;
	char text[PASSTHRU_PATH + 32];
};

/* Says why the hypervisor refuses the item. Returns @rc. */
static int explain(const struct cfg *c, const struct item *it, int rc)
{
	struct where w = cfg_where(c, it->key);
	const char *why, *remedy;

	if (!w.line) {
		w = cfg_where(c, "device_tree");
	}
	switch (rc) {
	case -ENOENT:
		why = "it is not set apart for domains";
		remedy = "give its node in the machine's device tree the property xen,passthrough; "
			 "what has none is Dom0's or the hypervisor's";
		break;
	case -EBUSY:
		why = "another domain has it, or what shares a page or an interrupt with it";
		remedy = "destroy that domain first (bh list), or give both to one domain";
		break;
	case -EXDEV:
		why = "no IOMMU isolates its DMA";
		remedy = "leave it out, or accept the risk: xen,force-assign-without-iommu in its "
			 "node in the machine's device tree";
		break;
	case -ENOSYS:
		why = "this hypervisor gives no devices to domains";
		remedy = "leave it out, or build the hypervisor with CONFIG_PASSTHROUGH";
		break;
	case -EADDRINUSE:
		why = "something else is at these guest addresses";
		remedy = "give others: iomem = [\"START,NUMBER@GUEST\"], or in xen,reg";
		break;
	default:
		return rc;
	}
	err_at(w.file, w.line, "%s %s: %s\n%s", it->key, it->text, why, remedy);
	return rc;
}

static int give_range(uint32_t domid, const struct passthru_range *r)
{
	int rc = hyp_iomem_permission(domid, r->first, r->nr);

	for (uint64_t at = 0; at < r->nr && rc == 0; at += MAP_MAX) {
		uint64_t nr = r->nr - at < MAP_MAX ? r->nr - at : MAP_MAX;

		rc = hyp_iomem_map(domid, r->gfn + at, r->first + at, nr);
	}
	return rc;
}

int passthru_give(const struct cfg *c, uint32_t domid)
{
	const struct passthru *p = &c->passthru;
	struct item it;
	int rc = 0;

	for (unsigned int i = 0; i < p->nr_devices && rc == 0; i++) {
		it.key = "dtdev";
		snprintf(it.text, sizeof(it.text), "%s", p->device[i]);
		rc = explain(c, &it, hyp_assign_device(domid, p->device[i]));
	}
	for (unsigned int i = 0; i < p->nr_ranges && rc == 0; i++) {
		it.key = "iomem";
		snprintf(it.text, sizeof(it.text), "%" PRIx64 ",%" PRIx64 "@%" PRIx64,
			 p->range[i].first, p->range[i].nr, p->range[i].gfn);
		rc = explain(c, &it, give_range(domid, &p->range[i]));
	}
	for (unsigned int i = 0; i < p->nr_irqs && rc == 0; i++) {
		it.key = "irqs";
		snprintf(it.text, sizeof(it.text), "%u", p->irq[i]);
		rc = explain(c, &it, hyp_irq_bind(domid, p->irq[i]));
	}
	return rc;
}
