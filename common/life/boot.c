/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What domains have to do with the rest of the hypervisor, registered once at boot: events for
 * console input and for the log, and the domain that a log line is charged to.
 */
#include <hv/console.h>
#include <hv/debugkeys.h>
#include <hv/defer.h>
#include <hv/dom_console.h>
#include <hv/domain.h>
#include <hv/evtchn.h>
#include <hv/printk.h>
#include <public/xen.h>

static void raise_log_event(struct defer_work *work __unused)
{
	evtchn_raise_global(VIRQ_CON_RING);
}

static struct defer_work log_work = { .fn = raise_log_event };

/* Lines are logged under all kinds of locks: the event comes later. */
static void log_changed(void)
{
	defer_queue(&log_work);
}

static void input_arrived(void)
{
	evtchn_raise_global(VIRQ_CONSOLE);
}

static domid_t current_domain_id(void)
{
	const struct vcpu *v = current_vcpu();

	return v != NULL && v->domain != NULL ? v->domain->id : HV_DOMID_IDLE;
}

void domain_init(void)
{
	printk_set_domain_id(current_domain_id);
	if (IS_ENABLED(CONFIG_CONSOLE_QUEUES)) {
		evtchn_set_service(dom_console_service);
		console_set_input_notify(input_arrived);
		console_set_log_notify(log_changed);
	}
	if (IS_ENABLED(CONFIG_DEBUG_KEYS)) {
		debugkeys_register('q', domain_print_all, "domains and their vCPUs");
	}
}
