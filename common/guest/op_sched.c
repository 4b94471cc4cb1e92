/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sched_op: yield, block, poll, shutdown (include/public/sched.h). Nothing blocks in EL2: these set
 * the vCPU's state, and the way out of EL2 picks another one.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/health.h>
#include <hv/hypercall.h>
#include <hv/inject.h>
#include <public/sched.h>

#define POLL_PORTS_MAX 128U

static s64 sched_do_yield(u64 gva)
{
	(void)gva;
	sched_yield(&current_vcpu()->sched);
	return 0;
}

static s64 sched_do_block(u64 gva)
{
	struct vcpu *v = current_vcpu();

	(void)gva;
	/* Asleep first, then look for work, so that no wake-up is lost. */
	sched_block(&v->sched, SCHED_BLOCK_WAIT);
	if (evtchn_upcall_pending(v) || inject_is_pending(v)) {
		sched_unblock(&v->sched, SCHED_BLOCK_WAIT);
	}
	return 0;
}

static s64 sched_do_shutdown(u64 gva)
{
	struct sched_shutdown arg;

	if (guest_copy_from(&arg, gva, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	if (arg.reason > SHUTDOWN_MAX) {
		return -EINVAL;
	}
	domain_shutdown(current_domain(), (u8)arg.reason);
	return 0;
}

static s64 sched_do_poll(u64 gva)
{
	u32 ports[POLL_PORTS_MAX];
	struct sched_poll arg;

	if (guest_copy_from(&arg, gva, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	if (arg.nr_ports > POLL_PORTS_MAX) {
		return -EINVAL;
	}
	if (guest_copy_from(ports, arg.ports.va, arg.nr_ports * sizeof(u32)) != 0) {
		return -EFAULT;
	}
	return evtchn_poll(current_vcpu(), ports, arg.nr_ports, arg.timeout);
}

static s64 sched_do_remote_shutdown(u64 gva)
{
	struct sched_remote_shutdown arg;
	struct domain *d;
	int err;

	if (guest_copy_from(&arg, gva, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	if (arg.reason > SHUTDOWN_MAX) {
		return -EINVAL;
	}
	err = xsm_target(arg.domain_id, XSM_DOMAIN_SHUTDOWN, &d);
	if (err != 0) {
		return err;
	}
	domain_shutdown(d, (u8)arg.reason);
	domain_put(d);
	return 0;
}

static s64 sched_do_watchdog(u64 gva)
{
	struct sched_watchdog arg;

	if (guest_copy_from(&arg, gva, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	return health_watchdog(current_domain(), arg.id, arg.timeout);
}

static s64 (*const commands[])(u64 gva) = {
	[SCHEDOP_yield] = sched_do_yield,
	[SCHEDOP_block] = sched_do_block,
	[SCHEDOP_shutdown] = sched_do_shutdown,
	[SCHEDOP_poll] = sched_do_poll,
	[SCHEDOP_remote_shutdown] = sched_do_remote_shutdown,
	[SCHEDOP_watchdog] = sched_do_watchdog,
};

s64 op_sched(u64 *args)
{
	if (args[0] >= ARRAY_SIZE(commands)) {
		return -ENOSYS;
	}
	return commands[args[0]](args[1]);
}
