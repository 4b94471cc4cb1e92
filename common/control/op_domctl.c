/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domctl: the table of commands. Each row names the hook that decides whether the caller may do
 * this to that domain; the hypercall as a whole has asked for privilege before. What is not in the
 * table is -ENOSYS. Lock:
 * control_lock (LOCK_RANK_CONTROL), one domctl at a time; a preempted one gives it back meanwhile.
 */
#include <hv/budget.h>
#include <hv/call.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>

#include "domctl.h"
#include "xl.h"

/* The command is about a domain; the same, and it has an answer. */
#define SET		    (CALL_TARGET | CALL_LOCKED | CALL_PROGRESS)
#define IF_XL(command)	    IF_ENABLED(CONFIG_XL, command)
#define GET		    (SET | CALL_OUT)
#define IF_DEVICES(command) IF_ENABLED(CONFIG_PASSTHROUGH, command)

static const struct call_row rows[] = {
	[XEN_DOMCTL_createdomain] = { domctl_createdomain, XSM_DOMAIN_CREATE, GET & ~CALL_TARGET },
	[XEN_DOMCTL_destroydomain] = { domctl_destroydomain, XSM_DOMAIN_DESTROY, SET },
	[XEN_DOMCTL_pausedomain] = { domctl_pausedomain, XSM_DOMAIN_PAUSE, SET },
	[XEN_DOMCTL_unpausedomain] = { domctl_unpausedomain, XSM_DOMAIN_PAUSE, SET },
	[XEN_DOMCTL_getdomaininfo] = { domctl_getdomaininfo, XSM_DOMAIN_INFO, GET },
	[XEN_DOMCTL_max_mem] = { domctl_max_mem, XSM_DOMAIN_CONFIG, SET },
	[XEN_DOMCTL_max_vcpus] = { domctl_max_vcpus, XSM_DOMAIN_CONFIG, SET },
	[XEN_DOMCTL_set_paging_mempool_size] = { domctl_set_pool, XSM_DOMAIN_CONFIG, SET },
	[XEN_DOMCTL_get_paging_mempool_size] = { IF_XL(domctl_get_pool), XSM_DOMAIN_INFO, GET },
	[XEN_DOMCTL_cacheflush] = { IF_XL(domctl_cacheflush), XSM_DOMAIN_CONFIG, SET },
	[XEN_DOMCTL_set_address_size] = { IF_XL(domctl_set_address_size), XSM_DOMAIN_CONFIG, SET },
	[XEN_DOMCTL_vuart_op] = { domctl_vuart, XSM_DOMAIN_CONFIG, GET },
	[XEN_DOMCTL_iomem_permission] = { IF_DEVICES(domctl_iomem_permission), XSM_DOMAIN_DEVICE,
					  SET },
	[XEN_DOMCTL_irq_permission] = { IF_DEVICES(domctl_irq_permission), XSM_DOMAIN_DEVICE, SET },
	[XEN_DOMCTL_memory_mapping] = { IF_DEVICES(domctl_memory_mapping), XSM_DOMAIN_DEVICE, SET },
	[XEN_DOMCTL_bind_pt_irq] = { IF_DEVICES(domctl_bind_pt_irq), XSM_DOMAIN_DEVICE, SET },
	[XEN_DOMCTL_assign_device] = { IF_DEVICES(domctl_assign_device), XSM_DOMAIN_DEVICE, SET },
	[XEN_DOMCTL_set_llc_colors] = { IF_XL(domctl_llc_colors), XSM_DOMAIN_CONFIG, SET },
	[XEN_DOMCTL_setvcpucontext] = { domctl_setvcpucontext, XSM_DOMAIN_VCPU, SET },
	[XEN_DOMCTL_getvcpucontext] = { IF_XL(domctl_getvcpucontext), XSM_DOMAIN_VCPU, SET },
	[XEN_DOMCTL_getvcpuinfo] = { domctl_getvcpuinfo, XSM_DOMAIN_INFO, GET },
	[XEN_DOMCTL_setvcpuaffinity] = { domctl_setvcpuaffinity, XSM_DOMAIN_SCHED, SET },
	[XEN_DOMCTL_getvcpuaffinity] = { domctl_getvcpuaffinity, XSM_DOMAIN_INFO, SET },
	[XEN_DOMCTL_setnodeaffinity] = { IF_XL(domctl_setnodeaffinity), XSM_DOMAIN_SCHED, SET },
	[XEN_DOMCTL_scheduler_op] = { domctl_scheduler_op, XSM_DOMAIN_SCHED, GET },
};

s64 op_domctl(u64 *args)
{
	const struct call_row *row;
	struct xen_domctl op;

	if (guest_copy_from(&op, args[0], sizeof(op)) != 0) {
		return -EFAULT;
	}
	if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION) {
		return -EACCES;
	}
	if (op.cmd >= ARRAY_SIZE(rows)) {
		return -ENOSYS;
	}
	row = &rows[op.cmd];
	budget_note_sub(op.cmd);
	return call_answer(row, call_run(row, op.domain, &op.u), args[0], &op, sizeof(op));
}
