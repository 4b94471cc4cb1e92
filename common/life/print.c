/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug key that lists domains and their vCPUs, with what tells a domain that hangs from one
 * that is idle. Figures of the moment, read without locks.
 */
#include <hv/domain.h>
#include <hv/printk.h>

static void print_vcpu(const struct vcpu *v)
{
	printk("  vcpu %u: cpu %u, %s, blocked 0x%x, %lu ms, %lu exits, %lu interrupts, pc 0x%lx",
	       v->id, v->sched.cpu, v->is_up ? "up" : "down", v->sched.blocked,
	       sched_unit_run_ns(&v->sched, time_now()) / NSEC_PER_MSEC, vcpu_nr_exits(v),
	       v->nr_injected, v->arch.regs.pc);
}

void domain_print_all(char key __unused)
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
