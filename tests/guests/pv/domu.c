/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A domain made by hypercalls alone, as a toolstack makes it: eight pages, one vCPU without MMU.
 * Page 0 is code, 1 its parameters and stack, 2 the shared info page, 3 and 4 are granted to this
 * guest by entries that it writes into the domain's table itself; 5 is mapped as a foreign page.
 */
#define __XEN_TOOLS__ 1
#include "pv.h"

#include <xen/domctl.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/sysctl.h>
#include <xen/xen.h>

#define FIRST	 (GUEST_RAM0_BASE >> 12)
#define NR_PAGES 8
#define PAGE	 4096
#define REF_MAP	 8 /* below are the reserved ones */
#define REF_COPY 9
#define FOREIGN	 5

static domid_t domid;
static evtchn_port_t echo_port;

/* Arguments stay in place: they are used by calls that are made later, and again. */
static struct {
	struct evtchn_send send;
	struct gnttab_map_grant_ref map;
	struct gnttab_unmap_grant_ref unmap;
	struct gnttab_copy copy;
	struct xen_add_to_physmap_batch foreign;
	struct xen_remove_from_physmap remove;
	xen_ulong_t idx;
	xen_pfn_t gfn;
	int error;
} args;

static long call(uint64_t nr, uint64_t a, void *b, uint64_t c)
{
	struct pv_call made = { nr, { a, (uint64_t)b, c } };

	return pv_make(&made);
}

static bool domctl(uint32_t cmd, struct xen_domctl *op)
{
	op->cmd = cmd;
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op->domain = domid;
	return call(__HYPERVISOR_domctl, (uint64_t)op, 0, 0) == 0;
}

static uint64_t frame_of(enum window which)
{
	return (uint64_t)pv_window[which] / PAGE;
}

/* The page of the domain, in one of this guest's windows. */
static bool map_page(uint64_t page, enum window which)
{
	args.idx = FIRST + page;
	args.gfn = frame_of(which);
	args.foreign = (struct xen_add_to_physmap_batch){ .domid = DOMID_SELF,
							  .space = XENMAPSPACE_gmfn_foreign,
							  .size = 1,
							  .u.foreign_domid = domid };
	set_xen_guest_handle(args.foreign.idxs, &args.idx);
	set_xen_guest_handle(args.foreign.gpfns, &args.gfn);
	set_xen_guest_handle(args.foreign.errs, &args.error);
	return call(__HYPERVISOR_memory_op, XENMEM_add_to_physmap_batch, &args.foreign, 0) == 0 &&
	       args.error == 0;
}

static bool make_domain(void)
{
	struct xen_domctl op = { .u.createdomain = { .flags = XEN_DOMCTL_CDF_hvm |
							      XEN_DOMCTL_CDF_hap,
						     .max_vcpus = 1,
						     .max_evtchn_port = 1023,
						     .max_grant_frames = -1,
						     .max_maptrack_frames = -1,
						     .grant_opts = 1 } };
	bool ok = domctl(XEN_DOMCTL_createdomain, &op);

	domid = (domid_t)op.domain;
	op = (struct xen_domctl){ .u.max_vcpus.max = 1 };
	ok = ok && domctl(XEN_DOMCTL_max_vcpus, &op);
	op = (struct xen_domctl){ .u.address_size.size = 64 };
	ok = ok && domctl(XEN_DOMCTL_set_address_size, &op);
	op = (struct xen_domctl){ .u.max_mem.max_memkb = 4 * 64 };
	ok = ok && domctl(XEN_DOMCTL_max_mem, &op);
	op = (struct xen_domctl){ .u.paging_mempool.size = 256 * PAGE };
	return ok && domctl(XEN_DOMCTL_set_paging_mempool_size, &op);
}

