/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What domains have to do with the rest of the hypervisor, registered once at boot: who serves
 * ports of the hypervisor, and the domain that a log line is charged to.
 */
#include <hv/debugkeys.h>
#include <hv/dom_console.h>
#include <hv/domain.h>
#include <hv/evtchn.h>
#include <hv/printk.h>

static domid_t current_domain_id(void)
{
	const struct vcpu *v = current_vcpu();

	return v != NULL && v->domain != NULL ? v->domain->id : HV_DOMID_IDLE;
}

void domain_init(void)
{
	printk_set_domain_id(current_domain_id);
	if (IS_ENABLED(CONFIG_EVTCHN_PEERS)) {
		evtchn_set_service(dom_console_service);
	}
	if (IS_ENABLED(CONFIG_DEBUG_KEYS)) {
		debugkeys_register('q', domain_print_all, "domains and their vCPUs");
	}
}
