/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks the hypervisor questions that no header answers: what does an unknown command return, what
 * a call with a wrong, missing or repeated argument? Prints one line per question,
 *
 *	ANSWER <name> = <result and what came back>
 *
 * Runs as the only program of Dom0 (process 1 of an initramfs, see answers.py), through
 * /dev/xen/privcmd, and switches the machine off at the end. The answers of Debian's Xen 4.20 are
 * kept in answers.xen; Bulkhead's must be the same except for what answers.differ lists. Only what
 * is the same on every run is printed: no addresses, no times, no amounts of memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "answers.h"

#include <public/event_channel.h>
#include <public/grant_table.h>
#include <public/hvm.h>
#include <public/sysctl.h>
#include <public/vcpu.h>
#include <public/version.h>
#include <public/xen.h>

struct privcmd_call {
	uint64_t number, args[5];
};

static int privcmd;
char *page, *second;

static long call5(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	struct privcmd_call request = { number, { a, b, c, d, e } };
	long result = ioctl(privcmd, _IOC(_IOC_NONE, 'P', 0, sizeof(request)), &request);

	return result < 0 ? -errno : result;
}

long call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
	return call5(number, a, b, c, 0, 0);
}

long ask(uint64_t number, uint64_t cmd, void *data, size_t size)
{
	memcpy(page, data, size);
	long result = call(number, cmd, (uint64_t)page, 0);
	memcpy(data, page, size);
	return result;
}

void answer(const char *name, const char *format, ...)
{
	va_list list;

	printf("ANSWER %s = ", name);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf("\n");
}

void simple(const char *name, long result)
{
	answer(name, "%ld", result);
}

/* Every number, with an argument that means nothing to any of them. */
static void ask_numbers(void)
{
	char name[32];

	for (unsigned int number = 0; number < 64; number++) {
		snprintf(name, sizeof(name), "number %u", number);
		simple(name, call(number, 9999, 0, 0));
	}
}

static void ask_unknown_commands(void)
{
	static const struct {
		const char *name;
		unsigned int number, cmd;
	} rows[] = {
		{ "memory_op 8", 12, 8 },
		{ "memory_op 9", 12, 9 },
		{ "memory_op 12", 12, 12 },
		{ "memory_op 16", 12, 16 },
		{ "memory_op 21", 12, 21 },
		{ "memory_op 29", 12, 29 },
		{ "xen_version 15", 17, 15 },
		{ "grant_table_op 3", 20, 3 },
		{ "grant_table_op 13", 20, 13 },
		{ "vcpu_op 0", 24, 0 },
		{ "vcpu_op 4", 24, 4 },
		{ "vcpu_op 6", 24, 6 },
		{ "vcpu_op 99", 24, 99 },
		{ "sched_op 99", 29, 99 },
		{ "event_channel_op 2", 32, 2 },
		{ "event_channel_op 15", 32, 15 },
		{ "event_channel_op 99", 32, 99 },
		{ "physdev_op 15", 33, 15 },
		{ "physdev_op 25", 33, 25 },
		{ "physdev_op 99", 33, 99 },
		{ "hvm_op 2", 34, 2 },
		{ "hvm_op 99", 34, 99 },
		{ "hypfs_op 9", 42, 9 },
		{ "callback_op 0", 30, 0 },
		{ "xsm_op 5", 27, 5 },
		{ "console_io 7", 18, 7 },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t arg = rows[i].number == 24 ? 0 : (uint64_t)page;

		memset(page, 0, PAGE);
		simple(rows[i].name, call(rows[i].number, rows[i].cmd, arg, 0));
	}
	simple("vm_assist enable 5", call(21, VMASST_CMD_enable, 5, 0));
	simple("vm_assist disable 5", call(21, VMASST_CMD_disable, 5, 0));
	simple("vm_assist enable 4", call(21, VMASST_CMD_enable, 4, 0));
	simple("vm_assist command 2", call(21, 2, 5, 0));
	simple("vcpu_op no such vcpu", call(24, VCPUOP_register_vcpu_info, 99, (uint64_t)page));
}

