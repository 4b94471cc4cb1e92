/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl: facts about the machine for the toolstack (include/public/sysctl.h), a table of commands
 * with a hook each. Lists go straight to the caller's buffers, entry by entry. There is one NUMA
 * node; pools of CPUs are in op_sysctl_pool.c. Takes no lock of its own.
 */
#include <hv/console.h>
#include <hv/debugkeys.h>
#include <hv/budget.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/percpu.h>
#include <hv/softirq.h>
#include <hv/string.h>
#include <public/sysctl.h>

#include "domctl.h"
#include "sysctl_pool.h"

#define PIECE	   1024U
#define LOG_MAX	   2048U /* bytes of the log in one call: its bound */
#define KEYS_MAX   64U
#define NUMA_LOCAL 10U
/* In the upper half of x1, which carries no argument: the lower half says where to go on. */
#define IN_PROGRESS 0x5a17e5c1UL

static u32 online_cpus(void)
{
	return (u32)__builtin_popcountl(cpus_online.bits);
}

static int get_physinfo(struct xen_sysctl *op)
{
	struct xen_sysctl_physinfo *info = &op->u.physinfo;

	memset(info, 0, sizeof(*info));
	info->threads_per_core = 1;
	info->cores_per_socket = online_cpus();
	info->nr_cpus = online_cpus();
	info->max_cpu_id = nr_cpus - 1;
	info->nr_nodes = 1;
	info->cpu_khz = (u32)(time_to_ticks(NSEC_PER_SEC) / 1000);
	info->capabilities = XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_hap;
	info->capabilities |= IS_ENABLED(CONFIG_GRANT_TABLE) ? XEN_SYSCTL_PHYSCAP_gnttab_v1 : 0;
	info->total_pages = frame_nr_total();
	info->free_pages = frame_nr_free();
	info->max_mfn = frame_nr_total();
	return 0;
}

static int get_sched_id(struct xen_sysctl *op)
{
	op->u.sched_id.sched_id = sched_default_id();
	return 0;
}

static int read_log(struct xen_sysctl *op)
{
	struct xen_sysctl_readconsole *arg = &op->u.readconsole;
	bool incremental = arg->incremental != 0;
	char piece[PIECE];
	u32 cursor = arg->index;
	u32 room = MIN(arg->count, LOG_MAX);
	u32 done = 0;
	size_t n;

	do {
		n = console_ring_read(piece, MIN(room - done, PIECE), &cursor, arg->clear != 0,
				      incremental);
		if (n != 0 && guest_copy_to(arg->buffer.va + done, piece, n) != 0) {
			return -EFAULT;
		}
		done += (u32)n;
		incremental = true;
	} while (n != 0 && done < room);
	arg->count = done;
	arg->index = cursor;
	return 0;
}

/* num_domains: how many are in the list, and in its upper half where to go on, when not 0. */
static int list_domains(struct xen_sysctl *op)
{
	struct xen_sysctl_getdomaininfolist *arg = &op->u.getdomaininfolist;
	struct xen_domctl_getdomaininfo info;
	u32 nr = arg->num_domains & 0xffff;
	u32 next = nr != 0 ? arg->num_domains >> 16 : arg->first_domain;
	struct domain *d;

	while (nr < MIN(arg->max_domains, (u32)CONFIG_MAX_DOMAINS)) {
		d = domain_get_next((domid_t)next);
		if (d == NULL) {
			break;
		}
		next = d->id + 1U;
		domctl_fill_info(d, &info);
		domain_put(d);
		if (guest_copy_to(arg->buffer.va + nr * sizeof(info), &info, sizeof(info)) != 0) {
			return -EFAULT;
		}
		nr++;
		if (softirq_preempt_needed()) {
			arg->num_domains = next << 16 | nr;
			return -ERESTART;
		}
	}
	arg->num_domains = nr;
	return 0;
}

static int press_keys(struct xen_sysctl *op)
{
	const struct xen_sysctl_debug_keys *arg = &op->u.debug_keys;
	char keys[KEYS_MAX];
	u32 nr = MIN(arg->nr_keys, KEYS_MAX);
	int err = 0;

	if (guest_copy_from(keys, arg->keys.va, nr) != 0) {
		return -EFAULT;
	}
	for (u32 i = 0; i < nr && err == 0; i++) {
		err = debugkeys_press(keys[i]);
	}
	return err;
}

