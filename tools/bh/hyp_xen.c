/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xen's toolstack hypercalls that bh needs, one wrapper each, with the layouts
 * of Debian's libxen-dev (domctl 0x17, sysctl 0x15).
 *
 * Each wrapper fills one operation, lets hyp.c carry it over and takes the
 * answer out. CPU maps always have room for CPUSET_MAX CPUs; the hypervisor
 * clips them to the machine.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hyp.h"

#include <xen/event_channel.h>
#include <xen/hvm/hvm_op.h>
#include <xen/memory.h>
#include <xen/version.h>

#define LIST_STEP 32u

int hyp_dom_info(uint32_t domid, struct xen_domctl_getdomaininfo *info)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_getdomaininfo, .domain = (domid_t)domid };
	int rc = hyp_domctl(&op);

	*info = op.u.getdomaininfo;
	if (rc == 0 && info->domain != domid) {
		rc = -ESRCH;
	}
	return rc;
}

/* Appends the next domains from *first on; returns how many, 0 at the end. */
static int dom_list_step(struct xen_domctl_getdomaininfo *buf, domid_t first)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_getdomaininfolist };
	int rc;

	op.u.getdomaininfolist.first_domain = first;
	op.u.getdomaininfolist.max_domains = LIST_STEP;
	set_xen_guest_handle(op.u.getdomaininfolist.buffer, buf);
	rc = hyp_sysctl(&op);
	return rc < 0 ? rc : (int)op.u.getdomaininfolist.num_domains;
}

int hyp_dom_list(struct xen_domctl_getdomaininfo **list)
{
	struct xen_domctl_getdomaininfo *all = NULL;
	struct xen_domctl_getdomaininfo *buf = hyp_buf(LIST_STEP * sizeof(*buf));
	domid_t first = 0;
	int nr = 0;
	int rc = buf ? 1 : -ENOMEM;

	while (rc > 0) {
		rc = dom_list_step(buf, first);
		if (rc > 0) {
			void *more = realloc(all, (size_t)(nr + rc) * sizeof(*all));

			if (!more) {
				rc = -ENOMEM;
				break;
			}
			all = more;
			memcpy(all + nr, buf, (size_t)rc * sizeof(*all));
			nr += rc;
			first = (domid_t)(all[nr - 1].domain + 1);
		}
		if (rc >= 0 && rc < (int)LIST_STEP) {
			rc = 0;
		}
	}
	hyp_buf_free(buf);
	*list = all;
	if (rc < 0) {
		free(all);
		*list = NULL;
	}
	return rc < 0 ? rc : nr;
}

int hyp_dom_simple(uint32_t domid, uint32_t cmd)
{
	struct xen_domctl op = { .cmd = cmd, .domain = (domid_t)domid };

	return hyp_domctl(&op);
}

int hyp_dom_max_mem(uint32_t domid, uint64_t kib)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_max_mem, .domain = (domid_t)domid };

	op.u.max_mem.max_memkb = kib;
	return hyp_domctl(&op);
}

int hyp_dom_max_vcpus(uint32_t domid, uint32_t max)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_max_vcpus, .domain = (domid_t)domid };

	op.u.max_vcpus.max = max;
	return hyp_domctl(&op);
}

int hyp_dom_pool(uint32_t domid, uint64_t bytes)
{
	struct xen_domctl op = {
		.cmd = XEN_DOMCTL_set_paging_mempool_size,
		.domain = (domid_t)domid,
	};

	op.u.paging_mempool.size = bytes;
	return hyp_domctl(&op);
}

int hyp_vcpu_info(uint32_t domid, uint32_t vcpu, struct xen_domctl_getvcpuinfo *info)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_getvcpuinfo, .domain = (domid_t)domid };
	int rc;

	op.u.getvcpuinfo.vcpu = vcpu;
	rc = hyp_domctl(&op);
	*info = op.u.getvcpuinfo;
	return rc;
}

/* Get or set: the maps go in and come back. */
static int vcpu_affinity(uint32_t cmd, uint32_t domid, uint32_t vcpu, struct cpuset *hard,
			 struct cpuset *soft)
{
	struct xen_domctl op = { .cmd = cmd, .domain = (domid_t)domid };
	struct xen_domctl_vcpuaffinity *va = &op.u.vcpuaffinity;
	struct cpuset *map = hyp_buf(2 * sizeof(*map));
	int rc;

