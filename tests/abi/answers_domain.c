/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions about the life of a domain: what creating, filling, stopping and destroying it return,
 * in the right order and out of it; then the lists that sysctl fills. Part of answers.c.
 */
#include <stdio.h>
#include <string.h>

#include "answers.h"

#include <public/hvm.h>
#include <public/memory.h>
#include <public/sched.h>
#include <public/sysctl.h>
#include <public/xen.h>

#define FIRST 0x40000UL /* frame at which the domain's RAM begins */

static long create(uint32_t flags, uint32_t nr_vcpus, uint32_t grants, uint16_t *domid)
{
	struct xen_domctl op = { .u.createdomain = { .flags = flags,
						     .max_vcpus = nr_vcpus,
						     .max_evtchn_port = 1023,
						     .max_grant_frames = -1,
						     .max_maptrack_frames = -1,
						     .grant_opts = grants } };
	long result = domctl(*domid, XEN_DOMCTL_createdomain, &op);

	*domid = op.domain;
	return result;
}

static void ask_create_wrong(void)
{
	uint16_t id = 0;
	uint32_t both = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;

	simple("create without hap", create(XEN_DOMCTL_CDF_hvm, 1, 1, &id));
	id = 0;
	simple("create with 0 vcpus", create(both, 0, 1, &id));
	id = 0;
	simple("create with 1000 vcpus", create(both, 1000, 1, &id));
	id = 0;
	simple("create with unknown flag", create(both | 1U << 30, 1, 1, &id));
	id = 0;
	simple("create with grant version 3", create(both, 1, 3, &id));
}

static void show(const char *name, uint16_t domid)
{
	struct xen_domctl op = { 0 };
	long result = domctl(domid, XEN_DOMCTL_getdomaininfo, &op);
	const struct xen_domctl_getdomaininfo *info = &op.u.getdomaininfo;

	if (result == 0) {
		answer(name, "0 flags %x pages %lu max %lu vcpus %u highest %x same id %d",
		       info->flags & 0xffff, info->tot_pages, info->max_pages,
		       info->nr_online_vcpus, info->max_vcpu_id,
		       info->domain == domid && op.domain == domid);
	} else {
		simple(name, result);
	}
}

static void reason(const char *name, uint16_t domid)
{
	struct xen_domctl op = { 0 };

	domctl(domid, XEN_DOMCTL_getdomaininfo, &op);
	answer(name, "%x", op.u.getdomaininfo.flags >> XEN_DOMINF_shutdownshift);
}

static long reserve(uint32_t cmd, uint16_t domid, uint64_t first, uint64_t count, uint32_t order)
{
	struct xen_memory_reservation op = { .extent_start = GUEST_HANDLE_OF(second),
					     .nr_extents = count,
					     .extent_order = order,
					     .domid = domid };

	for (uint64_t i = 0; i < count && i < PAGE / 8; i++) {
		((uint64_t *)second)[i] = first + (i << order);
	}
	return ask(__HYPERVISOR_memory_op, cmd, &op, sizeof(op));
}