static bool fill_memory(void)
{
	xen_pfn_t frames[NR_PAGES];
	struct xen_memory_reservation populate = { .nr_extents = NR_PAGES, .domid = domid };
	struct xen_remove_from_physmap hole = { .domid = domid, .gpfn = FIRST + 2 };
	struct xen_add_to_physmap shared = { .domid = domid,
					     .space = XENMAPSPACE_shared_info,
					     .gpfn = FIRST + 2 };

	for (unsigned int i = 0; i < NR_PAGES; i++) {
		frames[i] = FIRST + i;
	}
	set_xen_guest_handle(populate.extent_start, frames);
	return call(__HYPERVISOR_memory_op, XENMEM_populate_physmap, &populate, 0) == NR_PAGES &&
	       call(__HYPERVISOR_memory_op, XENMEM_remove_from_physmap, &hole, 0) == 0 &&
	       call(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &shared, 0) == 0;
}

bool pv_open_windows(void)
{
	for (unsigned int i = 0; i < NR_WINDOWS; i++) {
		struct xen_remove_from_physmap hole = { .domid = DOMID_SELF, .gpfn = frame_of(i) };

		if (call(__HYPERVISOR_memory_op, XENMEM_remove_from_physmap, &hole, 0) != 0) {
			return false;
		}
	}
	return true;
}

static bool write_grants(void)
{
	xen_pfn_t gfn = frame_of(GRANTS);
	struct xen_mem_acquire_resource table = { .domid = domid,
						  .type = XENMEM_resource_grant_table,
						  .nr_frames = 1 };
	grant_entry_v1_t *entry = (grant_entry_v1_t *)pv_window[GRANTS];

	set_xen_guest_handle(table.frame_list, &gfn);
	if (call(__HYPERVISOR_memory_op, XENMEM_acquire_resource, &table, 0) != 0) {
		return false;
	}
	entry[REF_MAP].frame = FIRST + 3;
	entry[REF_COPY].frame = FIRST + 4;
	entry[REF_MAP].domid = entry[REF_COPY].domid = 0;
	entry[REF_MAP].flags = entry[REF_COPY].flags = GTF_permit_access;
	return true;
}

bool pv_create(void)
{
	const uint8_t *code = (const uint8_t *)pv_echo;

	if (!make_domain() || !fill_memory() || !write_grants() || !map_page(0, CODE) ||
	    !map_page(1, PARAM)) {
		return false;
	}
	for (unsigned int i = 0; i < PAGE; i++) {
		pv_window[CODE][i] = code[i];
	}
	return true;
}

static bool bind_ports(evtchn_port_t *theirs)
{
	struct evtchn_alloc_unbound alloc = { .dom = domid, .remote_dom = DOMID_SELF };
	struct evtchn_bind_interdomain bind = { .remote_dom = domid };
	bool ok = call(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &alloc, 0) == 0;

	bind.remote_port = *theirs = alloc.port;
	ok = ok && call(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_interdomain, &bind, 0) == 0;
	echo_port = bind.local_port;
	return ok;
}

uint32_t pv_start(void)
{
	static struct vcpu_guest_context context;
	struct xen_hvm_param upcall = { domid, 0, HVM_PARAM_CALLBACK_IRQ,
					(uint64_t)HVM_PARAM_CALLBACK_TYPE_PPI << 56 | 2 << 8 |
						GUEST_EVTCHN_PPI };
	uint64_t *param = (uint64_t *)pv_window[PARAM];
	struct xen_domctl op = { .u.cacheflush = { FIRST, NR_PAGES } };
	evtchn_port_t port;
	bool ok = bind_ports(&port) && domctl(XEN_DOMCTL_cacheflush, &op);

	param[0] = port;
	param[1] = (FIRST + 2) * PAGE;
	call(__HYPERVISOR_hvm_op, HVMOP_set_param, &upcall, 0);
	context.flags = VGCF_online;
	context.sctlr = SCTLR_GUEST_INIT;
	context.user_regs.cpsr = PSR_GUEST64_INIT;
	context.user_regs.pc64 = FIRST * PAGE;
	context.user_regs.x0 = (FIRST + 1) * PAGE;
	context.user_regs.sp_el1 = (FIRST + 2) * PAGE;
	op = (struct xen_domctl){ 0 };
	set_xen_guest_handle(op.u.vcpucontext.ctxt, &context);
	ok = ok && domctl(XEN_DOMCTL_setvcpucontext, &op);
	op = (struct xen_domctl){ 0 };
	return ok && domctl(XEN_DOMCTL_unpausedomain, &op) ? echo_port : 0;
}

