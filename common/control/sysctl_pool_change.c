/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl commands that make, change and destroy CPU pools, move domains between them, and set the
 * schedule of one with arinc653. The hook has been asked (op_sysctl_pool.c). Run under the control
 * lock, which also protects the two buffers: a schedule is too large for the stack. The interface
 * names a domain by its UUID, the scheduler by its id; a window whose UUID is all ones belongs to
 * nobody.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/string.h>
#include <hv/xsm.h>
#include <public/sysctl.h>

#include "../ext/ext.h"
#include "sysctl_pool.h"

static struct xen_sysctl_arinc653_schedule table;
static struct sched_schedule schedule;

/* "Any" is the first free CPU to add and the last one of the pool to remove. */
static int change_cpu(struct xen_sysctl_cpupool_op *arg)
{
	bool is_any = arg->cpu == XEN_SYSCTL_CPUPOOL_PAR_ANY;
	bool is_add = arg->op == XEN_SYSCTL_CPUPOOL_OP_ADDCPU;
	struct sched_pool_info info = { 0 };
	int err = sysctl_find_pool(arg->cpupool_id, &info);
	cpumask_t cpus = is_add ? sched_free_cpus() : info.cpus;

	if (err == 0 && is_any && cpumask_is_empty(cpus)) {
		err = is_add ? -EBUSY : -ENODEV;
	}
	if (err != 0) {
		return err;
	}
	/* Written down, so that a repetition means the same CPU. */
	if (is_any) {
		arg->cpu = is_add ? cpumask_first(cpus) : 63U - (u32)__builtin_clzl(cpus.bits);
	}
	err = (is_add ? sched_pool_add_cpu : sched_pool_remove_cpu)(info.id, arg->cpu);
	return err == -EAGAIN ? -ERESTART : err;
}

/*
 * All vCPUs at once, since of a domain half in a pool nobody could say who its CPUs belong to. With
 * more it can only be created in its pool.
 */
#define MOVE_VCPUS_MAX 6U

static int move_domain(const struct xen_sysctl_cpupool_op *arg)
{
	struct sched_admission why = { 0 };
	struct domain *d = NULL;
	int err = arg->domid >= HV_DOMID_FIRST_RESERVED
			  ? -ESRCH
			  : xsm_target((u16)arg->domid, XSM_DOMAIN_SCHED, &d);

	if (err != 0) {
		return err;
	}
	err = d->nr_vcpus > MOVE_VCPUS_MAX && d != current_domain()
		      ? -E2BIG
		      : sched_pool_fit(&d->sched, arg->cpupool_id, &why);
	if (IS_ENABLED(CONFIG_SCHED_RTDS)) {
		(void)ext_refusal_keep(err, &why);
	}
	/* The caller itself, which is Dom0, can only be where it is. */
	if (err == 0 && d != current_domain()) {
		domain_pause(d, true);
		err = sched_pool_move(&d->sched, arg->cpupool_id);
		domain_pause(d, false);
	}
	domain_put(d);
	return err;
}

int sysctl_change_pool(struct xen_sysctl_cpupool_op *op)
{
	switch (op->op) {
	case XEN_SYSCTL_CPUPOOL_OP_CREATE:
		return sched_pool_create(op->cpupool_id, (enum sched_id)op->sched_id,
					 &op->cpupool_id);
	case XEN_SYSCTL_CPUPOOL_OP_DESTROY:
		return sched_pool_destroy(op->cpupool_id);
	case XEN_SYSCTL_CPUPOOL_OP_ADDCPU:
	case XEN_SYSCTL_CPUPOOL_OP_RMCPU:
		return change_cpu(op);
	case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN:
		return move_domain(op);
	default:
		return -EOPNOTSUPP;
	}
}

static bool has_uuid(struct domain *d, const void *arg)
{
	const u8 *uuid = arg;

	return memcmp(uuid, d->uuid, sizeof(d->uuid)) == 0;
}

/* Id of the domain with this UUID; all ones: SCHED_NOBODY. -ESRCH: nobody has it. */
static int find_owner(const u8 *uuid, u16 *id)
{
	u8 nobody[sizeof(((struct domain *)NULL)->uuid)];
	struct domain *d;

	memset(nobody, 0xff, sizeof(nobody));
	if (memcmp(uuid, nobody, sizeof(nobody)) == 0) {
		*id = SCHED_NOBODY;
		return 0;
	}
	d = domain_find(has_uuid, uuid);
	*id = d != NULL ? d->id : *id;
	domain_put(d);
	return d != NULL ? 0 : -ESRCH;
}

int sysctl_put_schedule(u32 pool, u64 from)
{
	int err = 0;

	if (guest_copy_from(&table, from, sizeof(table)) != 0) {
		return -EFAULT;
	}
	if (table.num_sched_entries > MIN(SCHED_WINDOWS_MAX, ARINC653_MAX_DOMAINS_PER_SCHEDULE)) {
		return -EINVAL;
	}
	memset(&schedule, 0, sizeof(schedule));
	schedule.major_frame_ns = table.major_frame;
	schedule.nr_windows = table.num_sched_entries;
	for (u32 i = 0; i < schedule.nr_windows && err == 0; i++) {
		struct sched_window *w = &schedule.windows[i];
		u32 vcpu = table.sched_entries[i].vcpu_id;

		err = vcpu < DOMAIN_VCPUS_MAX
			      ? find_owner(table.sched_entries[i].dom_handle, &w->domain)
			      : -EINVAL;
		w->vcpu = (u16)vcpu;
		w->ns = table.sched_entries[i].runtime;
	}
	return err != 0 ? err : sched_schedule_set(pool, &schedule);
}

int sysctl_get_schedule(u32 pool, u64 to)
{
	int err = sched_schedule_get(pool, &schedule);

	if (err != 0) {
		return err;
	}
	memset(&table, 0, sizeof(table));
	table.major_frame = schedule.major_frame_ns;
	table.num_sched_entries = (u8)schedule.nr_windows;
	for (u32 i = 0; i < schedule.nr_windows; i++) {
		const struct sched_window *w = &schedule.windows[i];
		struct domain *d = domain_get(w->domain);
		u8 *uuid = table.sched_entries[i].dom_handle;

		memset(uuid, 0xff, sizeof(d->uuid));
		if (d != NULL) {
			memcpy(uuid, d->uuid, sizeof(d->uuid));
			domain_put(d);
		}
		table.sched_entries[i].vcpu_id = w->vcpu;
		table.sched_entries[i].runtime = w->ns;
	}
	return guest_copy_to(to, &table, sizeof(table)) != 0 ? -EFAULT : 0;
}