static void ask_memory(uint16_t id)
{
	uint32_t populate = XENMEM_populate_physmap, decrease = XENMEM_decrease_reservation;
	struct xen_domctl op = { .u.max_mem.max_memkb = 64 };
	struct xen_memory_domain who = { id };

	simple("populate without limit set", reserve(populate, id, FIRST, 1, 0));
	simple("max_mem", domctl(id, XEN_DOMCTL_max_mem, &op));
	simple("populate without pool", reserve(populate, id, FIRST + 256, 1, 0));
	reserve(decrease, id, FIRST + 256, 1, 0);
	op = (struct xen_domctl){ .u.paging_mempool.size = PAGE + 1 };
	simple("pool of an odd size", domctl(id, XEN_DOMCTL_set_paging_mempool_size, &op));
	op = (struct xen_domctl){ .u.paging_mempool.size = 256 * PAGE };
	simple("pool", domctl(id, XEN_DOMCTL_set_paging_mempool_size, &op));
	op = (struct xen_domctl){ 0 };
	long result = domctl(id, XEN_DOMCTL_get_paging_mempool_size, &op);
	answer("pool asked", "%ld %lu", result, op.u.paging_mempool.size);
	simple("maximum_reservation", ask(12, XENMEM_maximum_reservation, &who, sizeof(who)));
	simple("populate 4", reserve(populate, id, FIRST, 4, 0));
	simple("populate order 2", reserve(populate, id, FIRST + 16, 1, 2));
	simple("populate order 40", reserve(populate, id, FIRST + 64, 1, 40));
	simple("populate beyond the limit", reserve(populate, id, FIRST + 128, 40, 0));
	simple("current_reservation", ask(12, XENMEM_current_reservation, &who, sizeof(who)));
	simple("decrease 2", reserve(decrease, id, FIRST, 2, 0));
	simple("decrease the same", reserve(decrease, id, FIRST, 2, 0));
	simple("current_reservation after", ask(12, XENMEM_current_reservation, &who, sizeof(who)));
	simple("populate nothing", reserve(populate, id, FIRST, 0, 0));
	simple("populate domain 99", reserve(populate, 99, FIRST, 1, 0));
	who.domid = 99;
	simple("reservation of domain 99", ask(12, XENMEM_current_reservation, &who, sizeof(who)));
	op = (struct xen_domctl){ .u.cacheflush = { FIRST, 4 } };
	simple("cacheflush", domctl(id, XEN_DOMCTL_cacheflush, &op));
	op = (struct xen_domctl){ .u.cacheflush = { 0x100000000UL, 4 } };
	simple("cacheflush of nothing", domctl(id, XEN_DOMCTL_cacheflush, &op));
	op = (struct xen_domctl){ .u.cacheflush = { ~0UL - 1, 4 } };
	simple("cacheflush overflow", domctl(id, XEN_DOMCTL_cacheflush, &op));
}

static void ask_physmap(uint16_t id)
{
	struct xen_add_to_physmap add = { .domid = id,
					  .space = XENMAPSPACE_shared_info,
					  .gpfn = 0x39000 };
	struct xen_remove_from_physmap gone = { .domid = id, .gpfn = 0x39000 };

	simple("map shared_info", ask(12, XENMEM_add_to_physmap, &add, sizeof(add)));
	add.idx = 1;
	simple("map shared_info 1", ask(12, XENMEM_add_to_physmap, &add, sizeof(add)));
	add = (struct xen_add_to_physmap){ .domid = id,
					   .space = XENMAPSPACE_grant_table,
					   .gpfn = 0x38000 };
	simple("map grant table", ask(12, XENMEM_add_to_physmap, &add, sizeof(add)));
	add.idx = 5000;
	simple("map grant table 5000", ask(12, XENMEM_add_to_physmap, &add, sizeof(add)));
	add.space = 77;
	simple("map space 77", ask(12, XENMEM_add_to_physmap, &add, sizeof(add)));
	add.space = XENMAPSPACE_gmfn_foreign;
	simple("map foreign singly", ask(12, XENMEM_add_to_physmap, &add, sizeof(add)));
	simple("remove", ask(12, XENMEM_remove_from_physmap, &gone, sizeof(gone)));
	simple("remove again", ask(12, XENMEM_remove_from_physmap, &gone, sizeof(gone)));
}