static int get_cputopo(struct xen_sysctl *op)
{
	struct xen_sysctl_cputopoinfo *arg = &op->u.cputopoinfo;
	struct xen_sysctl_cputopo topo = { 0 };
	u32 nr = MIN(arg->num_cpus, nr_cpus);

	for (u32 i = 0; arg->cputopo.va != 0 && i < nr; i++) {
		topo.core = i;
		if (guest_copy_to(arg->cputopo.va + i * sizeof(topo), &topo, sizeof(topo)) != 0) {
			return -EFAULT;
		}
	}
	arg->num_cpus = arg->cputopo.va != 0 ? nr : nr_cpus;
	return 0;
}

static int get_numa(struct xen_sysctl *op)
{
	struct xen_sysctl_numainfo *arg = &op->u.numainfo;
	struct xen_sysctl_meminfo info = { frame_nr_total() << PAGE_SHIFT, frame_nr_free()
										   << PAGE_SHIFT };
	u32 distance = NUMA_LOCAL;
	bool has_room = arg->num_nodes != 0;
	u64 to_info = has_room ? arg->meminfo.va : 0;
	u64 to_distance = has_room ? arg->distance.va : 0;

	arg->num_nodes = 1;
	if ((to_info != 0 && guest_copy_to(to_info, &info, sizeof(info)) != 0) ||
	    (to_distance != 0 && guest_copy_to(to_distance, &distance, sizeof(distance)) != 0)) {
		return -EFAULT;
	}
	return 0;
}

struct sysctl_row {
	u16 cmd;
	enum xsm_hook hook;
	int (*handler)(struct xen_sysctl *op);
};

static const struct sysctl_row rows[] = {
	{ XEN_SYSCTL_readconsole, XSM_MACHINE_LOG, read_log },
	{ XEN_SYSCTL_physinfo, XSM_MACHINE_INFO, get_physinfo },
	{ XEN_SYSCTL_sched_id, XSM_MACHINE_INFO, get_sched_id },
	{ XEN_SYSCTL_getdomaininfolist, XSM_DOMAIN_INFO, list_domains },
	{ XEN_SYSCTL_debug_keys, XSM_MACHINE_DEBUG, press_keys },
	{ XEN_SYSCTL_cputopoinfo, XSM_MACHINE_INFO, get_cputopo },
	{ XEN_SYSCTL_numainfo, XSM_MACHINE_INFO, get_numa },
	{ XEN_SYSCTL_scheduler_op, XSM_MACHINE_INFO, sysctl_scheduler },
	{ XEN_SYSCTL_cpupool_op, XSM_MACHINE_INFO, sysctl_cpupool },
};

static const struct sysctl_row *find_row(u32 cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].cmd == cmd) {
			return &rows[i];
		}
	}
	return NULL;
}

s64 op_sysctl(u64 *args)
{
	const struct sysctl_row *row;
	struct xen_sysctl op;
	int err;

	if (guest_copy_from(&op, args[0], sizeof(op)) != 0) {
		return -EFAULT;
	}
	if (op.interface_version != XEN_SYSCTL_INTERFACE_VERSION) {
		return -EACCES;
	}
	row = find_row(op.cmd);
	if (row == NULL) {
		return -ENOSYS;
	}
	budget_note_sub(op.cmd);
	err = xsm_check(row->hook, current_domain(), NULL);
	if (op.cmd == XEN_SYSCTL_getdomaininfolist) {
		op.u.getdomaininfolist.num_domains = args[1] >> 32 == IN_PROGRESS ? (u32)args[1]
										  : 0;
	}
	if (err == 0) {
		err = row->handler(&op);
	}
	if (err == -ERESTART && op.cmd == XEN_SYSCTL_getdomaininfolist) {
		args[1] = IN_PROGRESS << 32 | op.u.getdomaininfolist.num_domains;
	} else if ((err == 0 || err == -ERESTART) && guest_copy_to(args[0], &op, sizeof(op)) != 0) {
		return -EFAULT;
	}
	return err;
}