	if (!map) {
		return -ENOMEM;
	}
	va->vcpu = vcpu;
	va->flags = (hard ? XEN_VCPUAFFINITY_HARD : 0) | (soft ? XEN_VCPUAFFINITY_SOFT : 0);
	if (hard) {
		map[0] = *hard;
		set_xen_guest_handle(va->cpumap_hard.bitmap, map[0].bits);
		va->cpumap_hard.nr_bits = CPUSET_MAX;
	}
	if (soft) {
		map[1] = *soft;
		set_xen_guest_handle(va->cpumap_soft.bitmap, map[1].bits);
		va->cpumap_soft.nr_bits = CPUSET_MAX;
	}
	rc = hyp_domctl(&op);
	if (hard) {
		*hard = map[0];
	}
	if (soft) {
		*soft = map[1];
	}
	hyp_buf_free(map);
	return rc;
}

int hyp_vcpu_affinity_get(uint32_t domid, uint32_t vcpu, struct cpuset *hard, struct cpuset *soft)
{
	memset(hard, 0, sizeof(*hard));
	memset(soft, 0, sizeof(*soft));
	return vcpu_affinity(XEN_DOMCTL_getvcpuaffinity, domid, vcpu, hard, soft);
}

int hyp_vcpu_affinity_set(uint32_t domid, uint32_t vcpu, const struct cpuset *hard,
			  const struct cpuset *soft)
{
	struct cpuset h = { { 0 } };
	struct cpuset s = { { 0 } };

	if (hard) {
		h = *hard;
	}
	if (soft) {
		s = *soft;
	}
	return vcpu_affinity(XEN_DOMCTL_setvcpuaffinity, domid, vcpu, hard ? &h : NULL,
			     soft ? &s : NULL);
}

int hyp_vcpu_context(uint32_t domid, uint32_t vcpu, const struct vcpu_guest_context *ctxt)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_setvcpucontext, .domain = (domid_t)domid };
	struct vcpu_guest_context *buf = hyp_buf(sizeof(*buf));
	int rc;

	if (!buf) {
		return -ENOMEM;
	}
	*buf = *ctxt;
	op.u.vcpucontext.vcpu = vcpu;
	set_xen_guest_handle(op.u.vcpucontext.ctxt, buf);
	rc = hyp_domctl(&op);
	hyp_buf_free(buf);
	return rc;
}

static int credit_op(uint32_t domid, uint32_t cmd, struct xen_domctl_sched_credit *c)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_scheduler_op, .domain = (domid_t)domid };
	int rc;

	op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT;
	op.u.scheduler_op.cmd = cmd;
	op.u.scheduler_op.u.credit = *c;
	rc = hyp_domctl(&op);
	*c = op.u.scheduler_op.u.credit;
	return rc;
}

int hyp_credit_get(uint32_t domid, struct xen_domctl_sched_credit *c)
{
	memset(c, 0, sizeof(*c));
	return credit_op(domid, XEN_DOMCTL_SCHEDOP_getinfo, c);
}

int hyp_credit_set(uint32_t domid, const struct xen_domctl_sched_credit *c)
{
	struct xen_domctl_sched_credit in = *c;

	return credit_op(domid, XEN_DOMCTL_SCHEDOP_putinfo, &in);
}

int hyp_vuart_init(uint32_t domid)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_vuart_op, .domain = (domid_t)domid };

	op.u.vuart_op.cmd = XEN_DOMCTL_VUART_OP_INIT;
	op.u.vuart_op.type = XEN_DOMCTL_VUART_TYPE_VPL011;
	/* The hypervisor keeps the console itself: no back-end domain, no ring page. */
	op.u.vuart_op.console_domid = DOMID_XEN;
	return hyp_domctl(&op);
}

int hyp_assign_device(uint32_t domid, const char *path)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_assign_device, .domain = (domid_t)domid };
	char *buf = hyp_buf(strlen(path) + 1);
	int rc;

	if (!buf) {
		return -ENOMEM;
	}
	strcpy(buf, path);
	op.u.assign_device.dev = XEN_DOMCTL_DEV_DT;
	op.u.assign_device.u.dt.size = (uint32_t)strlen(path);
	set_xen_guest_handle(op.u.assign_device.u.dt.path, buf);
	rc = hyp_domctl(&op);
	hyp_buf_free(buf);
	return rc;
}

int hyp_iomem_permission(uint32_t domid, uint64_t first, uint64_t nr)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_iomem_permission, .domain = (domid_t)domid };

	op.u.iomem_permission.first_mfn = first;
	op.u.iomem_permission.nr_mfns = nr;
	op.u.iomem_permission.allow_access = 1;
	return hyp_domctl(&op);
}

int hyp_iomem_map(uint32_t domid, uint64_t gfn, uint64_t first, uint64_t nr)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_memory_mapping, .domain = (domid_t)domid };

	op.u.memory_mapping.first_gfn = gfn;
	op.u.memory_mapping.first_mfn = first;
	op.u.memory_mapping.nr_mfns = nr;
	op.u.memory_mapping.add_mapping = DPCI_ADD_MAPPING;
	return hyp_domctl(&op);
}

