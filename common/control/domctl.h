/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of domctl, as op_domctl.c has them in its table (hv/call.h). A handler gets the
 * target and what the command has in the union of struct xen_domctl. All run under the control
 * lock. -ERESTART: come again, with the operation as it is then.
 */
#ifndef GUEST_DOMCTL_H
#define GUEST_DOMCTL_H

#include <hv/cpumask.h>
#include <public/domctl.h>

struct domain;
struct vcpu;

/* op_domctl_domain.c */
int domctl_createdomain(struct domain *d, void *arg);
int domctl_destroydomain(struct domain *d, void *arg);
int domctl_pausedomain(struct domain *d, void *arg);
int domctl_unpausedomain(struct domain *d, void *arg);
int domctl_getdomaininfo(struct domain *d, void *arg);
int domctl_max_mem(struct domain *d, void *arg);
int domctl_set_pool(struct domain *d, void *arg);
int domctl_vuart(struct domain *d, void *arg);

/* op_domctl_vcpu.c */
int domctl_max_vcpus(struct domain *d, void *arg);
int domctl_setvcpucontext(struct domain *d, void *arg);
/* Registers of a vCPU that is off its CPU, from ctxt (load) or to it. */
void domctl_copy_registers(struct vcpu *v, struct vcpu_guest_context *ctxt, bool load);
int domctl_getvcpuinfo(struct domain *d, void *arg);
int domctl_setvcpuaffinity(struct domain *d, void *arg);
int domctl_getvcpuaffinity(struct domain *d, void *arg);

/* op_domctl_sched.c */
int domctl_scheduler_op(struct domain *d, void *arg);
/* op_domctl_rtds.c */
int domctl_rtds(struct domain *d, struct xen_domctl_scheduler_op *op);

/* op_domctl_device.c */
int domctl_iomem_permission(struct domain *d, void *arg);
int domctl_irq_permission(struct domain *d, void *arg);
int domctl_memory_mapping(struct domain *d, void *arg);
int domctl_bind_pt_irq(struct domain *d, void *arg);
int domctl_assign_device(struct domain *d, void *arg);

/* Fill the answer about a domain; also for sysctl's list. */
void domctl_fill_info(struct domain *d, struct xen_domctl_getdomaininfo *info);

/* A set of CPUs from and to the caller's memory; bits beyond its room are lost. -EFAULT. */
int domctl_get_cpus(const struct xenctl_bitmap *map, cpumask_t *cpus);
int domctl_put_cpus(const struct xenctl_bitmap *map, cpumask_t cpus);

#endif
