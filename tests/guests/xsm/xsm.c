/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xsm: an unprivileged domain asks for every privileged and every cross-domain operation, with
 * well-formed arguments, and is refused each. The rows come from the hypervisor's own tables
 * (rows.py, at build time): a new operation without a case here fails the test. Targets are Dom0, a
 * domain that does not exist, and, where privilege is needed even for that, the caller itself.
 */
#include "lib.h"

#define EPERM	      (-1)
#define ENOSYS	      (-38)
#define NO_CASE	      (-9999)
#define OWN	      (-9998) /* concerns the caller alone: nothing to refuse */
#define GNT_BAD_DOM   (-2)
#define GNT_DENIED    (-8)
#define DOM0	      0
#define NOBODY	      0x7000
#define DOMID_XEN     0x7ff2
#define SPARE_GFN     (plat.ram_base / 4096 + 64) /* of no importance to the other domain */
#define XEN_PLATFORM  7
#define XEN_HYPFS     42
#define FOREIGN	      4 /* XENMAPSPACE_gmfn_foreign */
#define MAX_BYTES     512
#define ROW_OPEN(row) (row->hook[0] == 'A' && row->hook[1] == 'N')

const char guest_name[] = "xsm";

struct row {
	uint32_t nr;
	int32_t cmd;
	const char *name, *hook;
};

static const struct row rows[] = {
#define ROW(nr, cmd, name, hook) { nr, cmd, name, hook },
#include "rows.h"
};

static union {
	uint8_t b[MAX_BYTES];
	uint16_t h[MAX_BYTES / 2];
	int16_t s[MAX_BYTES / 2];
	uint32_t w[MAX_BYTES / 4];
	uint64_t d[MAX_BYTES / 8];
} arg;
static uint64_t list[8];

static void clear_arg(void)
{
	for (unsigned int i = 0; i < MAX_BYTES / 8; i++) {
		arg.d[i] = 0;
	}
}

static long call(uint32_t nr, int32_t cmd)
{
	return xen_call(nr, (uint64_t)cmd, (uint64_t)&arg, 1, 0);
}

/* domctl, sysctl, bulkhead_op: number and version of the interface first, then the domain. */
static long toolstack(const struct row *row, uint16_t domid)
{
	clear_arg();
	arg.w[0] = (uint32_t)row->cmd;
	arg.w[1] = row->nr == XEN_DOMCTL ? 0x17 : 0x15;
	arg.h[4] = domid;
	if (row->nr == XEN_BULKHEAD_OP) {
		arg.w[0] = 1;
		arg.w[1] = (uint32_t)row->cmd;
	}
	return xen_call(row->nr, (uint64_t)&arg, 0, 0, 0);
}

static void set_reservation(uint16_t domid)
{
	list[0] = SPARE_GFN;
	arg.d[0] = (uint64_t)list;
	arg.d[1] = 1;
	arg.h[12] = domid;
}

static long foreign_batch(uint16_t domid, uint16_t space, uint16_t from)
{
	clear_arg();
	list[0] = SPARE_GFN;
	arg.h[0] = domid;
	arg.h[1] = space;
	arg.h[2] = 1;
	arg.h[3] = from;
	arg.d[1] = (uint64_t)&list[0];
	arg.d[2] = (uint64_t)&list[0];
	arg.d[3] = (uint64_t)&list[2];
	return call(XEN_MEMORY_OP, 23);
}

static long memory(int32_t cmd, uint16_t domid)
{
	clear_arg();
	switch (cmd) {
	case 1: /* decrease_reservation */
	case 6: /* populate_physmap */
		set_reservation(domid);
		break;
	case 3:	 /* current_reservation */
	case 4:	 /* maximum_reservation */
	case 14: /* maximum_gpfn */
		arg.h[0] = domid;
		break;
	case 7: /* add_to_physmap */
		arg.h[0] = domid;
		arg.d[2] = SPARE_GFN;
		break;
	case 15: /* remove_from_physmap */
		arg.h[0] = domid;
		arg.d[1] = SPARE_GFN;
		break;
	case 18: /* get_sharing_freed_pages */
	case 19: /* get_sharing_shared_pages */
		return OWN;
	case 23: /* add_to_physmap_batch */
		return foreign_batch(domid, 0, 0);
	case 28: /* acquire_resource */
		arg.h[0] = domid;
		arg.h[1] = 1;
		arg.w[2] = 1;
		list[0] = SPARE_GFN;
		arg.d[3] = (uint64_t)list;
		break;
	default:
		return NO_CASE;
	}
	return call(XEN_MEMORY_OP, cmd);
}

