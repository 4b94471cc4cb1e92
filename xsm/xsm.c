/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control: the rule (hv/xsm.h), and the domain that an operation names, looked up and
 * checked in one step, so that nobody learns of a domain that he may do nothing with.
 *
 * Dom0, if there is one, may do everything; any other domain what concerns itself alone, and take
 * what a peer has offered it, if the module in force lets the two meet. Takes no lock.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/xsm.h>

int xsm_check(enum xsm_hook hook, const struct domain *subject, const struct domain *object)
{
	u64 allowed = BIT(XSM_ANY);

	if (subject == object) {
		allowed |= XSM_OWN | XSM_PEER;
	} else if (xsm_may_meet(object)) {
		allowed |= XSM_PEER;
	}
	return (allowed >> hook & 1) != 0 || subject->is_privileged ? 0 : -EPERM;
}

int xsm_target(u16 id, enum xsm_hook hook, struct domain **out)
{
	struct domain *caller = current_domain();
	struct domain *d = domain_get(id == HV_DOMID_SELF ? caller->id : id);
	/* Whether an id exists is for those to know who may ask. */
	int err = xsm_check(hook, caller, d);

	err = err == 0 && d == NULL ? -ESRCH : err;
	if (err == 0) {
		*out = d;
	} else {
		domain_put(d);
	}
	return err;
}
