/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh mem-set and mem-max: how much memory a domain shall have, and the most it
 * may have. The first is a request to the balloon driver of the guest, through
 * the shared store.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cmd.h"
#include "dom.h"
#include "err.h"
#include "record.h"

#define SPECIAL_KIB 16	 /* a domain's special pages count, too */
#define NEAR_KIB    2048 /* what a driver may be off */

static int mem_amount(const char *text, uint64_t *kib)
{
	if (text_size_kib(text, kib) && *kib) {
		return BH_OK;
	}
	return err_say(BH_USAGE,
		       "\"%s\" is not an amount of memory\nwrite it in MiB, or with k, m, g "
		       "behind the number",
		       text);
}

static int mem_wait(uint32_t domid, const char *arg, uint64_t kib)
{
	struct timespec tenth = { .tv_nsec = 100000000 };
	struct xen_domctl_getdomaininfo info;
	uint64_t has = 0;

	for (int t = 0; t < 600 && hyp_dom_info(domid, &info) == 0; t++) {
		has = info.tot_pages * 4;
		if (has <= kib + NEAR_KIB && kib <= has + NEAR_KIB) {
			return BH_OK;
		}
		nanosleep(&tenth, NULL);
	}
	return err_say(BH_TIMEOUT,
		       "domain \"%s\" has %llu MiB after 60 s\nit may need what it has, or have no "
		       "balloon driver",
		       arg, (unsigned long long)has / 1024);
}

static int mem_set_cmd(const struct args *a)
{
	struct xen_domctl_getdomaininfo info;
	char text[32];
	uint32_t domid;
	uint64_t kib = 0;
	int rc = mem_amount(a->argv[1], &kib);

	rc = rc ? rc : dom_find_stored(a->argv[0], "mem-set", &domid);
	if (rc) {
		return rc;
	}
	if (hyp_dom_info(domid, &info) == 0 && kib > info.max_pages * 4) {
		return err_say(BH_FAILED,
			       "domain \"%s\" may have %llu MiB at most\nset maxmem in its "
			       "configuration, or raise the limit: bh mem-max",
			       a->argv[0], (unsigned long long)info.max_pages / 256);
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)kib);
	rc = record_ask(domid, NULL, "memory/target", text);
	if (rc) {
		return err_sys(rc, "cannot ask domain \"%s\"", a->argv[0]);
	}
	return args_has(a, 'w') ? mem_wait(domid, a->argv[0], kib) : BH_OK;
}

static int mem_max_cmd(const struct args *a)
{
	struct xen_domctl_getdomaininfo info;
	uint32_t domid;
	uint64_t kib = 0;
	int rc = dom_find(a->argv[0], &domid);

	rc = rc ? rc : mem_amount(a->argv[1], &kib);
	if (rc) {
		return rc;
	}
	if (hyp_dom_info(domid, &info) == 0 && info.tot_pages * 4 > kib + SPECIAL_KIB) {
		return err_say(BH_FAILED,
			       "domain \"%s\" has %llu MiB already\nthe limit cannot be lower than "
			       "that",
			       a->argv[0], (unsigned long long)info.tot_pages / 256);
	}
	rc = hyp_dom_max_mem(domid, kib + SPECIAL_KIB);
	return rc ? err_sys(rc, "cannot set the limit of \"%s\"", a->argv[0]) : BH_OK;
}

static const struct opt mem_set_opts[] = {
	{ 'w', "wait", NULL, "wait until it has done so" },
	{ 0 },
};

const struct cmd cmd_mem_set = {
	.name = "mem-set",
	.usage = "DOMAIN MIB",
	.summary = "ask a domain to give memory back, or to take it again",
	.opts = mem_set_opts,
	.min = 2,
	.max = 2,
	.run = mem_set_cmd,
};

const struct cmd cmd_mem_max = {
	.name = "mem-max",
	.usage = "DOMAIN MIB",
	.summary = "set the most memory a domain may have",
	.min = 2,
	.max = 2,
	.run = mem_max_cmd,
};