static long events(int32_t cmd, uint16_t domid)
{
	clear_arg();
	arg.h[0] = domid;
	switch (cmd) {
	case 5:	 /* status */
	case 10: /* reset */
		break;
	case 6: /* alloc_unbound */
		arg.h[1] = DOMID_SELF;
		break;
	case 0: /* bind_interdomain: allowed by policy, but nobody has offered a port */
		arg.w[1] = 1;
		return call(XEN_EVENT_CHANNEL_OP, cmd) == 0 ? 0 : EPERM;
	case 1: /* bind_virq, close, send, bind_ipi, bind_vcpu, unmask */
	case 3:
	case 4:
	case 7:
	case 8:
	case 9:
		return OWN;
	default:
		return NO_CASE;
	}
	return call(XEN_EVENT_CHANNEL_OP, cmd);
}

/* Errors are in the element; -EPERM stands for any of those that mean "not yours". */
static long grants(int32_t cmd, uint16_t domid)
{
	int16_t status;

	clear_arg();
	switch (cmd) {
	case 0: /* map_grant_ref: of a grant that was not made */
		arg.d[0] = SPARE_GFN << 12;
		arg.w[2] = 2;
		arg.w[3] = 8;
		arg.h[8] = domid;
		return call(XEN_GRANT_TABLE_OP, cmd) == 0 && arg.s[9] >= 0 ? 0 : EPERM;
	case 2: /* setup_table */
		arg.h[0] = domid;
		arg.w[1] = 1;
		arg.d[2] = (uint64_t)list;
		call(XEN_GRANT_TABLE_OP, cmd);
		status = arg.s[4];
		break;
	case 5: /* copy: from a page of the other domain, which has granted none */
		arg.d[0] = SPARE_GFN;
		arg.h[4] = domid;
		arg.d[2] = SPARE_GFN;
		arg.h[12] = DOMID_SELF;
		arg.h[16] = 8;
		call(XEN_GRANT_TABLE_OP, cmd);
		status = arg.s[18];
		break;
	case 6: /* query_size */
		arg.h[0] = domid;
		call(XEN_GRANT_TABLE_OP, cmd);
		status = arg.s[6];
		break;
	case 1: /* unmap_grant_ref, set_version, cache_flush */
	case 8:
	case 12:
		return OWN;
	default:
		return NO_CASE;
	}
	return status == GNT_DENIED ? EPERM : status;
}

static long sched(int32_t cmd, uint16_t domid)
{
	clear_arg();
	if (cmd == 4) { /* remote_shutdown */
		arg.h[0] = domid;
		arg.w[1] = SHUTDOWN_crash;
		return call(XEN_SCHED_OP, cmd);
	}
	return cmd < 4 || cmd == SCHEDOP_watchdog ? OWN : NO_CASE;
}

static long params(int32_t cmd, uint16_t domid)
{
	clear_arg();
	arg.h[0] = domid;
	arg.w[1] = 1; /* STORE_PFN */
	arg.d[1] = 0x12345;
	return cmd > HVMOP_get_param ? NO_CASE : call(XEN_HVM_OP, cmd);
}

static long ask(const struct row *row, uint16_t domid)
{
	switch (row->nr) {
	case XEN_DOMCTL:
	case XEN_SYSCTL:
	case XEN_BULKHEAD_OP:
		return toolstack(row, domid);
	case XEN_MEMORY_OP:
		return memory(row->cmd, domid);
	case XEN_EVENT_CHANNEL_OP:
		return events(row->cmd, domid);
	case XEN_GRANT_TABLE_OP:
		return grants(row->cmd, domid);
	case XEN_SCHED_OP:
		return sched(row->cmd, domid);
	case XEN_HVM_OP:
		return params(row->cmd, domid);
	default:
		return NO_CASE;
	}
}

