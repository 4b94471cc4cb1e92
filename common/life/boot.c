/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What domains have to do with the rest of the hypervisor, registered once at boot: events for
 * console input and for the log, the domain that a log line is charged to, and the debug key that
 * lists domains.
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

static void print_vcpu(const struct vcpu *v)
{
	printk("  vcpu %u: cpu %u, %s, blocked 0x%x, %lu ms, %lu exits, %lu interrupts, pc 0x%lx",
	       v->id, v->sched.cpu, v->is_up ? "up" : "down", v->sched.blocked,
	       sched_unit_run_ns(&v->sched, time_now()) / NSEC_PER_MSEC, vcpu_nr_exits(v),
	       v->nr_injected, v->arch.regs.pc);
}

static void print_domains(char key __unused)
{
	for (struct domain *d = domain_next(NULL); d != NULL; d = domain_next(d)) {
		printk("domain %u \"%s\": %lu of %lu pages, pauses %u%s%s, references %u", d->id,
		       d->name, domain_nr_pages(d), d->max_pages, d->pause_count,
		       d->is_shut_down ? ", shut down" : "", d->is_dying ? ", dying" : "", d->refs);
		for (u32 i = 0; i < d->nr_vcpus; i++) {
			if (d->vcpus[i] != NULL) {
				print_vcpu(d->vcpus[i]);
			}
		}
	}
}

void domain_init(void)
{
	evtchn_set_service(dom_console_service);
	printk_set_domain_id(current_domain_id);
	console_set_input_notify(input_arrived);
	console_set_log_notify(log_changed);
	debugkeys_register('q', print_domains, "domains and their vCPUs");
}
