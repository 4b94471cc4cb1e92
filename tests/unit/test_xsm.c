/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control over the real tables: every row of the hypercall table and of the tables of
 * domctl, sysctl and Bulkhead's own commands is asked for as a domain without privilege, aimed at
 * every kind of target, with both modules. The tables are static in their files, which are
 * therefore included here; their handlers are left unresolved (address 0), so a call that gets past
 * its hook crashes.
 *
 * sources: common/guest/hypercall.c common/core/spinlock.c xsm/xsm.c xsm/module.c
 * sources: common/core/spinlock_debug.c
 * sources: common/call/call.c
 * ldflags: -no-pie -Wl,--unresolved-symbols=ignore-all
 */
#include "fake.h"

#include <string.h>

#include <hv/hypercall.h>

#define rows domctl_rows
#include "../../common/control/op_domctl.c"
#undef rows
#undef GET
#define rows sysctl_rows
#include "../../common/control/op_sysctl.c"
#undef rows
#define rows bulkhead_rows
#include "../../common/ext/ext.c"
#undef rows

#define REACHED 12345
#define NOBODY	77

struct domain *hardware_domain;
static struct domain dom0 = { .id = 0, .refs = 1, .is_privileged = true };
static struct domain guest = { .id = 1, .refs = 1 };
static struct domain other = { .id = 2, .refs = 1 };
static struct vcpu caller;
static const char *const modules[] = { "default", "silo" };
static const u16 targets[] = { 0, 1, 2, NOBODY, HV_DOMID_SELF };

struct vcpu *arch_current(void)
{
	return &caller;
}

struct domain *domain_get(domid_t id)
{
	struct domain *d = id == 0 ? &dom0 : id == 1 ? &guest : id == 2 ? &other : NULL;

	if (d != NULL) {
		d->refs++;
	}
	return d;
}

void domain_put(struct domain *d)
{
	if (d != NULL) {
		d->refs--;
	}
}

int guest_copy_from(void *dst, u64 gva, size_t bytes)
{
	memcpy(dst, (const void *)gva, bytes);
	return 0;
}

int guest_copy_to(u64 gva, const void *src, size_t bytes)
{
	memcpy((void *)gva, src, bytes);
	return 0;
}

/* Handlers of whole hypercalls that are not included above. */
#define HANDLER(name)                                                                              \
	s64 name(u64 *args)                                                                        \
	{                                                                                          \
		return REACHED;                                                                    \
	}
HANDLER(op_platform)
HANDLER(op_memory)
HANDLER(op_multicall)
HANDLER(op_version)
HANDLER(op_console_io)
HANDLER(op_grant_table)
HANDLER(op_vm_assist)
HANDLER(op_vcpu)
HANDLER(op_sched)
HANDLER(op_event_channel)
HANDLER(op_hvm)

static int setup(void **state)
{
	fake_reset(1);
	caller.domain = &guest;
	dom0.refs = guest.refs = other.refs = 1;
	return 0;
}

/* Every look-up has been put back. */
static int teardown(void **state)
{
	return dom0.refs != 1 || guest.refs != 1 || other.refs != 1 ? -1 : xsm_select("default");
}

/*
 * Hypercalls that anybody may make: they concern the caller alone, or each operation is checked
 * against its target by its handler (the test guest xsm) or by a table (below).
 */
static bool is_open(u32 nr)
{
	static const u8 open[] = {
		__HYPERVISOR_memory_op,	     __HYPERVISOR_multicall, __HYPERVISOR_xen_version,
		__HYPERVISOR_grant_table_op, __HYPERVISOR_vm_assist, __HYPERVISOR_vcpu_op,
		__HYPERVISOR_sched_op,	     __HYPERVISOR_hvm_op,    __HYPERVISOR_event_channel_op,
		BULKHEAD_HYPERCALL,
	};

	return memchr(open, (int)nr, sizeof(open)) != NULL;
}

static bool needs_privilege(enum xsm_hook hook)
{
	return hook != XSM_ANY && ((XSM_OWN | XSM_PEER) >> hook & 1) == 0;
}

static void test_hypercalls(void **state)
{
	u64 args[5] = { 0 };

	for (u32 nr = 0; nr < HYPERCALL_NR; nr++) {
		const struct hypercall_row *row = &hypercall_table[nr];

		if (row->handler == NULL) {
			assert_int_equal(hypercall_call(nr, args), -ENOSYS);
		} else if (is_open(nr)) {
			assert_int_equal(row->hook, XSM_ANY);
		} else {
			assert_true(needs_privilege(row->hook));
			assert_int_equal(hypercall_call(nr, args), -EPERM);
		}
	}
	caller.domain = &dom0;
	assert_int_equal(hypercall_call(__HYPERVISOR_platform_op, args), REACHED);
	assert_int_equal(hypercall_call(__HYPERVISOR_console_io, args), REACHED);
}

