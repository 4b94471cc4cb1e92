/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domctl: the table of commands. Each row names the hook that decides whether the caller may do
 * this to that domain; the hypercall as a whole has asked for privilege before. What is not in the
 * table is -ENOSYS, but for one command which the toolstack wants refused otherwise. Lock:
 * control_lock (LOCK_RANK_CONTROL), one domctl at a time; a preempted one gives it back meanwhile.
 */
#include <hv/budget.h>
#include <hv/control.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>

#include "domctl.h"

struct domctl_row {
	u16 cmd;
	bool is_out; /* the operation is copied back */
	bool is_any; /* no target, or one it finds itself */
	enum xsm_hook hook;
	int (*handler)(struct domain *d, struct xen_domctl *op);
};

static int refuse_colors(struct domain *d, struct xen_domctl *op)
{
	(void)d;
	(void)op;
	return -EOPNOTSUPP;
}

static const struct domctl_row rows[] = {
	{ XEN_DOMCTL_createdomain, true, true, XSM_DOMAIN_CREATE, domctl_createdomain },
	{ XEN_DOMCTL_destroydomain, false, false, XSM_DOMAIN_DESTROY, domctl_destroydomain },
	{ XEN_DOMCTL_pausedomain, false, false, XSM_DOMAIN_PAUSE, domctl_pausedomain },
	{ XEN_DOMCTL_unpausedomain, false, false, XSM_DOMAIN_PAUSE, domctl_unpausedomain },
	{ XEN_DOMCTL_getdomaininfo, true, false, XSM_DOMAIN_INFO, domctl_getdomaininfo },
	{ XEN_DOMCTL_max_mem, false, false, XSM_DOMAIN_CONFIG, domctl_max_mem },
	{ XEN_DOMCTL_max_vcpus, false, false, XSM_DOMAIN_CONFIG, domctl_max_vcpus },
	{ XEN_DOMCTL_set_paging_mempool_size, false, false, XSM_DOMAIN_CONFIG, domctl_set_pool },
	{ XEN_DOMCTL_get_paging_mempool_size, true, false, XSM_DOMAIN_INFO, domctl_get_pool },
	{ XEN_DOMCTL_cacheflush, false, false, XSM_DOMAIN_CONFIG, domctl_cacheflush },
	{ XEN_DOMCTL_set_address_size, false, false, XSM_DOMAIN_CONFIG, domctl_set_address_size },
	{ XEN_DOMCTL_vuart_op, true, false, XSM_DOMAIN_CONFIG, domctl_vuart },
	{ XEN_DOMCTL_iomem_permission, false, false, XSM_DOMAIN_DEVICE, domctl_iomem_permission },
	{ XEN_DOMCTL_irq_permission, false, false, XSM_DOMAIN_DEVICE, domctl_irq_permission },
	{ XEN_DOMCTL_memory_mapping, false, false, XSM_DOMAIN_DEVICE, domctl_memory_mapping },
	{ XEN_DOMCTL_bind_pt_irq, false, false, XSM_DOMAIN_DEVICE, domctl_bind_pt_irq },
	{ XEN_DOMCTL_assign_device, false, false, XSM_DOMAIN_DEVICE, domctl_assign_device },
	{ XEN_DOMCTL_set_llc_colors, false, false, XSM_DOMAIN_CONFIG, refuse_colors },
	{ XEN_DOMCTL_setvcpucontext, false, false, XSM_DOMAIN_VCPU, domctl_setvcpucontext },
	{ XEN_DOMCTL_getvcpuinfo, true, false, XSM_DOMAIN_INFO, domctl_getvcpuinfo },
	{ XEN_DOMCTL_setvcpuaffinity, false, false, XSM_DOMAIN_SCHED, domctl_setvcpuaffinity },
	{ XEN_DOMCTL_getvcpuaffinity, false, false, XSM_DOMAIN_INFO, domctl_getvcpuaffinity },
	{ XEN_DOMCTL_setnodeaffinity, false, false, XSM_DOMAIN_SCHED, domctl_setnodeaffinity },
	{ XEN_DOMCTL_scheduler_op, true, false, XSM_DOMAIN_SCHED, domctl_scheduler_op },
};

static const struct domctl_row *find_row(u32 cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].cmd == cmd) {
			return &rows[i];
		}
	}
	return NULL;
}

static int run_row(const struct domctl_row *row, struct xen_domctl *op)
{
	struct domain *d = NULL;
	int err;

	if (row->is_any) {
		err = xsm_check(row->hook, current_domain(), NULL);
	} else {
		err = xsm_target(op->domain, row->hook, &d);
	}
	if (err != 0) {
		return err;
	}
	spin_lock(&control_lock);
	err = row->handler(d, op);
	spin_unlock(&control_lock);
	if (d != NULL) {
		domain_put(d);
	}
	return err;
}

s64 op_domctl(u64 *args)
{
	const struct domctl_row *row;
	struct xen_domctl op;
	int err;

	if (guest_copy_from(&op, args[0], sizeof(op)) != 0) {
		return -EFAULT;
	}
	if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION) {
		return -EACCES;
	}
	row = find_row(op.cmd);
	if (row == NULL) {
		return -ENOSYS;
	}
	budget_note_sub(op.cmd);
	err = run_row(row, &op);
	if (((err == 0 && row->is_out) || err == -ERESTART) &&
	    guest_copy_to(args[0], &op, sizeof(op)) != 0) {
		return -EFAULT;
	}
	return err;
}
