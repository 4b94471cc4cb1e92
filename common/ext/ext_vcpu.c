/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulkhead's own hypercall: statistics of one vCPU. Plain words that its CPU writes and this reads
 * without a lock: figures of the moment. A vCPU that is in its domain's array stays as long as the
 * domain is referenced.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/string.h>

#include "ext.h"

int ext_vcpu_stat(struct domain *d, void *arg)
{
	struct bulkhead_vcpu_stat *stat = arg;
	const struct vcpu *v = domain_vcpu(d, stat->vcpu);

	if (v == NULL) {
		return -ENOENT;
	}
	memset(stat, 0, sizeof(*stat));
	stat->vcpu = v->id;
	stat->state = READ_ONCE(v->is_up) ? BULKHEAD_VCPU_up : 0;
	if (READ_ONCE(v->sched.state) == SCHED_STATE_RUNNING) {
		stat->state |= BULKHEAD_VCPU_running;
	}
	stat->cpu = READ_ONCE(v->sched.cpu);
	stat->cpu_time_ns = sched_unit_run_ns(&v->sched, time_now());
	stat->nr_missed = READ_ONCE(v->sched.rtds.nr_missed);
	stat->nr_injected = READ_ONCE(v->nr_injected);
	for (u32 i = 0; i < BULKHEAD_NR_EXITS; i++) {
		stat->nr_exits[i] = READ_ONCE(v->nr_exits[i]);
	}
	return 0;
}