static void ask_version(void)
{
	struct xen_feature_info info = { .submap_idx = 1 };

	answer("version", "%lx", call(17, XENVER_version, 0, 0));
	simple("pagesize", call(17, XENVER_pagesize, 0, 0));
	simple("pagesize with an argument", call(17, XENVER_pagesize, (uint64_t)page, 0));
	simple("feature submap 1", ask(17, XENVER_get_features, &info, sizeof(info)));
	info.submap_idx = 0;
	long result = ask(17, XENVER_get_features, &info, sizeof(info));
	answer("features", "%ld %x", result, info.submap);
	memset(page, 0xff, PAGE);
	result = call(17, XENVER_capabilities, (uint64_t)page, 0);
	page[PAGE - 1] = 0;
	answer("capabilities", "%ld '%s'", result, page);
	memset(page, 0, PAGE);
	*(uint32_t *)page = 100;
	result = call(17, XENVER_capabilities2, (uint64_t)page, 0);
	answer("capabilities2", "%ld '%s'", result, page + 4);
	simple("capabilities2 NULL", call(17, XENVER_capabilities2, 0, 0));
	*(uint32_t *)page = 3;
	simple("capabilities2 too short", call(17, XENVER_capabilities2, (uint64_t)page, 0));
	simple("features bad pointer", call(17, XENVER_get_features, NOWHERE, 0));
}

static void port_status(const char *name, uint32_t port)
{
	struct evtchn_status status = { .dom = DOMID_SELF, .port = port };
	long result = ask(32, EVTCHNOP_status, &status, sizeof(status));

	if (result == 0) {
		answer(name, "0 state %u vcpu %u dom %u", status.status, status.vcpu,
		       status.u.unbound.dom);
	} else {
		simple(name, result);
	}
}

static long port_op(unsigned int cmd, uint32_t port)
{
	return ask(32, cmd, &port, sizeof(port));
}

static void ask_ports_wrong(void)
{
	static const uint32_t ports[] = { 0, 4000, 4096, 200000, ~0U };
	char name[48];

	for (unsigned int i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		snprintf(name, sizeof(name), "port %u", ports[i]);
		answer(name, "close %ld send %ld unmask %ld", port_op(EVTCHNOP_close, ports[i]),
		       port_op(EVTCHNOP_send, ports[i]), port_op(EVTCHNOP_unmask, ports[i]));
		snprintf(name, sizeof(name), "port %u status", ports[i]);
		port_status(name, ports[i]);
	}
	simple("send bad pointer", call(32, EVTCHNOP_send, NOWHERE, 0));
	struct evtchn_alloc_unbound alloc = { .dom = 99, .remote_dom = DOMID_SELF };
	simple("alloc_unbound of domain 99", ask(32, 6, &alloc, sizeof(alloc)));
	alloc = (struct evtchn_alloc_unbound){ .dom = DOMID_SELF, .remote_dom = 99 };
	simple("alloc_unbound for domain 99", ask(32, 6, &alloc, sizeof(alloc)));
	struct evtchn_bind_interdomain bind = { .remote_dom = 99 };
	simple("bind_interdomain domain 99", ask(32, 0, &bind, sizeof(bind)));
	bind = (struct evtchn_bind_interdomain){ .remote_dom = DOMID_SELF, .remote_port = 3000 };
	simple("bind_interdomain closed port", ask(32, 0, &bind, sizeof(bind)));
	struct evtchn_bind_virq virq = { .virq = NR_VIRQS };
	simple("bind_virq 24", ask(32, 1, &virq, sizeof(virq)));
	virq = (struct evtchn_bind_virq){ .virq = VIRQ_DOM_EXC, .vcpu = 9 };
	simple("bind_virq vcpu 9", ask(32, 1, &virq, sizeof(virq)));
	struct evtchn_bind_ipi ipi = { .vcpu = 9 };
	simple("bind_ipi vcpu 9", ask(32, EVTCHNOP_bind_ipi, &ipi, sizeof(ipi)));
	struct evtchn_reset reset = { .dom = 99 };
	simple("reset domain 99", ask(32, EVTCHNOP_reset, &reset, sizeof(reset)));
}

