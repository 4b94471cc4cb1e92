/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl: facts about the machine for the toolstack (include/public/sysctl.h), a table of commands
 * with a hook each. Lists go straight to the caller's buffers, entry by entry. Pools of
 * CPUs are in op_sysctl_pool.c. Takes no lock of its own.
 */
#include <hv/console.h>
#include <hv/debugkeys.h>
#include <hv/budget.h>
#include <hv/call.h>
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
#include "xl.h"
#include "sysctl_pool.h"

#define PIECE	 1024U
#define LOG_MAX	 2048U /* bytes of the log in one call: its bound */
#define KEYS_MAX 64U
/* In the upper half of x1, which carries no argument: the lower half says where to go on. */
#define IN_PROGRESS 0x5a17e5c1UL

struct sysctl_call {
	struct xen_sysctl op;
	u64 *progress; /* x1 */
};

static int get_physinfo(struct domain *d __unused, void *arg)
{
	struct xen_sysctl_physinfo *info = arg;

	memset(info, 0, sizeof(*info));
	info->threads_per_core = 1;
	info->nr_cpus = (u32)__builtin_popcountl(cpus_online.bits);
	info->cores_per_socket = info->nr_cpus;
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

static int get_sched_id(struct domain *d __unused, void *arg)
{
	struct xen_sysctl_sched_id *out = arg;

	out->sched_id = sched_default_id();
	return 0;
}

static int read_log(struct domain *d __unused, void *arg)
{
	struct xen_sysctl_readconsole *op = arg;
	char piece[PIECE];
	u32 cursor = op->index;

	op->count = (u32)console_ring_read(piece, MIN(op->count, PIECE), &cursor, op->clear != 0,
					   op->incremental != 0);
	op->index = cursor;
	return guest_copy_to(op->buffer.va, piece, op->count);
}

/* While in progress, x1 says how many are in the list and which domain is next. */
static int list_domains(struct domain *d, void *arg)
{
	struct xen_sysctl_getdomaininfolist *list = arg;
	const struct sysctl_call *call = container_of(arg, struct sysctl_call, op.u);
	u64 *progress = call->progress;
	bool is_new = *progress >> 32 != IN_PROGRESS;
	u32 nr = is_new ? 0 : *progress & 0xffff;
	u32 next = nr == 0 ? list->first_domain : (u32)*progress >> 16;
	struct xen_domctl_getdomaininfo info;

	while (nr < MIN(list->max_domains, (u32)CONFIG_MAX_DOMAINS)) {
		d = domain_get_next((domid_t)next);
		if (d == NULL) {
			break;
		}
		next = d->id + 1U;
		domctl_fill_info(d, &info);
		domain_put(d);
		if (guest_copy_to(list->buffer.va + nr * sizeof(info), &info, sizeof(info)) != 0) {
			return -EFAULT;
		}
		nr++;
		if (softirq_preempt_needed()) {
			*progress = IN_PROGRESS << 32 | next << 16 | nr;
			return -ERESTART;
		}
	}
	list->num_domains = nr;
	return 0;
}

static int press_keys(struct domain *d __unused, void *arg)
{
	const struct xen_sysctl_debug_keys *op = arg;
	char keys[KEYS_MAX];
	u32 nr = MIN(op->nr_keys, KEYS_MAX);
	int err = guest_copy_from(keys, op->keys.va, nr);

	for (u32 i = 0; i < nr && err == 0; i++) {
		err = debugkeys_press(keys[i]);
	}
	return err;
}

/* Everything has an answer, which is copied back with -ERESTART, too, unless noted otherwise. */
#define GET	       (CALL_OUT | CALL_PROGRESS)
#define IF_XL(command) IF_ENABLED(CONFIG_XL, command)
#define HAS_SCHEDULER                                                                              \
	(IS_ENABLED(CONFIG_XL) || IS_ENABLED(CONFIG_CPU_POOLS) || IS_ENABLED(CONFIG_SCHED_ARINC653))

static const struct call_row rows[] = {
	[XEN_SYSCTL_readconsole] = { read_log, XSM_MACHINE_LOG, GET },
	[XEN_SYSCTL_physinfo] = { get_physinfo, XSM_MACHINE_INFO, GET },
	[XEN_SYSCTL_sched_id] = { get_sched_id, XSM_MACHINE_INFO, GET },
	[XEN_SYSCTL_getdomaininfolist] = { list_domains, XSM_DOMAIN_INFO, CALL_OUT },
	[XEN_SYSCTL_debug_keys] = { press_keys, XSM_MACHINE_DEBUG, GET },
	[XEN_SYSCTL_cputopoinfo] = { IF_XL(sysctl_cputopo), XSM_MACHINE_INFO, GET },
	[XEN_SYSCTL_numainfo] = { IF_XL(sysctl_numa), XSM_MACHINE_INFO, GET },
	[XEN_SYSCTL_scheduler_op] = { HAS_SCHEDULER ? sysctl_scheduler : NULL, XSM_MACHINE_INFO,
				      GET | CALL_LOCKED },
	[XEN_SYSCTL_cpupool_op] = { sysctl_cpupool, XSM_MACHINE_INFO, GET | CALL_LOCKED },
};

s64 op_sysctl(u64 *args)
{
	struct sysctl_call call = { .progress = &args[1] };
	struct xen_sysctl *op = &call.op;
	const struct call_row *row;

	if (guest_copy_from(op, args[0], sizeof(*op)) != 0) {
		return -EFAULT;
	}
	if (op->interface_version != XEN_SYSCTL_INTERFACE_VERSION) {
		return -EACCES;
	}
	if (op->cmd >= ARRAY_SIZE(rows)) {
		return -ENOSYS;
	}
	row = &rows[op->cmd];
	budget_note_sub(op->cmd);
	return call_answer(row, call_run(row, HV_DOMID_SELF, &op->u), args[0], op, sizeof(*op));
}
