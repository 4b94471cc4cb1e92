/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control: the domain that an operation names, looked up and checked in one step, so that
 * nobody learns of a domain that he may do nothing with. Takes no lock.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/xsm.h>

int xsm_target(u16 id, enum xsm_hook hook, struct domain **out)
{
	struct domain *caller = current_domain();
	struct domain *d = domain_get(id == HV_DOMID_SELF ? caller->id : id);
	int err;

	if (d == NULL) {
		/* Whether an id exists is for those to know who may ask. */
		err = xsm_check(hook, caller, NULL);
		return err != 0 ? err : -ESRCH;
	}
	err = xsm_check(hook, caller, d);
	if (err != 0) {
		domain_put(d);
		return err;
	}
	*out = d;
	return 0;
}