/* Is an operation refused by the hypercall's own table, too, if it gets that far? */
static void assert_refused(u32 nr, s64 (*handler)(u64 *args), void *op)
{
	u64 args[5] = { (u64)op };

	assert_int_equal(hypercall_call(nr, args), -EPERM);
	assert_int_equal(handler(args), -EPERM);
}

static void test_domctl(void **state)
{
	u32 nr = 0;

	for (u32 cmd = 0; cmd < ARRAY_SIZE(domctl_rows); cmd++) {
		if (domctl_rows[cmd].flags == 0) {
			continue; /* there is none */
		}
		nr++;
		assert_true(needs_privilege(domctl_rows[cmd].hook));
		for (size_t t = 0; t < ARRAY_SIZE(targets); t++) {
			struct xen_domctl op = { .cmd = cmd,
						 .interface_version = XEN_DOMCTL_INTERFACE_VERSION,
						 .domain = targets[t] };

			assert_refused(__HYPERVISOR_domctl, op_domctl, &op);
		}
	}
	assert_in_range(nr, 20, ARRAY_SIZE(domctl_rows));
}

static void test_sysctl(void **state)
{
	u32 nr = 0;

	for (u32 cmd = 0; cmd < ARRAY_SIZE(sysctl_rows); cmd++) {
		struct xen_sysctl op = { .cmd = cmd,
					 .interface_version = XEN_SYSCTL_INTERFACE_VERSION };

		if (sysctl_rows[cmd].flags == 0) {
			continue; /* there is none */
		}
		nr++;
		assert_true(needs_privilege(sysctl_rows[cmd].hook));
		assert_refused(__HYPERVISOR_sysctl, op_sysctl, &op);
	}
	assert_in_range(nr, 8, ARRAY_SIZE(sysctl_rows));
}

static void test_bulkhead(void **state)
{
	for (u32 cmd = 0; cmd < BULKHEAD_NR_OPS; cmd++) {
		if (cmd == BULKHEAD_OP_info) {
			continue;
		}
		assert_true(needs_privilege(bulkhead_rows[cmd].hook));
		for (size_t t = 0; t < ARRAY_SIZE(targets); t++) {
			struct bulkhead_op op = { .version = BULKHEAD_INTERFACE_VERSION,
						  .cmd = cmd,
						  .domid = targets[t] };

			assert_refused(BULKHEAD_HYPERCALL, ext_op, &op);
		}
	}
}

/* What a hook means, by module. A missing object stands for the machine or an unknown domain. */
static bool expected(enum xsm_hook hook, bool is_silo, const struct domain *object)
{
	if ((XSM_OWN >> hook & 1) != 0) {
		return object == &guest;
	}
	if ((XSM_PEER >> hook & 1) != 0) {
		return !is_silo || object == &guest || object == &dom0;
	}
	return hook == XSM_ANY;
}

static void test_hooks(void **state)
{
	struct domain *const objects[] = { &dom0, &guest, &other, NULL };

	for (size_t m = 0; m < ARRAY_SIZE(modules); m++) {
		assert_int_equal(xsm_select(modules[m]), 0);
		assert_string_equal(xsm_active_name(), modules[m]);
		for (u32 h = 0; h < NR_XSM_HOOKS; h++) {
			for (size_t o = 0; o < ARRAY_SIZE(objects); o++) {
				bool may = expected(h, m == 1, objects[o]);

				assert_int_equal(xsm_check(h, &guest, objects[o]),
						 may ? 0 : -EPERM);
				assert_int_equal(xsm_check(h, &dom0, objects[o]), 0);
			}
		}
	}
	assert_int_equal(xsm_select("nothing"), -ENOENT);
	assert_string_equal(xsm_active_name(), "silo");
}

/* Whoever may not ask is not told whether a domain exists either. */
static void test_target(void **state)
{
	struct domain *d;

	assert_int_equal(xsm_target(HV_DOMID_SELF, XSM_EVTCHN_STATUS, &d), 0);
	assert_ptr_equal(d, &guest);
	domain_put(d);
	assert_int_equal(xsm_target(2, XSM_EVTCHN_STATUS, &d), -EPERM);
	assert_int_equal(xsm_target(NOBODY, XSM_EVTCHN_STATUS, &d), -EPERM);
	caller.domain = &dom0;
	assert_int_equal(xsm_target(NOBODY, XSM_EVTCHN_STATUS, &d), -ESRCH);
}

static void (*const tests[])(void **state) = { test_hypercalls, test_domctl, test_sysctl,
					       test_bulkhead, test_target };

static void test_default(void **state)
{
	/* Asked by the handlers of pools and schedules, so not in a table. */
	assert_int_equal(xsm_check(XSM_POOL_CONTROL, &guest, NULL), -EPERM);
	assert_int_equal(xsm_check(XSM_POOL_CONTROL, &dom0, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		setup(state);
		tests[i](state);
	}
}

static void test_silo(void **state)
{
	assert_int_equal(xsm_select("silo"), 0);
	test_default(state);
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test_setup_teardown(test_hooks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_default, setup, teardown),
		cmocka_unit_test_setup_teardown(test_silo, setup, teardown),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