static void ask_vcpus(uint16_t id)
{
	struct xen_domctl op = { .u.vcpucontext = { 0, GUEST_HANDLE_OF(second) } };
	struct vcpu_guest_context *context = (void *)second;

	simple("context before vcpus", domctl(id, XEN_DOMCTL_setvcpucontext, &op));
	op = (struct xen_domctl){ .u.max_vcpus.max = 3 };
	simple("max_vcpus 3 of 2", domctl(id, XEN_DOMCTL_max_vcpus, &op));
	op = (struct xen_domctl){ .u.max_vcpus.max = 2 };
	simple("max_vcpus", domctl(id, XEN_DOMCTL_max_vcpus, &op));
	simple("max_vcpus again", domctl(id, XEN_DOMCTL_max_vcpus, &op));
	op = (struct xen_domctl){ .u.getvcpuinfo.vcpu = 1 };
	long result = domctl(id, XEN_DOMCTL_getvcpuinfo, &op);
	answer("getvcpuinfo", "%ld online %u blocked %u running %u", result,
	       op.u.getvcpuinfo.online, op.u.getvcpuinfo.blocked, op.u.getvcpuinfo.running);
	memset(second, 0, PAGE);
	context->user_regs.cpsr = PSR_GUEST64_INIT;
	op = (struct xen_domctl){ .u.vcpucontext = { 0, GUEST_HANDLE_OF(second) } };
	simple("context of 64 bits before set_address_size",
	       domctl(id, XEN_DOMCTL_setvcpucontext, &op));
	op = (struct xen_domctl){ .u.address_size.size = 64 };
	simple("set_address_size 64", domctl(id, XEN_DOMCTL_set_address_size, &op));
	memset(second, 0, PAGE);
	context->flags = VGCF_online;
	context->user_regs.pc64 = FIRST << 12;
	context->user_regs.cpsr = 0x3c9; /* EL2h */
	context->sctlr = SCTLR_GUEST_INIT;
	op = (struct xen_domctl){ .u.vcpucontext = { 0, GUEST_HANDLE_OF(second) } };
	simple("context for EL2", domctl(id, XEN_DOMCTL_setvcpucontext, &op));
	context->user_regs.cpsr = PSR_GUEST64_INIT;
	op = (struct xen_domctl){ .u.vcpucontext = { 0, GUEST_HANDLE_OF(second) } };
	simple("context", domctl(id, XEN_DOMCTL_setvcpucontext, &op));
	op = (struct xen_domctl){ .u.vcpucontext = { 9, GUEST_HANDLE_OF(second) } };
	simple("context of vcpu 9", domctl(id, XEN_DOMCTL_setvcpucontext, &op));
	op = (struct xen_domctl){ .u.vcpucontext = { 0, { NOWHERE } } };
	simple("context bad pointer", domctl(id, XEN_DOMCTL_setvcpucontext, &op));
	memset(second, 0, PAGE);
	op = (struct xen_domctl){ .u.vcpucontext = { 0, GUEST_HANDLE_OF(second) } };
	result = domctl(id, XEN_DOMCTL_getvcpucontext, &op);
	answer("context read", "%ld flags %x pc %lx cpsr %lx sctlr %lx", result, context->flags,
	       context->user_regs.pc64, context->user_regs.cpsr, context->sctlr);
}

static void ask_pause(uint16_t id)
{
	simple("pause once more", plain_domctl(id, XEN_DOMCTL_pausedomain));
	show("info paused twice", id);
	simple("unpause", plain_domctl(id, XEN_DOMCTL_unpausedomain));
	show("info after one unpause", id);
	simple("pause", plain_domctl(id, XEN_DOMCTL_pausedomain));
	struct sched_remote_shutdown stop = { .domain_id = id, .reason = SHUTDOWN_reboot };
	simple("remote_shutdown", ask(29, SCHEDOP_remote_shutdown, &stop, sizeof(stop)));
	show("info shut down", id);
	reason("reason shut down", id);
	for (unsigned int i = 0; i < 3; i++) {
		char name[32];

		snprintf(name, sizeof(name), "unpause shut down, %u", i + 1);
		simple(name, plain_domctl(id, XEN_DOMCTL_unpausedomain));
	}
	stop.domain_id = 99;
	simple("remote_shutdown 99", ask(29, SCHEDOP_remote_shutdown, &stop, sizeof(stop)));
}

void ask_domain(void)
{
	uint16_t id = 0, other = 0;
	uint32_t both = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;
	unsigned int rounds = 0;
	struct xen_domctl op = { 0 };
	long result;

	ask_create_wrong();
	id = 40;
	result = create(both, 2, 1, &id);
	answer("create with a wish", "%ld %u", result, id);
	other = 40;
	simple("create with the same wish", create(both, 1, 1, &other));
	show("info of the id below", 39);
	show("info new", id);
	reason("reason new", id);
	ask_vcpus(id);
	ask_memory(id);
	op.u.address_size.size = 64;
	simple("set_address_size with memory", domctl(id, XEN_DOMCTL_set_address_size, &op));
	ask_physmap(id);
	ask_params(id, "domain");
	ask_sched(id);
	show("info built", id);
	ask_pause(id);
	simple("populate where memory is", reserve(XENMEM_populate_physmap, id, FIRST + 3, 1, 0));
	do {
		result = plain_domctl(id, XEN_DOMCTL_destroydomain);
		rounds++;
	} while ((result == -11 || result == -85) && rounds < 10000);
	simple("destroy", result);
	show("info destroyed", id);
	simple("destroy again", plain_domctl(id, XEN_DOMCTL_destroydomain));
}

