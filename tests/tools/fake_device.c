/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of the fake hypervisor that gives devices to domains: each call is one line of the log.
 * Functions return 0 or -1 with errno, as the libraries do.
 */
#include <errno.h>

#include "fake_sched.h"

long fake_device(struct xen_domctl *op)
{
	switch (op->cmd) {
	case XEN_DOMCTL_assign_device:
		say("assign %.*s", (int)op->u.assign_device.u.dt.size,
		    op->u.assign_device.u.dt.path.p);
		return 0;
	case XEN_DOMCTL_iomem_permission:
		say("iomem %#llx %llu %u", (unsigned long long)op->u.iomem_permission.first_mfn,
		    (unsigned long long)op->u.iomem_permission.nr_mfns,
		    op->u.iomem_permission.allow_access);
		return 0;
	case XEN_DOMCTL_memory_mapping:
		say("map %#llx %#llx %llu %u", (unsigned long long)op->u.memory_mapping.first_gfn,
		    (unsigned long long)op->u.memory_mapping.first_mfn,
		    (unsigned long long)op->u.memory_mapping.nr_mfns,
		    op->u.memory_mapping.add_mapping);
		return 0;
	case XEN_DOMCTL_bind_pt_irq:
		say("bind %u %u %u", op->u.bind_pt_irq.machine_irq, op->u.bind_pt_irq.irq_type,
		    op->u.bind_pt_irq.u.spi.spi);
		return 0;
	default:
		errno = ENOSYS;
		return -1;
	}
}
