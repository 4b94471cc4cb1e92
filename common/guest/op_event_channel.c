/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_channel_op: the rows of its commands (hv/call.h) around common/event, and which domain each
 * is about; op_event_peers.c has those by which two domains meet. The FIFO ABI is not offered;
 * Linux then uses the two-level one.
 */
#include "op_event.h"

#include <hv/call.h>
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/softirq.h>
#include <hv/string.h>
#include <public/event_channel.h>

static int do_bind_virq(struct domain *d, void *arg)
{
	struct evtchn_bind_virq *bind = arg;
	int err = IS_ENABLED(CONFIG_EVTCHN_PEERS) ? op_event_prepare(d) : 0;

	return err ? err : evtchn_bind_virq(d, bind->virq, bind->vcpu, &bind->port);
}

static int do_bind_ipi(struct domain *d, void *arg)
{
	struct evtchn_bind_ipi *bind = arg;
	int err = IS_ENABLED(CONFIG_EVTCHN_PEERS) ? op_event_prepare(d) : 0;

	return err ? err : evtchn_bind_ipi(d, bind->vcpu, &bind->port);
}

static int do_close(struct domain *d, void *arg)
{
	const struct evtchn_close *close = arg;

	return evtchn_close(d, close->port);
}

static int do_send(struct domain *d, void *arg)
{
	const struct evtchn_send *send = arg;
	int err;

	do {
		err = evtchn_send(d, send->port);
	} while (err == -ERESTART && !softirq_preempt_needed());
	return err;
}

static int do_bind_vcpu(struct domain *d, void *arg)
{
	const struct evtchn_bind_vcpu *bind = arg;

	return evtchn_bind_vcpu(d, bind->port, bind->vcpu);
}

static int do_unmask(struct domain *d, void *arg)
{
	const struct evtchn_unmask *unmask = arg;

	return evtchn_unmask(d, unmask->port);
}

static int do_status(struct domain *d, void *arg)
{
	struct evtchn_status *status = arg;

	memset(&status->u, 0, sizeof(status->u));
	return evtchn_status(d, status->port, status);
}

static int do_reset(struct domain *d, void *arg __unused)
{
	return evtchn_reset(d);
}

/* About the caller's own ports; about a domain that the argument names, first thing in it. */
#define OWN(name, out)	    [EVTCHNOP_##name] = { do_##name, XSM_ANY, out, SIZE(name) }
#define OF(name, hook, out) [EVTCHNOP_##name] = { do_##name, hook, CALL_TARGET | (out), SIZE(name) }
#define PEERS(name, hook)                                                                          \
	[EVTCHNOP_##name] = { IF_ENABLED(CONFIG_EVTCHN_PEERS, op_event_##name), hook,              \
			      CALL_TARGET | CALL_OUT, SIZE(name) }
#define SIZE(name) sizeof(struct evtchn_##name)

static const struct call_row rows[] = {
	PEERS(bind_interdomain, XSM_EVTCHN_PEER),
	OWN(bind_virq, CALL_OUT),
	OWN(close, 0),
	OWN(send, 0),
	OF(status, XSM_EVTCHN_STATUS, CALL_OUT),
	PEERS(alloc_unbound, XSM_EVTCHN_CREATE),
	OWN(bind_ipi, CALL_OUT),
	OWN(bind_vcpu, 0),
	OWN(unmask, 0),
	OF(reset, XSM_EVTCHN_CREATE, 0),
};

s64 op_event_channel(u64 *args)
{
	struct evtchn_send send;

	/* What guests do most is spared the detour. */
	if (likely(args[0] == EVTCHNOP_send)) {
		return guest_copy_from(&send, args[1], sizeof(send)) != 0
			       ? -EFAULT
			       : do_send(current_domain(), &send);
	}
	return call_command(rows, ARRAY_SIZE(rows), args[0], args[1]);
}
