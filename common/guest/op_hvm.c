/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hvm_op: the numbers a domain and its toolstack tell each other: pages and ports of console and
 * xenstore. Parameters that Arm has no use for do not exist: the table says which do and who may
 * set them.
 */
#include <hv/domain.h>
#include <hv/dom_console.h>
#include <hv/errno.h>
#include <hv/guest_access.h>
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

/* Once page and port of the console are known, the hypervisor may have to serve it. */
static int console_changed(struct domain *d)
{
	u64 page, port;

	spin_lock(&d->lock);
	page = d->hvm_params[HVM_PARAM_CONSOLE_PFN];
	port = d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN];
	spin_unlock(&d->lock);
	if (page == 0 || port == 0 || port > UINT32_MAX) {
		return 0;
	}
	return dom_console_bind(d, gfn(page), (u32)port);
}

static int set_param(struct domain *d, const struct xen_hvm_param *arg)
{
	if (params[arg->index] == PARAM_CONTROL) {
		int err = xsm_check(XSM_DOMAIN_CONFIG, current_domain(), d);

		if (err != 0) {
			return err;
		}
	}
	spin_lock(&d->lock);
	d->hvm_params[arg->index] = arg->value;
	spin_unlock(&d->lock);
	if (arg->index == HVM_PARAM_CONSOLE_PFN || arg->index == HVM_PARAM_CONSOLE_EVTCHN) {
		return console_changed(d);
	}
	return 0;
}

static int get_param(struct domain *d, struct xen_hvm_param *arg)
{
	spin_lock(&d->lock);
	arg->value = d->hvm_params[arg->index];
	spin_unlock(&d->lock);
	if (arg->index == HVM_PARAM_CALLBACK_IRQ && arg->value == 0) {
		arg->value = (u64)HVM_PARAM_CALLBACK_TYPE_PPI << 56 |
			     HVM_PARAM_CALLBACK_TYPE_PPI_FLAG_LOW_LEVEL << 8 | d->evtchn_ppi;
	}
	return 0;
}

s64 op_hvm(u64 *args)
{
	bool is_set = args[0] == HVMOP_set_param;
	struct xen_hvm_param arg;
	struct domain *d;
	int err;

	if (!is_set && args[0] != HVMOP_get_param) {
		return -ENOSYS;
	}
	if (guest_copy_from(&arg, args[1], sizeof(arg)) != 0) {
		return -EFAULT;
	}
	if (arg.index >= HVM_NR_PARAMS || params[arg.index] == PARAM_NONE) {
		return -EINVAL;
	}
	err = xsm_target(arg.domid, XSM_DOMAIN_PARAM, &d);
	if (err != 0) {
		return err;
	}
	err = is_set ? set_param(d, &arg) : get_param(d, &arg);
	domain_put(d);
	if (err == 0 && !is_set && guest_copy_to(args[1], &arg, sizeof(arg)) != 0) {
		return -EFAULT;
	}
	return err;
}
