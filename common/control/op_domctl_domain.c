/* SPDX-License-Identifier: Apache-2.0 */
/*
 * domctl commands about a domain as a whole (include/public/domctl.h; table in op_domctl.c):
 * creation, life cycle, memory limits, information. Run under the control lock.
 */
#include <hv/domain.h>
#include <hv/dom_console.h>
#include <hv/errno.h>
#include <hv/gic.h>
#include <hv/evtchn.h>
#include <hv/string.h>
#include <hv/wallclock.h>

#include "../ext/ext.h"
#include "domctl.h"

#define FLAGS_NEEDED	   (XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap)
#define FLAGS_ALLOWED	   (FLAGS_NEEDED | XEN_DOMCTL_CDF_xs_domain)
#define NR_SPIS_MAX	   960U
#define GUEST_ADDRESS_BITS 40U

/* Refuse what is not offered before anything is built. */
static bool pool_is_usable(u32 id)
{
	struct sched_pool_info info;

	return sched_pool_info(id, &info) == 0 && info.id == id && !cpumask_is_empty(info.cpus);
}

/* The machine's GIC is the only one that a domain can have. */
static u8 native_gic(void)
{
	return gic_info.version == 2 ? XEN_DOMCTL_CONFIG_GIC_V2 : XEN_DOMCTL_CONFIG_GIC_V3;
}

static bool is_offered(const struct xen_domctl_createdomain *in)
{
	return (in->flags & FLAGS_NEEDED) == FLAGS_NEEDED && (in->flags & ~FLAGS_ALLOWED) == 0 &&
	       in->iommu_opts == 0 && in->altp2m_opts == 0 && in->vmtrace_size == 0 &&
	       (in->arch.gic_version == XEN_DOMCTL_CONFIG_GIC_NATIVE ||
		in->arch.gic_version == native_gic()) &&
	       in->arch.sve_vl == 0 && in->arch.tee_type == XEN_DOMCTL_CONFIG_TEE_NONE &&
	       in->arch.nr_spis <= NR_SPIS_MAX && in->grant_opts <= 1 && /* the version */
	       in->max_vcpus != 0 && in->max_vcpus <= DOMAIN_VCPUS_MAX &&
	       pool_is_usable(in->cpupool_id);
}

int domctl_createdomain(struct domain *d, void *arg)
{
	struct xen_domctl *op = container_of(arg, struct xen_domctl, u);
	struct xen_domctl_createdomain *in = arg;
	struct domain_config config = {
		.ssidref = in->ssidref,
		.flags = in->flags,
		.nr_vcpus = in->max_vcpus,
		.max_evtchn = in->max_evtchn_port,
		.max_grant_frames = (u32)MAX(in->max_grant_frames, 0),
		.max_maptrack_frames = (u32)MAX(in->max_maptrack_frames, 0),
		.nr_spis = in->arch.nr_spis,
	};
	bool is_chosen = op->domain != 0 && op->domain < DOMID_FIRST_RESERVED;
	int err;

	if (!is_offered(in)) {
		return -EINVAL;
	}
	memcpy(config.uuid, in->handle, sizeof(config.uuid));
	err = domain_create(is_chosen ? op->domain : HV_DOMID_NONE, &config, &d);
	if (err != 0) {
		return err;
	}
	if (IS_ENABLED(CONFIG_SCHED_ARINC653)) {
		sched_owner_bind(NULL, d->uuid, d->id);
	}
	if (IS_ENABLED(CONFIG_CPU_POOLS)) {
		/* It has no vCPU yet, and the pool has been checked: this cannot be refused. */
		(void)sched_pool_move(&d->sched, in->cpupool_id);
	}
	wallclock_show(d);
	op->domain = d->id;
	in->arch.gic_version = native_gic();
	in->arch.clock_frequency = 0; /* the machine's */
	domain_put(d);
	return 0;
}

int domctl_destroydomain(struct domain *d, void *arg __unused)
{
	return domain_destroy(d);
}

