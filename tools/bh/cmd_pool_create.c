/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh cpupool-create: a pool from a configuration in the syntax of xlcpupool.cfg(5), in a file, on
 * the command line, or both. Everything is checked before anything is created; when the hypervisor
 * refuses a CPU half-way, the pool is taken away again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admit.h"
#include "cfg.h"
#include "cfg_source.h"
#include "cmd.h"
#include "create.h"
#include "err.h"
#include "pool.h"

struct request {
	uint32_t id;	/* XEN_SYSCTL_CPUPOOL_PAR_ANY = the first free one */
	uint32_t sched; /* XEN_SCHEDULER_* */
	struct cpuset cpus;
	bool has_cpus;
};

static int bad(const struct cfg_source *s, const char *key, const char *cause, const char *remedy)
{
	struct where w = source_where(s, key);
	const char *value = source_text(s, key);

	return err_at(w.file, w.line, "%s = \"%s\" %s\n%s", key, value ? value : "[...]", cause,
		      remedy);
}

static int read_name(const struct cfg_source *s, const char *key, struct request *r)
{
	const char *v = source_text(s, key);

	return v && admit_pool_id(v, &r->id)
		       ? BH_OK
		       : bad(s, key, "is not a name of a pool",
			     "pools are called Pool-0 to Pool-15; without name the first free one");
}

static int read_sched(const struct cfg_source *s, const char *key, struct request *r)
{
	const char *v = source_text(s, key);

	for (uint32_t id = XEN_SCHEDULER_CREDIT; v && id <= XEN_SCHEDULER_NULL; id++) {
		if (id != XEN_SCHEDULER_CREDIT2 && !strcmp(v, hyp_sched_name(id))) {
			r->sched = id;
			return BH_OK;
		}
	}
	return bad(s, key, "is not a scheduler", "write credit, rtds, arinc653 or null");
}

static int read_cpus(const struct cfg_source *s, const char *key, struct request *r)
{
	int nr = source_list_len(s, key);
	struct cpuset one;

	r->has_cpus = true;
	for (int i = 0; i < (nr < 0 ? 1 : nr); i++) {
		const char *v = nr < 0 ? source_text(s, key) : source_item(s, key, i);
		const char *wrong = cpuset_parse(v, source_cpus(s), &one);

		if (wrong) {
			return bad(s, key, wrong, "\"bh cpupool-list -c\" shows the CPUs in use");
		}
		for (size_t b = 0; b < sizeof(one.bits); b++) {
			r->cpus.bits[b] |= one.bits[b];
		}
	}
	return BH_OK;
}

static int read_key(const struct cfg_source *s, const char *key, struct request *r)
{
	struct where w = source_where(s, key);

	if (!strcmp(key, "name")) {
		return read_name(s, key, r);
	}
	if (!strcmp(key, "sched")) {
		return read_sched(s, key, r);
	}
	if (!strcmp(key, "cpus")) {
		return read_cpus(s, key, r);
	}
	return err_at(w.file, w.line, "unknown key \"%s\"\nwrite name, sched or cpus", key);
}

/* FILE, when there is one, then the assignments. */
static int read_request(const struct args *a, struct request *r)
{
	bool has_file = a->argc && !strchr(a->argv[0], '=');
	char *text = has_file ? cfg_read(a->argv[0]) : calloc(1, 1);
	const struct scan_key *key;
	struct cfg_source *s;
	int rc = BH_OK;

	if (!text) {
		return BH_CONFIG;
	}
	s = source_parse(has_file ? a->argv[0] : "command line", text, a->argv + has_file,
			 a->argc - has_file, create_nr_cpus());
	for (size_t i = 0; s && (key = source_key(s, i)) != NULL; i++) {
		rc = read_key(s, key->name, r) ? BH_CONFIG : rc;
	}
	rc = s ? rc : BH_CONFIG;
	source_free(s);
	free(text);
	return rc;
}

