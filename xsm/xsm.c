/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control: the rule (hv/xsm.h). Dom0, if there is one, may do everything; any other domain
 * what concerns itself alone, and take what a peer has offered it, if the module in force lets the
 * two meet. Takes no lock.
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