/* Does the operation need privilege even over oneself? */
static bool needs_privilege(const struct row *row)
{
	return row->nr == XEN_DOMCTL || row->nr == XEN_SYSCTL || row->nr == XEN_BULKHEAD_OP ||
	       (row->nr == XEN_SCHED_OP && row->cmd == 4) ||
	       (row->nr == XEN_MEMORY_OP && row->cmd == 28) ||
	       (row->nr == XEN_HVM_OP && row->cmd == HVMOP_set_param);
}

static void check_command(const struct row *row)
{
	long result = ask(row, DOM0);

	if (ROW_OPEN(row)) {
		check(result == 0, "%s is open to all", row->name);
	} else if (result == OWN) {
		printf("# %s concerns the caller alone\n", row->name);
	} else {
		check(result == EPERM, "%s of Dom0 refused: %ld", row->name, result);
		result = ask(row, NOBODY);
		check(result == EPERM || result == -3 || result == GNT_BAD_DOM,
		      "%s of nobody refused: %ld", row->name, result);
	}
	if (!ROW_OPEN(row) && needs_privilege(row)) {
		result = ask(row, DOMID_SELF);
		check(result == EPERM, "%s of itself refused: %ld", row->name, result);
	}
}

/* Hypercalls that are privileged as a whole, with arguments that nothing else is wrong with. */
static void check_whole(const struct row *row)
{
	if (row->nr == XEN_PLATFORM) {
		clear_arg();
		arg.w[0] = 62; /* settime64 */
		arg.w[1] = 0x03000001;
		check_eq(xen_call(row->nr, (uint64_t)&arg, 0, 0, 0), EPERM, row->name);
	} else if (row->nr == XEN_CONSOLE_IO) {
		check_eq(xen_call(row->nr, 0, 5, (uint64_t)"hello", 0), EPERM, "console write");
		check_eq(xen_call(row->nr, 1, 5, (uint64_t)list, 0), EPERM, "console read");
	} else if (row->nr != XEN_DOMCTL && row->nr != XEN_SYSCTL) {
		check(false, "%s is privileged and has no case", row->name);
	}
}

/* What the rows do not say: hooks that depend on more than the command. */
static void check_special(void)
{
	uint64_t entry[8] = { XEN_DOMCTL, 0, (uint64_t)&arg };

	check_eq(foreign_batch(DOMID_SELF, FOREIGN, DOM0), EPERM, "Dom0's frame into itself");
	check_eq(foreign_batch(DOMID_SELF, FOREIGN, DOMID_SELF), EPERM,
		 "its own frame as a foreign one");
	clear_arg();
	arg.h[0] = DOMID_SELF;
	arg.h[1] = DOMID_XEN;
	check_eq(call(XEN_EVENT_CHANNEL_OP, 6), EPERM, "a channel to the hypervisor");
	for (uint32_t index = 1; index <= HVM_PARAM_CONSOLE_EVTCHN; index++) {
		clear_arg();
		arg.h[0] = DOMID_SELF;
		arg.w[1] = index;
		check(call(XEN_HVM_OP, HVMOP_set_param) < 0, "parameter %u of itself", index);
	}
	clear_arg();
	arg.w[0] = 2; /* destroydomain */
	arg.w[1] = 0x17;
	check_eq(xen_call(XEN_MULTICALL, (uint64_t)entry, 1, 0, 0), 0, "multicall");
	check_eq(entry[1], EPERM, "domctl inside a multicall");
	check_eq(xen_call(XEN_PHYSDEV_OP, 25, (uint64_t)&arg, 0, 0), ENOSYS, "physdev_op");
	check_eq(xen_call(XEN_XSM_OP, (uint64_t)&arg, 0, 0, 0), ENOSYS, "xsm_op");
	check_eq(xen_call(XEN_HYPFS, 0, 0, 0, 0), ENOSYS, "hypfs_op");
	clear_arg();
	check_eq(call(XEN_SCHED_OP, 5), ENOSYS, "shutdown_code, a gap in the table of sched_op");
}

void guest_main(void)
{
	check(ARRAY_SIZE(rows) > 60, "%u rows", (unsigned int)ARRAY_SIZE(rows));
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].cmd >= 0) {
			check_command(&rows[i]);
		} else if (rows[i].hook[0] != 'h') {
			check_whole(&rows[i]);
		}
	}
	check_special();
}
