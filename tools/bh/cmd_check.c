/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh check: would these domains fit together? Each configuration is checked like "bh create -n"
 * does it, then all reservations of CPU time over all files are admitted one after the other, pool
 * by pool, with the hypervisor's own arithmetic. Needs no hypervisor; where there is one, its
 * number of CPUs counts, but not what runs on it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admit.h"
#include "cmd.h"
#include "create.h"
#include "err.h"
#include "hyp.h"
#include "out.h"
#include "plan.h"

#define CPUS_MAX 64u /* of the hypervisor */

struct pool_loads {
	struct admission_load load[ADMIT_LOADS];
	uint32_t nr;
};

struct check {
	struct cfg **cfg;
	bool *is_bad;
	int nr;
	uint32_t cpus;
	struct pool_loads pool[ADMIT_POOLS];
};

static const struct opt check_opts[] = {
	{ 'N', "cpus", "N", "CPUs of the machine (those of this one)" },
	{ 0 },
};

static const struct out_col check_cols[] = {
	{ "file", "File" },
	{ "name", "Name" },
	{ "pool", "Pool" },
	{ "vcpus", "VCPUs" },
	{ "period_us", "Period" },
	{ "budget_us", "Budget" },
	{ "share_ppm", "Share" },
	{ "ok", "OK" },
	{ NULL, NULL },
};

/* The CPUs that a vCPU may run on. */
static uint64_t cpus_of(const struct check *k, const struct cfg *c, uint32_t vcpu)
{
	uint64_t mask = 0;

	for (uint32_t i = 0; i < k->cpus; i++) {
		if (!c->affinity_hard || cpuset_has(&c->affinity_hard[vcpu], i)) {
			mask |= 1ull << i;
		}
	}
	return mask;
}

static uint32_t share_of(const struct cfg *c)
{
	uint32_t ppm = 0;

	if (c->budget_us) {
		(void)admission_ppm((uint32_t)c->period_us, (uint32_t)c->budget_us, &ppm);
	}
	return ppm;
}

/* Admits one vCPU and keeps its reservation. */
static int admit_vcpu(struct check *k, const struct cfg *c, uint32_t vcpu)
{
	struct pool_loads *pool = &k->pool[c->pool_id];
	struct admission_load asked = { .cpus = cpus_of(k, c, vcpu), .ppm = share_of(c) };
	struct where w = cfg_where(c, "budget");
	struct sched_admission why;
	char text[160];

	if (pool->nr == ADMIT_LOADS) {
		return err_at(w.file, w.line,
			      "vCPU %u of \"%s\": pool %u has %u reservations already\nthat is the "
			      "limit of a pool; use another one",
			      vcpu, c->name, c->pool_id, ADMIT_LOADS);
	}
	if (admission_check(pool->load, pool->nr, &asked, &why) != 0) {
		return err_at(w.file, w.line, "vCPU %u of \"%s\": %s\n%s", vcpu, c->name,
			      admit_text(&why, text, sizeof(text)),
			      why.overlap ? "pin both to the same CPUs, or to none in common"
					  : "lower the budget, or choose other CPUs");
	}
	pool->load[pool->nr++] = asked;
	return BH_OK;
}

static int check_admission(struct check *k, const struct cfg *c)
{
	int rc = BH_OK;

	for (uint32_t v = 0; v < c->maxvcpus && c->budget_us && rc == BH_OK; v++) {
		rc = admit_vcpu(k, c, v);
	}
	return rc;
}

static int check_name(const struct check *k, int at)
{
	const struct cfg *c = k->cfg[at];
	struct where w = cfg_where(c, "name");

	for (int i = 0; i < at; i++) {
		if (k->cfg[i] && !strcmp(k->cfg[i]->name, c->name)) {
			return err_at(w.file, w.line,
				      "the name \"%s\" is also in %s\ngive each domain its own",
				      c->name, k->cfg[i]->file);
		}
	}
	return BH_OK;
}

/* What create would find out before it builds anything. */
static int check_plan(const struct cfg *c)
{
	struct plan p;
	int rc = plan_make(&p, c);

	if (rc) {
		return rc;
	}
	rc = plan_dtb(&p, c->gic_version ? (unsigned int)c->gic_version : 3, 0);
	plan_free(&p);
	return rc;
}

static int check_files(struct check *k, char *const *files)
{
	int rc = BH_OK;

	for (int i = 0; i < k->nr; i++) {
		struct cfg *c = k->cfg[i] = cfg_load(files[i], NULL, 0, k->cpus);

		k->is_bad[i] = !c || check_name(k, i) || check_plan(c) || check_admission(k, c);
		rc = k->is_bad[i] ? BH_CONFIG : rc;
	}
	return rc;
}

static void print_row(struct out_table *t, const struct cfg *c, bool is_bad)
{
	char number[16];
	char share[16];

	out_str(t, c->name);
	out_num(t, c->pool_id);
	out_num(t, c->maxvcpus);
	out_num(t, c->period_us);
	out_num(t, c->budget_us);
	snprintf(number, sizeof(number), "%u", share_of(c));
	out_raw(t, number, admit_share(share_of(c), share));
	out_bool(t, !is_bad);
}

static void print_result(const struct check *k, char *const *files, bool json)
{
	struct out_table *t = out_new(check_cols, OUT_TABLE, json);

	for (int i = 0; i < k->nr; i++) {
		out_str(t, files[i]);
		if (k->cfg[i]) {
			print_row(t, k->cfg[i], k->is_bad[i]);
			continue;
		}
		out_str(t, NULL);
		for (int n = 0; n < 5; n++) {
			out_raw(t, "null", "-");
		}
		out_bool(t, false);
	}
	out_end(t);
}

static int check_cmd(const struct args *a)
{
	struct check k = { .nr = a->argc };
	uint64_t cpus = CPUS_MAX;
	int rc;

	if (args_has(a, 'N')) {
		if (!text_u64(args_val(a, 'N'), CPUS_MAX, &cpus) || cpus == 0) {
			return err_say(BH_USAGE, "\"%s\" is not a number of CPUs\ngive 1 to %u",
				       args_val(a, 'N'), CPUS_MAX);
		}
	} else if (hyp_available() && hyp_open() == BH_OK) {
		cpus = create_nr_cpus();
	} else {
		return err_say(BH_USAGE, "how many CPUs has the machine?\nadd --cpus N");
	}
	k.cpus = (uint32_t)(cpus < CPUS_MAX ? cpus : CPUS_MAX);
	k.cfg = calloc((size_t)k.nr, sizeof(*k.cfg));
	k.is_bad = calloc((size_t)k.nr, sizeof(*k.is_bad));
	if (!k.cfg || !k.is_bad) {
		return err_say(BH_FAILED, "out of memory");
	}
	rc = check_files(&k, a->argv);
	print_result(&k, a->argv, a->json);
	for (int i = 0; i < k.nr; i++) {
		cfg_free(k.cfg[i]);
	}
	free(k.cfg);
	free(k.is_bad);
	return rc;
}

const struct cmd cmd_check = {
	.name = "check",
	.usage = "FILE...",
	.summary = "check configurations, alone and together, without starting anything",
	.help = "Each file is checked as \"bh create -n\" does, then the reservations (period,\n"
		"budget) of all files together. Exit code 3: at least one would be refused.\n",
	.opts = check_opts,
	.min = 1,
	.max = -1,
	.flags = CMD_JSON | CMD_OFFLINE,
	.run = check_cmd,
};
