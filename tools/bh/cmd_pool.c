/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh cpupool-list, -destroy, -cpu-add, -cpu-remove and -migrate. (cpupool-create:
 * cmd_pool_create.c)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "admit.h"
#include "cmd.h"
#include "create.h"
#include "dom.h"
#include "err.h"
#include "out.h"
#include "pool.h"

static const struct out_col list_cols[] = {
	{ "name", "Name" }, { "id", NULL },	      { "scheduler", "Sched" },
	{ "cpus", "CPUs" }, { "domains", "Domains" }, { NULL, NULL },
};

static unsigned int count(const struct cpuset *set)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < CPUSET_MAX; i++) {
		nr += cpuset_has(set, i);
	}
	return nr;
}

/* JSON: an array of the CPUs; people: their list or, when there are many pools, their number. */
static void out_cpus(struct out_table *t, const struct cpuset *set, bool as_list)
{
	char json[CPUSET_MAX * 5] = "[";
	char text[128];
	size_t at = 1;

	for (unsigned int i = 0; i < CPUSET_MAX; i++) {
		if (cpuset_has(set, i)) {
			at += (size_t)snprintf(json + at, sizeof(json) - at, "%s%u",
					       at > 1 ? ", " : "", i);
		}
	}
	snprintf(json + at, sizeof(json) - at, "]");
	snprintf(text, sizeof(text), "%u", count(set));
	out_raw(t, json, as_list ? cpuset_text(set, CPUSET_MAX, text, sizeof(text)) : text);
}

static void list_row(struct out_table *t, const struct pool *p, bool as_list)
{
	char name[16];

	snprintf(name, sizeof(name), "Pool-%u", p->id);
	out_str(t, name);
	out_num(t, p->id);
	out_str(t, hyp_sched_name(p->sched));
	out_cpus(t, &p->cpus, as_list);
	out_num(t, p->nr_doms);
}

static int list_cmd(const struct args *a)
{
	struct out_table *t;
	struct pool p;
	uint32_t from = 0;
	int rc = a->argc ? pool_find(a->argv[0], &p) : BH_OK;

	if (rc) {
		return rc;
	}
	t = out_new(list_cols, OUT_TABLE, a->json);
	if (a->argc) {
		list_row(t, &p, args_has(a, 'c'));
	}
	while (!a->argc && pool_next(from, &p) == 0) {
		list_row(t, &p, args_has(a, 'c'));
		from = p.id + 1;
	}
	out_end(t);
	return BH_OK;
}

static int destroy_cmd(const struct args *a)
{
	struct xen_sysctl_cpupool_op op = { .op = XEN_SYSCTL_CPUPOOL_OP_RMCPU };
	struct pool p;
	int rc = pool_find(a->argv[0], &p);

	if (rc) {
		return rc;
	}
	if (p.id == 0) {
		return err_say(BH_FAILED, "pool 0 stays\nDomain-0 lives in it");
	}
	if (p.nr_doms) {
		return err_say(BH_FAILED,
			       "pool %u has %u domains\ndestroy them, or move them with \"bh "
			       "cpupool-migrate\"",
			       p.id, p.nr_doms);
	}
	op.cpupool_id = p.id;
	for (op.cpu = 0; op.cpu < CPUSET_MAX && rc == 0; op.cpu++) {
		rc = cpuset_has(&p.cpus, op.cpu) ? hyp_pool_op(&op) : 0;
	}
	op.op = XEN_SYSCTL_CPUPOOL_OP_DESTROY;
	rc = rc ? rc : hyp_pool_op(&op);
	return rc ? err_sys(rc, "cannot destroy pool %u\n\"bh cpupool-list -c\" shows what is left",
			    p.id)
		  : BH_OK;
}

static const char *cpu_remedy(int rc, bool is_add)
{
	if (rc == -ENOSPC) {
		return "an arinc653 pool has one CPU; create another pool";
	}
	if (is_add) {
		return rc == -EBUSY ? "it is in a pool: \"bh cpupool-cpu-remove\" first"
				    : "\"bh info\" shows the number of CPUs";
	}
	return rc == -EBUSY ? "it is the last one of a pool in use, or a vCPU needs it there"
			    : "\"bh cpupool-list -c\" shows the CPUs of each pool";
}