bool pv_destroy(void)
{
	struct xen_domctl op = { 0 };

	for (unsigned int i = 0; i < 10000; i++) {
		if (domctl(XEN_DOMCTL_destroydomain, &op)) {
			return true;
		}
	}
	return false;
}

bool pv_close_windows(void)
{
	bool ok = true;

	for (unsigned int i = 0; i < MAPPED; i++) {
		struct xen_remove_from_physmap full = { .domid = DOMID_SELF, .gpfn = frame_of(i) };

		ok &= call(__HYPERVISOR_memory_op, XENMEM_remove_from_physmap, &full, 0) == 0;
	}
	return ok;
}

bool pv_is_gone(void)
{
	struct xen_domctl op = { 0 };

	return !domctl(XEN_DOMCTL_getdomaininfo, &op);
}

uint64_t pv_free_pages(void)
{
	static struct xen_sysctl op;

	op.cmd = XEN_SYSCTL_physinfo;
	op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	return call(__HYPERVISOR_sysctl, (uint64_t)&op, 0, 0) == 0 ? op.u.physinfo.free_pages : 0;
}

struct pv_call pv_send(uint32_t port)
{
	args.send.port = port;
	return (struct pv_call){ __HYPERVISOR_event_channel_op,
				 { EVTCHNOP_send, (uint64_t)&args.send, 0 } };
}

struct pv_call pv_map(void)
{
	args.map = (struct gnttab_map_grant_ref){ .host_addr = (uint64_t)pv_window[MAPPED],
						  .flags = GNTMAP_host_map,
						  .ref = REF_MAP,
						  .dom = domid };
	return (struct pv_call){ __HYPERVISOR_grant_table_op,
				 { GNTTABOP_map_grant_ref, (uint64_t)&args.map, 1 } };
}

struct pv_call pv_unmap(void)
{
	args.unmap = (struct gnttab_unmap_grant_ref){ .host_addr = (uint64_t)pv_window[MAPPED],
						      .handle = args.map.handle };
	return (struct pv_call){ __HYPERVISOR_grant_table_op,
				 { GNTTABOP_unmap_grant_ref, (uint64_t)&args.unmap, 1 } };
}

struct pv_call pv_copy(void)
{
	args.copy = (struct gnttab_copy){ .source.u.ref = REF_COPY,
					  .source.domid = domid,
					  .dest.u.gmfn = (uint64_t)pv_own / PAGE,
					  .dest.domid = DOMID_SELF,
					  .len = PAGE,
					  .flags = GNTCOPY_source_gref };
	return (struct pv_call){ __HYPERVISOR_grant_table_op,
				 { GNTTABOP_copy, (uint64_t)&args.copy, 1 } };
}

struct pv_call pv_foreign(void)
{
	args.idx = FIRST + FOREIGN;
	args.gfn = frame_of(HOLE);
	return (struct pv_call){ __HYPERVISOR_memory_op,
				 { XENMEM_add_to_physmap_batch, (uint64_t)&args.foreign, 0 } };
}

struct pv_call pv_remove(void)
{
	args.remove.domid = DOMID_SELF;
	args.remove.gpfn = frame_of(HOLE);
	return (struct pv_call){ __HYPERVISOR_memory_op,
				 { XENMEM_remove_from_physmap, (uint64_t)&args.remove, 0 } };
}

int pv_status(void)
{
	return args.map.status | args.unmap.status | args.copy.status | args.error;
}