int hyp_irq_bind(uint32_t domid, uint32_t irq)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_bind_pt_irq, .domain = (domid_t)domid };

	op.u.bind_pt_irq.machine_irq = irq;
	op.u.bind_pt_irq.irq_type = PT_IRQ_TYPE_SPI;
	op.u.bind_pt_irq.u.spi.spi = (uint16_t)irq;
	return hyp_domctl(&op);
}

int hyp_physinfo(struct xen_sysctl_physinfo *info)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_physinfo };
	int rc = hyp_sysctl(&op);

	*info = op.u.physinfo;
	return rc;
}

int hyp_sched_id(uint32_t *id)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_sched_id };
	int rc = hyp_sysctl(&op);

	*id = op.u.sched_id.sched_id;
	return rc;
}

long hyp_populate(uint32_t domid, const uint64_t *gfns, size_t nr, unsigned int order)
{
	struct xen_memory_reservation res = {
		.nr_extents = nr,
		.extent_order = order,
		.domid = (domid_t)domid,
	};
	xen_pfn_t *buf = hyp_buf(nr * sizeof(*buf));
	long rc;

	if (!buf) {
		return -ENOMEM;
	}
	memcpy(buf, gfns, nr * sizeof(*buf));
	set_xen_guest_handle(res.extent_start, buf);
	rc = hyp_call(__HYPERVISOR_memory_op, XENMEM_populate_physmap, &res, sizeof(res));
	hyp_buf_free(buf);
	return rc;
}

int hyp_hvm_set(uint32_t domid, uint32_t index, uint64_t value)
{
	struct xen_hvm_param p = { .domid = (domid_t)domid, .index = index, .value = value };

	return (int)hyp_call(__HYPERVISOR_hvm_op, HVMOP_set_param, &p, sizeof(p));
}

int hyp_hvm_get(uint32_t domid, uint32_t index, uint64_t *value)
{
	struct xen_hvm_param p = { .domid = (domid_t)domid, .index = index };
	int rc = (int)hyp_call(__HYPERVISOR_hvm_op, HVMOP_get_param, &p, sizeof(p));

	*value = p.value;
	return rc;
}

int hyp_evtchn_alloc(uint32_t domid, uint32_t remote)
{
	struct evtchn_alloc_unbound op = { .dom = (domid_t)domid, .remote_dom = (domid_t)remote };
	int rc = (int)hyp_call(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &op,
			       sizeof(op));

	return rc < 0 ? rc : (int)op.port;
}

int hyp_console_ring(char *buf, size_t size, uint32_t *index, bool clear)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_readconsole };
	char *tmp = hyp_buf(size);
	int rc;

	if (!tmp) {
		return -ENOMEM;
	}
	op.u.readconsole.clear = clear;
	op.u.readconsole.incremental = 1;
	op.u.readconsole.index = *index;
	op.u.readconsole.count = (uint32_t)size;
	set_xen_guest_handle(op.u.readconsole.buffer, tmp);
	rc = hyp_sysctl(&op);
	if (rc == 0) {
		rc = (int)(op.u.readconsole.count < size ? op.u.readconsole.count : size);
		*index = op.u.readconsole.index;
		memcpy(buf, tmp, (size_t)rc);
	}
	hyp_buf_free(tmp);
	return rc;
}

int hyp_debug_keys(const char *keys)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_debug_keys };
	size_t len = strlen(keys);
	char *buf = hyp_buf(len + 1);
	int rc;

	if (!buf) {
		return -ENOMEM;
	}
	memcpy(buf, keys, len);
	set_xen_guest_handle(op.u.debug_keys.keys, buf);
	op.u.debug_keys.nr_keys = (uint32_t)len;
	rc = hyp_sysctl(&op);
	hyp_buf_free(buf);
	return rc;
}

long hyp_version(unsigned int sub, void *out, size_t size)
{
	return hyp_call(__HYPERVISOR_xen_version, (long)sub, out, size);
}

const char *hyp_sched_name(uint32_t id)
{
	static const char *const names[] = {
		[XEN_SCHEDULER_CREDIT] = "credit",     [XEN_SCHEDULER_CREDIT2] = "credit2",
		[XEN_SCHEDULER_ARINC653] = "arinc653", [XEN_SCHEDULER_RTDS] = "rtds",
		[XEN_SCHEDULER_NULL] = "null",
	};

	return id < sizeof(names) / sizeof(names[0]) && names[id] ? names[id] : "unknown";
}