static void ask_ports(void)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF };
	simple("alloc_unbound", ask(32, EVTCHNOP_alloc_unbound, &alloc, sizeof(alloc)));
	port_status("unbound port", alloc.port);
	simple("send to unbound", port_op(EVTCHNOP_send, alloc.port));
	struct evtchn_bind_interdomain bind = { .remote_dom = DOMID_SELF,
						.remote_port = alloc.port };
	simple("bind_interdomain", ask(32, EVTCHNOP_bind_interdomain, &bind, sizeof(bind)));
	struct evtchn_bind_interdomain again = bind;
	simple("bind_interdomain again", ask(32, 0, &again, sizeof(again)));
	port_status("bound port", alloc.port);
	simple("send to bound", port_op(EVTCHNOP_send, bind.local_port));
	struct evtchn_bind_vcpu move = { .port = alloc.port, .vcpu = 9 };
	simple("bind_vcpu 9", ask(32, EVTCHNOP_bind_vcpu, &move, sizeof(move)));
	simple("close one end", port_op(EVTCHNOP_close, bind.local_port));
	simple("close again", port_op(EVTCHNOP_close, bind.local_port));
	port_status("the other end", alloc.port);
	simple("close the other", port_op(EVTCHNOP_close, alloc.port));

	struct evtchn_bind_virq virq = { .virq = VIRQ_DOM_EXC };
	simple("bind_virq", ask(32, EVTCHNOP_bind_virq, &virq, sizeof(virq)));
	struct evtchn_bind_virq repeated = { .virq = VIRQ_DOM_EXC };
	simple("bind_virq again", ask(32, EVTCHNOP_bind_virq, &repeated, sizeof(repeated)));
	simple("send to virq", port_op(EVTCHNOP_send, virq.port));
	simple("close virq", port_op(EVTCHNOP_close, virq.port));

	struct evtchn_bind_ipi ipi = { .vcpu = 0 };
	simple("bind_ipi", ask(32, EVTCHNOP_bind_ipi, &ipi, sizeof(ipi)));
	move = (struct evtchn_bind_vcpu){ .port = ipi.port };
	simple("bind_vcpu of an ipi", ask(32, EVTCHNOP_bind_vcpu, &move, sizeof(move)));
	simple("close ipi", port_op(EVTCHNOP_close, ipi.port));
}

static void ask_grants(void)
{
	for (uint32_t version = 0; version < 4; version++) {
		struct gnttab_set_version set = { version };
		char name[24];

		snprintf(name, sizeof(name), "grant version %u", version);
		memcpy(page, &set, sizeof(set));
		long result = call(20, GNTTABOP_set_version, (uint64_t)page, 1);
		answer(name, "%ld now %u", result, *(uint32_t *)page);
	}
	struct gnttab_get_version get = { .dom = DOMID_SELF };
	memcpy(page, &get, sizeof(get));
	long result = call(20, GNTTABOP_get_version, (uint64_t)page, 1);
	answer("get_version", "%ld %u", result, ((struct gnttab_get_version *)page)->version);
	struct gnttab_query_size *size = (void *)page;
	*size = (struct gnttab_query_size){ .dom = DOMID_SELF };
	result = call(20, GNTTABOP_query_size, (uint64_t)page, 1);
	answer("query_size", "%ld status %d frames %u", result, size->status, size->nr_frames);
	size->dom = 99;
	result = call(20, GNTTABOP_query_size, (uint64_t)page, 1);
	answer("query_size of domain 99", "%ld status %d", result, size->status);
	struct gnttab_map_grant_ref *map = (void *)page;
	*map = (struct gnttab_map_grant_ref){ .dom = 99, .flags = GNTMAP_host_map };
	result = call(20, GNTTABOP_map_grant_ref, (uint64_t)page, 1);
	answer("map_grant_ref domain 99", "%ld status %d", result, map->status);
	struct gnttab_unmap_grant_ref *unmap = (void *)page;
	*unmap = (struct gnttab_unmap_grant_ref){ .handle = 12345 };
	result = call(20, GNTTABOP_unmap_grant_ref, (uint64_t)page, 1);
	answer("unmap_grant_ref bad handle", "%ld status %d", result, unmap->status);
	struct gnttab_copy *copy = (void *)page;
	*copy = (struct gnttab_copy){
		.source.domid = 99, .dest.domid = DOMID_SELF, .len = 8, .flags = GNTCOPY_source_gref
	};
	result = call(20, GNTTABOP_copy, (uint64_t)page, 1);
	answer("copy from domain 99", "%ld status %d", result, copy->status);
	*copy = (struct gnttab_copy){ .source.domid = DOMID_SELF,
				      .dest.domid = DOMID_SELF,
				      .source.offset = 4000,
				      .len = 200 };
	result = call(20, GNTTABOP_copy, (uint64_t)page, 1);
	answer("copy across a page", "%ld status %d", result, copy->status);
	memset(page, 0, PAGE);
	simple("transfer", call(20, GNTTABOP_transfer, (uint64_t)page, 1));
	simple("cache_flush of nothing", call(20, GNTTABOP_cache_flush, (uint64_t)page, 1));
	simple("map no grants", call(20, GNTTABOP_map_grant_ref, (uint64_t)page, 0));
	simple("map bad pointer", call(20, GNTTABOP_map_grant_ref, NOWHERE, 1));
}

