/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control without a choice of modules (CONFIG_XSM unset): one rule. Dom0, if there is one,
 * may do everything; any other domain what concerns itself alone, and take what a peer has offered
 * it. The same as module "default". Takes no lock.
 */
#include <hv/domain.h>
#include <hv/errno.h>
#include <hv/types.h>
#include <hv/xsm.h>

#define OWN                                                                                        \
	(BIT(XSM_DOMAIN_PARAM) | BIT(XSM_MEMORY_ADJUST) | BIT(XSM_MEMORY_INFO) |                   \
	 BIT(XSM_EVTCHN_CREATE) | BIT(XSM_EVTCHN_STATUS) | BIT(XSM_GRANT_SETUP))
#define OPEN (BIT(XSM_ANY) | BIT(XSM_EVTCHN_PEER) | BIT(XSM_GRANT_PEER))

int xsm_check(enum xsm_hook hook, const struct domain *subject, const struct domain *object)
{
	u64 allowed = subject == object ? OPEN | OWN : OPEN;

	return (allowed >> hook & 1) != 0 || subject->is_privileged ? 0 : -EPERM;
}
