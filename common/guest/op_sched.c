/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sched_op: yield, block, poll, shutdown (include/public/sched.h). Nothing blocks in EL2: these set
 * the vCPU's state, and the way out of EL2 picks another one.
 */
#include <hv/call.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/health.h>
#include <hv/hypercall.h>
#include <hv/inject.h>
#include <public/sched.h>

#define POLL_PORTS_MAX 128U

static int do_yield(struct domain *d __unused, void *arg __unused)
{
	sched_yield(&current_vcpu()->sched);
	return 0;
}

static int do_block(struct domain *d __unused, void *arg __unused)
{
	struct vcpu *v = current_vcpu();

	/* Asleep first, then look for work, so that no wake-up is lost. */
	sched_block(&v->sched, SCHED_BLOCK_WAIT);
	if (evtchn_upcall_pending(v) || inject_is_pending(v)) {
		sched_unblock(&v->sched, SCHED_BLOCK_WAIT);
	}
	return 0;
}

static int do_poll(struct domain *d __unused, void *arg)
{
	const struct sched_poll *poll = arg;
	u32 ports[POLL_PORTS_MAX];

	if (poll->nr_ports > POLL_PORTS_MAX) {
		return -EINVAL;
	}
	if (guest_copy_from(ports, poll->ports.va, poll->nr_ports * sizeof(u32)) != 0) {
		return -EFAULT;
	}
	return evtchn_poll(current_vcpu(), ports, poll->nr_ports, poll->timeout);
}

static int shut_down(struct domain *d, u32 reason)
{
	if (reason > SHUTDOWN_MAX) {
		return -EINVAL;
	}
	domain_shutdown(d, (u8)reason);
	return 0;
}

static int do_shutdown(struct domain *d, void *arg)
{
	return shut_down(d, ((const struct sched_shutdown *)arg)->reason);
}

static int do_remote_shutdown(struct domain *d, void *arg)
{
	return shut_down(d, ((const struct sched_remote_shutdown *)arg)->reason);
}

static int do_watchdog(struct domain *d, void *arg)
{
	const struct sched_watchdog *watchdog = arg;

	return health_watchdog(d, watchdog->id, watchdog->timeout);
}

#define ROW(run, arg) { run, XSM_ANY, 0, sizeof(arg) }

static const struct call_row rows[] = {
	[SCHEDOP_yield] = { do_yield },
	[SCHEDOP_block] = { do_block },
	[SCHEDOP_shutdown] = ROW(do_shutdown, struct sched_shutdown),
	[SCHEDOP_poll] = ROW(do_poll, struct sched_poll),
	[SCHEDOP_remote_shutdown] = { do_remote_shutdown, XSM_DOMAIN_SHUTDOWN, CALL_TARGET,
				      sizeof(struct sched_remote_shutdown) },
	[SCHEDOP_watchdog] = ROW(IF_ENABLED(CONFIG_HEALTH, do_watchdog), struct sched_watchdog),
};

s64 op_sched(u64 *args)
{
	return call_command(rows, ARRAY_SIZE(rows), args[0], args[1]);
}