/* All CPUs that are asked for must be free. */
static int check_cpus(const struct request *r)
{
	struct cpuset unused;
	int rc = hyp_pool_free_cpus(&unused);

	if (rc) {
		return err_sys(rc, "cannot ask which CPUs are free");
	}
	if (!r->has_cpus && cpuset_empty(&unused)) {
		return err_say(BH_FAILED, "no CPU is free\ntake one from a pool: bh "
					  "cpupool-cpu-remove Pool-0 CPU");
	}
	for (unsigned int i = 0; r->has_cpus && i < create_nr_cpus(); i++) {
		if (cpuset_has(&r->cpus, i) && !cpuset_has(&unused, i)) {
			return err_say(BH_FAILED,
				       "CPU %u is in another pool\n\"bh cpupool-cpu-remove\" takes "
				       "it from there",
				       i);
		}
	}
	return BH_OK;
}

/* 0 or -errno. */
static int add_cpus(const struct request *r, uint32_t id)
{
	struct xen_sysctl_cpupool_op op = {
		.op = XEN_SYSCTL_CPUPOOL_OP_ADDCPU,
		.cpupool_id = id,
		.cpu = XEN_SYSCTL_CPUPOOL_PAR_ANY,
	};
	int rc = 0;

	if (!r->has_cpus) {
		return hyp_pool_op(&op);
	}
	for (op.cpu = 0; op.cpu < CPUSET_MAX && rc == 0; op.cpu++) {
		rc = cpuset_has(&r->cpus, op.cpu) ? hyp_pool_op(&op) : 0;
	}
	return rc;
}

static void undo(uint32_t id)
{
	struct xen_sysctl_cpupool_op op = {
		.op = XEN_SYSCTL_CPUPOOL_OP_RMCPU,
		.cpupool_id = id,
		.cpu = XEN_SYSCTL_CPUPOOL_PAR_ANY,
	};

	while (hyp_pool_op(&op) == 0) {
		op.cpu = XEN_SYSCTL_CPUPOOL_PAR_ANY;
	}
	op.op = XEN_SYSCTL_CPUPOOL_OP_DESTROY;
	hyp_pool_op(&op);
}

static int create_cmd(const struct args *a)
{
	struct request r = { .id = XEN_SYSCTL_CPUPOOL_PAR_ANY, .sched = XEN_SCHEDULER_CREDIT };
	struct xen_sysctl_cpupool_op op = { .op = XEN_SYSCTL_CPUPOOL_OP_CREATE };
	int rc = read_request(a, &r);

	rc = rc ? rc : check_cpus(&r);
	if (rc) {
		return rc;
	}
	op.cpupool_id = r.id;
	op.sched_id = r.sched;
	rc = hyp_pool_op(&op);
	if (rc) {
		return err_sys(rc, "cannot create a pool with the scheduler %s\n%s",
			       hyp_sched_name(r.sched),
			       rc == -EEXIST ? "a pool of this name exists: \"bh cpupool-list\""
					     : "is the scheduler built into the hypervisor?");
	}
	rc = add_cpus(&r, op.cpupool_id);
	if (rc) {
		undo(op.cpupool_id);
		return err_sys(rc, "cannot give the pool its CPUs\n%s",
			       rc == -ENOSPC ? "an arinc653 pool has one CPU"
					     : "\"bh cpupool-list -c\" shows the CPUs in use");
	}
	if (a->json) {
		printf("{\"id\": %u, \"name\": \"Pool-%u\"}\n", op.cpupool_id, op.cpupool_id);
	} else {
		printf("pool %u \"Pool-%u\" created\n", op.cpupool_id, op.cpupool_id);
	}
	return BH_OK;
}

const struct cmd cmd_pool_create = {
	.name = "cpupool-create",
	.usage = "[FILE] [KEY=VALUE]...",
	.summary = "create a pool of CPUs",
	.help = "Keys, as in xlcpupool.cfg(5): name=\"Pool-1\", sched=\"rtds\", cpus=\"2-3\".\n",
	.max = -1,
	.flags = CMD_JSON,
	.run = create_cmd,
};