void ask_params(uint16_t domid, const char *who)
{
	char name[48];

	for (uint32_t index = 0; index <= HVM_NR_PARAMS; index++) {
		struct xen_hvm_param get = { .domid = domid, .index = index };
		long got = ask(34, HVMOP_get_param, &get, sizeof(get));
		struct xen_hvm_param set = { .domid = domid, .index = index, .value = 77 };
		long done = domid == DOMID_SELF ? 0 : ask(34, HVMOP_set_param, &set, sizeof(set));
		long again = domid == DOMID_SELF ? 0 : ask(34, HVMOP_set_param, &set, sizeof(set));

		snprintf(name, sizeof(name), "param %u of %s", index, who);
		answer(name, "get %ld set %ld again %ld", got, done, again);
	}
}

long domctl(uint16_t domid, uint32_t cmd, struct xen_domctl *op)
{
	op->cmd = cmd;
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op->domain = domid;
	memcpy(page, op, sizeof(*op));
	long result = call(36, (uint64_t)page, 0, 0);
	memcpy(op, page, sizeof(*op));
	return result;
}

long plain_domctl(uint16_t domid, uint32_t cmd)
{
	struct xen_domctl op = { 0 };

	return domctl(domid, cmd, &op);
}

static void ask_domctl_wrong(void)
{
	static const uint32_t unknown[] = { 0,	6,  7,	8,  10, 26, 30, 41,  45,
					    61, 70, 84, 87, 89, 90, 99, 1000 };
	struct xen_domctl op = { .cmd = 5, .interface_version = 0x16 };
	char name[48];

	for (unsigned int i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		snprintf(name, sizeof(name), "domctl %u", unknown[i]);
		simple(name, plain_domctl(0, unknown[i]));
	}
	simple("domctl 99 of no domain", plain_domctl(77, 99));
	simple("getdomaininfo of no domain", plain_domctl(77, 5));
	simple("getdomaininfo DOMID_SELF", plain_domctl(DOMID_SELF, 5));
	simple("getdomaininfo DOMID_INVALID", plain_domctl(DOMID_INVALID, 5));
	memcpy(page, &op, sizeof(op));
	simple("domctl old version", call(36, (uint64_t)page, 0, 0));
	simple("domctl bad pointer", call(36, NOWHERE, 0, 0));
	simple("pause self", plain_domctl(0, XEN_DOMCTL_pausedomain));
	simple("unpause self", plain_domctl(0, XEN_DOMCTL_unpausedomain));
	simple("destroy self", plain_domctl(0, XEN_DOMCTL_destroydomain));
	simple("max_vcpus 0 of self", plain_domctl(0, XEN_DOMCTL_max_vcpus));
	op = (struct xen_domctl){ .u.getvcpuinfo.vcpu = 99 };
	simple("getvcpuinfo of vcpu 99", domctl(0, XEN_DOMCTL_getvcpuinfo, &op));
	op = (struct xen_domctl){ .u.address_size.size = 16 };
	simple("set_address_size 16", domctl(0, XEN_DOMCTL_set_address_size, &op));
	simple("set affinity without flags", plain_domctl(0, XEN_DOMCTL_setvcpuaffinity));
	simple("createdomain of zeros", plain_domctl(0, XEN_DOMCTL_createdomain));
}

