/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Debian's xl and its companions ask beside bh: the machine's topology, which is one node of
 * CPUs, the cleaning of caches, registers of vCPUs, and limits that are as they are. Cache colours
 * are refused as xl wants it. Run as the rows of the tables say.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/percpu.h>
#include <hv/softirq.h>
#include <hv/window.h>
#include <public/sysctl.h>

#include "domctl.h"
#include "xl.h"

/* Frames whose caches are cleaned between two preemption points. */
#define FLUSH_SLICE 8U
#define FLUSH_MAX   (1U << 18) /* pages of one call, as on Xen 4.20 */
#define NUMA_LOCAL  10U

int domctl_llc_colors(struct domain *d __unused, void *arg __unused)
{
	return -EOPNOTSUPP;
}

int domctl_get_pool(struct domain *d, void *arg)
{
	struct xen_domctl_paging_mempool *out = arg;

	out->size = (u64)d->arch.s2.pool.nr_asked << PAGE_SHIFT;
	return 0;
}

static void flush_frame(struct domain *d, gfn_t g)
{
	mfn_t frame = s2_hold(d, g, false);
	void *page;

	if (mfn_is_valid_value(frame)) {
		page = window_map(frame);
		arch_cache_clean_invalidate(page, PAGE_SIZE);
		window_unmap(page);
		s2_release(d);
	}
}

int domctl_cacheflush(struct domain *d, void *arg)
{
	struct xen_domctl_cacheflush *range = arg;
	u32 in_slice = 0;

	if (range->nr_pfns > FLUSH_MAX || range->start_pfn + range->nr_pfns < range->start_pfn) {
		return -EINVAL;
	}
	while (range->nr_pfns != 0) {
		flush_frame(d, gfn(range->start_pfn));
		range->start_pfn++;
		range->nr_pfns--;
		if (++in_slice % FLUSH_SLICE == 0 && softirq_preempt_needed()) {
			return -ERESTART;
		}
	}
	return 0;
}

int domctl_set_address_size(struct domain *d __unused, void *arg)
{
	const struct xen_domctl_address_size *in = arg;

	return in->size == 64 ? 0 : -EINVAL;
}

/* There is one node: any set with it will do. */
int domctl_setnodeaffinity(struct domain *d __unused, void *arg)
{
	const struct xen_domctl_nodeaffinity *in = arg;
	cpumask_t nodes;
	int err = domctl_get_cpus(&in->nodemap, &nodes);

	return err != 0 || cpumask_has(nodes, 0) ? err : -EINVAL;
}

int domctl_getvcpucontext(struct domain *d, void *arg)
{
	const struct xen_domctl_vcpucontext *in = arg;
	struct vcpu *v = domain_vcpu(d, in->vcpu);
	struct vcpu_guest_context ctxt = { 0 };

	if (v == NULL || d == current_domain()) {
		return -EINVAL;
	}
	domain_pause(d, true);
	ctxt.flags = READ_ONCE(v->is_up) ? VGCF_online : 0;
	domctl_copy_registers(v, &ctxt, false);
	domain_pause(d, false);
	return guest_copy_to(in->ctxt.va, &ctxt, sizeof(ctxt));
}

int sysctl_cputopo(struct domain *d __unused, void *arg)
{
	struct xen_sysctl_cputopoinfo *op = arg;
	struct xen_sysctl_cputopo topo = { 0 };
	u32 nr = MIN(op->num_cpus, nr_cpus);

	for (u32 i = 0; op->cputopo.va != 0 && i < nr; i++) {
		topo.core = i;
		if (guest_copy_to(op->cputopo.va + i * sizeof(topo), &topo, sizeof(topo)) != 0) {
			return -EFAULT;
		}
	}
	op->num_cpus = op->cputopo.va != 0 ? nr : nr_cpus;
	return 0;
}

int sysctl_numa(struct domain *d __unused, void *arg)
{
	struct xen_sysctl_numainfo *op = arg;
	const struct xen_sysctl_meminfo info = { frame_nr_total() << PAGE_SHIFT,
						 frame_nr_free() << PAGE_SHIFT };
	const u32 distance = NUMA_LOCAL;
	bool has_room = op->num_nodes != 0;
	int err = 0;

	op->num_nodes = 1;
	if (has_room && op->meminfo.va != 0) {
		err = guest_copy_to(op->meminfo.va, &info, sizeof(info));
	}
	if (err == 0 && has_room && op->distance.va != 0) {
		err = guest_copy_to(op->distance.va, &distance, sizeof(distance));
	}
	return err;
}