static int change_cpu(uint32_t pool, uint32_t cpu, bool is_add)
{
	struct xen_sysctl_cpupool_op op = {
		.op = is_add ? XEN_SYSCTL_CPUPOOL_OP_ADDCPU : XEN_SYSCTL_CPUPOOL_OP_RMCPU,
		.cpupool_id = pool,
		.cpu = cpu,
	};
	char which[16] = "a CPU";
	int rc = hyp_pool_op(&op);

	if (rc == 0) {
		return BH_OK;
	}
	if (cpu != XEN_SYSCTL_CPUPOOL_PAR_ANY) {
		snprintf(which, sizeof(which), "CPU %u", cpu);
	}
	return err_sys(rc, "cannot %s %s %s pool %u\n%s", is_add ? "add" : "remove", which,
		       is_add ? "to" : "from", pool, cpu_remedy(rc, is_add));
}

static int change_cpus(const struct args *a, bool is_add)
{
	unsigned int nr = create_nr_cpus();
	const char *bad;
	struct cpuset set;
	struct pool p;
	int rc = pool_find(a->argv[0], &p);

	if (rc) {
		return rc;
	}
	if (!strcmp(a->argv[1], "any")) {
		return change_cpu(p.id, XEN_SYSCTL_CPUPOOL_PAR_ANY, is_add);
	}
	bad = cpuset_parse(a->argv[1], nr, &set);
	if (bad) {
		return err_say(BH_USAGE,
			       "\"%s\" %s\nthis machine has the CPUs 0-%u; write for example 1-2",
			       a->argv[1], bad, nr - 1);
	}
	for (unsigned int i = 0; i < nr && rc == BH_OK; i++) {
		rc = cpuset_has(&set, i) ? change_cpu(p.id, i, is_add) : BH_OK;
	}
	return rc;
}

static int add_cmd(const struct args *a)
{
	return change_cpus(a, true);
}

static int remove_cmd(const struct args *a)
{
	return change_cpus(a, false);
}

static int migrate_cmd(const struct args *a)
{
	struct xen_sysctl_cpupool_op op = { .op = XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN };
	char what[128];
	struct pool p;
	int rc = dom_find_guest(a->argv[0], "move", &op.domid);

	rc = rc ? rc : pool_find(a->argv[1], &p);
	if (rc) {
		return rc;
	}
	if (cpuset_empty(&p.cpus)) {
		return err_say(BH_FAILED,
			       "pool %u has no CPU\nadd one: bh cpupool-cpu-add Pool-%u any", p.id,
			       p.id);
	}
	op.cpupool_id = p.id;
	rc = hyp_pool_op(&op);
	if (rc == -E2BIG) {
		return err_say(
			BH_FAILED,
			"\"%s\" has too many vCPUs to change its pool\nat most 6 move; create it "
			"there, with pool = \"Pool-%u\" in its configuration",
			a->argv[0], p.id);
	}
	snprintf(what, sizeof(what), "cannot move \"%s\" to pool %u", a->argv[0], p.id);
	return rc ? admit_explain(rc, what) : BH_OK;
}

static const struct opt list_opts[] = {
	{ 'c', "cpus", NULL, "print the CPUs of each pool instead of their number" },
	{ 0 },
};

const struct cmd cmd_pool_list = {
	.name = "cpupool-list",
	.usage = "[POOL]",
	.summary = "list pools of CPUs",
	.opts = list_opts,
	.max = 1,
	.flags = CMD_JSON,
	.run = list_cmd,
};

const struct cmd cmd_pool_destroy = {
	.name = "cpupool-destroy",
	.usage = "POOL",
	.summary = "destroy a pool of CPUs",
	.min = 1,
	.max = 1,
	.run = destroy_cmd,
};

const struct cmd cmd_pool_cpu_add = {
	.name = "cpupool-cpu-add",
	.usage = "POOL CPUS",
	.summary = "give free CPUs to a pool",
	.min = 2,
	.max = 2,
	.run = add_cmd,
};

const struct cmd cmd_pool_cpu_remove = {
	.name = "cpupool-cpu-remove",
	.usage = "POOL CPUS",
	.summary = "take CPUs from a pool",
	.min = 2,
	.max = 2,
	.run = remove_cmd,
};

const struct cmd cmd_pool_migrate = {
	.name = "cpupool-migrate",
	.usage = "DOMAIN POOL",
	.summary = "move a domain to another pool",
	.min = 2,
	.max = 2,
	.run = migrate_cmd,
};
