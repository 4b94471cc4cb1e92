/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hvm_op: the numbers a domain and its toolstack tell each other: pages and ports of console and
 * xenstore. Parameters that Arm has no use for do not exist: the table says which do and who may
 * set them.
 */
#include <hv/call.h>
#include <hv/domain.h>
#include <hv/dom_console.h>
#include <hv/errno.h>
#include <hv/hypercall.h>
#include <public/hvm.h>

enum param_access {
	PARAM_NONE,
	PARAM_OWN,     /* the guest itself may set it */
	PARAM_CONTROL, /* the toolstack sets it */
};

static const u8 params[HVM_NR_PARAMS] = {
	[HVM_PARAM_CALLBACK_IRQ] = PARAM_OWN,	    [HVM_PARAM_STORE_PFN] = PARAM_CONTROL,
	[HVM_PARAM_STORE_EVTCHN] = PARAM_CONTROL,   [HVM_PARAM_CONSOLE_PFN] = PARAM_CONTROL,
	[HVM_PARAM_CONSOLE_EVTCHN] = PARAM_CONTROL, [HVM_PARAM_MONITOR_RING_PFN] = PARAM_CONTROL,
};

static int check_param(void *arg)
{
	const struct xen_hvm_param *param = arg;

	return param->index >= HVM_NR_PARAMS || params[param->index] == PARAM_NONE ? -EINVAL : 0;
}

static int set_param(struct domain *d, void *arg)
{
	const struct xen_hvm_param *param = arg;
	int err = params[param->index] == PARAM_CONTROL
			  ? xsm_check(XSM_DOMAIN_CONFIG, current_domain(), d)
			  : 0;
	bool is_console = param->index == HVM_PARAM_CONSOLE_PFN ||
			  param->index == HVM_PARAM_CONSOLE_EVTCHN;
	u64 page, port;

	if (err != 0) {
		return err;
	}
	spin_lock(&d->lock);
	d->hvm_params[param->index] = param->value;
	page = d->hvm_params[HVM_PARAM_CONSOLE_PFN];
	port = d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN];
	spin_unlock(&d->lock);
	/* Once page and port of the console are known, the hypervisor may have to serve it. */
	return is_console && page != 0 && port != 0 && port <= UINT32_MAX
		       ? dom_console_bind(d, gfn(page), (u32)port)
		       : 0;
}

static int get_param(struct domain *d, void *arg)
{
	struct xen_hvm_param *param = arg;

	spin_lock(&d->lock);
	param->value = d->hvm_params[param->index];
	spin_unlock(&d->lock);
	if (param->index == HVM_PARAM_CALLBACK_IRQ && param->value == 0) {
		param->value = (u64)HVM_PARAM_CALLBACK_TYPE_PPI << 56 |
			       HVM_PARAM_CALLBACK_TYPE_PPI_FLAG_LOW_LEVEL << 8 | d->evtchn_ppi;
	}
	return 0;
}

static const struct call_row rows[] = {
	[HVMOP_set_param] = { set_param, XSM_DOMAIN_PARAM, CALL_TARGET,
			      sizeof(struct xen_hvm_param), 0, check_param },
	[HVMOP_get_param] = { get_param, XSM_DOMAIN_PARAM, CALL_TARGET | CALL_OUT,
			      sizeof(struct xen_hvm_param), 0, check_param },
};

s64 op_hvm(u64 *args)
{
	return call_command(rows, ARRAY_SIZE(rows), args[0], args[1]);
}