static long sysctl(uint32_t cmd, struct xen_sysctl *op)
{
	op->cmd = cmd;
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	memcpy(page, op, sizeof(*op));
	long result = call(__HYPERVISOR_sysctl, (uint64_t)page, 0, 0);
	memcpy(op, page, sizeof(*op));
	return result;
}

static long pool_op(uint32_t command, uint32_t id, uint32_t scheduler, uint32_t domid, uint32_t cpu)
{
	struct xen_sysctl op = { .u.cpupool_op = { .op = command,
						   .cpupool_id = id,
						   .sched_id = scheduler,
						   .domid = domid,
						   .cpu = cpu } };

	return sysctl(XEN_SYSCTL_cpupool_op, &op);
}

/* One CPU, in pool 0: what is refused, and a second pool that stays empty. */
static void ask_pool_changes(void)
{
	static const struct {
		const char *name;
		uint32_t command, id, scheduler, domid, cpu;
	} rows[] = {
		{ "pool create unknown scheduler", XEN_SYSCTL_CPUPOOL_OP_CREATE, ~0U, 99, 0, 0 },
		{ "pool create", XEN_SYSCTL_CPUPOOL_OP_CREATE, 3, XEN_SCHEDULER_CREDIT, 0, 0 },
		{ "pool create again", XEN_SYSCTL_CPUPOOL_OP_CREATE, 3, XEN_SCHEDULER_CREDIT, 0,
		  0 },
		{ "pool add a used cpu", XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 3, 0, 0, 0 },
		{ "pool add no free cpu", XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 3, 0, 0, ~0U },
		{ "pool add cpu 4000", XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 3, 0, 0, 4000 },
		{ "pool 9 add", XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 9, 0, 0, ~0U },
		{ "pool remove from empty", XEN_SYSCTL_CPUPOOL_OP_RMCPU, 3, 0, 0, ~0U },
		{ "pool remove cpu 4000", XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 0, 0, 4000 },
		{ "pool remove the last", XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 0, 0, 0 },
		{ "pool 9 remove", XEN_SYSCTL_CPUPOOL_OP_RMCPU, 9, 0, 0, 0 },
		{ "pool move no domain", XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 3, 0, 99, 0 },
		{ "pool move DOMID_SELF to 0", XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 0, 0, 0x7ff0, 0 },
		{ "pool move to empty", XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, 3, 0, 0, 0 },
		{ "pool destroy 0", XEN_SYSCTL_CPUPOOL_OP_DESTROY, 0, 0, 0, 0 },
		{ "pool destroy 9", XEN_SYSCTL_CPUPOOL_OP_DESTROY, 9, 0, 0, 0 },
		{ "pool destroy 3", XEN_SYSCTL_CPUPOOL_OP_DESTROY, 3, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		simple(rows[i].name, pool_op(rows[i].command, rows[i].id, rows[i].scheduler,
					     rows[i].domid, rows[i].cpu));
	}
}

static void ask_schedulers(void)
{
	struct xen_sysctl op = { .u.scheduler_op = { .cpupool_id = 0,
						     .sched_id = XEN_SCHEDULER_CREDIT,
						     .cmd = XEN_SYSCTL_SCHEDOP_getinfo } };

	simple("scheduler of pool 0", sysctl(XEN_SYSCTL_scheduler_op, &op));
	op.u.scheduler_op.cmd = 7;
	simple("scheduler command 7", sysctl(XEN_SYSCTL_scheduler_op, &op));
	op.u.scheduler_op.cmd = XEN_SYSCTL_SCHEDOP_getinfo;
	op.u.scheduler_op.sched_id = XEN_SCHEDULER_ARINC653;
	simple("schedule of a credit pool", sysctl(XEN_SYSCTL_scheduler_op, &op));
	op.u.scheduler_op.cpupool_id = 9;
	simple("schedule of no pool", sysctl(XEN_SYSCTL_scheduler_op, &op));
}

static void ask_pools(void)
{
	struct xen_sysctl op = { .u.cpupool_op = { .op = XEN_SYSCTL_CPUPOOL_OP_INFO,
						   .cpumap = { GUEST_HANDLE_OF(second), 64 } } };

	memset(second, 0, PAGE);
	long result = sysctl(XEN_SYSCTL_cpupool_op, &op);
	answer("pool 0", "%ld id %u scheduler %u domains %u bits %u cpus %x", result,
	       op.u.cpupool_op.cpupool_id, op.u.cpupool_op.sched_id, op.u.cpupool_op.n_dom,
	       op.u.cpupool_op.cpumap.nr_bits, (uint8_t)second[0]);
	op.u.cpupool_op.cpupool_id = 1;
	simple("pool 1", sysctl(XEN_SYSCTL_cpupool_op, &op));
	op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_FREEINFO;
	memset(second, 0, PAGE);
	result = sysctl(XEN_SYSCTL_cpupool_op, &op);
	answer("free cpus", "%ld cpus %x", result, (uint8_t)second[0]);
	op.u.cpupool_op.op = 99;
	simple("pool operation 99", sysctl(XEN_SYSCTL_cpupool_op, &op));
	ask_pool_changes();
	ask_schedulers();
}

void ask_sysctl_lists(void)
{
	struct xen_sysctl op = { 0 };
	long result = sysctl(XEN_SYSCTL_physinfo, &op);

	answer("physinfo", "%ld cpus %u threads %u nodes %u capabilities %x", result,
	       op.u.physinfo.nr_cpus, op.u.physinfo.threads_per_core, op.u.physinfo.nr_nodes,
	       op.u.physinfo.capabilities);
	result = sysctl(XEN_SYSCTL_sched_id, &op);
	answer("sched_id", "%ld %u", result, op.u.sched_id.sched_id);
	op = (struct xen_sysctl){ .u.getdomaininfolist = { 0, 9, GUEST_HANDLE_OF(second), 0 } };
	result = sysctl(XEN_SYSCTL_getdomaininfolist, &op);
	answer("domain list", "%ld number %u", result, op.u.getdomaininfolist.num_domains);
	op.u.getdomaininfolist.first_domain = 1;
	result = sysctl(XEN_SYSCTL_getdomaininfolist, &op);
	answer("domain list from 1", "%ld number %u", result, op.u.getdomaininfolist.num_domains);
	op = (struct xen_sysctl){ .u.cputopoinfo = { 0, { 0 } } };
	result = sysctl(XEN_SYSCTL_cputopoinfo, &op);
	answer("cpus asked", "%ld %u", result, op.u.cputopoinfo.num_cpus);
	op.u.cputopoinfo.cputopo = GUEST_HANDLE_OF(second);
	op.u.cputopoinfo.num_cpus = 8;
	result = sysctl(XEN_SYSCTL_cputopoinfo, &op);
	answer("cpus listed", "%ld %u", result, op.u.cputopoinfo.num_cpus);
	op = (struct xen_sysctl){ .u.numainfo = { 0, { 0 }, { 0 } } };
	result = sysctl(XEN_SYSCTL_numainfo, &op);
	answer("nodes asked", "%ld %u", result, op.u.numainfo.num_nodes);
	op = (struct xen_sysctl){ .u.getcpuinfo = { 8, GUEST_HANDLE_OF(second), 0 } };
	result = sysctl(XEN_SYSCTL_getcpuinfo, &op);
	answer("getcpuinfo", "%ld %u", result, op.u.getcpuinfo.nr_cpus);
	op = (struct xen_sysctl){ .u.readconsole = { .buffer = GUEST_HANDLE_OF(second),
						     .count = 100 } };
	result = sysctl(XEN_SYSCTL_readconsole, &op);
	answer("readconsole", "%ld count %u", result, op.u.readconsole.count);
	ask_pools();
}