static void ask_affinity(void)
{
	struct xen_domctl op = { .u.vcpuaffinity = {
					 .flags = XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT,
					 .cpumap_hard = { GUEST_HANDLE_OF(second), 64 },
					 .cpumap_soft = { GUEST_HANDLE_OF(second + 64), 64 } } };

	memset(second, 0, PAGE);
	long result = domctl(0, XEN_DOMCTL_getvcpuaffinity, &op);
	answer("get affinity", "%ld bits %u", result, op.u.vcpuaffinity.cpumap_hard.nr_bits);
	memset(second, 0, PAGE);
	op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD;
	simple("set affinity to no cpu", domctl(0, XEN_DOMCTL_setvcpuaffinity, &op));
	second[7] = 0x40;
	simple("set affinity to cpu 62", domctl(0, XEN_DOMCTL_setvcpuaffinity, &op));
	second[0] = 1;
	simple("set affinity to cpu 0 and 62", domctl(0, XEN_DOMCTL_setvcpuaffinity, &op));
	op.u.vcpuaffinity.cpumap_hard.bitmap.va = NOWHERE;
	simple("set affinity bad pointer", domctl(0, XEN_DOMCTL_setvcpuaffinity, &op));
}

void ask_sched(uint16_t domid)
{
	struct xen_domctl op = { .u.scheduler_op = { .sched_id = XEN_SCHEDULER_CREDIT,
						     .cmd = XEN_DOMCTL_SCHEDOP_getinfo } };
	long result = domctl(domid, XEN_DOMCTL_scheduler_op, &op);

	answer("credit get", "%ld weight %u cap %u", result, op.u.scheduler_op.u.credit.weight,
	       op.u.scheduler_op.u.credit.cap);
	op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_putinfo;
	op.u.scheduler_op.u.credit.weight = 0;
	op.u.scheduler_op.u.credit.cap = 65535;
	simple("credit put nothing", domctl(domid, XEN_DOMCTL_scheduler_op, &op));
	op.u.scheduler_op.u.credit.weight = 512;
	op.u.scheduler_op.u.credit.cap = 50;
	simple("credit put", domctl(domid, XEN_DOMCTL_scheduler_op, &op));
	op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_getinfo;
	result = domctl(domid, XEN_DOMCTL_scheduler_op, &op);
	answer("credit get again", "%ld weight %u cap %u", result,
	       op.u.scheduler_op.u.credit.weight, op.u.scheduler_op.u.credit.cap);
	op.u.scheduler_op.cmd = 7;
	simple("credit command 7", domctl(domid, XEN_DOMCTL_scheduler_op, &op));
	op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_getinfo;
	op.u.scheduler_op.sched_id = XEN_SCHEDULER_RTDS;
	simple("rtds get of a credit domain", domctl(domid, XEN_DOMCTL_scheduler_op, &op));
	op.u.scheduler_op.cmd = XEN_DOMCTL_SCHEDOP_getvcpuinfo;
	simple("rtds vcpus of a credit domain", domctl(domid, XEN_DOMCTL_scheduler_op, &op));
	op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT;
	simple("credit vcpus", domctl(domid, XEN_DOMCTL_scheduler_op, &op));
}

static void ask_sysctl(void)
{
	static const uint32_t unknown[] = { 0, 5, 10, 12, 13, 15, 21, 22, 27, 31 };
	struct xen_sysctl op;
	char name[48];

	for (unsigned int i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		op = (struct xen_sysctl){ unknown[i], XEN_SYSCTL_INTERFACE_VERSION, { { 0 } } };
		snprintf(name, sizeof(name), "sysctl %u", unknown[i]);
		memcpy(page, &op, sizeof(op));
		simple(name, call(35, (uint64_t)page, 0, 0));
	}
	op = (struct xen_sysctl){ XEN_SYSCTL_physinfo, 0x14, { { 0 } } };
	memcpy(page, &op, sizeof(op));
	simple("sysctl old version", call(35, (uint64_t)page, 0, 0));
	simple("sysctl bad pointer", call(35, NOWHERE, 0, 0));
	ask_sysctl_lists();
}

static void load_module(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) != 0) {
		answer("module", "%s: %s", path, strerror(errno));
	}
}

int main(void)
{
	mkdir("/dev", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", 0, "");
	load_module("/xen-privcmd.ko");
	privcmd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE | MAP_LOCKED, -1, 0);
	second = page + PAGE;
	ask_numbers();
	ask_unknown_commands();
	ask_version();
	ask_ports_wrong();
	ask_ports();
	ask_grants();
	ask_params(DOMID_SELF, "self");
	ask_domctl_wrong();
	ask_affinity();
	ask_domain();
	ask_sysctl();
	answer("end", "0");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