int domctl_pausedomain(struct domain *d, void *arg __unused)
{
	return d == current_domain() ? -EINVAL : domain_control_pause(d, true);
}

int domctl_unpausedomain(struct domain *d, void *arg __unused)
{
	return domain_control_pause(d, false);
}

/* What the vCPUs do, how many are up, and their time. */
static void fill_vcpus(const struct domain *d, struct xen_domctl_getdomaininfo *info)
{
	struct bulkhead_domain_stat stat = { 0 };
	u32 states = ext_vcpu_states(d, &stat), nr = d->nr_vcpus;

	info->nr_online_vcpus = stat.nr_vcpus;
	info->cpu_time = stat.cpu_time_ns;
	info->flags |= (states & BULKHEAD_STATE_running) != 0 ? XEN_DOMINF_running
		       : states == 0			      ? XEN_DOMINF_blocked
							      : 0;
	for (; nr != 0 && d->vcpus[nr - 1] == NULL; nr--) {}
	info->max_vcpu_id = nr - 1; /* XEN_INVALID_MAX_VCPU_ID: none */
}

void domctl_fill_info(struct domain *d, struct xen_domctl_getdomaininfo *info)
{
	memset(info, 0, sizeof(*info));
	info->domain = d->id;
	spin_lock(&d->lock);
	info->flags = XEN_DOMINF_hvm_guest | XEN_DOMINF_hap;
	info->flags |= d->is_dying ? XEN_DOMINF_dying : 0;
	info->flags |= d->is_control_paused ? XEN_DOMINF_paused : 0;
	info->flags |= d->is_shut_down ? XEN_DOMINF_shutdown : 0;
	info->flags |= d->is_shut_down ? (u32)d->shutdown_code << XEN_DOMINF_shutdownshift : 0;
	info->flags |= (d->config_flags & XEN_DOMCTL_CDF_xs_domain) != 0 ? XEN_DOMINF_xs_domain : 0;
	info->ssidref = d->ssidref;
	memcpy(info->handle, d->uuid, sizeof(info->handle));
	spin_unlock(&d->lock);

	fill_vcpus(d, info);
	info->tot_pages = domain_nr_pages(d) + READ_ONCE(d->nr_covered);
	info->max_pages = d->max_pages;
	info->shared_info_frame = d->shared_info_frame.v;
	info->cpupool = sched_group_pool(&d->sched);
	info->gpaddr_bits = GUEST_ADDRESS_BITS;
	info->arch_config.gic_version = native_gic();
}

int domctl_getdomaininfo(struct domain *d, void *arg)
{
	domctl_fill_info(d, arg);
	container_of(arg, struct xen_domctl, u)->domain = d->id;
	return 0;
}

int domctl_max_mem(struct domain *d, void *arg)
{
	const struct xen_domctl_max_mem *in = arg;

	spin_lock(&d->lock);
	d->max_pages = in->max_memkb / (PAGE_SIZE / 1024);
	spin_unlock(&d->lock);
	return 0;
}

int domctl_set_pool(struct domain *d, void *arg)
{
	const struct xen_domctl_paging_mempool *in = arg;
	u64 pages = in->size >> PAGE_SHIFT;

	if (!IS_ALIGNED(in->size, PAGE_SIZE) || pages > UINT32_MAX) {
		return -EINVAL;
	}
	return s2_pool_set(d, (u32)pages);
}

int domctl_vuart(struct domain *d, void *arg)
{
	struct xen_domctl_vuart_op *in = arg;
	int err;

	if (in->cmd != XEN_DOMCTL_VUART_OP_INIT || in->type != XEN_DOMCTL_VUART_TYPE_VPL011 ||
	    in->pad[0] != 0 || in->pad[1] != 0) {
		return -EINVAL;
	}
	if (d->is_created) {
		return -EBUSY;
	}
	err = vuart_init(d);
	in->evtchn = 0;
	/* A daemon may wait on a port; the console is kept here all the same. */
	if (err == 0 && in->console_domid != DOMID_XEN) {
		err = evtchn_alloc_unbound(d, in->console_domid, &in->evtchn);
	}
	return err;
}
