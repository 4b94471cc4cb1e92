/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_channel_op: copies arguments in and out around common/event/evtchn.c and decides which
 * domain an operation is about. The FIFO ABI is not offered; Linux then uses the two-level one.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/softirq.h>
#include <hv/string.h>
#include <public/event_channel.h>

/* Any of the arguments; all fit. */
union evtchn_arg {
	struct evtchn_alloc_unbound alloc_unbound;
	struct evtchn_bind_interdomain bind_interdomain;
	struct evtchn_bind_virq bind_virq;
	struct evtchn_bind_ipi bind_ipi;
	struct evtchn_close close;
	struct evtchn_send send;
	struct evtchn_status status;
	struct evtchn_bind_vcpu bind_vcpu;
	struct evtchn_unmask unmask;
	struct evtchn_reset reset;
};

static domid_t resolve(u16 id)
{
	return id == HV_DOMID_SELF ? current_domain()->id : id;
}

/* May d have a port to which the domain of this id binds? */
static int check_peer(struct domain *d, domid_t id)
{
	struct domain *peer;
	int err;

	if (id == HV_DOMID_HYP) {
		return xsm_check(XSM_DOMAIN_CONSOLE, current_domain(), d);
	}
	peer = domain_get(id);
	if (peer == NULL) {
		return -ESRCH;
	}
	err = xsm_check(XSM_EVTCHN_PEER, d, peer);
	domain_put(peer);
	return err;
}

/* What the next port of d needs is allocated in a step of its own; -ERESTART: come again. */
static int prepare(struct domain *d)
{
	return evtchn_prepare(d) && softirq_preempt_needed() ? -ERESTART : 0;
}

static int do_alloc_unbound(union evtchn_arg *arg)
{
	domid_t remote = resolve(arg->alloc_unbound.remote_dom);
	struct domain *d;
	int err = xsm_target(arg->alloc_unbound.dom, XSM_EVTCHN_CREATE, &d);

	if (err != 0) {
		return err;
	}
	err = check_peer(d, remote);
	err = err ? err : prepare(d);
	if (err == 0) {
		err = evtchn_alloc_unbound(d, remote, &arg->alloc_unbound.port);
	}
	domain_put(d);
	return err;
}

static int do_bind_interdomain(union evtchn_arg *arg)
{
	struct domain *remote;
	int err = xsm_target(arg->bind_interdomain.remote_dom, XSM_EVTCHN_PEER, &remote);

	if (err != 0) {
		return err;
	}
	err = prepare(current_domain());
	if (err == 0) {
		err = evtchn_bind_interdomain(current_domain(), remote,
					      arg->bind_interdomain.remote_port,
					      &arg->bind_interdomain.local_port);
	}
	domain_put(remote);
	return err;
}

static int do_bind_virq(union evtchn_arg *arg)
{
	int err = prepare(current_domain());

	return err ? err
		   : evtchn_bind_virq(current_domain(), arg->bind_virq.virq, arg->bind_virq.vcpu,
				      &arg->bind_virq.port);
}

static int do_bind_ipi(union evtchn_arg *arg)
{
	int err = prepare(current_domain());

	return err ? err
		   : evtchn_bind_ipi(current_domain(), arg->bind_ipi.vcpu, &arg->bind_ipi.port);
}

static int do_close(union evtchn_arg *arg)
{
	return evtchn_close(current_domain(), arg->close.port);
}

static int do_send(union evtchn_arg *arg)
{
	int err;

	do {
		err = evtchn_send(current_domain(), arg->send.port);
	} while (err == -ERESTART && !softirq_preempt_needed());
	return err;
}

static int do_bind_vcpu(union evtchn_arg *arg)
{
	return evtchn_bind_vcpu(current_domain(), arg->bind_vcpu.port, arg->bind_vcpu.vcpu);
}

static int do_unmask(union evtchn_arg *arg)
{
	return evtchn_unmask(current_domain(), arg->unmask.port);
}

static int do_status(union evtchn_arg *arg)
{
	struct evtchn_status *status = &arg->status;
	struct domain *d;
	int err = xsm_target(status->dom, XSM_EVTCHN_STATUS, &d);

	if (err != 0) {
		return err;
	}
	status->vcpu = 0;
	memset(&status->u, 0, sizeof(status->u));
	err = evtchn_status(d, status->port, status);
	domain_put(d);
	return err;
}

static int do_reset(union evtchn_arg *arg)
{
	struct domain *d;
	int err = xsm_target(arg->reset.dom, XSM_EVTCHN_CREATE, &d);

	if (err != 0) {
		return err;
	}
	err = evtchn_reset(d);
	domain_put(d);
	return err;
}

struct evtchn_command {
	int (*handler)(union evtchn_arg *arg);
	u8 bytes;    /* of the argument */
	bool is_out; /* copied back on success */
};

#define COMMAND(name, out) [EVTCHNOP_##name] = { do_##name, sizeof(struct evtchn_##name), out }

static const struct evtchn_command commands[] = {
	COMMAND(bind_interdomain, true), COMMAND(bind_virq, true),
	COMMAND(close, false),		 COMMAND(send, false),
	COMMAND(status, true),		 COMMAND(alloc_unbound, true),
	COMMAND(bind_ipi, true),	 COMMAND(bind_vcpu, false),
	COMMAND(unmask, false),		 COMMAND(reset, false),
};

s64 op_event_channel(u64 *args)
{
	const struct evtchn_command *command;
	union evtchn_arg arg;
	int err;

	if (args[0] >= ARRAY_SIZE(commands) || commands[args[0]].handler == NULL) {
		return -ENOSYS;
	}
	command = &commands[args[0]];
	if (guest_copy_from(&arg, args[1], command->bytes) != 0) {
		return -EFAULT;
	}
	err = command->handler(&arg);
	if (err == 0 && command->is_out && guest_copy_to(args[1], &arg, command->bytes) != 0) {
		return -EFAULT;
	}
	return err;
}
