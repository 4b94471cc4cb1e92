/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two keys are lists of texts that disk.c and vif.c read; here are the
 * places of mistakes, and what only shows when all of a list is known.
 */
#include <stdio.h>
#include <string.h>

#include "cfg_pv.h"
#include "cfg_source.h"
#include "err.h"
#include "xstore.h"

/* Says that @text of @key is wrong: @bad is "cause\nremedy". */
static int pv_bad(const struct cfg *c, const char *key, const char *text, const char *bad)
{
	struct where w = cfg_where(c, key);

	return err_at(w.file, w.line, "%s: \"%s\": %s", key, text, bad);
}

static const char *add_disk(struct cfg *c, const char *text)
{
	struct disk *d = &c->disk[c->nr_disks];
	const char *bad;

	if (c->nr_disks == DISK_MAX) {
		return "there are too many disks\nremove some";
	}
	bad = disk_parse(text, d);
	if (!bad) {
		bad = disk_look(d);
	}
	for (unsigned int i = 0; !bad && i < c->nr_disks; i++) {
		if (c->disk[i].id == d->id) {
			bad = "another disk has this name in the guest\n"
			      "choose another, for example xvdb";
		} else if (!strcmp(c->disk[i].path, d->path) &&
			   !(d->is_readonly && c->disk[i].is_readonly)) {
			bad = "another disk has the same image, and one may write\n"
			      "let both be ro, or copy it";
		}
	}
	c->nr_disks += !bad;
	return bad;
}

static const char *add_vif(struct cfg *c, const char *text)
{
	struct vif *v = &c->vif[c->nr_vifs];
	const char *bad;

	if (c->nr_vifs == VIF_MAX) {
		return "there are too many interfaces\nremove some";
	}
	bad = vif_parse(text, v);
	for (unsigned int i = 0; !bad && i < c->nr_vifs; i++) {
		if (!memcmp(c->vif[i].mac, v->mac, sizeof(v->mac))) {
			bad = "another interface has this mac\nchange or remove one";
		}
	}
	c->nr_vifs += !bad;
	return bad;
}

int cfg_pv_key(struct cfg *c, const char *key)
{
	int nr = source_list_len(c->source, key);
	int rc = BH_OK;

	for (int i = 0; i < (nr < 0 ? 1 : nr); i++) {
		const char *s = nr < 0 ? source_text(c->source, key)
				       : source_item(c->source, key, i);
		const char *bad = NULL;

		if (nr >= 0 || s[0]) {
			bad = !strcmp(key, "disk") ? add_disk(c, s) : add_vif(c, s);
		}
		rc = bad ? pv_bad(c, key, s, bad) : rc;
	}
	return rc;
}

int cfg_pv_check(const struct cfg *c)
{
	const char *key = c->nr_disks ? "disk" : "vif";

	if ((c->nr_disks || c->nr_vifs) && !xstore_runs()) {
		struct where w = cfg_where(c, key);

		return err_at(w.file, w.line,
			      "%s needs xenstored, which does not run\nstart it: bh setup", key);
	}
	for (unsigned int i = 0; i < c->nr_vifs; i++) {
		const char *bad = vif_look(&c->vif[i]);

		if (bad) {
			return pv_bad(c, "vif", c->vif[i].bridge, bad);
		}
	}
	return BH_OK;
}

int cfg_pv_give(const struct cfg *c, uint32_t domid)
{
	int rc = 0;

	for (unsigned int i = 0; i < c->nr_disks && rc == 0; i++) {
		rc = disk_attach(domid, &c->disk[i]);
	}
	for (unsigned int i = 0; i < c->nr_vifs && rc == 0; i++) {
		rc = vif_attach(domid, i, &c->vif[i]);
	}
	return rc;
}
